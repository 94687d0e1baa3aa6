"""mesh up: run a mesh on this machine: its sources, Airflow, the monitor; and end all of it again."""

import fcntl
import getpass
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from datetime import datetime, timedelta
from importlib.util import find_spec
from pathlib import Path

import click

from meshwright.actions.deploy import deploy
from meshwright.actions.submit import submit
from meshwright.cli.console import ExitCode, progress
from meshwright.cli.deploy import print_deployed
from meshwright.cli.local.follow import Follower, start_airflow
from meshwright.cli.local.platform import Platform, airflow, free_port
from meshwright.cli.local.processes import Processes
from meshwright.cli.local.receiver import Alert, Receiver
from meshwright.cli.local.simulator import start_simulator
from meshwright.cli.verb import Edge, open_edge
from meshwright.cli.views.plan_text import plan_text
from meshwright.model.errors import Busy, Refused
from meshwright.model.identity import Secret
from meshwright.model.time import instant_text
from meshwright.workspace.settings import variable
from meshwright.workspace.trust import root_key
from meshwright.workspace.workspace import Workspace, variable_connections

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@click.command("up", context_settings={"ignore_unknown_options": True})
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="[PATH] [OPTIONS OF ITS SIMULATOR]")
@click.option("--once", is_flag=True, help="End when every product has published, and say how it stands.")
@click.option("--timeout", type=click.IntRange(1), default=10, metavar="MINUTES", help="How long that may take.  [10]")
@click.option("--port", type=int, help="Port of Airflow's UI.  [default: one that is free]")
@click.option("--env", "environment", help="Environment.  [default: local]")
def command(words: tuple[str, ...], *, once: bool, timeout: int, port: int | None, environment: str | None) -> ExitCode:
    """Run a mesh on this machine: its sources, Airflow, the monitor.

    PATH is the mesh's folder. What `mesh up` does not know itself is for the simulator of the mesh's sources, such as
    `--fault engagement=late`.
    """
    path, options = (Path(words[0]), words[1:]) if words and not words[0].startswith("-") else (Path.cwd(), words)
    if find_spec("airflow") is None:
        raise Refused("Airflow is not installed here", hint="pip install 'meshwright[airflow]'")
    edge = open_edge(path, environment)
    if edge.workspace.is_apart:
        message = "`mesh up` runs a whole mesh, and this repository holds only domains of one"
        raise Refused(message, hint="`mesh run ADDRESS` builds a product here")
    state = edge.workspace.state
    platform = Platform(state / "airflow", port or free_port())
    with _alone(state), _ended_by_signals(), _goodbye(), Processes(state / "logs") as processes:
        progress("starting the sources")
        sources = start_simulator(processes, edge.workspace.root, state / "sources", options)
        platform.prepare()
        migration = processes.start("migration", airflow("db", "migrate"), platform.variables())
        workspace = replace(edge.workspace, connections=variable_connections({**os.environ, **sources}))
        _go_live(replace(edge, workspace=workspace))
        with _receiver(workspace, state) as receiver:
            variables = _variables(workspace) | sources
            variables |= {variable("webhook"): receiver.url} if receiver else {}
            processes.finish(migration)
            progress("starting Airflow")
            start_airflow(platform, processes, variables | platform.variables())
            _say_where(platform)
            follower = Follower(workspace, platform, processes, variables)
            return follower.until_settled(timedelta(minutes=timeout)) if once else follower.for_ever()


def _go_live(edge: Edge) -> None:
    """Plan, release, deploy: what the gate allows runs; what it does not is shown, and what ran before goes on."""
    workspace, now = edge.workspace, edge.now
    outcome = submit(workspace, workspace.settings.person or getpass.getuser(), now)
    if not outcome.judged.proposal.plan.is_empty:
        click.echo(plan_text(outcome.judged, workspace.settings.environment) + "\n")
    print_deployed(edge, deploy(workspace, now))


def _variables(workspace: Workspace) -> dict[str, str]:
    """Return the environment of every process that works for this mesh: its settings, as they were resolved here."""
    settings = workspace.settings
    known = {f.name: getattr(settings, f.name) for f in fields(settings) if f.name != "shown"}
    known |= {"root_key": root_key(workspace), "home": workspace.root}
    return {variable(name): _text(value) for name, value in known.items() if value is not None}


def _text(value: object) -> str:
    match value:
        case datetime():
            return instant_text(value)
        case timedelta():
            return f"{value.total_seconds():.0f}s"
        case Secret():
            return value.reveal()
        case _:
            return str(value)


@contextmanager
def _receiver(workspace: Workspace, state: Path) -> Iterator[Receiver | None]:
    """Give alerts a place to go to, unless the settings name one."""
    settings = workspace.settings
    if settings.webhook or settings.alertmanager or settings.smtp:
        yield None
        return
    with Receiver(state / "alerts.jsonl", _show_alert) as receiver:
        yield receiver


def _show_alert(alert: Alert) -> None:
    title, _, rest = str(alert.get("text", alert)).partition("\n")
    body = "".join(f"\n    {line}" for line in rest.splitlines())
    click.echo(f"\n{click.style('▲ alert', fg='red', bold=True)} {title.strip('*')}{body}")


def _say_where(platform: Platform) -> None:
    click.echo(f"\n  Products  {click.style(f'{platform.url}/plugin/mesh', bold=True)}")
    click.echo(f"  Airflow   {platform.url}")
    click.echo(f"  Sign in   {platform.user} / {platform.password}\n")


@contextmanager
def _goodbye() -> Iterator[None]:
    try:
        yield
    finally:
        progress("everything has ended")


@contextmanager
def _alone(state: Path) -> Iterator[None]:
    """Keep a second `mesh up` away from the state of the first. Raises `Busy`."""
    state.mkdir(parents=True, exist_ok=True)
    with (state / "up.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy(f"this mesh is up already, from {state}", hint="end the other `mesh up` first") from None
        yield


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """End in the same orderly way whoever asks for it, and only once: ending takes a moment."""

    def interrupt(*_: object) -> None:
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
