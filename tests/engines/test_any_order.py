"""Whatever is staged, published, discarded or run again, in any order: consumers read what a simple model says."""

import tempfile
import uuid
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from tests.engines.emulator import PROJECT
from tests.engines.shop import ENGINES, NOW, SALES, Row, Shop

from meshwright.engine.registry import open_engine
from meshwright.model.errors import Busy
from meshwright.model.identity import PublishId, Secret
from meshwright.model.product import PublishMode

ROWS = st.dictionaries(st.sampled_from("abcd"), st.integers(0, 3), max_size=4).map(lambda d: sorted(d.items()))
Staged = tuple[PublishId, int, list[Row], int]


class AnyOrder(RuleBasedStateMachine):
    """The model: for each hour the rows that were published for it last."""

    engine_name = ENGINES[0]
    place = ""
    stages = Bundle("stages")

    @initialize(mode=st.sampled_from([mode for mode in PublishMode if mode is not PublishMode.LEDGER]))
    def open(self, mode: PublishMode) -> None:
        self.folder = tempfile.TemporaryDirectory()
        feed = Path(self.folder.name) / "feed"
        feed.mkdir()
        data = self.place or str(Path(self.folder.name) / "data")
        data = data.replace("RUN", f"t{uuid.uuid4().hex[:8]}")
        engine = open_engine(self.engine_name, data, connections={"shop": Secret(feed.as_uri())}.get, threads=1)
        self.shop = Shop(engine, feed, mode, partitions=("price",))
        self.hours: dict[int, list[Row]] = {}
        self.last: list[Row] = []
        self.published: list[PublishId] = []

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self.folder.cleanup()

    @rule(target=stages, hour=st.integers(0, 3), rows=ROWS)
    def stage(self, hour: int, rows: list[Row]) -> Staged:
        staged = self.shop.engine.stage(self.shop.work(self.shop.deliver(hour, rows)), NOW)
        return staged.publish_id, hour, rows, len(self.published)

    @rule(stage=stages)
    def publish(self, stage: Staged) -> None:
        publish_id, hour, rows, base = stage
        if publish_id in self.published:
            assert self.shop.engine.publish(self.shop.product, publish_id, NOW).publish_id == publish_id
        elif base != len(self.published):
            with pytest.raises(Busy):
                self.shop.engine.publish(self.shop.product, publish_id, NOW)
        else:
            self.shop.engine.publish(self.shop.product, publish_id, NOW)
            self.published.append(publish_id)
            self.hours[hour] = self.last = rows

    @rule(stage=consumes(stages))
    def discard(self, stage: Staged) -> None:
        self.shop.engine.discard(self.shop.product, stage[0])

    @invariant()
    def consumers_read_what_the_model_says(self) -> None:
        if not getattr(self, "published", None):
            return
        assert self.shop.sales() == sorted(self._expected())
        assert [p.publish_id for p in self.shop.engine.publishes(SALES)] == self.published

    def _expected(self) -> list[Row]:
        match self.shop.mode:
            case PublishMode.REPLACE:
                return self.last
            case PublishMode.APPEND:
                return [row for rows in self.hours.values() for row in rows]
            case PublishMode.PARTITION:
                latest = {price: hour for hour in sorted(self.hours) for _, price in self.hours[hour]}
                return [row for hour, rows in self.hours.items() for row in rows if latest[row[1]] == hour]
            case _:
                return list({key: price for hour in sorted(self.hours) for key, price in self.hours[hour]}.items())


SETTINGS = settings(max_examples=12, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize(
    "examples", [pytest.param(12, id="a few"), pytest.param(400, id="many", marks=pytest.mark.proof)]
)
def test_any_order(examples: int) -> None:
    run_state_machine_as_test(AnyOrder, settings=settings(SETTINGS, max_examples=examples))


@pytest.mark.proof
@pytest.mark.xdist_group("bigquery")
def test_any_order_on_bigquery(bigquery: str) -> None:
    place = f"bigquery://{PROJECT}/RUN?endpoint={bigquery}"
    machine = type("OnBigQuery", (AnyOrder,), {"engine_name": "bigquery", "place": place})
    run_state_machine_as_test(machine, settings=settings(SETTINGS, max_examples=20))
