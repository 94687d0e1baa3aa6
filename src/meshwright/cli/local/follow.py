"""Follow: what goes on while a mesh is up, as people want to hear it; and when it has come to rest."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import click

from meshwright.actions.caught_up import caught_up
from meshwright.cli.console import ExitCode, fail, progress
from meshwright.cli.local.activity import Watch
from meshwright.cli.local.platform import COMPONENTS, Platform, airflow
from meshwright.cli.local.processes import Processes
from meshwright.cli.local.progress import Progress
from meshwright.model.errors import MeshError
from meshwright.model.observation import Failure
from meshwright.model.publish import Publish
from meshwright.model.time import instant_text, length_text
from meshwright.workspace.deployed import deployed
from meshwright.workspace.workspace import Workspace

_LOOK_SECONDS = 1.0
_SURE = timedelta(seconds=3)
"""How long nothing may move before it is at rest: a publish starts its consumers' runs within a second."""
_HOPELESS = timedelta(seconds=90)
"""How long nothing may move before what has never been published is given up."""

_WAIT_FOR_THE_LAST = timedelta(minutes=5)
"""How long the monitor is kept back for products that have never been published."""


class NotUp(MeshError):
    """Airflow did not come up in time."""


class Follower:
    """Follows one mesh from the moment that Airflow is up."""

    def __init__(
        self, workspace: Workspace, platform: Platform, processes: Processes, variables: Mapping[str, str]
    ) -> None:
        self._workspace = workspace
        self._processes = processes
        self._variables = variables
        self._watch = Watch(platform)
        self._progress = Progress(workspace, deployed(workspace).graph.mesh.products)
        self._started = time.monotonic()

    def for_ever(self) -> ExitCode:
        """Follow until somebody ends it; the monitor begins once the mesh has caught up, and waits for no source."""
        self._catch_up(_WAIT_FOR_THE_LAST)
        self._processes.start("monitor", self._mesh("monitor"), self._variables)
        while True:
            self._tell()

    def until_settled(self, limit: timedelta) -> ExitCode:
        """Follow until every product has published, judge once, and say how it stands."""
        settled = self._catch_up(limit)
        if not settled:
            self._say_what_is_missing(limit)
        self._processes.finish(self._processes.start("monitor", self._mesh("monitor", "--once"), self._variables))
        click.echo()
        subprocess.run(self._mesh("status"), env={**os.environ, **self._variables}, check=False)  # noqa: S603  # our own command
        broken = self._workspace.observations().open_incidents()
        return ExitCode.DONE if settled and not broken else ExitCode.FINDINGS

    def _catch_up(self, limit: timedelta) -> bool:
        """Follow until the mesh is at rest, and let its promises count from then; tell whether all of it published."""
        settled = self._follow(self._started + limit.total_seconds())
        if settled:
            caught_up(self._workspace, self._now().replace(microsecond=0))
        return settled

    def _follow(self, deadline: float) -> bool:
        """Show what happens until the mesh is at rest; tell whether all of it has published by then."""
        moved = time.monotonic()
        while time.monotonic() < deadline:
            busy, waiting, missing = self._look()
            if busy:
                moved = time.monotonic()
            still = timedelta(seconds=time.monotonic() - moved)
            if still >= _SURE and not missing:
                return True
            if still >= _HOPELESS and not waiting:
                return False
        return False

    def _look(self) -> tuple[bool, bool, frozenset[str]]:
        """Show what is new; return whether anything moves, whether anything waits, and who never published."""
        self._tell()
        activity = self._watch.activity()
        state = self._progress.state(activity, self._now())
        return bool(activity.busy or state.behind), bool(activity.waiting), state.unpublished

    def _tell(self) -> None:
        """Show what is new, a second later. Raises `ProcessEnded` when a component has ended."""
        time.sleep(_LOOK_SECONDS)
        self._processes.expect_alive()
        for event in self._progress.news():
            self._show(event)

    def _now(self) -> datetime:
        return self._workspace.settings.clock(datetime.now(UTC))  # noqa: TID251  # this is the edge

    def _show(self, event: Publish | Failure) -> None:
        passed = length_text(timedelta(seconds=round(time.monotonic() - self._started)))
        match event:
            case Publish(product=product, rows=rows, watermark=watermark):
                mark = click.style("✓", fg="green")
                said = f"{rows:,} rows, complete up to {instant_text(watermark)}"
            case Failure(product=product, reason=reason, waiting=True):
                mark = click.style("…", fg="yellow")
                said = f"waits: {reason}"
            case Failure(product=product, step=step, reason=reason):
                mark = click.style("✗", fg="red")
                said = f"{step}: {reason}"
        click.echo(f"{mark} {click.style(f'{product!s:<36}', bold=True)} {said}  {click.style(passed, dim=True)}")

    def _say_what_is_missing(self, limit: timedelta) -> None:
        _, _, missing = self._look()
        if missing:
            fail(f"not published within {length_text(limit)}: {', '.join(sorted(missing))}")
        for error in self._watch.import_errors():
            fail(f"Airflow cannot read a file of the release:\n{error}")

    def _mesh(self, *words: str) -> list[str]:
        """Return the command line of one of our own verbs, for this mesh and environment."""
        here = ("--mesh", str(self._workspace.root), "--env", self._workspace.settings.environment)
        return [sys.executable, "-c", "from meshwright.cli.main import main; main()", *words, *here]


def start_airflow(platform: Platform, processes: Processes, variables: Mapping[str, str]) -> None:
    """Start all components, the last when the others are up. Raises as `wait_until_up`."""
    *first, last = COMPONENTS
    for component in first:
        processes.start(component[0], airflow(*component), variables)
    wait_until_up(platform, processes)
    processes.start(last[0], airflow(*last), variables)


def wait_until_up(platform: Platform, processes: Processes, limit: timedelta = timedelta(minutes=5)) -> None:
    """Wait until Airflow answers. Raises `ProcessEnded` when a component ends, `NotUp` when it takes too long."""
    started = time.monotonic()
    while not platform.is_up():
        processes.expect_alive()
        if time.monotonic() - started > limit.total_seconds():
            raise NotUp(
                f"Airflow did not come up within {length_text(limit)}", hint=f"its output is in {platform.home}"
            )
        time.sleep(0.5)
    progress(f"Airflow is up after {length_text(timedelta(seconds=round(time.monotonic() - started)))}")
