"""mesh deploy: make a release the one that runs."""

import click

from meshwright.actions.deploy import Deployment, deploy
from meshwright.cli.console import print_json
from meshwright.cli.verb import Edge, verb


@click.command("deploy")
@verb()
def command(edge: Edge) -> None:
    """Make the newest release the one that runs in the environment."""
    print_deployed(edge, deploy(edge.workspace, edge.now))


def print_deployed(edge: Edge, deployed: Deployment) -> None:
    """Print what runs now, and what ran before."""
    if edge.json:
        before = None if deployed.before is None else str(deployed.before)
        print_json(
            {
                "environment": deployed.environment,
                "release": str(deployed.release),
                "before": before,
                "new": deployed.is_new,
                "products": deployed.products,
            }
        )
        return
    verb_word = "runs" if deployed.is_new else "already runs"
    instead = f", instead of {deployed.before.short}" if deployed.before and deployed.is_new else ""
    count = f"{deployed.products} product{'' if deployed.products == 1 else 's'}"
    release = click.style(deployed.release.short, bold=True)
    click.echo(f"`{deployed.environment}` {verb_word} release {release} with {count}{instead}")
