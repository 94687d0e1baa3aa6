"""Tick: a mesh that runs, a source that is held back, one alert, and its end; through real engines and receivers."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.actions.folders import open_folder
from tests.actions.shop import HOUR, START, Shop, open_shop
from tests.oncall.servers import Received, http_receiver, nobody

from meshwright.actions.activate import activate
from meshwright.actions.deploy import deploy
from meshwright.actions.submit import submit
from meshwright.actions.tick import TickOutcome, forget, tick
from meshwright.model import naming
from meshwright.model.slo import slo_name
from meshwright.workspace.deployed import deployed
from meshwright.workspace.workspace import Workspace

SOON = timedelta(minutes=2)


def look(workspace: Workspace, hour: float) -> TickOutcome:
    return tick(workspace, deployed(workspace).graph, START + hour * HOUR + SOON)


def pass_hours(shop: Shop, first: int, last: int, *feeds: str) -> None:
    """Let these feeds deliver the hours, every product run after each, and the monitor look."""
    for hour in range(first, last):
        for feed in feeds:
            shop.deliver(feed, hour)
        shop.run(START + (hour + 1) * HOUR)
        look(shop.workspace, hour + 1)


def test_a_source_that_is_held_back_is_one_alert_and_its_return_ends_it(tmp_path: Path) -> None:
    with http_receiver() as received:
        shop = open_shop(tmp_path, MESH_WEBHOOK=received.url)
        pass_hours(shop, 0, 3, "clicks", "items")
        assert received.bodies == []
        pass_hours(shop, 3, 6, "items")
        look(shop.workspace, 6)
        (alert,) = received.bodies
        _is_told_of_the_clicks(alert)
        for hour in (3, 4, 5):
            shop.deliver("clicks", hour)
            shop.run(START + 6 * HOUR + 2 * SOON, hour)
        outcome = look(shop.workspace, 6.1)
        assert outcome.open == ()
        _opened, resolved = received.bodies
    assert (resolved["status"], resolved["incident"]) == ("resolved", alert["incident"])
    assert resolved["resolvedAt"] == "2026-03-01T06:08:00Z"


def test_a_channel_that_comes_later_is_told_of_what_is_still_open(tmp_path: Path) -> None:
    shop = open_shop(tmp_path)
    pass_hours(shop, 0, 3, "clicks", "items")
    pass_hours(shop, 3, 6, "items")
    with http_receiver() as received:
        listening = open_folder(tmp_path / "mesh", MESH_WEBHOOK=received.url)
        look(listening, 6)
        look(listening, 6.1)
        (alert,) = received.bodies
    assert (alert["event"], alert["cause"], alert["since"]) == ("opened", "signals.clicks", "2026-03-01T05:00:00Z")


def _is_told_of_the_clicks(alert: dict[str, object]) -> None:
    assert (alert["event"], alert["status"], alert["environment"]) == ("opened", "firing", "local")
    assert alert["cause"] == "signals.clicks"
    assert alert["reason"] == "connection `clicks` does not have `2026-03-01T04.jsonl` yet"
    assert alert["since"] == "2026-03-01T05:00:00Z"
    impacted = alert["impacted"]
    assert isinstance(impacted, list)
    assert [(i["product"], i["slo"]) for i in impacted] == [("insight.trends", "freshness")]
    owner = alert["owner"]
    assert isinstance(owner, dict)
    assert (owner["name"], owner["support"][0]["channel"]) == ("Nadia Benali", "#team-signals")


def test_publishes_that_a_crash_kept_from_being_recorded_are_found(tmp_path: Path) -> None:
    shop = open_shop(tmp_path)
    forgetful = open_folder(
        tmp_path / "mesh",
        MESH_DATABASE=f"sqlite:///{tmp_path / 'other.db'}",
        **{f"MESH_CONN_{n.upper()}": f"file://{tmp_path / n}" for n in ("clicks", "items")},
    )
    shop.deliver("clicks", 0)
    shop.deliver("items", 0)
    shop.run(START + HOUR, elsewhere=forgetful)
    assert look(shop.workspace, 1).synced == 5
    assert look(shop.workspace, 1).synced == 0


def test_an_alert_survives_a_receiver_that_is_down(tmp_path: Path) -> None:
    shop = open_shop(tmp_path, MESH_WEBHOOK=f"http://{nobody()}")
    assert look(shop.workspace, 3).delivered.postponed == 2
    with http_receiver() as received:
        again = open_folder(tmp_path / "mesh", MESH_WEBHOOK=received.url)
        assert look(again, 3.1).delivered.sent == 2
    assert sorted(body["cause"] for body in received.bodies) == ["signals.clicks", "stock.items"]


@pytest.mark.parametrize("answer", [200, 500], ids=["it answers", "it does not"])
def test_each_complete_tick_proves_that_the_monitor_lives(tmp_path: Path, answer: int) -> None:
    with http_receiver(answer) as received:
        shop = open_shop(tmp_path, MESH_HEARTBEAT=f"{received.url}/alive")
        look(shop.workspace, 0)
    assert received.paths == ["/alive"]


def test_alertmanager_is_reminded_with_every_tick(tmp_path: Path) -> None:
    with http_receiver() as received:
        shop = open_shop(tmp_path, MESH_ALERTMANAGER=received.url)
        look(shop.workspace, 3)
        sent = len(received.bodies)
        look(shop.workspace, 3)
    assert _incidents(received, sent) == _incidents(received, 0)


def _incidents(received: Received, start: int) -> set[str]:
    return {alert["labels"]["incident"] for body in received.bodies[start:] for alert in body}


def test_a_replay_is_judged_where_its_clock_stands(tmp_path: Path) -> None:
    until = START + 2 * HOUR
    shop = open_shop(tmp_path, MESH_UNTIL=until.isoformat())
    outcome = look(shop.workspace, 900)
    assert outcome.open == ()
    assert {status.state for status in outcome.statuses} == {"noData"}


def test_what_a_replay_published_long_ago_is_not_forgotten(tmp_path: Path) -> None:
    shop = open_shop(tmp_path, MESH_UNTIL=(START + 2 * HOUR).isoformat())
    shop.deliver("items", 0)
    shop.run(START + HOUR)
    assert forget(shop.workspace, START + timedelta(days=4000)) == 0


def test_old_facts_are_forgotten_but_not_the_last_publish(tmp_path: Path) -> None:
    shop = open_shop(tmp_path)
    pass_hours(shop, 0, 2, "items")
    assert forget(shop.workspace, START + timedelta(days=500)) > 0
    assert look(shop.workspace, 24 * 500).synced == 0


def test_a_deployment_that_died_after_its_pointer_moved_has_promised_all_the_same(tmp_path: Path) -> None:
    shop = open_shop(tmp_path)
    other = open_folder(tmp_path / "mesh", MESH_DATABASE=f"sqlite:///{tmp_path / 'other.db'}")
    assert look(other, 3).statuses == ()
    running = deployed(shop.workspace)
    activate(other, running.graph, running.release, START)
    assert look(other, 3).statuses != ()


def test_a_log_that_cannot_be_read_hides_no_other(tmp_path: Path) -> None:
    shop = open_shop(tmp_path)
    shop.deliver("clicks", 0)
    shop.deliver("items", 0)
    shop.run(START + HOUR)
    engine, since = shop.workspace.engine(), START - HOUR
    order = deployed(shop.workspace).graph.order
    whole = engine.recent(order, since)
    assert [r.publishes for r in whole] == [engine.publishes(r.product) for r in whole]
    broken = Path(shop.workspace.settings.data) / naming.store_file(whole[0].product)
    broken.write_bytes(b"no database" * 1000)
    assert [r.error is None for r in engine.recent(order, since)] == [False] + [True] * (len(whole) - 1)


def promising(shop: Shop, slo: str) -> Shop:
    """The same shop, whose stock of items promises something more."""
    manifest = shop.workspace.root / "domains/stock/items/product.yaml"
    manifest.write_text(manifest.read_text().replace("slo: {", f"slo: {{{slo}, "))
    assert submit(shop.workspace, "tomas", START).release is not None
    deploy(shop.workspace, START)
    return shop


def said(outcome: TickOutcome, slo: str) -> tuple[str, str]:
    (status,) = (s for s in outcome.statuses if slo_name(s.slo) == slo and str(s.port) == "stock.items:items@1")
    return status.state.value, status.reason


def ended(outcome: TickOutcome) -> list[datetime | None]:
    """When landings that were missed were kept again, in the incidents that items are the cause of."""
    impacts = [impact for i in outcome.open if str(i.cause) == "stock.items" for impact in i.impacts]
    return [impact.ended_at for impact in impacts if impact.slo == "landing"]


def test_a_landing_is_missed_alerted_and_late(tmp_path: Path) -> None:
    shop = promising(open_shop(tmp_path), 'landing: {by: "02:00", objective: 95%}')
    assert said(look(shop.workspace, 1), "landing") == ("noData", "no landing has come due since it was deployed")
    missed = look(shop.workspace, 2)
    assert said(missed, "landing")[0] == "broken"
    assert ended(missed) == [None]
    shop.deliver("items", -1)
    shop.run(START + 3 * HOUR, -1)
    late = look(shop.workspace, 3)
    assert said(late, "landing") == (
        "kept",
        "on 2026-03-01 complete at 03:00, 1h late; promised by 02:00 UTC; 0% of 1 days in time, 95% promised",
    )
    assert ended(late) == [START + 3 * HOUR + SOON]


def test_a_hole_is_found_in_what_was_published(tmp_path: Path) -> None:
    shop = promising(open_shop(tmp_path), "completeness: {objective: 90%}")
    for hour in (0, 2, 3):
        shop.deliver("items", hour)
        shop.run(START + (hour + 1) * HOUR, hour)
    assert said(look(shop.workspace, 5), "completeness") == (
        "broken",
        "1h from 2026-03-01T01:00:00Z missing; 75% there where 90% is promised",
    )
    shop.deliver("items", 1)
    shop.run(START + 5 * HOUR, 1)
    assert said(look(shop.workspace, 5), "completeness") == ("kept", "all that should be there is there")
