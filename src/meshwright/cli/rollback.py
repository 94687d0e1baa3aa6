"""mesh rollback: make an earlier release run again."""

import click

from meshwright.actions.rollback import rollback
from meshwright.cli.deploy import print_deployed
from meshwright.cli.verb import Edge, in_environment, verb
from meshwright.cli.views.plan_steps import tell_step


@click.command("rollback")
@in_environment
@click.option("--to", metavar="DIGEST", help="The release to go back to.  [default: the one that ran before]")
@verb()
def command(edge: Edge, to: str | None) -> None:
    """Make an earlier release run again in the environment ENV."""
    print_deployed(edge, rollback(edge.workspace, to, edge.now, tell_step))
