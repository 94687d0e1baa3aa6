"""Each building block, as `mesh new` writes it, runs on a real source, and gives the rows that are there."""

import csv
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from pyarrow.parquet import write_table
from tests.engine.api import Records, serving
from tests.kafka import kafka, send
from tests.postgres import postgres

from meshwright.actions.new import BLOCKS
from meshwright.cli.main import mesh

pytestmark = [pytest.mark.postgres, pytest.mark.xdist_group("templates")]

DAY = "2026-01-01/2026-01-02"
ROWS = [
    {"id": "a", "happened_at": "2026-01-01T00:00:00Z", "amount": 1.5},
    {"id": "b", "happened_at": "2026-01-01T08:30:00Z", "amount": -0.05},
    {"id": "ü", "happened_at": "2026-01-01T23:59:59Z", "amount": 2000000},
]
LATER = {"id": "z", "happened_at": "2026-01-02T00:00:00Z", "amount": 9}
"""Of the day after, which no run asks for; a topic has no days."""

FIRST = {"id": "a", "happened_at": "2025-12-31T23:00:00Z", "amount": 9}
"""A message that a later one of the same key takes the place of."""

SOURCES = {
    "csv": ("files", ["path=orders/{start:%Y-%m-%d}.csv", "every=1d"]),
    "json": ("files", ["path=orders/{start:%Y-%m-%d}.json", "every=1d", "format=json"]),
    "parquet": ("files", ["path=orders/{start:%Y-%m-%d}.parquet", "every=1d", "format=parquet"]),
    "postgresql": ("database", ["table=public.orders"]),
    "sqlite": ("database", ["table=orders", "connection=shop-till"]),
    "http": ("http", ["path=linked", "paginate=link", "since=since"]),
    "kafka": ("kafka", ["topic=orders"]),
}
"""Blocks that read a source, each with the answers that it is begun with."""

UPSTREAM = ["from=shop.orders:orders"]
DERIVED = ("sql", "python", "dbt", "ledger")
MADE_BY = {
    "python": ["product.yaml", "requirements.lock", "by-python.py"],
    "dbt": [
        *("dbt/dbt_project.yml", "dbt/models/sources.yml", "dbt/models/by-dbt.sql"),
        *("product.yaml", "requirements.lock"),
    ],
}
"""The files of blocks that are not made by SQL."""


def said(*words: str, **variables: str) -> Result:
    return CliRunner(env=variables).invoke(mesh, words, catch_exceptions=False, standalone_mode=False)


def added(root: Path, product: str, block: str, *answers: str) -> list[str]:
    """Add a product to the mesh; return the files of its folder that were written."""
    words = ["new", "product", product, "--template", block, "--mesh", str(root), "--format", "json", *answers]
    home = f"domains/{product.replace('.', '/')}/"
    return [file.removeprefix(home) for file in json.loads(said(*words).stdout)["written"] if file.startswith(home)]


def ran(root: Path, product: str, places: Mapping[str, str], *more: str) -> dict[str, Any]:
    """Run a product; return what came of it."""
    done = said("run", product, "--mesh", str(root), "--format", "json", *more, **places)
    assert done.return_value in (None, 0), done.output
    (outcome,) = json.loads(done.stdout)
    assert "synthetic" not in outcome["publish"]
    assert [check for check in outcome["checks"] if not check["passed"]] == []
    return dict(outcome)


def read(root: Path, product: str, places: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return what consumers read of a product."""
    _, _, port = product.replace("-", "_").partition(".")
    columns = "id, strftime(happened_at AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%SZ') AS happened_at, amount"
    sql = f"SELECT {columns} FROM shop.{port}.{port} ORDER BY id"
    return list(json.loads(said("query", sql, "--mesh", str(root), "--format", "json", **places).stdout))


def deliver(path: Path, rows: list[dict[str, Any]]) -> None:
    """Write the rows of a day as files of each format."""
    path.with_suffix(".json").write_text("".join(json.dumps(row) + "\n" for row in rows))
    with path.with_suffix(".csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(LATER))
        writer.writeheader()
        writer.writerows(rows)
    table = pa.Table.from_pylist([row | {"happened_at": datetime.fromisoformat(row["happened_at"])} for row in rows])
    write_table(table, path.with_suffix(".parquet"))


def fill(url: str) -> None:
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE orders (id TEXT, happened_at TIMESTAMP, amount NUMERIC(12, 2))")
        connection.execute(sa.text("INSERT INTO orders VALUES (:id, :happened_at, :amount)"), [*ROWS, LATER])
    engine.dispose()


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Give the URLs of real sources: a folder, PostgreSQL, an API and a broker, each with the same rows."""
    folder = tmp_path_factory.mktemp("drop")
    (folder / "orders").mkdir()
    for day, rows in (("2026-01-01", ROWS), ("2026-01-02", [LATER])):
        deliver(folder / "orders" / day, rows)
    till = f"sqlite:///{folder / 'till.db'}"
    fill(till)
    with postgres() as server, serving(Records([*ROWS, LATER])) as api, kafka() as broker:
        fill(server.replace("postgresql://", "postgresql+psycopg://"))
        send(broker, "orders", FIRST, *ROWS)
        yield {
            "MESH_CONN_SHOP_FILES": folder.as_uri(),
            "MESH_CONN_SHOP_DB": server,
            "MESH_CONN_SHOP_TILL": till,
            "MESH_CONN_SHOP_STORE": server,
            "MESH_CONN_SHOP_API": api,
            "MESH_CONN_SHOP_KAFKA": broker,
        }


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory, places: dict[str, str]) -> Path:
    """A new mesh, whose `shop.orders` has published what is in the database."""
    folder = tmp_path_factory.mktemp("meshes")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        said("new", "mesh", "corner-shop")
        patch.chdir(folder / "corner-shop")
        said("new", "domain", "shop")
    root = folder / "corner-shop"
    added(root, "shop.orders", "database", "table=public.orders")
    ran(root, "shop.orders", places, "--interval", DAY)
    return root


def test_every_block_is_run_here() -> None:
    assert {*(block for block, _ in SOURCES.values()), *DERIVED, "virtual"} == {*BLOCKS}


@pytest.mark.parametrize("source", SOURCES)
def test_a_source_gives_the_rows_of_the_day(root: Path, places: dict[str, str], source: str) -> None:
    block, answers = SOURCES[source]
    added(root, f"shop.from-{source}", block, *answers)
    ran(root, f"shop.from-{source}", places, "--interval", DAY)
    assert read(root, f"shop.from-{source}", places) == ROWS


@pytest.mark.parametrize("block", DERIVED)
def test_what_is_made_of_a_product_has_the_rows_that_it_published(
    root: Path, places: dict[str, str], block: str
) -> None:
    files = added(root, f"shop.by-{block}", block, *UPSTREAM)
    assert files == MADE_BY.get(block, ["product.yaml", f"by-{block}.sql"])
    outcome = ran(root, f"shop.by-{block}", places)
    (read_of,) = outcome["publish"]["inputs"]
    assert read_of["publish_id"], "it has read what was published"
    assert read(root, f"shop.by-{block}", places) == ROWS


def test_a_ledger_chains_what_it_was_given_and_adds_nothing_twice(root: Path, places: dict[str, str]) -> None:
    added(root, "shop.book", "ledger", *UPSTREAM)
    ran(root, "shop.book", places)
    ran(root, "shop.book", places, "--interval", DAY)
    sql = "SELECT id, previous_hash FROM shop.book.book ORDER BY sequence"
    entries = json.loads(said("query", sql, "--mesh", str(root), "--format", "json", **places).stdout)
    assert [entry["id"] for entry in entries] == ["a", "b", "ü"]
    assert len({entry["previous_hash"] for entry in entries}) == len(entries)


def test_messages_that_can_be_no_rows_are_told_and_shown(root: Path, places: dict[str, str]) -> None:
    send(places["MESH_CONN_SHOP_KAFKA"], "poisoned", *ROWS, b"{")
    added(root, "shop.poisoned", "kafka", "topic=poisoned")
    manifest = root / "domains/shop/poisoned/product.yaml"
    text = manifest.read_text()
    manifest.write_text(text.replace("topic: poisoned\n", "topic: poisoned\n      quarantine: {atMost: 50%}\n"))
    told = said("run", "shop.poisoned", "--interval", DAY, "--mesh", str(root), **places).stdout
    assert "source-readable: 1 of the messages of input `source` can be no rows" in told
    assert "`mesh status shop.poisoned --quarantine` shows the rows that were set aside" in told
    assert read(root, "shop.poisoned", places) == ROWS
    words = ["status", "shop.poisoned", "--quarantine", "--mesh", str(root)]
    (row,) = json.loads(said(*words, "--format", "json").stdout)
    assert (row["table"], row["input"], row["checks"]) == (None, "source", ["source-readable"])
    assert (row["row"]["offset"], row["row"]["message"]) == (3, "{")
    assert "input source" in said(*words).stdout


def test_a_virtual_product_is_checked_and_read_where_it_is(root: Path, places: dict[str, str]) -> None:
    added(root, "shop.served", "virtual", "table=public.orders")
    ran(root, "shop.served", places)
    assert read(root, "shop.served", places) == [*ROWS[:2], LATER, ROWS[2]]


def test_all_that_was_written_is_sound(root: Path) -> None:
    done = said("validate", "--mesh", str(root))
    assert done.stdout == "found nothing wrong\n", done.stderr
