"""mesh reject: say no to a plan."""

import click

from meshwright.actions.approve import reject
from meshwright.cli.console import print_json
from meshwright.cli.person import as_person, person_of
from meshwright.cli.verb import Edge, verb


@click.command("reject")
@click.argument("plan")
@click.option("--reason", metavar="TEXT", required=True, help="Why: its author reads that.")
@as_person("Who rejects.")
@verb()
def command(edge: Edge, plan: str, reason: str, person: str | None) -> None:
    """Say no to a PLAN that waits, as somebody whom it asks; or take back your own."""
    who = person_of(edge, person)
    digest = reject(edge.workspace, who, plan, reason, edge.now)
    if edge.json:
        print_json({"plan": str(digest), "person": who, "reason": reason})
    else:
        click.echo(f"{who} rejects plan {click.style(digest.short, bold=True)}: it waits no longer")
