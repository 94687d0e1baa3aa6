"""A table of BigQuery becomes a product that BigQuery serves, by what BigQuery says of it."""

import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from google.cloud import bigquery
from tests.engines.emulator import PROJECT
from tests.interop.standard import manifest_of, plain, said

from meshwright.engine.bigquery.connection import Warehouse, open_warehouse
from meshwright.model.address import ProductAddress
from meshwright.model.errors import MeshError, NotFound

pytestmark = pytest.mark.xdist_group("bigquery")

NESTED = (bigquery.SchemaField("sku", "STRING"), bigquery.SchemaField("amount", "NUMERIC"))
ORDERS = (
    bigquery.SchemaField("order_id", "STRING", "REQUIRED", description="As the shop counts them."),
    bigquery.SchemaField("pieces", "INT64"),
    bigquery.SchemaField("price", "NUMERIC"),
    bigquery.SchemaField("weight", "FLOAT64"),
    bigquery.SchemaField("is_gift", "BOOL"),
    bigquery.SchemaField("placed_on", "DATE"),
    bigquery.SchemaField("placed_at", "TIMESTAMP"),
    bigquery.SchemaField("at_noon", "TIME"),
    bigquery.SchemaField("more", "JSON"),
    bigquery.SchemaField("name", "STRING"),
    bigquery.SchemaField("buyer", "RECORD", fields=(bigquery.SchemaField("email", "STRING"),)),
    bigquery.SchemaField("labels", "STRING", "REPEATED"),
    bigquery.SchemaField("items", "RECORD", "REPEATED", fields=NESTED),
    bigquery.SchemaField("delivered", "DATETIME"),
    bigquery.SchemaField("photo", "BYTES"),
)
ROW = """
'a', 2, 2.5, 0.1, TRUE, DATE '2026-01-01', TIMESTAMP '2026-01-01 08:00:00+00', TIME '12:00:00', JSON '{"x": 1}', 'ann',
STRUCT('ann@acme.org' AS email), ['red', 'small'], [STRUCT('s1' AS sku, NUMERIC '1.5' AS amount)],
DATETIME '2026-01-02 08:00:00', b'x'
"""


@dataclass
class Imported:
    """A mesh, with an environment on BigQuery, and a dataset there that is a domain's own."""

    root: Path
    warehouse: Warehouse
    dataset: str

    def table(self, product: str) -> dict[str, Any]:
        (port,) = plain(manifest_of(self.root, ProductAddress("sales", product)))["outputPorts"]
        (schema,) = port["contract"]["schema"]
        assert isinstance(schema, dict)
        return schema


@pytest.fixture(scope="module")
def mesh(bigquery: str, tmp_path_factory: pytest.TempPathFactory) -> Any:
    name = f"own_{uuid.uuid4().hex[:8]}"
    home = tmp_path_factory.mktemp("import")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(home)
        said("new", "mesh", "shop")
        patch.chdir(home / "shop")
        said("new", "domain", "sales")
        written = home / "shop/mesh.yaml"
        data = f"bigquery://{PROJECT}/t{uuid.uuid4().hex[:8]}?endpoint={bigquery}"
        cloud = f'environments:\n  cloud: {{engine: bigquery, data: "{data}"}}\n'
        written.write_text(written.read_text().replace("environments:\n", cloud))
        patch.setenv("MESH_CONN_SHOP_BQ", f"bigquery://{PROJECT}/{name}?endpoint={bigquery}")
        warehouse = open_warehouse(data)
        warehouse.make_dataset(name)
        _fill(warehouse, name)
        yield Imported(home / "shop", warehouse, name)


def _fill(warehouse: Warehouse, dataset: str) -> None:
    made = bigquery.Table(f"{PROJECT}.{dataset}.orders", schema=ORDERS)
    made.description = "One row per order."
    made.labels = {"team": "shop"}
    made.time_partitioning = bigquery.TimePartitioning(field="placed_on")
    made.clustering_fields = ["order_id", "pieces"]
    warehouse.client.create_table(made)
    warehouse.run(f"INSERT INTO `{dataset}.orders` VALUES ({ROW})")
    warehouse.run(f"CREATE VIEW `{dataset}.seen` AS SELECT order_id, price FROM `{dataset}.orders`")


def test_what_bigquery_says_of_a_table_is_its_contract(mesh: Imported) -> None:
    done = said("import", "table", "shop-bq", "orders", "--domain", "sales")
    assert said("validate").stdout == "found nothing wrong\n"
    schema = mesh.table("orders")
    assert schema["description"] == "One row per order."
    assert schema["properties"] == [
        {
            "name": "order_id",
            "logicalType": "string",
            "required": True,
            "description": "As the shop counts them.",
        },
        {"name": "pieces", "logicalType": "integer"},
        {"name": "price", "logicalType": "number"},
        {"name": "weight", "logicalType": "number"},
        {"name": "is_gift", "logicalType": "boolean"},
        {"name": "placed_on", "logicalType": "date"},
        {"name": "placed_at", "logicalType": "timestamp"},
        {"name": "at_noon", "logicalType": "time"},
        {"name": "more", "logicalType": "object"},
        {"name": "name", "logicalType": "string"},
        {"name": "buyer", "logicalType": "object"},
        {"name": "labels", "logicalType": "array"},
        {"name": "items", "logicalType": "array"},
    ]
    lies = "partitioned by the DAY of `placed_on` and clustered by `order_id`, `pieces`"
    assert done.stderr.splitlines() == [
        "• `orders` has no primary key: write `primaryKey: true` to the columns that tell its rows apart",
        "• `delivered` is left out, for it is a `DATETIME`, which is in no zone: have a view make a `TIMESTAMP` of it",
        "• `photo` is left out, for it is a `BYTES`: have a view give it as another type",
        "• `buyer` is `STRUCT<email STRING>`: the contract says `object`, and not what is in it",
        "• `labels` is `ARRAY<STRING>`: the contract says `array`, and not what is in it",
        "• `items` is `ARRAY<STRUCT<sku STRING, amount NUMERIC>>`: the contract says `array`, and not what is in it",
        f"• it is {lies}: its store keeps it so, and no manifest says it",
        "• it has the labels `team: shop`, which are not taken over: `tags` are words to find it by",
    ]


def test_a_view_is_taken_over_too(mesh: Imported) -> None:
    said("import", "table", "shop-bq", f"{mesh.dataset}.seen", "--product", "sales.offers")
    assert [c["name"] for c in mesh.table("offers")["properties"]] == ["order_id", "price"]
    assert said("validate").stdout == "found nothing wrong\n"


@pytest.mark.parametrize(
    ("table", "error", "hint"),
    [
        pytest.param("ordres", NotFound, "did you mean `orders`?", id="table"),
        pytest.param("nowhere.orders", NotFound, "", id="dataset"),
    ],
)
def test_what_is_not_there_is_told(mesh: Imported, table: str, error: type[MeshError], hint: str) -> None:
    with pytest.raises(error) as caught:
        said("import", "table", "shop-bq", table, "--product", "sales.nothing")
    assert hint in caught.value.hint
    assert not manifest_of(mesh.root, ProductAddress("sales", "nothing")).exists()


def test_what_is_imported_is_checked_and_read_where_it_is(mesh: Imported) -> None:
    said("import", "table", "shop-bq", "orders", "--product", "sales.served")
    checked = said("check", "sales.served", "--env", "cloud").stdout
    assert checked.endswith("2 of 2 checks passed\n"), checked
    said("run", "sales.served", "--env", "cloud")
    asked = "SELECT order_id, labels[OFFSET(0)] AS first, buyer.email FROM sales.served.orders"
    assert said("query", asked, "--env", "cloud").stdout.split() == [
        "order_id",
        "first",
        "email",
        "a",
        "red",
        "ann@acme.org",
    ]
    served = f"`{mesh.dataset}.orders`"
    mesh.warehouse.run(f"DROP TABLE {served}")
    mesh.warehouse.run(f"CREATE TABLE {served} AS SELECT 'a' AS order_id, 'red' AS labels")
    assert "`labels` is STRING, not array" in said("check", "sales.served", "--env", "cloud").stdout
