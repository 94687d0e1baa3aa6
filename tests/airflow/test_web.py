"""The pages inside Airflow, as browsers and programs find them."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from airflow.api_fastapi.app import create_auth_manager
from airflow.api_fastapi.core_api.security import get_user
from fastapi import FastAPI
from fastapi.testclient import TestClient
from tests.airflow.conftest import Gate

from meshwright.airflow.plugin import MeshwrightPlugin, Pages
from meshwright.airflow.web import create_app

BROWSER = {"accept": "text/html,application/xhtml+xml"}


@dataclass
class Somebody:
    """Whoever Airflow has let in."""

    username: str = "nadia"


@pytest.fixture
def app() -> FastAPI:
    """As Airflow mounts it."""
    create_auth_manager()
    outer = FastAPI()
    outer.mount("/mesh", create_app())
    return outer


@pytest.fixture
def signed_in(gate: Gate) -> Iterator[TestClient]:
    inner = create_app()
    inner.dependency_overrides[get_user] = Somebody
    outer = FastAPI()
    outer.mount("/mesh", inner)
    with TestClient(outer) as client:
        yield client


@pytest.mark.parametrize("path", ["/mesh/products", "/mesh/products.json"])
def test_nobody_sees_anything_without_airflows_login(app: FastAPI, path: str) -> None:
    answer = TestClient(app).get(path)
    assert answer.status_code == 401
    assert answer.json() == {"detail": "Not authenticated"}


def test_a_browser_is_sent_to_the_login_and_back(app: FastAPI) -> None:
    answer = TestClient(app).get("/mesh/products", headers=BROWSER, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"].endswith("/login?next=%2Fmesh%2Fproducts")


def test_the_page_lists_every_product_with_its_state(signed_in: TestClient) -> None:
    page = signed_in.get("/mesh/products").text
    for address in ("aviation.flights", "punctuality.route-punctuality", "fleet.aircraft-registry"):
        assert f'<a href="/dags/{address}" data-airflow>{address}</a>' in page
    assert "nothing has been published yet" in page


def test_the_same_can_be_had_as_json(signed_in: TestClient) -> None:
    rows = signed_in.get("/mesh/products.json").json()
    assert {row["address"]: row["state"] for row in rows}["aviation.flights"] == "noData"
    assert {"address", "state", "lastPublish", "rows", "watermark", "slos"} <= set(rows[0])


def test_what_is_looked_for_is_found(signed_in: TestClient) -> None:
    page = signed_in.get("/mesh/products", params={"q": "punctual", "domain": "punctuality"}).text
    assert "punctuality.route-punctuality" in page
    assert "aviation.flights" not in page
    assert "No product matches" in signed_in.get("/mesh/products", params={"q": "unheard-of"}).text


def test_no_text_of_anybody_becomes_part_of_the_page(signed_in: TestClient) -> None:
    page = signed_in.get("/mesh/products", params={"q": '"><script>alert(1)</script>'}).text
    assert "<script>alert" not in page


def test_the_page_may_run_no_script_but_its_own(signed_in: TestClient) -> None:
    answer = signed_in.get("/mesh/products")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "<script>" not in answer.text


@pytest.mark.parametrize("name", ["mesh.css", "theme.js", "live.js"])
def test_what_the_page_is_made_of_is_there(signed_in: TestClient, name: str) -> None:
    assert signed_in.get(f"/mesh/static/{name}").status_code == 200


def test_the_plugin_costs_nothing_until_somebody_looks() -> None:
    (application,) = MeshwrightPlugin.fastapi_apps
    assert isinstance(application["app"], Pages)
    assert TestClient(application["app"]).get("/products").status_code == 401
