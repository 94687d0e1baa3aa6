"""Consumers read while others publish, in processes of their own, and never see a part of a publish."""

import multiprocessing
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
from tests.engines.shop import NOW, SALES, TABLE, Shop

from meshwright.engine.duckdb.connection import attach
from meshwright.engine.registry import open_engine
from meshwright.model.errors import Busy
from meshwright.model.product import PublishMode

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ROWS = 200
HOURS = 6


def read_until(data: str, deadline: float) -> list[tuple[int, int]]:
    """Return the distinct (rows, prices) that a consumer saw."""
    engine = open_engine("duckdb", data, threads=1)
    seen = set()
    while time.monotonic() < deadline:
        rows = engine.query("SELECT count(*), count(DISTINCT price) FROM sales", (("sales", TABLE),)).rows
        seen.add((int(str(rows[0][0])), int(str(rows[0][1]))))
        if rows[0][1] == HOURS:
            break
    return sorted(seen)


@pytest.mark.parametrize("mode", list(PublishMode))
def test_readers_never_see_a_part_of_a_publish(shop: Shop, mode: PublishMode) -> None:
    shop.mode = mode
    shop.sell(0, [(f"0-{n}", 0) for n in range(ROWS)])
    data = str(shop.feed.parent / "data")
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("fork")) as pool:
        readers = [pool.submit(read_until, data, time.monotonic() + 30) for _ in range(2)]
        for hour in range(1, HOURS):
            shop.run(shop.deliver(hour, _rows(mode, hour)))
        seen = {found for reader in readers for found in reader.result()}
    assert seen <= {(ROWS * prices, prices) for prices in range(1, HOURS + 1)}
    assert len(seen) > 1, "they read while it was published"


def _rows(mode: PublishMode, hour: int) -> list[tuple[str, int]]:
    prices = range(hour + 1) if mode is PublishMode.REPLACE else [hour]
    return [(f"{price}-{n}", price) for price in prices for n in range(ROWS)]


def test_a_reader_keeps_what_it_has_attached(shop: Shop) -> None:
    import duckdb

    shop.sell(0, [("a", 1)])
    file = Path(shop.feed.parent, "data", "marketplace", "sales", "data.duckdb")
    with duckdb.connect() as consumer:
        consumer.execute(f"ATTACH '{file}' AS held (READ_ONLY)")
        shop.sell(1, [("b", 2)])
        assert consumer.execute("SELECT sale_id FROM held.sales").fetchall() == [("a",)]
    assert shop.sales() == [("b", 2)]


class Overtaken:
    """A connection before whose first statement another file takes the place of the one that is to be attached."""

    def __init__(self, connection: "DuckDBPyConnection", finished: Path, place: Path) -> None:
        self.connection, self.finished, self.place = connection, finished, place
        self.said: list[str] = []

    def execute(self, statement: str) -> None:
        if not self.said:
            self.finished.replace(self.place)
        self.said.append(statement.partition(" ")[0])
        self.connection.execute(statement)


def test_a_file_that_takes_the_place_of_another_while_that_is_attached_is_attached_whole(tmp_path: Path) -> None:
    import duckdb

    finished, place = tmp_path / "finished.duckdb", tmp_path / "data.duckdb"
    for path, rows in ((place, 1), (finished, 2)):
        with duckdb.connect(str(path)) as made:
            made.execute(f"CREATE TABLE sales AS FROM range({rows})")
    with duckdb.connect() as consumer:
        overtaken = Overtaken(consumer, finished, place)
        attach(cast("DuckDBPyConnection", overtaken), place, "held")
        assert consumer.execute("SELECT count(*) FROM held.sales").fetchall() == [(2,)]
    assert overtaken.said == ["ATTACH", "DETACH", "ATTACH"]


def publish_it(shop_data: str, product: str, publish_id: str) -> str:
    import json

    from meshwright.model import codec
    from meshwright.model.identity import PublishId
    from meshwright.model.product import DataProduct

    engine = open_engine("duckdb", shop_data, threads=1)
    try:
        engine.publish(codec.load(DataProduct, json.loads(product)), PublishId(publish_id), NOW)
    except Busy:
        return "busy"
    return "published"


def test_of_publishers_in_several_processes_one_wins(shop: Shop) -> None:
    import json

    from meshwright.model import codec

    shop.mode = PublishMode.APPEND
    shop.sell(0, [("a", 1)])
    staged = [shop.engine.stage(shop.work(shop.deliver(1, [("b", 2)])), NOW) for _ in range(4)]
    data, product = str(shop.feed.parent / "data"), json.dumps(codec.dump(shop.product))
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("fork")) as pool:
        outcomes = [pool.submit(publish_it, data, product, str(s.publish_id)) for s in staged]
        assert sorted(o.result() for o in outcomes) == ["busy", "busy", "busy", "published"]
    assert shop.sales() == [("a", 1), ("b", 2)]
    assert len(shop.engine.publishes(SALES)) == 2
