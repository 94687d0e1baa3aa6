"""Logs are looked into by one DuckDB, which threads share, forks do not, and no file stays attached to."""

import multiprocessing
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.engines.shop import SALES, Shop

from meshwright.engine.duckdb.reading import reading
from meshwright.model.errors import Corrupt
from meshwright.model.publish import Publish


def logged(shop: Shop) -> tuple[Publish, ...]:
    return shop.engine.publishes(SALES)


def test_a_file_is_let_go_of(shop: Shop) -> None:
    shop.sell(0, [("a", 1)])
    assert len(logged(shop)) == 1
    opened = [str(link.readlink()) for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    assert not [path for path in opened if str(shop.feed.parent) in path]


def test_threads_take_turns(shop: Shop) -> None:
    shop.sell(0, [("a", 1)])
    ready = threading.Barrier(4)

    def look(_: int) -> list[tuple[Publish, ...]]:
        ready.wait()
        return [logged(shop) for _ in range(10)]

    with ThreadPoolExecutor(4) as threads:
        assert {log for logs in threads.map(look, range(4)) for log in logs} == {logged(shop)}


def test_a_fork_reads_by_itself_even_while_its_parent_does(shop: Shop) -> None:
    shop.sell(0, [("a", 1)])
    context = multiprocessing.get_context("fork")
    found = context.SimpleQueue()
    with reading(shop.feed.parent / "data/marketplace/sales/data.duckdb", "looked_at") as parent:
        child = context.Process(target=lambda: found.put(len(logged(shop))))
        child.start()
        child.join(60)
        assert (child.exitcode, found.get()) == (0, 1)
        assert parent.execute("SELECT count(*) FROM looked_at.sales").fetchone() == (1,)
    assert len(logged(shop)) == 1


def test_what_is_no_file_of_the_store_is_told_and_the_next_is_read(shop: Shop, tmp_path: Path) -> None:
    shop.sell(0, [("a", 1)])
    file = shop.feed.parent / "data/marketplace/sales/data.duckdb"
    whole = file.read_bytes()
    file.write_bytes(b"no database" * 1000)
    with pytest.raises(Corrupt):
        logged(shop)
    file.write_bytes(whole)
    assert len(logged(shop)) == 1
