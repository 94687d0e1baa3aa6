"""mesh submit: propose what the files of this repository say."""

import getpass

import click

from meshwright.actions.submit import Outcome, submit
from meshwright.cli.console import ExitCode, print_json
from meshwright.cli.verb import Edge, verb
from meshwright.cli.views.plan_document import plan_plain
from meshwright.cli.views.plan_text import plan_text


@click.command("submit")
@click.option("--as", "person", metavar="USERNAME", help="Whose change it is.  [default: setting `person`, else you]")
@verb()
def command(edge: Edge, person: str | None) -> ExitCode:
    """Propose what the files here say: what the gate allows is released at once, the rest waits for its approvals."""
    outcome = submit(edge.workspace, person or edge.workspace.settings.person or getpass.getuser(), edge.now)
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
        return f"nothing to release: release {outcome.release.short} of `{environment}` is just this"
    return f"{said}\n\nreleased: {click.style(outcome.release.short, bold=True)}\n`mesh deploy` makes it run"
