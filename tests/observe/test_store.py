"""Observations: facts once, histories of real data only, judgements all or nothing. Each on both databases."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from meshwright.model.address import PortAddress, ProductAddress
from meshwright.model.errors import Busy
from meshwright.model.identity import Digest, PublishId, Secret
from meshwright.model.incident import Contact, Event, Impact, Incident, Message
from meshwright.model.observation import ChecksRan, Failure, Landing, Overrun, PortHistory, Usual
from meshwright.model.product import OnFail
from meshwright.model.publish import CheckResult, Publish, Spent, TableRows
from meshwright.model.ratio import Ratio
from meshwright.model.slo import Freshness, SloState, StateInterval
from meshwright.model.time import Interval, Watermark
from meshwright.observe.histories import Latest
from meshwright.observe.outbox import CLAIM, Backlog
from meshwright.observe.store import Judgement, Observations

PRODUCT = ProductAddress("sales", "orders")
OTHER = ProductAddress("sales", "refunds")
PORT = PRODUCT.port("daily", 1)
NOW = datetime(2026, 3, 10, 12, 0, 0, 123456, tzinfo=UTC)
RELEASE = Digest.of(b"release")
LONG_AGO = NOW - timedelta(days=100)


def ago(hours: float) -> datetime:
    return NOW - timedelta(hours=hours)


def publish(hours: float, *, watermark: float | None = None, synthetic: bool = False, name: str = "") -> Publish:
    mark = Watermark(ago(hours if watermark is None else watermark))
    publish_id = PublishId(name or f"p{hours:06.2f}")
    ports = (TableRows(PORT.table(), 7), TableRows(PRODUCT.port("hourly", 1).table(), 5))
    return Publish(
        PRODUCT, publish_id, RELEASE, Interval(mark - timedelta(hours=1), mark), mark, (), ports, ago(hours), synthetic
    )


def check(name: str, *, passed: bool = True) -> CheckResult:
    return CheckResult(
        PORT.table(), name, passed, OnFail.BLOCK, Decimal(3), "0 rows", "" if passed else "3 rows are bad"
    )


def activate(observations: Observations, at: datetime = LONG_AGO) -> None:
    slos = (Freshness(timedelta(hours=2), Ratio.parse("99%")),)
    observations.record_activation({PORT: slos}, RELEASE, at)


def history(observations: Observations, since: datetime = LONG_AGO) -> PortHistory:
    return observations.histories([PORT], since, NOW)[PORT]


def landed(hours: float) -> Landing:
    return Landing(ago(hours), Watermark(ago(hours)), Interval(ago(hours + 1), ago(hours)))


def test_a_publish_recorded_twice_is_one_fact(observations: Observations) -> None:
    activate(observations)
    observations.record_publish(publish(3))
    observations.record_publish(publish(3), publish(2))
    assert history(observations).landings == (
        landed(3),
        landed(2),
    )
    assert observations.unrecorded([publish(3), publish(1), publish(2)]) == (publish(1),)


def test_what_is_read_back_is_what_was_recorded(observations: Observations) -> None:
    observations.record_publish(publish(3))
    assert observations.latest([PRODUCT, OTHER]) == {PRODUCT: Latest(publish(3))}


def test_a_port_that_was_never_deployed_has_no_history(observations: Observations) -> None:
    observations.record_publish(publish(3))
    assert observations.histories([PORT], LONG_AGO, NOW) == {}


def test_a_port_is_activated_by_its_first_deployment(observations: Observations) -> None:
    activate(observations, ago(9))
    observations.record_activation({PORT: ()}, Digest.of(b"next"), ago(5))
    activate(observations, ago(1))
    assert history(observations).activated_at == ago(9)


def test_synthetic_data_is_shown_and_never_counts(observations: Observations) -> None:
    activate(observations)
    observations.record_publish(publish(3, synthetic=True))
    observations.record_checks(PublishId("p003.00"), [check("a")], ago(3), synthetic=True)
    assert history(observations) == PortHistory(PORT, LONG_AGO)
    assert observations.latest([PRODUCT])[PRODUCT].publish == publish(3, synthetic=True)


def test_a_window_opens_with_the_watermark_that_was_served_then(observations: Observations) -> None:
    activate(observations)
    observations.record_publish(publish(9), publish(8, watermark=50), publish(3), publish(-1))
    assert history(observations, since=ago(5)).landings == (
        landed(9),
        landed(3),
    )


def test_checks_are_counted_by_stage_and_the_failed_ones_named(observations: Observations) -> None:
    activate(observations)
    for _ in range(2):
        observations.record_checks(PublishId("b"), [check("x", passed=False), check("a", passed=False)], ago(2))
    observations.record_checks(PublishId("a"), [check("x"), check("a")], ago(3))
    assert history(observations).checks == (
        ChecksRan(ago(3), 2, 2),
        ChecksRan(ago(2), 0, 2, ("a", "x")),
    )


@pytest.mark.parametrize(
    ("record", "stands"),
    [
        pytest.param(lambda o: [o.record_failure(FAILED)], True, id="nothing else"),
        pytest.param(lambda o: [o.record_publish(publish(3)), o.record_failure(FAILED)], True, id="after a publish"),
        pytest.param(lambda o: [o.record_failure(FAILED), o.record_publish(publish(1))], False, id="before a publish"),
        pytest.param(lambda o: [o.record_failure(FAILED), o.record_publish(publish(3))], True, id="older, seen late"),
        pytest.param(lambda o: [o.record_failure(FAILED), o.record_publish(publish(2))], False, id="the clock stands"),
        pytest.param(
            lambda o: [o.record_publish(publish(2)), o.record_failure(FAILED)], True, id="the clock stands, failed last"
        ),
        pytest.param(
            lambda o: [
                o.record_failure(FAILED),
                o.record_publish(publish(2, watermark=3, name="x")),
                o.record_failure(FAILED),
                o.record_failure(FAILED),
            ],
            True,
            id="the clock stands, the same failure again",
        ),
    ],
)
def test_a_failure_stands_until_a_publish_follows_it(
    observations: Observations, record: Callable[[Observations], object], stands: bool
) -> None:
    activate(observations)
    record(observations)
    expected = FAILED if stands else None
    assert observations.latest([PRODUCT])[PRODUCT].failure == expected
    assert history(observations).last_failure == expected


FAILED = Failure(PRODUCT, ago(2), "check", "`unique-id` failed", PublishId("f"))


@pytest.mark.parametrize(
    ("record", "stands"),
    [
        pytest.param(lambda o: [o.record_overrun(LATE), o.record_overrun(LATE)], True, id="said twice"),
        pytest.param(lambda o: [o.record_publish(publish(3)), o.record_overrun(LATE)], True, id="after a publish"),
        pytest.param(lambda o: [o.record_overrun(LATE), o.record_publish(publish(1))], False, id="before a publish"),
        pytest.param(lambda o: [o.record_overrun(LATE), o.record_publish(publish(2))], False, id="the clock stands"),
        pytest.param(lambda o: [o.record_overrun(LATE), o.record_failure(FAILED)], True, id="then it failed"),
    ],
)
def test_a_run_that_took_too_long_is_known_until_a_publish_follows_it(
    observations: Observations, record: Callable[[Observations], object], stands: bool
) -> None:
    activate(observations)
    record(observations)
    expected = LATE if stands else None
    assert observations.latest([PRODUCT])[PRODUCT].overrun == expected
    assert history(observations).overrun == expected


LATE = Overrun(PRODUCT, "scheduled__9", ago(2), timedelta(minutes=30))


def test_waiting_for_the_same_thing_is_one_fact_however_often_it_is_looked_for(observations: Observations) -> None:
    looks = [Failure(PRODUCT, ago(h), "stage", "no file yet", waiting=True) for h in (2, 1.5, 1)]
    for look in looks:
        observations.record_failure(look)
    assert observations.latest([PRODUCT]) == {PRODUCT: Latest(None, looks[0])}


def test_a_naive_instant_is_refused(observations: Observations) -> None:
    with pytest.raises(Exception, match="has no zone"):
        observations.record_failure(Failure(PRODUCT, datetime(2026, 1, 1), "stage", "no"))


def interval(state: SloState, start: float, end: float | None = None) -> StateInterval:
    return StateInterval(PORT, "freshness", state, "why", ago(start), None if end is None else ago(end))


def test_states_are_kept_as_intervals_and_the_open_one_stands(observations: Observations) -> None:
    observations.settle(Judgement((interval(SloState.KEPT, 9),)), NOW)
    observations.settle(Judgement((interval(SloState.KEPT, 9, 3), interval(SloState.BROKEN, 3))), NOW)
    assert observations.standing() == {(PORT, "freshness"): interval(SloState.BROKEN, 3)}
    assert observations.intervals(PORT, ago(5)) == (interval(SloState.KEPT, 9, 3), interval(SloState.BROKEN, 3))
    assert observations.intervals(PORT, ago(2)) == (interval(SloState.BROKEN, 3),)


def test_a_state_that_ended_where_it_began_gives_way(observations: Observations) -> None:
    observations.settle(Judgement((interval(SloState.KEPT, 3),)), NOW)
    observations.settle(Judgement((interval(SloState.KEPT, 3, 3), interval(SloState.BROKEN, 3))), NOW)
    assert observations.intervals(PORT, LONG_AGO) == (interval(SloState.BROKEN, 3),)


INCIDENT = Incident(
    id="1234",
    environment="local",
    cause=PRODUCT,
    reason="`source` has no file yet",
    since=ago(3),
    opened_at=ago(2),
    impacts=(Impact(PORT, "freshness", ago(3), "late"),),
    owner=Contact(PRODUCT, "nadia", "Nadia", "nadia@example.org"),
)


def test_an_incident_is_open_until_it_is_resolved(observations: Observations) -> None:
    observations.settle(Judgement(incidents=(INCIDENT,)), NOW)
    assert observations.open_incidents() == (INCIDENT,)
    resolved = Incident(**{f: getattr(INCIDENT, f) for f in INCIDENT.__slots__} | {"resolved_at": ago(1)})
    assert observations.ended_incidents() == {}
    observations.settle(Judgement(incidents=(resolved,), known=(INCIDENT,)), NOW)
    assert observations.open_incidents() == ()
    assert observations.ended_incidents() == {PRODUCT: 1}


def test_of_two_monitors_that_judge_at_once_the_later_one_looks_again(observations: Observations) -> None:
    opened = Judgement(incidents=(INCIDENT,), messages=(Message(Event.OPENED, INCIDENT),), channels=("webhook",))
    observations.settle(opened, NOW)
    with pytest.raises(Busy, match="another monitor"):
        observations.settle(opened, NOW)
    assert observations.outbox.backlog().pending == 1


def owe(observations: Observations, *revisions: int, channels: tuple[str, ...] = ("webhook",)) -> None:
    messages = [
        Message(Event.OPENED, Incident(**{f: getattr(INCIDENT, f) for f in INCIDENT.__slots__} | {"revision": r}))
        for r in revisions
    ]
    observations.settle(Judgement(messages=tuple(messages), channels=channels), NOW)


def test_a_message_is_owed_once_to_each_channel(observations: Observations) -> None:
    owe(observations, 1, channels=("webhook", "mail"))
    owe(observations, 1, channels=("webhook", "mail"))
    claimed = observations.outbox.claim(["webhook", "mail"], NOW)
    assert [(e.channel, e.message.key, e.attempts) for e in claimed] == [
        ("webhook", "1234-1", 0),
        ("mail", "1234-1", 0),
    ]


def test_nobody_reads_of_the_end_before_the_beginning(observations: Observations) -> None:
    owe(observations, 1, 2)
    (first,) = observations.outbox.claim(["webhook"], NOW)
    assert first.message.key == "1234-1"
    assert observations.outbox.claim(["webhook"], NOW) == ()
    observations.outbox.sent(first)
    assert [e.message.key for e in observations.outbox.claim(["webhook"], NOW)] == ["1234-2"]


def test_a_sender_that_died_gives_its_claim_back(observations: Observations) -> None:
    owe(observations, 1)
    assert len(observations.outbox.claim(["webhook"], NOW)) == 1
    assert observations.outbox.claim(["webhook"], NOW + CLAIM / 2) == ()
    assert [e.attempts for e in observations.outbox.claim(["webhook"], NOW + CLAIM)] == [1]


def test_the_backlog_tells_what_waits_and_what_is_dead(observations: Observations) -> None:
    owe(observations, 1, 2)
    (first,) = observations.outbox.claim(["webhook"], NOW)
    observations.outbox.bury(first, "404")
    assert observations.outbox.backlog() == Backlog(1, NOW, 1)


def test_pruning_keeps_what_is_still_served(observations: Observations) -> None:
    activate(observations)
    observations.record_publish(publish(9), publish(8), publish(7, watermark=50), publish(6, synthetic=True))
    observations.record_failure(Failure(PRODUCT, ago(9), "stage", "no"))
    observations.settle(Judgement((interval(SloState.KEPT, 9, 3),)), ago(9))
    assert observations.prune(ago(1)) == 4
    assert history(observations).landings == (landed(8),)
    assert observations.latest([PRODUCT])[PRODUCT].publish == publish(6, synthetic=True)


def test_many_ports_are_read_in_few_statements(url: Secret) -> None:
    observations = Observations(url)
    ports = [PortAddress(ProductAddress("many", f"p{n}"), "out", 1) for n in range(2500)]
    observations.record_activation(dict.fromkeys(ports, ()), RELEASE, ago(9))
    assert len(observations.histories(ports, LONG_AGO, NOW)) == 2500


def test_what_runs_usually_take_is_the_median_of_the_last_on_real_data(observations: Observations) -> None:
    took = [
        replace(publish(40 - n, name=f"p{n}"), seconds=float(s)) for n, s in enumerate([900, *[10] * 20, *[30] * 10])
    ]
    made_up = replace(publish(1, synthetic=True), seconds=5000.0)
    observations.record_publish(*took, made_up)
    assert observations.usual([PRODUCT, OTHER]) == {PRODUCT: Usual(timedelta(seconds=10), 29)}


def test_what_runs_are_usually_billed_is_the_median_where_they_are(observations: Observations) -> None:
    for n, billed in enumerate([100, 10, 20]):
        run = replace(publish(40 - n, name=f"p{n}"), seconds=1.0, spent=Spent(billed, 2.0, 5))
        observations.record_publish(run)
    assert observations.usual([PRODUCT]) == {PRODUCT: Usual(timedelta(seconds=1), 3, 20)}
