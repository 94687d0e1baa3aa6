"""Readers are counted once a day where a warehouse knows them, else when they ask."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.actions.shop import HOUR, START, open_shop
from tests.actions.test_grant import REFUSED
from tests.engine.bigquery.recorder import Answer, Recorder, recording
from tests.engine.bigquery.test_grants import SALES, product
from tests.engine.bigquery.test_readers import answer

from meshwright.actions.ask import ask
from meshwright.actions.count_readers import count_readers
from meshwright.model.address import product_address
from meshwright.model.observation import Use
from meshwright.workspace.workspace import open_workspace

NOW = datetime(2026, 11, 3, 6, tzinfo=UTC)
DAY = timedelta(days=1)
READ = answer(("2026-11-02", "marketplace__sales", "sales", "aaaa", 3))


@pytest.mark.parametrize(
    ("said", "use", "warned"),
    [
        pytest.param(READ, {SALES.port("sales", 1): Use(3, 1, 1)}, False, id="told"),
        pytest.param(REFUSED, {}, True, id="refused"),
    ],
)
def test_each_day_is_asked_for_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, said: Answer, use: object, warned: bool
) -> None:
    recorder = Recorder({"POST /queries": [said]})
    with recording(recorder) as address:
        variables = {"MESH_ENGINE": "bigquery", "MESH_DATA": f"bigquery://shop?endpoint={address}"}
        here = open_workspace(tmp_path, variables, {})
        assert [count_readers(here, [product(sales=None)], NOW + at) for at in (0 * DAY, HOUR, DAY)] == [28, 0, 1]
    assert len(recorder.bodies("POST /queries")) == 2
    assert here.observations().use((NOW - 7 * DAY).date()) == use
    assert ("readers are not counted from 2026-10-06 to 2026-11-02" in caplog.text) is warned


@pytest.mark.parametrize(("environment", "counts"), [("prod", True), ("local", False)])
def test_whoever_asks_is_counted_but_on_their_own_laptop(tmp_path: Path, environment: str, counts: bool) -> None:
    shop = open_shop(tmp_path)
    shop.deliver("items", 0)
    shop.run(START + HOUR)
    settings = shop.workspace.settings
    variables = {"MESH_DATA": settings.data, "MESH_ENVIRONMENT": environment, "MESH_PERSON": "nadia"}
    here = open_workspace(shop.workspace.root, variables, {})
    table = product_address("stock.items").port("items", 1).table()
    assert ask(here, "SELECT amount FROM items", (("items", table),), START).rows
    assert here.observations().use(START.date()) == ({table.port: Use(1, 1, 1)} if counts else None)
