"""mesh monitor: hold what is delivered against what was promised, again and again; tell who must know.

It runs beside Airflow, not inside it: what wakes people must not sleep when a scheduler does.
"""

import logging
import select
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from meshwright.actions.activate import activate
from meshwright.actions.tick import TickOutcome, forget, tick
from meshwright.cli.console import print_json
from meshwright.cli.verb import Edge, verb
from meshwright.manifest.shapes.scalars import length
from meshwright.model.errors import MeshError
from meshwright.model.slo import SloState
from meshwright.workspace.deployed import deployed
from meshwright.workspace.logs import about
from meshwright.workspace.workspace import Workspace

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
        outcome = _look(edge.workspace, _now())
        if edge.json:
            print_json(_plain(outcome))
        return
    with _stop_signals() as told_to_stop:
        log.info("the monitor looks every %gs", interval.total_seconds())
        _watch(edge.workspace, lambda: told_to_stop(interval))
    log.info("the monitor has stopped")


def _watch(workspace: Workspace, told_to_stop: Callable[[], bool]) -> None:
    """Look again and again, and tidy up once a day."""
    tidied = None
    while True:
        now = _now()
        _explained(_look, workspace, now)
        if tidied != now.date():
            _explained(_tidy, workspace, now)
            tidied = now.date()
        if told_to_stop():
            return


@contextmanager
def _stop_signals() -> Iterator[Callable[[timedelta], bool]]:
    """Give a pause that tells whether somebody wants the monitor to stop; a look that has begun is not cut short."""
    reader, writer = socket.socketpair()
    with reader, writer:
        writer.setblocking(False)
        before = signal.set_wakeup_fd(writer.fileno())
        handlers = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield lambda pause: bool(select.select([reader], [], [], pause.total_seconds())[0])
        finally:
            signal.set_wakeup_fd(before)
            for number, handler in handlers.items():
                signal.signal(number, handler)


def _explained(step: Callable[[Workspace, datetime], object], workspace: Workspace, now: datetime) -> None:
    """Take a step; whatever goes wrong is told, and the monitor goes on."""
    try:
        step(workspace, now)
    except MeshError as error:
        log.warning("this look is not complete: %s", error)
    except Exception:
        log.exception("this look is not complete, and that is our fault")


def _look(workspace: Workspace, now: datetime) -> TickOutcome:
    running = deployed(workspace)
    with about(environment=workspace.settings.environment, release=running.release.short):
        activate(workspace, running.graph, running.release, workspace.settings.clock(now))
        outcome = tick(workspace, running.graph, now)
        found = ", ".join(f"{count} {name}" for name, count in _plain(outcome).items() if count)
        log.info("ticked: %s", found or "no promises")
    return outcome


def _tidy(workspace: Workspace, now: datetime) -> None:
    rows = forget(workspace, now)
    if rows:
        log.info("forgot %d rows of old observations", rows)


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251  # this is the edge


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
        "owed": outcome.backlog.pending,
        "dead": outcome.backlog.dead,
    }
