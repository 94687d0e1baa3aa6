"""A table of a database becomes a product that the database serves, by what the database says of it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from tests.interop.standard import manifest_of, plain, said
from tests.postgres import postgres

from meshwright.model.address import ProductAddress
from meshwright.model.errors import FinalError, MeshError, NotFound, SourceBroken, SourceNotReady

SQLITE = """
CREATE TABLE customers (id INTEGER PRIMARY KEY);
CREATE TABLE orders (
    order_id TEXT PRIMARY KEY,
    customer INTEGER NOT NULL REFERENCES customers (id),
    number INTEGER UNIQUE,
    placed_on DATE,
    placed_at TIMESTAMP,
    price NUMERIC(9, 2) CHECK (price > 0),
    is_gift BOOLEAN,
    more JSON,
    name VARCHAR(20),
    "List Price" NUMERIC,
    shape GEOMETRY,
    loose,
    UNIQUE (customer, placed_on)
);
CREATE UNIQUE INDEX one_gift ON orders (customer) WHERE is_gift;
CREATE UNIQUE INDEX lower_name ON orders (lower(name));
CREATE VIEW seen AS SELECT order_id, price FROM orders;
CREATE TABLE "at sea" ("ship no" INTEGER, "row" INTEGER, PRIMARY KEY ("ship no", "row"));
INSERT INTO orders (order_id, customer, number, price, placed_at, more) VALUES
    ('a', 1, 1, 2.5, '2026-01-01 08:00:00', '{"x": 1}'), ('b', 2, 2, 4, NULL, NULL);
"""
POSTGRES = """
CREATE SCHEMA sales;
CREATE TYPE sales.state AS ENUM ('open', 'paid');
CREATE TABLE sales.orders (
    order_id uuid PRIMARY KEY,
    state sales.state NOT NULL,
    quantity integer CHECK (quantity > 0),
    price numeric(9, 2),
    weight double precision,
    placed_at timestamptz,
    placed_on date,
    at_noon time,
    more jsonb,
    labels text[],
    place point,
    UNIQUE (placed_on, at_noon)
);
COMMENT ON TABLE sales.orders IS 'One row per order.';
COMMENT ON COLUMN sales.orders.price IS 'What was paid, in euro.';
INSERT INTO sales.orders VALUES (
    '8f1c7c52-2f3b-4a53-9d5c-0f6a1c1d7b10', 'paid', 1, 2.5, 0.1, now(), '2026-01-01', '12:00', '{"x": 1}', '{a,b}',
    point(1, 2)
);
CREATE TABLE hidden (id integer PRIMARY KEY);
CREATE ROLE clerk LOGIN;
GRANT USAGE ON SCHEMA sales TO clerk;
"""


def filled(url: str, script: str) -> sa.Engine:
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        for statement in script.split(";\n"):
            connection.exec_driver_sql(statement)
    return engine


@pytest.fixture
def root(shop: Path) -> Path:
    said("new", "domain", "sales")
    return shop


@pytest.fixture
def sqlite(root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[sa.Engine]:
    url = f"sqlite:///{root.parent / 'shop.db'}"
    monkeypatch.setenv("MESH_CONN_SHOP_DB", url)
    engine = filled(url, SQLITE)
    yield engine
    engine.dispose()


def table(root: Path, product: str = "orders") -> dict[str, Any]:
    (port,) = plain(manifest_of(root, ProductAddress("sales", product)))["outputPorts"]
    (schema,) = port["contract"]["schema"]
    assert isinstance(schema, dict)
    return schema


def test_what_sqlite_says_of_a_table_is_its_contract(root: Path, sqlite: sa.Engine) -> None:
    done = said("import", "table", "shop-db", "orders", "--domain", "sales")
    assert said("validate").stdout == "found nothing wrong\n"
    schema = table(root)
    assert schema["properties"] == [
        {"name": "order_id", "logicalType": "string", "primaryKey": True},
        {"name": "customer", "logicalType": "integer", "required": True},
        {"name": "number", "logicalType": "integer", "unique": True},
        {"name": "placed_on", "logicalType": "date"},
        {"name": "placed_at", "logicalType": "timestamp"},
        {"name": "price", "logicalType": "number"},
        {"name": "is_gift", "logicalType": "boolean"},
        {"name": "more", "logicalType": "object"},
        {"name": "name", "logicalType": "string"},
        {"name": "shape", "logicalType": "number"},
        {"name": "loose", "logicalType": "string"},
    ]
    assert schema["quality"] == [
        {"metric": "duplicateValues", "arguments": {"properties": ["customer", "placed_on"]}, "mustBe": 0}
    ]
    as_check = "which is not taken over: write it as a check under `quality`"
    assert done.stderr.splitlines() == [
        "• `List Price` is left out, for it is not a name in SQL: have a view give it one",
        f"• `name` has at most 20 characters, {as_check}",
        "• `shape` is a `GEOMETRY`, for which a contract has no word: it is read as `number`",
        "• `loose` has no type: it is read as `string`",
        f"• `customer` refers to `customers.id`, {as_check}",
        f"• it holds to `price > 0`, {as_check}",
        f"• the index `one_gift` is unique among some rows, or in what it computes, {as_check}",
    ]


def test_what_is_imported_is_checked_and_read_where_it_is(root: Path, sqlite: sa.Engine) -> None:
    said("import", "table", "shop-db", "orders", "--product", "sales.orders")
    assert said("check", "sales.orders").stdout.endswith("6 of 6 checks passed\n")
    said("run", "sales.orders")
    assert said("query", "SELECT SUM(price) AS paid FROM sales.orders.orders").stdout == "paid\n6.5\n"
    with sqlite.begin() as connection:
        connection.exec_driver_sql("UPDATE orders SET order_id = NULL, price = 3")  # SQLite lets keys be null
    assert "2 of 2 rows without a value in `order_id`" in said("check", "sales.orders").stdout
    assert said("query", "SELECT SUM(price) AS paid FROM sales.orders.orders").stdout == "paid\n6\n"
    with sqlite.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE orders DROP COLUMN more")
    assert "there is no column `more`" in said("check", "sales.orders").stdout


def test_a_view_is_taken_over_too(root: Path, sqlite: sa.Engine) -> None:
    done = said("import", "table", "shop-db", "seen", "--product", "sales.offers")
    assert [c["name"] for c in table(root, "offers")["properties"]] == ["order_id", "price"]
    assert "`seen` has no primary key" in done.stderr
    assert said("validate").stdout == "found nothing wrong\n"


def test_half_a_key_is_no_key(root: Path, sqlite: sa.Engine) -> None:
    said("import", "table", "shop-db", "at sea", "--domain", "sales")
    assert table(root, "at-sea")["properties"] == [{"name": "row", "logicalType": "integer"}]


@pytest.mark.parametrize(
    ("words", "error", "hint"),
    [
        pytest.param(("shop-db", "ordres"), NotFound, "did you mean `orders`?", id="table"),
        pytest.param(("shop-dv", "orders"), NotFound, "MESH_CONN_SHOP_DV", id="connection"),
        pytest.param(("files", "orders"), FinalError, "sqlite or postgresql", id="no database"),
        pytest.param(("gone", "orders"), SourceNotReady, "", id="no file"),
    ],
)
def test_what_is_not_there_is_told(
    root: Path,
    sqlite: sa.Engine,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, str],
    error: type[MeshError],
    hint: str,
) -> None:
    monkeypatch.setenv("MESH_CONN_FILES", "file:///srv")
    monkeypatch.setenv("MESH_CONN_GONE", "sqlite:///gone.db")
    with pytest.raises(error) as caught:
        said("import", "table", *words, "--domain", "sales")
    assert hint in caught.value.hint
    assert not manifest_of(root, ProductAddress("sales", "orders")).exists()


@pytest.mark.postgres
def test_what_postgresql_says_of_a_table_is_its_contract(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with postgres() as url:
        monkeypatch.setenv("MESH_CONN_SHOP_DB", url)
        filled(url.replace("postgresql://", "postgresql+psycopg://"), POSTGRES).dispose()
        done = said("import", "table", "shop-db", "sales.orders", "--domain", "sales")
        assert said("validate").stdout == "found nothing wrong\n"
        schema = table(root)
        assert schema["description"] == "One row per order."
        assert schema["properties"] == [
            {"name": "order_id", "logicalType": "string", "primaryKey": True},
            {
                "name": "state",
                "logicalType": "string",
                "required": True,
                "quality": [{"metric": "invalidValues", "arguments": {"validValues": ["open", "paid"]}, "mustBe": 0}],
            },
            {"name": "quantity", "logicalType": "integer"},
            {"name": "price", "logicalType": "number", "description": "What was paid, in euro."},
            {"name": "weight", "logicalType": "number"},
            {"name": "placed_at", "logicalType": "timestamp"},
            {"name": "placed_on", "logicalType": "date"},
            {"name": "at_noon", "logicalType": "time"},
            {"name": "more", "logicalType": "object"},
            {"name": "labels", "logicalType": "array"},
            {"name": "place", "logicalType": "string"},
        ]
        assert "• `place` is a `point`, for which a contract has no word: it is read as `string`" in done.stderr
        assert "it holds to `quantity > 0`" in done.stderr
        checked = said("check", "sales.orders").stdout
        assert checked.endswith("6 of 6 checks passed\n"), checked
        with pytest.raises(NotFound) as missing:
            said("import", "table", "shop-db", "orders", "--domain", "sales")
        assert missing.value.hint == "did you mean `sales.orders`?"
        monkeypatch.setenv("MESH_CONN_SHOP_DB", url.replace("postgres:@", "clerk:@"))
        with pytest.raises(SourceBroken, match="permission denied for table orders"):
            said("import", "table", "shop-db", "sales.orders", "--product", "sales.secret")
