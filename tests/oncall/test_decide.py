"""Decide: incidents over time, told as stories; nothing is said twice."""

from dataclasses import replace
from datetime import time, timedelta

from tests.oncall.scenes import FRESH, GOOD, NOW, Landings, Scene, address, ago, failure, later, port

from meshwright.model.incident import Event, Impact
from meshwright.model.observation import ChecksRan, Overrun
from meshwright.model.product import CronSchedule
from meshwright.model.ratio import Ratio
from meshwright.model.slo import Completeness, LandingBy

LATE = ((5.0, 5.0),)
FINE = ((1.0, 1.0),)
SOON = timedelta(minutes=1)
CHAIN = ("raw", "clean < raw", "report < clean", "other", "sibling < other")
HELD_BACK = Scene(
    CHAIN,
    {"raw": LATE, "clean": LATE, "report": LATE, "other": FINE, "sibling": FINE},
    {"raw": failure("raw", 4, "`events` has no file `2026-03-10T07.json` yet", waiting=True)},
    slos={"raw": (), "clean": ()},
)
"""A source is held back; a product two hops below is the first that has promised anything."""


def test_a_fault_two_hops_above_is_one_incident_with_the_cause_named() -> None:
    decision = HELD_BACK.decide()
    (incident,) = decision.incidents
    assert incident.cause == address("raw")
    assert incident.reason == "`events` has no file `2026-03-10T07.json` yet"
    assert [(i.port, i.slo, i.since) for i in incident.impacts] == [(port("report"), "freshness", ago(3))]
    assert (incident.since, incident.opened_at) == (ago(3), NOW)
    assert [(m.event, m.key) for m in decision.messages] == [(Event.OPENED, f"{incident.id}-1")]


def test_the_owner_of_the_cause_is_named_and_those_it_hurts_are_to_be_informed() -> None:
    (incident,) = HELD_BACK.decide().incidents
    assert (incident.owner.name, incident.owner.support[0].channel) == ("Tomas", "#team-raw")
    assert [(c.product, c.email) for c in incident.inform] == [(address("report"), "tomas@example.org")]


def test_nothing_is_said_twice() -> None:
    first = HELD_BACK.decide()
    second = HELD_BACK.decide(first.incidents, NOW + SOON)
    assert second.messages == ()
    assert [(i.id, i.revision) for i in second.incidents] == [(i.id, 1) for i in first.incidents]


def test_two_monitors_that_see_the_same_breach_name_it_alike() -> None:
    first, second = HELD_BACK.decide(), HELD_BACK.decide(now=NOW + SOON)
    assert [i.id for i in first.incidents] == [i.id for i in second.incidents]


def test_a_breach_that_returns_after_its_incident_ended_is_said_again() -> None:
    first, again = HELD_BACK.decide(), HELD_BACK.decide(now=NOW + SOON, ended="raw")
    assert [m.event for m in again.messages] == [Event.OPENED]
    assert {m.key for m in again.messages}.isdisjoint(m.key for m in first.messages)


def test_the_recovery_is_told_once_and_what_was_hurt_is_named_with_it() -> None:
    opened = HELD_BACK.decide()
    recovered = later(HELD_BACK, raw=FINE, clean=FINE, report=((0.5, 1.0),))
    resolved = recovered.decide(opened.incidents, NOW + SOON)
    (message,) = resolved.messages
    assert (message.event, message.key) == (Event.RESOLVED, f"{opened.incidents[0].id}-2")
    assert message.incident.resolved_at == NOW + SOON
    assert [(i.port, i.ended_at) for i in message.incident.impacts] == [(port("report"), NOW + SOON)]
    assert message.incident.reason == opened.incidents[0].reason
    assert recovered.decide((), NOW + SOON).messages == ()


def test_an_incident_stays_open_while_what_it_hurt_catches_up() -> None:
    opened = HELD_BACK.decide()
    source_is_back = later(HELD_BACK, raw=((0.1, 0.1),))
    decision = source_is_back.decide(opened.incidents)
    assert decision.messages == ()
    assert decision.incidents[0].broken == opened.incidents[0].broken


def test_what_stays_broken_after_the_cause_recovered_becomes_an_incident_of_its_own() -> None:
    opened = HELD_BACK.decide()
    source_is_back = later(HELD_BACK, raw=((0.5, 0.5),))
    decision = source_is_back.decide(opened.incidents)
    assert [(m.event, m.incident.cause) for m in decision.messages] == [
        (Event.OPENED, address("clean")),
        (Event.RESOLVED, address("raw")),
    ]


def test_who_is_hurt_later_is_told_in_an_update_and_wakes_nobody() -> None:
    slower = Scene(CHAIN[:3], HELD_BACK.landings, slos={"clean": ()})
    only_raw = Scene(CHAIN[:3], {**HELD_BACK.landings, "report": FINE}, slos={"clean": ()})
    opened = only_raw.decide()
    assert [i.port for i in opened.incidents[0].impacts] == [port("raw")]
    updated = slower.decide(opened.incidents)
    assert [(m.event, m.key) for m in updated.messages] == [(Event.UPDATED, f"{opened.incidents[0].id}-2")]
    assert [i.port for i in updated.incidents[0].impacts] == [port("raw"), port("report")]


def test_who_recovers_first_leaves_quietly_and_may_come_back_quietly() -> None:
    scene = Scene(("raw", "a < raw", "b < raw"), {"raw": LATE, "a": LATE, "b": LATE}, slos={"raw": ()})
    opened = scene.decide()
    better = later(scene, a=FINE).decide(opened.incidents)
    assert [(i.port, i.ended_at) for i in better.incidents[0].impacts] == [(port("a"), NOW), (port("b"), None)]
    worse = scene.decide(better.incidents)
    assert [i.ended_at for i in worse.incidents[0].impacts] == [None, None]
    assert (better.messages, worse.messages) == ((), ())


def test_bad_data_is_the_fault_of_whoever_let_it_through() -> None:
    scene = Scene(
        ("raw", "clean < raw"),
        {"raw": FINE, "clean": FINE},
        checks={"clean": (ChecksRan(ago(1), 1, 2, ("no-bots",)),)},
        slos={"clean": (FRESH, GOOD)},
    )
    (incident,) = scene.decide().incidents
    reason = "`no-bots` failed; 1 of 2 checks passed, 50% where 99% is promised"
    assert (incident.cause, incident.reason) == (address("clean"), reason)
    assert incident.impacts == (Impact(port("clean"), "quality", ago(1), reason),)


def test_bad_data_that_then_makes_it_late_is_one_incident() -> None:
    checks = {"clean": (ChecksRan(ago(3), 1, 2, ("no-bots",)),)}
    scene = Scene(
        ("raw", "clean < raw"),
        {"raw": (*LATE, *FINE), "clean": LATE},
        {"clean": failure("clean", 1, "`no-bots` failed")},
        checks,
        slos={"clean": (FRESH, GOOD)},
    )
    (incident,) = scene.decide().incidents
    assert incident.cause == address("clean")
    assert incident.reason == "stage failed: `no-bots` failed"
    assert {i.slo for i in incident.impacts} == {"freshness", "quality"}


def test_a_product_that_has_said_nothing_yet_has_broken_nothing_yet() -> None:
    assert Scene(("raw",), {"raw": FINE}).decide().incidents == ()


def test_a_withdrawn_promise_ends_its_incident() -> None:
    opened = HELD_BACK.decide()
    without = Scene(("other",), {"other": FINE}).decide(opened.incidents)
    assert [(m.event, m.incident.cause) for m in without.messages] == [(Event.RESOLVED, address("raw"))]


def test_the_reason_says_what_is_there_when_nothing_has_failed() -> None:
    stopped = Scene(("raw",), {"raw": LATE}).decide().incidents
    never = Scene(("raw",), {}).decide().incidents
    assert [i.reason for i in (*stopped, *never)] == [
        "it is complete up to 2026-03-10T07:00:00Z and no further",
        "it has not published anything",
    ]


BY_EIGHT = LandingBy(time(8), "UTC", None, Ratio.parse("95%"))
THIS_MORNING = ((25.0, 25.0), (6.0, 6.0))
"""Yesterday at eleven, and today at six: after midnight, before eight."""

YESTERDAY = THIS_MORNING[:1]


def _landing(**landings: Landings) -> Scene:
    return Scene(("raw", "report < raw"), landings, slos={"raw": (), "report": (BY_EIGHT,)})


def test_a_missed_landing_is_one_incident_of_whoever_lacks_the_data() -> None:
    missed = _landing(raw=YESTERDAY, report=YESTERDAY)
    (incident,) = missed.decide().incidents
    assert incident.cause == address("raw")
    assert [(i.port, i.slo, i.since) for i in incident.impacts] == [(port("report"), "landing", ago(4))]
    assert _landing(raw=THIS_MORNING, report=YESTERDAY).decide().incidents[0].cause == address("report")
    assert _landing(raw=THIS_MORNING, report=THIS_MORNING).decide().incidents == ()


def test_late_data_ends_the_incident_of_a_landing() -> None:
    opened = _landing(raw=YESTERDAY, report=YESTERDAY).decide()
    late = _landing(raw=((25.0, 25.0), (1.0, 1.0)), report=((25.0, 25.0), (0.5, 0.5)))
    decision = late.decide(opened.incidents)
    assert [m.event for m in decision.messages] == [Event.RESOLVED]
    (status,) = late.statuses()
    assert status.sli is not None
    assert status.sli < BY_EIGHT.objective


def test_a_hole_is_an_incident_until_it_is_filled() -> None:
    clock = CronSchedule("0 * * * *")
    scene = Scene(("raw",), {"raw": ((5.0, 5.0),)}, slos={"raw": (Completeness(Ratio.parse("99.9%")),)}, clock=clock)
    opened = scene.decide()
    assert [(i.cause, i.impacts[0].slo) for i in opened.incidents] == [(address("raw"), "completeness")]
    filled = later(scene, raw=((0.5, 0.5),)).decide(opened.incidents)
    assert [m.event for m in filled.messages] == [Event.RESOLVED]


SLOW = Scene(
    ("raw", "clean < raw"),
    {"raw": FINE, "clean": FINE},
    overruns={"clean": Overrun(address("clean"), "scheduled__9", ago(0.5), timedelta(minutes=90))},
    slos={"raw": (), "clean": ()},
)
"""A run takes longer than it may, of a product that promises nothing."""


def test_a_run_that_takes_too_long_is_an_incident_until_its_product_publishes() -> None:
    opened = SLOW.decide()
    (incident,) = opened.incidents
    assert (incident.cause, incident.since, incident.inform) == (address("clean"), ago(0.5), ())
    assert incident.reason == "its run `scheduled__9` had not ended 1h 30m after it was queued"
    assert [(i.port, i.slo, i.reason) for i in incident.impacts] == [(port("clean"), "run", incident.reason)]
    assert SLOW.decide(opened.incidents, NOW + SOON).messages == ()
    recovered = later(SLOW, clean=((0.1, 0.1),)).decide(opened.incidents, NOW + SOON)
    assert [m.event for m in recovered.messages] == [Event.RESOLVED]


def test_a_run_that_took_too_long_and_then_failed_is_still_that_incident_with_the_new_reason() -> None:
    opened = SLOW.decide()
    failed = replace(SLOW, failures={"clean": failure("clean", 0.2)}).decide(opened.incidents, NOW + SOON)
    assert failed.messages == ()
    assert [i.reason for i in failed.incidents] == ["stage failed: it broke"]


def test_a_run_that_takes_so_long_that_promises_break_is_one_incident() -> None:
    late = replace(SLOW, landings={"raw": FINE, "clean": LATE}, slos={"raw": (), "clean": (FRESH,)})
    (incident,) = late.decide().incidents
    assert [i.slo for i in incident.impacts] == ["freshness", "run"]
    assert "scheduled__9" in incident.reason
