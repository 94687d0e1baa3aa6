"""A dbt project's public models become products; tests/data/dbt/make_manifest.py had dbt make the manifest."""

import contextlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.interop.standard import said

from meshwright.interop.dbt.products import Choice, Target, drafted
from meshwright.interop.dbt.project import read_project
from meshwright.interop.draft import Draft
from meshwright.interop.foreign import Foreign
from meshwright.manifest.load import load
from meshwright.model.address import ProductAddress
from meshwright.model.errors import ChecksFailed, MeshError, NotFound, Refused
from meshwright.model.mesh import Person
from meshwright.model.product import DataProduct

DATA = Path(__file__).parents[1] / "data" / "dbt" / "v12"
OLDEST = DATA.with_name("v10")
MANIFEST = json.loads((DATA / "manifest.json").read_text())
CATALOG = json.loads((DATA / "catalog.json").read_text())
PUBLIC = Choice()
FIONA = Person("fiona", "Fiona", "fiona@example.com")

Change = Callable[[dict[str, Any]], object]


def project(change: Change = lambda _: None) -> Any:
    manifest = json.loads(json.dumps(MANIFEST))
    change(manifest)
    return read_project(Foreign(manifest), Foreign(CATALOG))


def models(manifest: dict[str, Any]) -> dict[str, Any]:
    nodes: dict[str, Any] = manifest["nodes"]
    return {id_.removeprefix("model.jaffle_shop."): node for id_, node in nodes.items() if id_.startswith("model.")}


def made(change: Change = lambda _: None, *, choice: Choice = PUBLIC, people: tuple[Person, ...] = ()) -> Any:
    return drafted(project(change), choice, Target("jaffle", people))


def draft(name: str, drafts: tuple[Draft, ...]) -> Any:
    return next(d.manifest for d in drafts if d.address == ProductAddress("jaffle", name))


@pytest.fixture
def root(shop: Path) -> Path:
    """A mesh with a domain, and dbt's files beside it."""
    said("new", "domain", "jaffle")
    for name in ("manifest.json", "catalog.json"):
        shutil.copy(DATA / name, shop.parent)
    return shop


def products(root: Path) -> dict[str, DataProduct]:
    loaded = load(root)
    assert [d for d in loaded.diagnostics if d.severity == "error"] == []
    return {p.address.product: p for p in loaded.mesh.products}


def test_what_is_imported_is_sound(root: Path) -> None:
    done = said("import", "dbt", "../manifest.json", "--domain", "jaffle", "--format", "json")
    assert done.return_value == 0
    assert json.loads(done.stdout)["written"] == [
        f"domains/jaffle/{name}/product.yaml" for name in ("customers", "daily-revenue", "orders")
    ]
    assert {d["code"] for d in json.loads(done.stdout)["diagnostics"]} <= {"MW0115"}
    assert set(products(root)) == {"customers", "daily-revenue", "orders"}


def test_a_version_is_a_major_and_the_warehouse_serves_each(root: Path) -> None:
    said("import", "dbt", "../manifest.json", "--domain", "jaffle")
    orders = products(root)["orders"]
    assert [(p.version, p.tables[0].virtual and p.tables[0].virtual.table) for p in orders.outputs] == [
        ("1.0.0", "main_marts.orders_v1"),
        ("2.0.0", "main_marts.orders_v2"),
    ]
    assert {t.virtual.connection for p in orders.outputs for t in p.tables if t.virtual} == {"duckdb-jaffle"}


def test_columns_and_tests_are_the_contract() -> None:
    (port,) = draft("customers", made().drafts)["outputPorts"]
    table = port["contract"]["schema"][0]
    assert table["properties"] == [
        {"name": "customer_id", "logicalType": "integer", "primaryKey": True, "description": "The customer."},
        {"name": "first_name", "logicalType": "string", "description": "What they are called."},
        {
            "name": "email",
            "logicalType": "string",
            "description": "Where mail reaches them.",
            "classification": "personal",
            "quality": [{"metric": "duplicateValues", "mustBe": 0, "severity": "warning"}],
        },
        {"name": "joined_on", "logicalType": "date", "description": "Their first day."},
    ]
    assert table["customProperties"] == [{"property": "retention", "value": "2y"}]


def test_accepted_values_and_relationships_have_their_words_in_odcs() -> None:
    columns = draft("orders", made().drafts)["outputPorts"][1]["contract"]["schema"][0]["properties"]
    by_name = {c["name"]: c for c in columns}
    assert by_name["status"]["quality"] == [
        {"metric": "invalidValues", "arguments": {"validValues": ["placed", "shipped", "returned"]}, "mustBe": 0}
    ]
    assert by_name["customer_id"]["relationships"] == [{"to": "customers.customer_id"}]
    assert (by_name["customer_id"]["required"], by_name["order_id"]["primaryKey"]) == (True, True)


def test_a_column_that_is_unique_and_may_be_null_is_no_key() -> None:
    column = draft("daily-revenue", made().drafts)["outputPorts"][0]["contract"]["schema"][0]["properties"][0]
    assert column == {"name": "day", "logicalType": "date", "unique": True}


def test_the_oldest_manifest_that_is_read_says_the_same() -> None:
    manifest, catalog = (json.loads((OLDEST / f"{name}.json").read_text()) for name in ("manifest", "catalog"))
    project = read_project(Foreign(manifest), Foreign(catalog))
    assert drafted(project, PUBLIC, Target("jaffle")) == made()


def test_the_nearest_products_upstream_are_its_inputs() -> None:
    drafts = made().drafts
    assert draft("orders", drafts)["inputPorts"] == [{"name": "customers", "from": "jaffle.customers:customers@1"}]
    assert draft("daily-revenue", drafts)["inputPorts"] == [{"name": "orders", "from": "jaffle.orders:orders@2"}]


def test_what_cannot_be_taken_over_is_left_to_the_team() -> None:
    assert made(people=(FIONA,)).left == (
        (
            "`customers`: the test `not_null` of `email` has a condition or a threshold, and is not taken over: "
            "write it as a check under `quality`"
        ),
        "`orders` v1 is deprecated, and goes on 2027-06-30: tell its consumers",
    )


@pytest.mark.parametrize(
    ("people", "team"),
    [
        pytest.param(
            (), {"members": [{"username": "fiona@example.com", "role": "productOwner"}]}, id="nobody is listed"
        ),
        pytest.param((FIONA,), {"members": [{"username": "fiona", "role": "productOwner"}]}, id="by mail"),
        pytest.param((Person("ada"),), None, id="somebody else"),
    ],
)
def test_the_owner_of_a_group_owns_its_products(people: tuple[Person, ...], team: object) -> None:
    assert draft("customers", made(people=people).drafts).get("team") == team


def test_a_model_is_chosen_by_name_whoever_may_see_it() -> None:
    assert [str(d.address) for d in made(choice=Choice(("stg_orders",))).drafts] == ["jaffle.stg-orders"]
    assert len(made(choice=Choice(all=True)).drafts) == 4


def change_customers(**keys: Any) -> Change:
    return lambda manifest: models(manifest)["customers"].update(keys)


def change_config(**keys: Any) -> Change:
    return lambda manifest: models(manifest)["customers"]["config"].update(keys)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param(
            change_config(materialized="ephemeral"), "`customers` is left out: it is ephemeral", id="ephemeral"
        ),
        pytest.param(change_customers(version="beta"), "`customers` vbeta is left out", id="version without a number"),
        pytest.param(
            lambda m: models(m)["customers"]["columns"]["email"].update(data_type="geography"),
            "`customers`: `email` is of the type `geography`",
            id="type",
        ),
        pytest.param(
            lambda m: models(m)["customers"]["columns"].update(age={"name": "age"}),
            "`customers`: nobody says the type of `age`",
            id="no type",
        ),
    ],
)
def test_what_cannot_be_served_or_said_is_told(change: Change, told: str) -> None:
    assert any(told in line for line in made(change).left)


@pytest.mark.parametrize(
    ("change", "choice", "told"),
    [
        pytest.param(lambda m: m.update(metadata={}), Choice(), "not the manifest of a dbt project", id="no dbt"),
        pytest.param(
            lambda m: m["metadata"].update(dbt_schema_version="https://schemas.getdbt.com/dbt/manifest/v7.json"),
            Choice(),
            "schema v7",
            id="old",
        ),
        pytest.param(lambda m: m.update(nodes={}), Choice(), "no public model", id="nothing public"),
        pytest.param(lambda _: None, Choice(("ordesr",)), "no model `ordesr`", id="unknown model"),
        pytest.param(change_customers(name="ORDERS"), Choice(), "would be the same product", id="names alike"),
        pytest.param(change_customers(name="顧客"), Choice(), "cannot be a product's name", id="no name"),
    ],
)
def test_what_cannot_be_imported_is_refused(change: Change, choice: Choice, told: str) -> None:
    with pytest.raises((Refused, NotFound), match=told):
        made(change, choice=choice)


def test_nothing_is_written_over_unasked(root: Path) -> None:
    words = ("import", "dbt", "../manifest.json", "--domain", "jaffle", "--select", "customers")
    said(*words)
    manifest = root / "domains" / "jaffle" / "customers" / "product.yaml"
    written = manifest.read_text()
    manifest.write_text("mine")
    with pytest.raises(Refused, match="exists already"):
        said("import", "dbt", "../manifest.json", "--domain", "jaffle")
    assert manifest.read_text() == "mine"
    assert not (root / "domains" / "jaffle" / "orders").exists()
    said(*words, "--force")
    assert manifest.read_text() == written


def test_a_secret_is_refused_before_anything_is_written(root: Path) -> None:
    manifest = json.loads((root.parent / "manifest.json").read_text())
    models(manifest)["customers"]["description"] = "Read by postgresql://ana:hunter2" + "@db.example/shop."
    (root.parent / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(Refused, match="there is a password in a URL in this file") as refused:
        said("import", "dbt", "../manifest.json", "--domain", "jaffle")
    assert "hunter2" not in f"{refused.value} {refused.value.hint}"
    assert not (root / "domains" / "jaffle" / "customers").exists()


def test_a_domain_that_is_not_there_is_refused(root: Path) -> None:
    with pytest.raises(NotFound, match="no domain `jafle`"):
        said("import", "dbt", "../manifest.json", "--domain", "jafle")


def test_a_file_that_is_not_json_is_refused(root: Path) -> None:
    Path("broken.json").write_text("{")
    with pytest.raises(Refused, match="is not JSON"):
        said("import", "dbt", "broken.json", "--domain", "jaffle")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NODES = MANIFEST["nodes"]
PATHS = [
    ("groups", "group.jaffle_shop.finance", "owner"),
    ("nodes",),
    *[("nodes", id_, key) for id_ in NODES if id_.startswith("model.") for key in NODES[id_]],
    *[("nodes", id_, key) for id_ in NODES if id_.startswith("test.") for key in ("test_metadata", "config")],
    *[("nodes", "model.jaffle_shop.customers", "columns", "email", key) for key in ("config", "constraints", "meta")],
]


@given(st.sampled_from(PATHS), JSON)
def test_no_structure_makes_it_fail_unforeseen(path: tuple[str, ...], value: object) -> None:
    def change(manifest: dict[str, Any]) -> None:
        inner = manifest
        for key in path[:-1]:
            inner = inner[key]
        inner[path[-1]] = value

    with contextlib.suppress(MeshError):
        made(change, choice=Choice(all=True))


WAREHOUSE = """
CREATE SCHEMA main_marts;
CREATE TABLE main_marts.customers AS
    SELECT 1 AS customer_id, 'Ada' AS first_name, 'ada@example.com' AS email, DATE '2025-11-01' AS joined_on;
CREATE TABLE main_marts.orders_v1 AS
    SELECT 1 AS order_id, 1 AS customer_id, 'placed' AS status, TIMESTAMP '2026-01-02 08:00:00' AS ordered_at;
CREATE TABLE main_marts.orders_v2 AS
    SELECT *, CAST(12 AS DECIMAL(18, 2)) AS amount, [1200] AS history FROM main_marts.orders_v1;
CREATE TABLE main_marts.daily_revenue AS
    SELECT CAST(ordered_at AS DATE) AS day, amount AS revenue FROM main_marts.orders_v2;
"""


@pytest.fixture
def warehouse(root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The tables that dbt has built, where the connection leads."""
    file = root.parent / "jaffle.duckdb"
    with duckdb.connect(file) as connection:
        connection.execute(WAREHOUSE)
    monkeypatch.setenv("MESH_CONN_DUCKDB_JAFFLE", f"duckdb:///{file}")
    return file


def test_what_is_imported_is_checked_and_served_where_dbt_built_it(root: Path, warehouse: Path) -> None:
    said("import", "dbt", "../manifest.json", "--domain", "jaffle")
    said("run", "jaffle.daily-revenue", "--upstream")
    assert said("query", "SELECT amount FROM jaffle.orders.orders_v2").stdout == "amount\n12\n"


def test_what_breaks_a_promise_of_dbts_tests_is_not_published(root: Path, warehouse: Path) -> None:
    said("import", "dbt", "../manifest.json", "--domain", "jaffle")
    with duckdb.connect(warehouse) as connection:
        connection.execute("UPDATE main_marts.orders_v2 SET status = 'lost'")
    with pytest.raises(ChecksFailed, match="status-invalid-values"):
        said("run", "jaffle.orders", "--upstream")
