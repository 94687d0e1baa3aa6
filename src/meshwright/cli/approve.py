"""mesh approve: say yes to a plan."""

import getpass

import click

from meshwright.actions.approve import approve
from meshwright.cli.console import print_json
from meshwright.cli.verb import Edge, verb


@click.command("approve")
@click.argument("plan", required=False)
@click.option("--as", "person", metavar="USERNAME", help="Who approves.  [default: setting `person`, else you]")
@verb()
def command(edge: Edge, plan: str | None, person: str | None) -> None:
    """Say yes to the plan of this mesh's files; with PLAN, only if that is the one."""
    who = person or edge.workspace.settings.person or getpass.getuser()
    digest = approve(edge.workspace, who, plan, edge.now)
    if edge.json:
        print_json({"plan": str(digest), "person": who})
    else:
        click.echo(f"{who} approves plan {click.style(digest.short, bold=True)}; `mesh submit` goes on from here")
