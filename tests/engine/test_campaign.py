"""Each way of publishing, and of going back, through all that happens to it, killed before line after line while read.

They read the old data or the new, never between; each publish is in the log once. Printed at the end: the kills, the
processes that were stopped and went on beside their retries, and the reads. `test_kills` kills one publish before each
of its lines; here lines are sampled, of every publish.
"""

import os
import resource
import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.engine.dying import Zombie, dies_before, steps_of, stopped_before
from tests.engine.watching import UNPUBLISHED, State, follows, state_of, watched
from tests.engines.shop import COLUMNS, NOW, SALES, Row, Shop

from meshwright.engine.protocol import Engine
from meshwright.engine.registry import open_engine
from meshwright.model.contract import Column, LogicalType
from meshwright.model.errors import Busy, ChecksFailed, MeshError
from meshwright.model.identity import PublishId
from meshwright.model.product import PublishMode
from meshwright.model.publish import Publish, Staged
from meshwright.model.time import Interval

SAMPLED = {"stage": 4, "check": 3, "discard": 2, "publish": 16, "repeated publish": 2, "restore": 16}
"""Before how many of its lines a verb is killed, from the first to the last."""

FIRST = [("a", 1), ("b", 2)]
AGAIN = {PublishMode.LEDGER: [("c", 3), ("d", 4)]}
"""An hour as it is run again: other rows, or, where none is ever taken back, more of them."""


@dataclass
class Campaign:
    """One shop, the states that it was brought through, and what was done to it on the way."""

    shop: Shop
    states: list[State] = field(default_factory=lambda: [UNPUBLISHED])
    published: list[PublishId] = field(default_factory=list)
    hours: dict[int, list[Row]] = field(default_factory=dict)
    done: Counter[str] = field(default_factory=Counter)

    @property
    def data(self) -> Path:
        return self.shop.feed.parent / "data"

    @property
    def engine(self) -> Engine:
        return self.shop.engine

    def sells(self, hour: int, rows: list[Row]) -> None:
        """Build an hour, killed before lines of every verb."""
        staged = self.staged(self.shop.deliver(hour, rows))
        self.is_killed("check", lambda: self.engine.check(self.shop.product, staged.publish_id))
        assert all(result.passed for result in self.engine.check(self.shop.product, staged.publish_id))
        self.is_published(staged)
        self.holds(hour, rows)

    def staged(self, interval: Interval) -> Staged:
        """Stage what is published afterwards, after kills before lines of the stage."""

        def stage() -> Staged:
            return self.engine.stage(self.shop.work(interval), NOW)

        self.is_killed("stage", stage)
        return stage()

    def is_killed(self, verb: str, work: Callable[[], object]) -> None:
        """Kill a verb that changes nothing that is published."""
        for line in _sampled(verb, steps_of(work)):
            dies_before(line, work)
            self.done[f"{verb} killed"] += 1
        assert state_of(self.engine) == self.states[-1], f"a {verb} changed what is published"

    def is_published(self, staged: Staged) -> None:
        """Kill a publish before lines of it, before and after it was done; then let it be done, twice."""
        before = self.copied("before")
        lines = _sampled("publish", steps_of(self.publishing(staged, self.copied("counted"))))
        while lines and state_of(self.engine) == self.states[-1]:
            dies_before(lines.pop(0), self.publishing(staged))
            self.done["publish killed"] += 1
        for later in lines:
            self.dies_after_it_is_done(later, staged, before)
        self.publishing(staged)()
        for again in _sampled("repeated publish", steps_of(self.publishing(staged))):
            dies_before(again, self.publishing(staged))
            self.done["repeated publish killed"] += 1
        assert self.publishing(staged)() == self.publishing(staged)()
        self.went_on(staged.publish_id)

    def dies_after_it_is_done(self, line: int, staged: Staged, before: Path) -> None:
        """Kill a publish, in a copy of all, between its last step and its end."""
        copy = self.copied("late", before)
        dies_before(line, self.publishing(staged, copy))
        self.done["publish killed"] += 1
        assert self.publishing(staged, copy)()
        log = open_engine("duckdb", str(copy)).publishes(SALES)
        assert [p.publish_id for p in log] == [*self.published, staged.publish_id]

    def publishing(self, staged: Staged, data: Path | None = None) -> Callable[[], object]:
        engine = self.engine if data is None else open_engine("duckdb", str(data), threads=1)
        return lambda: engine.publish(self.shop.product, staged.publish_id, NOW)

    def copied(self, name: str, source: Path | None = None) -> Path:
        place = self.data.with_name(name)
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(source or self.data, place)
        return place

    def went_on(self, publish_id: PublishId) -> None:
        """Note what was published; each that was is in the log, and once."""
        assert state_of(self.engine) != self.states[-1]
        self.states.append(state_of(self.engine))
        self.published.append(publish_id)
        assert [p.publish_id for p in self.engine.publishes(SALES)] == self.published

    def holds(self, hour: int, rows: list[Row]) -> None:
        """Hold what consumers read against the hours that were sold."""
        self.hours = {hour: rows} if self.shop.mode is PublishMode.REPLACE else self.hours | {hour: rows}
        assert self.shop.sales() == self.sold()

    def sold(self) -> list[Row]:
        return sorted(row for rows in self.hours.values() for row in rows)

    def goes_back(self, hours: dict[int, list[Row]]) -> None:
        """Bring back the publish before the last, killed before lines of it, before and after it was done."""
        to, before = self.engine.restorable(SALES)[-1], self.copied("before")
        lines = _sampled("restore", steps_of(self.restoring(to, self.copied("counted"))))
        while lines and state_of(self.engine) == self.states[-1]:
            dies_before(lines.pop(0), self.restoring(to))
            self.done["restore killed"] += 1
        for later in lines:
            copy = self.copied("late", before)
            dies_before(later, self.restoring(to, copy))
            self.done["restore killed"] += 1
            self.has_gone_back(to, open_engine("duckdb", str(copy)))
        if state_of(self.engine) == self.states[-1]:
            self.restoring(to)()
        self.has_gone_back(to, self.engine)
        self.went_on(self.engine.publishes(SALES)[-1].publish_id)
        self.hours = hours
        assert self.shop.sales() == self.sold()

    def restoring(self, to: Publish, data: Path | None = None) -> Callable[[], object]:
        engine = self.engine if data is None else open_engine("duckdb", str(data), threads=1)
        return lambda: engine.restore(SALES, to.publish_id, NOW)

    def has_gone_back(self, to: Publish, engine: Engine) -> None:
        """Hold what was published against the log: all that it had, and once that it went back."""
        *earlier, last = engine.publishes(SALES)
        assert ([p.publish_id for p in earlier], last.restores) == (self.published, to.publish_id)
        assert (last.watermark, last.rows) == (to.watermark, to.rows)

    def fails_its_checks(self, hour: int) -> None:
        interval = self.shop.deliver(hour, [])
        (self.shop.feed / f"{hour:02}.json").write_text('{"price": 1, "sold_at": "2013-01-01T00:00:00Z"}\n')
        staged = self.staged(interval)
        self.is_killed("check", lambda: self.engine.check(self.shop.product, staged.publish_id))
        with pytest.raises(ChecksFailed):
            self.shop.run(interval)
        self.is_killed("discard", lambda: self.engine.discard(self.shop.product, staged.publish_id))

    def finds_no_room(self, hour: int, rows: list[Row]) -> None:
        """Publish where files may not grow, further and further, until it succeeds."""
        staged = self.engine.stage(self.shop.work(self.shop.deliver(hour, rows)), NOW)
        size = 0
        while _fails_with_files_of(size, self.publishing(staged)):
            assert state_of(self.engine) == self.states[-1]
            self.done["publish failed"] += 1
            size += 64 * 1024
        self.went_on(staged.publish_id)
        self.holds(hour, rows)
        assert self.done["publish failed"] > 1

    def is_overtaken_by_its_retry(self, hour: int, rows: list[Row], at: float) -> None:
        """Stop a publish on its way, try again meanwhile, and let it go on beside its retry."""
        staged = self.engine.stage(self.shop.work(self.shop.deliver(hour, rows)), NOW)
        count = steps_of(self.publishing(staged, self.copied("counted")))
        zombie = stopped_before(1 + int(at * (count - 1)), self.publishing(staged))
        retry = _begun(self.publishing(staged))
        time.sleep(0.1)
        zombie.wakes()
        assert (zombie.succeeds(), retry.succeeds()) == (True, True)
        self.done["zombies beside their retry"] += 1
        self.went_on(staged.publish_id)
        self.holds(hour, rows)

    def is_overtaken_by_another_stage(self, hour: int, rows: list[Row], at: float) -> None:
        """Stop a publish on its way; stage and publish the same hour anew, and let it go on beside that."""
        interval = self.shop.deliver(hour, rows)
        staged, again = (self.engine.stage(self.shop.work(interval), NOW) for _ in range(2))
        count = steps_of(self.publishing(staged, self.copied("counted")))
        zombie = stopped_before(1 + int(at * (count - 1)), _unless_busy(self.publishing(staged)))
        retry = _begun(_unless_busy(self.publishing(again)))
        time.sleep(0.1)
        zombie.wakes()
        assert zombie.succeeds() != retry.succeeds()
        self.done["zombies beside another stage"] += 1
        won = self.engine.publishes(SALES)[-1].publish_id
        self.went_on(won)
        self.holds(hour, rows)
        self.engine.discard(self.shop.product, again.publish_id if won == staged.publish_id else staged.publish_id)


def _sampled(verb: str, count: int) -> list[int]:
    """Return lines from the first to the last."""
    number = SAMPLED[verb]
    return sorted({1 + n * (count - 1) // (number - 1) for n in range(number)})


def _begun(verb: Callable[[], object]) -> Zombie:
    begun = stopped_before(1, verb)
    begun.wakes()
    return begun


def _unless_busy(publish: Callable[[], object]) -> Callable[[], object]:
    def tried() -> None:
        try:
            publish()
        except Busy:
            os._exit(3)

    return tried


def _fails_with_files_of(size: int, publish: Callable[[], object]) -> bool:
    """Publish in a process that may write no file beyond a size; what it says then is for people."""
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        try:
            publish()
            os._exit(0)
        except (MeshError, OSError):
            os._exit(3)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) in (0, 3), "it failed, and nobody is told why"
    return status != 0


def _spread(number: int) -> Iterator[float]:
    return (n / (number - 1) for n in range(number))


@pytest.mark.proof
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("mode", list(PublishMode))
def test_old_or_new_never_between_never_twice(shop: Shop, mode: PublishMode) -> None:
    shop.mode = mode
    campaign = Campaign(shop)
    with watched(str(campaign.data)) as seen:
        campaign.sells(0, FIRST)
        campaign.sells(1, [("c", 3)])
        campaign.sells(1, AGAIN.get(mode, [("c", 30), ("d", 4)]))
        campaign.sells(3, [("f", 6)])
        before = campaign.hours
        campaign.sells(2, [("e", 5)])  # late
        if mode is not PublishMode.LEDGER:  # which loses no entry
            campaign.goes_back(before)
        shop.columns = (*COLUMNS, Column("note", LogicalType.STRING))
        shop.sql = "SELECT sale_id, price, sold_at, 'new' AS note FROM orders"
        campaign.sells(4, [("g", 7)])
        campaign.fails_its_checks(5)
        campaign.finds_no_room(5, [("h", 8)])
        for number, at in enumerate(_spread(4)):
            campaign.is_overtaken_by_its_retry(6 + number, [(f"i{number}", number)], at)
            campaign.is_overtaken_by_another_stage(10 + number, [(f"j{number}", number)], at)
    for reader in seen.states:
        assert follows(reader, campaign.states), "a reader saw what was never published, or what was gone"
    assert sum(map(len, seen.states)) > len(campaign.states), "they read while it was published"
    _print(mode, campaign, seen.reads, seen.states)


def _print(mode: PublishMode, campaign: Campaign, reads: int, states: Sequence[tuple[State, ...]]) -> None:
    counted = ", ".join(f"{count} {what}" for what, count in campaign.done.items())
    told = f"{len(campaign.published)} publishes, {counted}; {reads} reads, {[len(one) for one in states]} states seen"
    sys.stdout.write(f"{mode.value}: {told}\n")
