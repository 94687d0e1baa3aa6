"""mesh approve: say yes to a plan."""

import click

from meshwright.actions.approve import approve
from meshwright.cli.console import print_json
from meshwright.cli.person import as_person, person_of
from meshwright.cli.verb import Edge, verb


@click.command("approve")
@click.argument("plan", required=False)
@as_person("Who approves.")
@verb()
def command(edge: Edge, plan: str | None, person: str | None) -> None:
    """Say yes to a PLAN that waits; without it, to that of the files here.

    `mesh list --submissions` shows what waits, `mesh plan --submission PLAN` what it would change.
    """
    who = person_of(edge, person)
    digest = approve(edge.workspace, who, plan, edge.now)
    if edge.json:
        print_json({"plan": str(digest), "person": who})
    else:
        click.echo(f"{who} approves plan {click.style(digest.short, bold=True)}; `mesh release` goes on from here")
