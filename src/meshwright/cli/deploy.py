"""mesh deploy: make a release the one that runs."""

import click

from meshwright.actions.deploy import Deployment, deploy
from meshwright.actions.rehearsal import rehearse
from meshwright.cli.console import print_json
from meshwright.cli.verb import Edge, in_environment, verb
from meshwright.cli.views.plan_steps import tell_step


@click.command("deploy")
@in_environment
@verb()
def command(edge: Edge) -> None:
    """Make the newest release the one that runs in the environment ENV."""
    deployed = deploy(edge.workspace, edge.now, rehearse, tell_step)
    print_deployed(edge, deployed)
    if deployed.is_new and not edge.json:
        click.echo(_rehearsal(deployed.rehearsed))


def _rehearsal(built: int | None) -> str:
    if built is None:
        return "no DAG was built before: Airflow is not installed here"
    return f"Airflow builds and keeps {built} DAG{'' if built == 1 else 's'} that changed"


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
                "rehearsed": deployed.rehearsed,
            }
        )
        return
    verb_word = "runs" if deployed.is_new else "already runs"
    instead = f", instead of {deployed.before.short}" if deployed.before and deployed.is_new else ""
    count = f"{deployed.products} product{'' if deployed.products == 1 else 's'}"
    release = click.style(deployed.release.short, bold=True)
    click.echo(f"`{deployed.environment}` {verb_word} release {release} with {count}{instead}")
