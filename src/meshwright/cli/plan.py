"""mesh plan: what would change, for whom, and who must say yes?"""

import click

from meshwright.actions.plan import plan
from meshwright.cli.console import ExitCode, print_json, progress
from meshwright.cli.verb import Edge, verb
from meshwright.cli.views.plan_document import plan_plain
from meshwright.cli.views.plan_text import plan_text
from meshwright.cli.views.repository import folder_in_repository
from meshwright.gate.judge import Allowed
from meshwright.workspace.judged import Judged


@click.command("plan")
@click.option(
    "--against",
    metavar="ENV|DIGEST|PATH",
    help="Compare with another environment, a release, or the files of a folder.",
)
@click.option("--submission", metavar="PLAN", help="Show what was submitted, instead of the files here.")
@verb("markdown", "github")
def command(edge: Edge, against: str | None, submission: str | None, output: str = "text") -> ExitCode:
    """Show what would change, and for whom."""
    settings = edge.workspace.settings
    judged = _judged(edge, against, submission)
    if judged.proposal.history is None and judged.proposal.base is not None:
        progress("the store cannot be reached: compared with what was fetched")
    _print(edge, judged, against or settings.environment, output)
    return ExitCode.DONE if isinstance(judged.verdict, Allowed) else ExitCode.FINDINGS


def _print(edge: Edge, judged: Judged, against: str, output: str) -> None:
    """Print a plan; what speaks to a forge is loaded only for it."""
    if edge.json:
        print_json(plan_plain(judged))
    elif output == "markdown":
        from meshwright.cli.views.plan_markdown import plan_markdown

        click.echo(plan_markdown(judged, against))
    elif output == "github":
        from meshwright.cli.views.plan_github import print_for_github

        print_for_github(judged, against, folder_in_repository(edge.workspace.root))
    else:
        click.echo(plan_text(judged, against))


def _judged(edge: Edge, against: str | None, submission: str | None) -> Judged:
    if submission is None:
        return plan(edge.workspace, edge.workspace.settings.person, edge.now, against)
    if against is not None:
        raise click.UsageError("a submission is compared with the newest release: leave `--against` out")
    from meshwright.workspace.submissions import submission as submitted  # understands SQL anew: few need it

    return submitted(edge.workspace, submission, edge.now).judged
