"""A source is held back: one alert, for the product that is the cause, and silence from those it does not touch."""

import json
from typing import Any

import pytest
from tests.e2e.conftest import Machine

pytestmark = [
    pytest.mark.airflow,
    pytest.mark.xdist_group("airflow"),
    pytest.mark.timeout(900),
    pytest.mark.parametrize("machine", ["artgo"], indirect=True, scope="module"),
]


@pytest.fixture(scope="module")
def up(machine: Machine) -> int:
    """The exit status of `mesh up --once`, while the event feed comes two hours late."""
    with machine.going("up", "--once", "--fault", "engagement=late") as going:
        return going.ends(seconds=800)


@pytest.fixture(scope="module")
def alerts(machine: Machine, up: int) -> list[dict[str, Any]]:
    """What the receiver was given."""
    lines = (machine.root / ".mesh/local/alerts.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def test_a_broken_promise_is_the_exit_status(up: int) -> None:
    assert up == 1


def test_every_product_published_what_it_could(machine: Machine, up: int) -> None:
    rows = json.loads(machine.mesh("status", "--format", "json").stdout)
    assert len(rows) == 10
    assert all(row["lastPublish"] and row["rows"] for row in rows)


def test_one_alert_names_the_cause_its_owner_and_whom_it_hurts(alerts: list[dict[str, Any]]) -> None:
    (alert,) = alerts
    assert alert["event"] == "opened"
    assert alert["cause"] == "engagement.events"
    assert alert["owner"]["username"] == "elif"
    assert {impact["product"] for impact in alert["impacted"]} == {
        "engagement.events",
        "engagement.artwork-engagement",
        "insight.trending-artists",
    }
    assert alert["since"] <= alert["openedAt"]
    assert "`engagement.events`" in alert["text"]


def test_a_healthy_sibling_stays_silent(machine: Machine, up: int) -> None:
    rows = json.loads(machine.mesh("status", "--format", "json").stdout)
    states = {row["address"]: row["state"] for row in rows}
    assert states["insight.provenance-dossier"] == "ok"
    assert {address for address, state in states.items() if state == "broken"} == {
        "engagement.events",
        "engagement.artwork-engagement",
        "insight.trending-artists",
    }


def test_nothing_is_left_running(machine: Machine, up: int) -> None:
    assert machine.leftovers() == []
