"""mesh plan: what would change, for whom, and who must say yes?"""

from typing import TYPE_CHECKING

import click

from meshwright.actions.plan import plan
from meshwright.cli.console import ExitCode, print_json, progress
from meshwright.cli.person import person_of
from meshwright.cli.verb import Edge, verb
from meshwright.cli.views.plan_text import plan_text
from meshwright.cli.views.repository import folder_in_repository
from meshwright.gate.judge import Allowed
from meshwright.workspace.judged import Judged

if TYPE_CHECKING:
    from meshwright.workspace.explanation import Stage


@click.command("plan")
@click.option(
    "--against",
    metavar="ENV|DIGEST|PATH",
    help="Compare with another environment, a release, or the files of a folder.",
)
@click.option("--submission", metavar="PLAN", help="Show what was submitted, instead of the files here.")
@click.option("--explain", is_flag=True, help="Tell each step that submit, release and deploy will take, and why.")
@verb("markdown", "github")
def command(
    edge: Edge, against: str | None, submission: str | None, *, explain: bool, output: str = "text"
) -> ExitCode:
    """Show what would change, and for whom."""
    settings = edge.workspace.settings
    if explain and (against or submission):
        raise click.UsageError("steps are those from the files here: leave `--against` and `--submission` out")
    judged, stages = _explained(edge) if explain else (_judged(edge, against, submission), None)
    if judged.proposal.history is None and judged.proposal.base is not None:
        progress("the store cannot be reached: compared with what was fetched")
    _print(edge, judged, against or settings.environment, output, stages)
    return ExitCode.DONE if isinstance(judged.verdict, Allowed) else ExitCode.FINDINGS


def _print(edge: Edge, judged: Judged, against: str, output: str, stages: "tuple[Stage, ...] | None") -> None:
    """Print a plan, with its steps where they were asked for; what speaks to a forge is loaded only for it."""
    told: list[tuple[str, list[str]]] = []
    steps: dict[str, object] = {}
    if stages is not None:
        from meshwright.cli.views.plan_steps import explained, steps_plain

        told = [*explained(stages, judged.proposal.plan.dags)]
        steps = {"steps": steps_plain(stages)}
    if edge.json:
        from meshwright.cli.views.plan_document import plan_plain

        print_json({**plan_plain(judged), **steps})
    elif output == "markdown":
        from meshwright.cli.views.plan_markdown import plan_markdown

        click.echo(plan_markdown(judged, against, told))
    elif output == "github":
        from meshwright.cli.views.plan_github import print_for_github

        print_for_github(judged, against, folder_in_repository(edge.workspace.root), told)
    else:
        click.echo(plan_text(judged, against, told))


def _explained(edge: Edge) -> "tuple[Judged, tuple[Stage, ...]]":
    """Return the plan as submit would judge it, and the steps from there; few need what freezes a release."""
    from meshwright.workspace.explanation import explain

    author = person_of(edge, None)
    judged = plan(edge.workspace, author, edge.now)
    return judged, explain(edge.workspace, judged, author)


def _judged(edge: Edge, against: str | None, submission: str | None) -> Judged:
    if submission is None:
        return plan(edge.workspace, edge.workspace.settings.person, edge.now, against)
    if against is not None:
        raise click.UsageError("a submission is compared with the newest release: leave `--against` out")
    from meshwright.workspace.submissions import submission as submitted  # understands SQL anew: few need it

    return submitted(edge.workspace, submission, edge.now).judged
