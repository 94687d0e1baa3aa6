"""mesh rollback: make an earlier release run again, or an earlier publish's data those of a product."""

import click

from meshwright.actions.restore import Restored, restore
from meshwright.actions.rollback import rollback
from meshwright.cli.console import plain, print_json, progress
from meshwright.cli.deploy import print_deployed
from meshwright.cli.verb import Edge, in_environment_or_of_product, verb
from meshwright.cli.views.plan_steps import tell_step
from meshwright.model.address import product_address
from meshwright.model.time import instant_text
from meshwright.workspace.deployed import shown


@click.command("rollback")
@in_environment_or_of_product
@click.option("--to", metavar="ID", help="The release, or the publish, to go back to.  [default: the one before]")
@verb()
def command(edge: Edge, address: str | None, to: str | None) -> None:
    """Make an earlier release run again in an environment, or bring back what a product had published.

    With ENV, or without a word, it is the release that goes back, and no data change: what runs from then on is what
    ran before. With ADDRESS (`domain.product`) it is the data of that product, and no release changes: consumers read
    again what they read before its last publish. Its next run builds upon that.
    """
    if address is None:
        print_deployed(edge, rollback(edge.workspace, to, edge.now, tell_step))
        return
    progress(f"bringing back what {address} had published")
    _print(edge, restore(edge.workspace, shown(edge.workspace), product_address(address), to, edge.now))


def _print(edge: Edge, restored: Restored) -> None:
    if edge.json:
        print_json(plain(restored))
        return
    publish, back = restored.publish, restored.back
    click.echo(
        f"{click.style('restored', fg='green', bold=True)} {publish.product}  {publish.publish_id}: "
        f"{publish.rows:,} rows of publish {back.publish_id}, complete up to {instant_text(publish.watermark)}"
    )
    for gone in restored.taken_back:
        click.echo(f"taken back: {gone.publish_id}, of {gone.interval}")
    for address in restored.holding:
        click.echo(f"{address} was built of that: again as far as it is complete, of the rest when that is published")
