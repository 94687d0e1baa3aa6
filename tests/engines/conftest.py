"""Every engine behaves the same: a test here runs on each of them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.engines.shop import ENGINES, Shop

from meshwright.engine.registry import no_keys, open_engine
from meshwright.model.identity import Keys, Secret


@pytest.fixture(params=ENGINES)
def open_shop(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., Shop]:
    feed = tmp_path / "feed"
    feed.mkdir()
    data, connections = str(tmp_path / "data"), {"shop": Secret(feed.as_uri())}.get

    def open_it(keys: Keys = no_keys, **settings: object) -> Shop:
        engine = open_engine(request.param, data, connections=connections, keys=keys, threads=2)
        return Shop(engine, feed, **settings)  # type: ignore[arg-type]  # a test says what it needs

    return open_it
