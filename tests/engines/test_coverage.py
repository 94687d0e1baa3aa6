"""Whatever is published, lost, killed or run again, in any order: at rest, each consumer holds all of it, once.

The rows decide: what a consumer's SQL makes of an hour must be what its inputs hold of that hour. The test plays
Airflow: it forgets events, lets runs coalesce and die, and lets inputs publish while a run has chosen its interval.
Thousands of storms pass over a model of an engine that keeps a number an hour, some over each real engine.
"""

import json
import tempfile
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from tests.engines.shop import EMBEDDED

from meshwright.actions.reconcile import due_runs
from meshwright.engine.protocol import Engine, Work
from meshwright.engine.registry import open_engine
from meshwright.engine.watermarks import published_watermark, staged_watermark
from meshwright.model.address import ProductAddress
from meshwright.model.contract import Column, Contract, LogicalType
from meshwright.model.errors import InputsNotReady, NothingNew
from meshwright.model.identity import PublishId, Secret
from meshwright.model.product import (
    CronSchedule,
    DataProduct,
    FilesSource,
    InputPort,
    InputsSchedule,
    OutputPort,
    OutputTable,
    ProductType,
    PublishMode,
    Schedule,
)
from meshwright.model.publish import InputRead, Publish, Staged
from meshwright.model.time import Interval, Watermark
from meshwright.release.record import Query
from meshwright.runs.coverage import coverage, inputs_of
from meshwright.runs.intervals import interval_of

START, HOUR = datetime(2026, 1, 1, tzinfo=UTC), timedelta(hours=1)
COLUMNS = (Column("hour", LogicalType.INTEGER, required=True, primary_key=True), Column("n", LogicalType.INTEGER))
AT = f"TIMESTAMPTZ '{START:%Y-%m-%d} 00:00:00+00' + hour * INTERVAL 1 HOUR"
WITHIN = f"FROM orders WHERE {AT} >= $interval_start AND {AT} < $interval_end"
PARAMETERS = ("interval_start", "interval_end")
LAST = 5
"""The last hour that the source ever has."""

AGO = st.integers(1, 3)
"""An hour, counted back from now: those that are over."""


def address(name: str) -> ProductAddress:
    return ProductAddress("shop", name)


ORDERS, SALES, TALLY, WHOLE, BOTH = (address(n) for n in ("orders", "sales", "tally", "whole", "both"))


def product(of: ProductAddress, schedule: Schedule, mode: PublishMode, *reads: ProductAddress) -> DataProduct:
    table = OutputTable(Contract(of.product, COLUMNS), mode)
    feed = InputPort("feed", FilesSource("feed", "{start:%H}.json", "json", HOUR), columns=COLUMNS)
    inputs = tuple(InputPort(r.product, port=r.port(r.product, 1)) for r in reads) or (feed,)
    port = OutputPort(of.product, "1.0.0", (table,))
    return DataProduct(of, ProductType.AGGREGATE, "", schedule, inputs, (port,))


HOURLY = CronSchedule("0 * * * *")
MADE = {
    ORDERS: (HOURLY, (), "SELECT hour, n FROM feed", ()),
    SALES: (InputsSchedule(), (ORDERS,), f"SELECT hour, n {WITHIN}", PARAMETERS),
    TALLY: (HOURLY, (ORDERS,), f"SELECT hour, n {WITHIN}", PARAMETERS),
    WHOLE: (InputsSchedule(), (ORDERS,), "SELECT hour, n FROM orders", ()),
    BOTH: (
        InputsSchedule(), (SALES, ORDERS),
        f"SELECT hour, orders.n + sales.n AS n {WITHIN.replace('orders', 'orders JOIN sales USING (hour)')}",
        PARAMETERS,
    ),
}  # fmt: skip
CONSUMERS = (SALES, TALLY, WHOLE, BOTH)
DRIVEN = st.sampled_from((SALES, WHOLE, BOTH))


@dataclass
class Model:
    """What an engine does for these products: it keeps a number for each hour, and the log."""

    feed: Path
    held: dict[ProductAddress, dict[int, int]] = field(default_factory=lambda: {of: {} for of in MADE})
    logs: dict[ProductAddress, tuple[Publish, ...]] = field(default_factory=lambda: dict.fromkeys(MADE, ()))
    staged: dict[PublishId, tuple[Staged, dict[int, int], bool]] = field(default_factory=dict)
    minted: int = 0

    def publishes(self, of: ProductAddress) -> tuple[Publish, ...]:
        return self.logs[of]

    def stage(self, work: Work, now: datetime) -> Staged:
        reads, sources = [], []
        for port in work.product.inputs:
            if port.port is None:
                files = [json.loads((self.feed / f"{h:02}.json").read_text()) for h in _hours(work.interval)]
                sources.append({row["hour"]: row["n"] for row in files})
                reads.append(InputRead(port.name, None, None, Watermark(work.interval.end)))
            else:
                last = self.logs[port.port.product][-1]
                sources.append(dict(self.held[port.port.product]))
                reads.append(InputRead(port.name, port.port, last.publish_id, last.watermark))
        is_whole = not work.is_bounded
        hours = set.intersection(*map(set, sources))
        rows = {h: sum(s[h] for s in sources) for h in hours if is_whole or h in _hours(work.interval)}
        self.minted += 1
        publish_id = PublishId(f"{self.minted:06}")
        watermark = staged_watermark(work, reads, now)
        staged = Staged(work.product.address, publish_id, None, work.interval, watermark, tuple(reads), (), now)
        self.staged[publish_id] = staged, rows, is_whole
        return staged

    def publish(self, made: DataProduct, publish_id: PublishId, now: datetime) -> Publish:
        staged, rows, is_whole = self.staged[publish_id]
        before, held = self.logs[made.address], self.held[made.address]
        kept = {} if is_whole else {h: n for h, n in held.items() if h not in _hours(staged.interval)}
        self.held[made.address] = kept | rows
        complete = published_watermark(made, staged, before, is_bounded=not is_whole)
        publish = Publish(
            made.address, publish_id, None, staged.interval, complete, staged.inputs, (), now, is_part=not is_whole
        )
        self.logs[made.address] = (*before, publish)
        return publish

    def rows(self, of: ProductAddress) -> dict[int, int]:
        return self.held[of]


@dataclass
class Real:
    """An engine, and what consumers read of its products."""

    engine: Engine

    def publishes(self, of: ProductAddress) -> tuple[Publish, ...]:
        return self.engine.publishes(of)

    def stage(self, work: Work, now: datetime) -> Staged:
        return self.engine.stage(work, now)

    def publish(self, made: DataProduct, publish_id: PublishId, now: datetime) -> Publish:
        return self.engine.publish(made, publish_id, now)

    def rows(self, of: ProductAddress) -> dict[int, int]:
        if not self.engine.publishes(of):
            return {}
        found = self.engine.query("SELECT hour, n FROM it", (("it", of.port(of.product, 1).table()),)).rows
        assert len(dict(found)) == len(found), "an hour is there twice"
        return {int(str(hour)): int(str(n)) for hour, n in found}


class AnyOrder(RuleBasedStateMachine):
    """What is expected: for each hour what the source had of it when it was built last."""

    engine_name = ""

    @initialize(mode=st.sampled_from((PublishMode.MERGE, PublishMode.APPEND)))
    def open(self, mode: PublishMode) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.feed = Path(self.folder.name) / "feed"
        self.feed.mkdir()
        self.engine = Real(self.open_real()) if self.engine_name else Model(self.feed)
        modes = {WHOLE: PublishMode.REPLACE, ORDERS: mode, TALLY: mode}
        self.products = {
            of: product(of, schedule, modes.get(of, PublishMode.MERGE), *reads)
            for of, (schedule, reads, _, _) in MADE.items()
        }
        self.now = START + 3 * HOUR
        self.waiting: set[int] = set()
        self.heard: set[ProductAddress] = set()
        self.asked: set[PublishId] = set()
        self.hours: dict[int, int] = {}

    def open_real(self) -> Engine:
        data = str(Path(self.folder.name) / "data")
        known = {"feed": Secret(self.feed.as_uri())}.get
        return open_engine(self.engine_name, data, connections=known, threads=1)

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            try:
                self.it_comes_to_rest()
            finally:
                self.folder.cleanup()

    @rule(ago=AGO, n=st.integers(0, 9), told=st.sets(DRIVEN))
    def the_source_is_built(self, ago: int, n: int, told: set[ProductAddress]) -> None:
        """In time, late, again, beyond a gap; only some of the consumers hear of it."""
        self.build_source(self.hour - ago, n, told)

    @rule()
    def an_hour_passes(self) -> None:
        """The clock of the tally names an hour; who has waited for the one before waits no longer."""
        if self.now < START + (LAST + 1) * HOUR:
            self.waiting = {self.hour - 1}
            self.now += HOUR

    @rule()
    def the_clock_runs(self) -> None:
        for hour in sorted(self.waiting):
            if self.build(TALLY, _hour(hour)):
                self.waiting.discard(hour)

    @rule(of=DRIVEN, meanwhile=st.none() | AGO, dies=st.booleans(), told=st.sets(DRIVEN))
    def a_publish_starts_a_run(
        self, of: ProductAddress, meanwhile: int | None, dies: bool, told: set[ProductAddress]
    ) -> None:
        """It may die between its stage and its publish, or before it tells; inputs may publish while it works."""
        if of in self.heard:
            self.heard.discard(of)
            self.build(of, None, meanwhile=meanwhile, dies=dies, told=told)

    @rule(of=st.sampled_from((SALES, TALLY, BOTH)), ago=AGO)
    def somebody_runs_an_interval_again(self, of: ProductAddress, ago: int) -> None:
        """Of what adds up: of what is replaced, an old interval would be all that is left."""
        built = sorted({p.interval for p in self.engine.publishes(of)})
        publish = self.build(of, built[-ago]) if len(built) >= ago else None
        self.asked |= {publish.publish_id} if publish else set()

    @rule()
    def it_comes_to_rest(self) -> None:
        for _ in range(2 * LAST):
            runs = [due for of in CONSUMERS for due in due_runs(self.products[of], self.logs(), self.now)]
            for run in runs:
                self.build(run.product, run.interval)
            if not runs:
                return self.everybody_holds_everything_once()
        pytest.fail("it never comes to rest")

    def everybody_holds_everything_once(self) -> None:
        logs, found = self.logs(), coverage(self.products.values(), self.logs())
        assert not [due for one in found for due in one.left if due.due]
        assert not [p for one in found for p in one.repeated if p.publish_id not in self.asked]
        if not logs[ORDERS]:
            return
        complete = logs[ORDERS][-1].watermark
        for of, times in ((SALES, 1), (WHOLE, 1), (BOTH, 2)):
            held = {hour: n * times for hour, n in self.hours.items() if START + hour * HOUR < complete}
            assert {hour: n for hour, n in self.engine.rows(of).items() if START + hour * HOUR < complete} == held
        if logs[TALLY]:
            start = min(p.interval.start for p in logs[TALLY])
            end = max(p.interval.end for p in logs[TALLY])
            assert self.engine.rows(TALLY) == {h: n for h, n in self.hours.items() if start <= START + h * HOUR < end}

    @property
    def hour(self) -> int:
        return int((self.now - START) / HOUR)

    def build_source(self, hour: int, n: int, told: set[ProductAddress]) -> None:
        (self.feed / f"{hour:02}.json").write_text(json.dumps({"hour": hour, "n": n}))
        self.hours[hour] = n
        self.build(ORDERS, _hour(hour), told=told)

    def build(
        self,
        of: ProductAddress,
        asked: Interval | None,
        *,
        meanwhile: int | None = None,
        dies: bool = False,
        told: Collection[ProductAddress] = (),
    ) -> Publish | None:
        """Run a product as an Airflow task does; None where there was nothing to do, or it died."""
        made = self.products[of]
        logs = {a: self.engine.publishes(a) for a in (of, *inputs_of(made))}
        try:
            interval = interval_of(made, asked, logs, self.now, lone=False)
        except (NothingNew, InputsNotReady):
            return None
        if meanwhile is not None:
            self.build_source(self.hour - meanwhile, 10, set())
        sql, parameters = MADE[of][2:]
        work = Work(made, interval, (Query(made.port_address(made.outputs[0]).table(), "duckdb", sql, parameters),))
        staged = self.engine.stage(work, self.now)
        if dies:
            return None
        self.heard |= {consumer for consumer in told if of in inputs_of(self.products[consumer])}
        return self.engine.publish(made, staged.publish_id, self.now)

    def logs(self) -> dict[ProductAddress, tuple[Publish, ...]]:
        return {of: self.engine.publishes(of) for of in MADE}


def _hour(number: int) -> Interval:
    return Interval(START + number * HOUR, START + (number + 1) * HOUR)


def _hours(interval: Interval) -> range:
    return range(int((interval.start - START) / HOUR), int((interval.end - START) / HOUR))


SETTINGS = settings(stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.timeout(3600)
@pytest.mark.parametrize(
    ("engine", "examples"),
    [
        pytest.param("", 150, id="model"),
        pytest.param("", 5_000, id="model, long", marks=pytest.mark.proof),
        *(pytest.param(engine, 3, id=engine) for engine in EMBEDDED),
        *(pytest.param(engine, 300, id=f"{engine}, long", marks=pytest.mark.proof) for engine in EMBEDDED),
    ],
)
def test_no_update_is_lost_and_none_built_twice(engine: str, examples: int) -> None:
    machine = type(engine or "model", (AnyOrder,), {"engine_name": engine})
    run_state_machine_as_test(machine, settings=settings(SETTINGS, max_examples=examples))
