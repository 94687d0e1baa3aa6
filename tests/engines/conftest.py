"""Every engine behaves the same: a test here runs on each of them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.engines.shop import ENGINES, Shop

from meshwright.engine.registry import open_engine
from meshwright.model.identity import Secret


@pytest.fixture(params=ENGINES)
def open_shop(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., Shop]:
    feed = tmp_path / "feed"
    feed.mkdir()
    engine = open_engine(
        request.param, str(tmp_path / "data"), connections={"shop": Secret(feed.as_uri())}.get, threads=2
    )

    def open_it(**settings: object) -> Shop:
        return Shop(engine, feed, **settings)  # type: ignore[arg-type]  # a test says what it needs

    return open_it
