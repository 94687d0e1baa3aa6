"""Every building block that reads a domain's own data is started, run and asserted against a real source."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from tests.engine.api import Records, serving
from tests.kafka import kafka, send
from tests.postgres import postgres

from meshwright.cli.main import mesh
from meshwright.model.naming import connection_variable

DAY = "2013-01-01/2013-01-02"
ROWS = [
    {"order_id": "a", "placed_at": "2013-01-01T08:00:00Z", "price": 12.5},
    {"order_id": "b", "placed_at": "2013-01-01T23:59:59Z", "price": 0.1},
]
LATER = {"order_id": "c", "placed_at": "2013-01-02T00:00:00Z", "price": 3}
"""Of the next interval: no run for the day may have it."""

COLUMNS = "columns=order_id, placed_at:timestamp, price:number"


def said(*words: str) -> str:
    return CliRunner().invoke(mesh, words, catch_exceptions=False, standalone_mode=False).stdout


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    said("new", "mesh", "corner-shop")
    monkeypatch.chdir(tmp_path / "corner-shop")
    said("new", "domain", "shop")
    return tmp_path


Connected = Callable[[Path], Iterator[tuple[str, list[str]]]]


def csv(folder: Path) -> Iterator[tuple[str, list[str]]]:
    for day, rows in (("01", ROWS), ("02", [LATER])):
        lines = [",".join(map(str, row.values())) for row in rows]
        (folder / f"2013-01-{day}.csv").write_text("\n".join(["order_id,placed_at,price", *lines]) + "\n")
    yield folder.as_uri(), ["--template", "files", "every=1d", "path={start:%Y-%m-%d}.csv"]


def table(url: str) -> None:
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE orders (order_id TEXT, placed_at TIMESTAMP, price NUMERIC(9, 2))")
        for row in (*ROWS, LATER):
            connection.execute(sa.text("INSERT INTO orders VALUES (:order_id, :placed_at, :price)"), row)
    engine.dispose()


def sqlite(folder: Path) -> Iterator[tuple[str, list[str]]]:
    url = f"sqlite:///{folder / 'shop.db'}"
    table(url)
    yield url, ["--template", "database", "table=orders"]


def postgresql(_: Path) -> Iterator[tuple[str, list[str]]]:
    with postgres() as url:
        table(url.replace("postgresql://", "postgresql+psycopg://"))
        yield url, ["--template", "database", "table=public.orders"]


def http(_: Path) -> Iterator[tuple[str, list[str]]]:
    with serving(Records([*ROWS, LATER])) as url:
        yield url, ["--template", "http", "path=linked", "paginate=link", "since=since"]


def topic(_: Path) -> Iterator[tuple[str, list[str]]]:
    with kafka() as url:
        send(url, "orders", {**ROWS[0], "placed_at": "2012-12-31T23:00:00Z", "price": 9}, *ROWS)
        yield url, ["--template", "kafka"]


@pytest.mark.parametrize(
    "source", [csv, sqlite, pytest.param(postgresql, marks=pytest.mark.postgres), http, topic], ids=lambda f: f.__name__
)
def test_a_new_product_reads_its_source(root: Path, monkeypatch: pytest.MonkeyPatch, source: Connected) -> None:
    for url, words in source(root):
        said("new", "product", "shop.orders", *words, "connection=shop-source", COLUMNS)
        assert said("validate") == "found nothing wrong\n"
        monkeypatch.setenv(connection_variable("shop-source"), url)
        run: Any
        (run,) = json.loads(said("run", "shop.orders", "--interval", DAY, "--format", "json"))
        assert not run["publish"].get("synthetic")
        assert all(check["passed"] for check in run["checks"])
        sql = "SELECT order_id, price FROM shop.orders.orders ORDER BY 1"
        answer = json.loads(said("query", sql, "--format", "json"))
        assert answer == [{"order_id": "a", "price": 12.5}, {"order_id": "b", "price": 0.1}]
