"""A process may die between any two moments of its talk with BigQuery: consumers read the old data or the new.

It is killed before a request is sent, and after one was answered that nobody reads any more. A retry finishes, and
each publish is in the log once. Printed at the end of the campaign: kills, zombies beside their retries, reads.
"""

import itertools
import json
import os
import sys
import uuid
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.engine.dying import Zombie, dies_before, exchanges, steps_of, stopped_before
from tests.engine.watching import UNPUBLISHED, State, follows, state_of, watched
from tests.engines.emulator import PROJECT
from tests.engines.shop import HOUR, NOW, SALES, START, Row, Shop
from tests.engines.slow import Slow, serving

from meshwright.engine.protocol import Engine
from meshwright.engine.registry import open_engine
from meshwright.model.errors import Busy
from meshwright.model.identity import PublishId
from meshwright.model.product import PublishMode
from meshwright.model.publish import Staged
from meshwright.model.time import Interval

pytestmark = pytest.mark.xdist_group("bigquery")
Verb = Callable[[Engine], object]


@dataclass
class Till:
    """A shop on BigQuery, the states that it was brought through, and what was done to it on the way.

    `rows` are those of the hour that was staged last; `steps` says how many of them each verb takes.
    """

    shop: Shop
    data: str
    states: list[State] = field(default_factory=lambda: [UNPUBLISHED])
    published: list[PublishId] = field(default_factory=list)
    hours: dict[int, list[Row]] = field(default_factory=dict)
    done: Counter[str] = field(default_factory=Counter)
    steps: dict[str, int] = field(default_factory=dict)
    hour: int = 0
    rows: list[Row] = field(default_factory=list)

    @property
    def interval(self) -> Interval:
        return Interval(START + self.hour * HOUR, START + (self.hour + 1) * HOUR)

    def opened(self) -> Engine:
        """Open the engine anew, as another process does: connections are not shared."""
        return open_engine("bigquery", self.data, connections=self.shop.connections)

    def alone(self, verb: Verb) -> Callable[[], object]:
        return lambda: verb(self.opened())

    def stages(self, hour: int) -> Staged:
        """Deliver an hour of which no two are the same, and stage it."""
        self.hour, self.rows = hour, [(f"{hour:03}-{letter}", hour) for letter in "ab"]
        at = self.interval.start.isoformat()
        lines = [json.dumps({"sale_id": sale, "price": price, "sold_at": at}) for sale, price in self.rows]
        (self.shop.feed / f"{self.interval.start:%j-%H}.json").write_text("\n".join(lines) + "\n")
        return self.shop.engine.stage(self.shop.work(self.interval), NOW)

    def publishing(self, staged: Staged) -> Verb:
        return lambda engine: engine.publish(self.shop.product, staged.publish_id, NOW)

    def sells(self, hour: int) -> None:
        """Build an hour in peace; count how many steps each verb takes."""
        staged = self.stages(hour)
        again = self.alone(lambda engine: engine.stage(self.shop.work(self.interval), NOW))
        checking = self.alone(lambda engine: engine.check(self.shop.product, staged.publish_id))
        self.steps["stage"], self.steps["check"] = steps_of(again, exchanges), steps_of(checking, exchanges)
        self.steps["publish"] = steps_of(self.alone(self.publishing(staged)), exchanges)
        self.went_on(staged)

    def survives(self, hour: int, step: int) -> None:
        """Kill a publish before one of its steps; a retry finishes what it had begun, and another does nothing."""
        staged = self.stages(hour)
        dies_before(step, self.alone(self.publishing(staged)), exchanges)
        self.done["publishes killed"] += 1
        assert self.shop.sales() in (self.expected(self.hours), self.expected({**self.hours, hour: self.rows}))
        first, again = (self.publishing(staged)(self.shop.engine) for _ in range(2))
        assert first == again
        self.went_on(staged)

    def is_killed_before(self, verb: str, hour: int, step: int) -> None:
        """Kill a stage or a check, which change nothing that consumers read."""
        staged = self.stages(hour)
        work: dict[str, Verb] = {
            "stage": lambda engine: engine.stage(self.shop.work(self.interval), NOW),
            "check": lambda engine: engine.check(self.shop.product, staged.publish_id),
        }
        dies_before(step, self.alone(work[verb]), exchanges)
        self.done[f"{verb}s killed"] += 1
        assert state_of(self.shop.engine) == self.states[-1]
        assert all(result.passed for result in self.shop.engine.check(self.shop.product, staged.publish_id))
        self.publishing(staged)(self.shop.engine)
        self.went_on(staged)

    def is_overtaken_by_its_retry(self, hour: int, step: int) -> None:
        """Stop a publish on its way, try again at once, and let it go on beside or after its retry."""
        staged = self.stages(hour)
        zombie = stopped_before(step, self.alone(self.publishing(staged)), exchanges)
        retry = _begun(self.alone(self.publishing(staged)))
        if step % 2:
            assert retry.succeeds()
            zombie.wakes()
            assert zombie.succeeds()
        else:
            zombie.wakes()
            assert (zombie.succeeds(), retry.succeeds()) == (True, True)
        self.done["zombies beside their retry"] += 1
        self.went_on(staged)

    def is_overtaken_by_another_stage(self, hour: int, step: int) -> None:
        """Stop a publish on its way; publish another stage of the hour meanwhile, and let it go on."""
        staged = self.stages(hour)
        other = self.shop.engine.stage(self.shop.work(self.interval), NOW)
        zombie = stopped_before(step, self.alone(_unless_busy(self.publishing(staged))), exchanges)
        second = _begun(self.alone(_unless_busy(self.publishing(other))))
        won = second.succeeds()
        zombie.wakes()
        assert zombie.succeeds() != won
        self.done["zombies beside another stage"] += 1
        self.went_on(other if won else staged)

    def expected(self, hours: dict[int, list[Row]]) -> list[Row]:
        """Return what consumers read once these hours are published, one after the other."""
        kept = [*hours.values()][-1:] if self.shop.mode is PublishMode.REPLACE else hours.values()
        return sorted(row for rows in kept for row in rows)

    def went_on(self, staged: Staged) -> None:
        """Hold what consumers read, and the log, against what was published."""
        self.hours[self.hour] = self.rows
        self.published.append(staged.publish_id)
        assert self.shop.sales() == self.expected(self.hours)
        assert [publish.publish_id for publish in self.shop.engine.publishes(SALES)] == self.published
        self.states.append(state_of(self.shop.engine))


def _begun(verb: Callable[[], object]) -> Zombie:
    begun = stopped_before(1, verb, exchanges)
    begun.wakes()
    return begun


def _unless_busy(publish: Verb) -> Verb:
    def tried(engine: Engine) -> None:
        try:
            publish(engine)
        except Busy:
            os._exit(3)

    return tried


def spread(count: int, over: int) -> list[int]:
    """Return steps from the first to the last."""
    return sorted({1 + n * (count - 1) // max(1, over - 1) for n in range(min(count, over))})


@pytest.fixture
def till(bigquery: str, tmp_path: Path) -> Till:
    feed = tmp_path / "feed"
    feed.mkdir()
    data = f"bigquery://{PROJECT}/t{uuid.uuid4().hex[:8]}?endpoint={bigquery}"
    shop = Shop(open_engine("bigquery", data), feed, PublishMode.APPEND, path="{start:%j-%H}.json")
    shop.engine = open_engine("bigquery", data, connections=shop.connections)
    return Till(shop, data)


def test_a_publish_survives_kills_and_a_zombie_publishes_nothing_twice(till: Till) -> None:
    for hour in range(2):
        till.sells(hour)
    for hour, step in enumerate(spread(till.steps["publish"], 5), 2):
        till.survives(hour, step)
    till.is_overtaken_by_its_retry(10, till.steps["publish"] // 2 | 1)
    till.is_overtaken_by_another_stage(11, till.steps["publish"] // 2)


def test_a_publish_that_its_retry_has_finished_meanwhile_says_what_that_said(bigquery: str, till: Till) -> None:
    staged, retried = till.stages(0), list[object]()

    def retry(name: str) -> None:
        if name.endswith("_publish"):
            retried.append(till.publishing(staged)(till.opened()))

    with serving(Slow(bigquery, on_begin=retry)) as before:
        slow = open_engine("bigquery", till.data.replace(bigquery, before.url))
        assert [till.publishing(staged)(slow)] == retried
    till.went_on(staged)


@pytest.mark.proof
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("mode", list(PublishMode))
def test_old_or_new_never_between_never_twice(till: Till, mode: PublishMode) -> None:
    till.shop.mode = mode
    with watched(till.data, engine="bigquery") as seen:
        hours = itertools.count()
        for _ in range(2):
            till.sells(next(hours))
        for step in range(1, till.steps["publish"] + 1):
            till.survives(next(hours), step)
        for verb in ("stage", "check"):
            for step in spread(till.steps[verb], 8):
                till.is_killed_before(verb, next(hours), step)
        for step in spread(till.steps["publish"], 8):
            till.is_overtaken_by_its_retry(next(hours), step)
            till.is_overtaken_by_another_stage(next(hours), step)
    for reader in seen.states:
        assert follows(reader, till.states), "a reader saw what was never published, or what was gone"
    _print(mode, till, seen.reads, seen.states)


def _print(mode: PublishMode, till: Till, reads: int, states: Iterable[tuple[State, ...]]) -> None:
    counted = ", ".join(f"{count} {what}" for what, count in till.done.items())
    told = f"{len(till.published)} publishes, {counted}; {reads} reads, {[len(one) for one in states]} states seen"
    sys.stdout.write(f"{mode.value}: {told}\n")
