"""What the tests of DuckDB share."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.engines.shop import Shop
from tests.kafka import kafka

from meshwright.engine.registry import open_engine
from meshwright.model.identity import Secret


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    feed = tmp_path / "feed"
    feed.mkdir()
    data = str(tmp_path / "data")
    return Shop(open_engine("duckdb", data, connections={"shop": Secret(feed.as_uri())}.get, threads=1), feed)


@pytest.fixture(scope="session")
def broker() -> Iterator[str]:
    """Give the URL of a broker of Kafka, one for all tests: each has topics of its own."""
    with kafka() as url:
        yield url
