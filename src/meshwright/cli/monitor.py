"""mesh monitor: hold what is delivered against what was promised, again and again; tell who must know.

It runs beside Airflow, not inside it: what wakes people must not sleep when a scheduler does.
"""

import logging
import signal
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from meshwright.actions.deployed import deployed
from meshwright.actions.logs import about
from meshwright.actions.tick import TickOutcome, tick
from meshwright.actions.workspace import Workspace
from meshwright.cli.console import print_json
from meshwright.cli.verb import Edge, verb
from meshwright.manifest.scalars import length
from meshwright.model.errors import MeshError
from meshwright.model.slo import SloState

log = logging.getLogger("meshwright.monitor")


class LengthType(click.ParamType[timedelta]):
    """A length such as `30s` or `1m`."""

    name = "length"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """Read a length, or say how one is written."""
        try:
            return value if isinstance(value, timedelta) else length(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


@click.command("monitor")
@click.option("--once", is_flag=True, help="Look once and end, as a cron job does.")
@click.option(
    "--interval", type=LengthType(), default="30s", show_default=True, help="How long to pause between looks."
)
@verb()
def command(edge: Edge, once: bool, interval: timedelta) -> None:
    """Hold what is delivered against what was promised; tell who must know."""
    if once:
        outcome = _tick(edge.workspace)
        if edge.json:
            print_json(_plain(outcome))
        return
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    log.info("the monitor looks every %gs", interval.total_seconds())
    while not stop.is_set():
        _tick_or_explain(edge.workspace)
        stop.wait(interval.total_seconds())
    log.info("the monitor has stopped")


def _tick_or_explain(workspace: Workspace) -> None:
    """Look once; whatever goes wrong is told, and looked at again with the next tick."""
    try:
        _tick(workspace)
    except MeshError as error:
        log.warning("this tick is not complete: %s", error)
    except Exception:
        log.exception("this tick is not complete, and that is our fault")


def _tick(workspace: Workspace) -> TickOutcome:
    running = deployed(workspace)
    with about(environment=workspace.settings.environment, release=running.release.short):
        outcome = tick(workspace, running.graph, datetime.now(UTC))  # noqa: TID251  # this is the edge
        plain = _plain(outcome)
        log.info("ticked: %s", ", ".join(f"{count} {name}" for name, count in plain.items() if count) or "no promises")
    return outcome


def _plain(outcome: TickOutcome) -> dict[str, int]:
    """Count what a tick found, in its documented JSON shape."""
    states = [status.state for status in outcome.statuses]
    return {
        "kept": states.count(SloState.KEPT),
        "broken": states.count(SloState.BROKEN),
        "noData": states.count(SloState.NO_DATA),
        "incidents": len(outcome.open),
        "synced": outcome.synced,
        "sent": outcome.delivered.sent,
        "postponed": outcome.delivered.postponed,
        "dead": outcome.delivered.dead,
    }
