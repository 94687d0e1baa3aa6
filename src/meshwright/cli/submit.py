"""mesh submit: propose what the files of this repository change."""

import click

from meshwright.actions.submit import Outcome, submit
from meshwright.cli.console import ExitCode, print_json
from meshwright.cli.person import as_person, person_of
from meshwright.cli.verb import Edge, verb
from meshwright.cli.views.plan_steps import tell_step
from meshwright.cli.views.plan_text import plan_text
from meshwright.gate.judge import Allowed, Refused


@click.command("submit")
@as_person("Whose change it is.")
@verb()
def command(edge: Edge, person: str | None) -> ExitCode:
    """Propose what the files here change.

    Where nobody must be asked it is released at once; else it waits for those whom it touches.
    """
    outcome = submit(edge.workspace, person_of(edge, person), edge.now, tell_step)
    if edge.json:
        from meshwright.cli.views.plan_document import plan_plain

        made = None if outcome.release is None else str(outcome.release)
        print_json({"release": made, "new": outcome.is_new, **plan_plain(outcome.judged)})
    else:
        click.echo(_text(outcome, edge.workspace.settings.environment))
    return ExitCode.FINDINGS if outcome.release is None else ExitCode.DONE


def _text(outcome: Outcome, environment: str) -> str:
    said, plan = plan_text(outcome.judged, environment), outcome.judged.proposal.plan
    if outcome.release is not None and plan.is_empty:
        return f"nothing to release: release {outcome.release.short} of `{environment}` is just this"
    if outcome.release is not None:
        return f"{said}\n\nreleased: {click.style(outcome.release.short, bold=True)}\n`mesh deploy` makes it run"
    match outcome.judged.verdict:
        case Refused():
            return said
        case Allowed():
            return f"{said}\n\nsubmitted: `mesh release`, where the gate's key is, makes it a release"
        case _:
            return f"{said}\n\nsubmitted: they look at it with `mesh plan --submission {plan.digest.short}`"
