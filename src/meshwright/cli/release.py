"""mesh release: freeze what the gate allows into a signed release."""

import getpass

import click

from meshwright.actions.release import Outcome, release
from meshwright.cli.console import ExitCode, print_json
from meshwright.cli.verb import Edge, verb
from meshwright.cli.views.plan_document import plan_plain
from meshwright.cli.views.plan_text import plan_text


@click.command("release")
@click.option("--as", "person", metavar="USERNAME", help="Whose change it is.  [default: setting `person`, else you]")
@verb()
def command(edge: Edge, person: str | None) -> ExitCode:
    """Freeze what the gate allows into a signed release."""
    outcome = release(edge.workspace, person or edge.workspace.settings.person or getpass.getuser(), edge.now)
    if edge.json:
        made = None if outcome.release is None else str(outcome.release)
        print_json({"release": made, "new": outcome.is_new, **plan_plain(outcome.judged)})
    else:
        click.echo(_text(outcome, edge.workspace.settings.environment))
    return ExitCode.FINDINGS if outcome.release is None else ExitCode.DONE


def _text(outcome: Outcome, environment: str) -> str:
    said = plan_text(outcome.judged, environment)
    if outcome.release is None:
        return said
    if outcome.judged.proposal.plan.is_empty:
        return f"nothing to release: `{environment}` runs just this, release {outcome.release.short}"
    made = "released" if outcome.is_new else "released before"
    return f"{said}\n\n{made}: {click.style(outcome.release.short, bold=True)}\n`mesh deploy` makes it run"
