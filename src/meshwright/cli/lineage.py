"""mesh lineage: what does a product, port or column come from, and where does it go?"""

import click

from meshwright.cli.addressed import addressed
from meshwright.cli.console import print_json, progress
from meshwright.cli.verb import Edge, verb
from meshwright.cli.views import lineage_chart, lineage_personal, lineage_text
from meshwright.compiler.compilation import compile_mesh
from meshwright.graph.lineage import Direction, lineage
from meshwright.model.address import parse
from meshwright.model.diagnostic import errors


@click.command("lineage")
@click.argument("address", required=False)
@click.option("--up", is_flag=True, help="Only what it comes from.")
@click.option("--down", is_flag=True, help="Only where it goes.")
@click.option("--depth", type=click.IntRange(min=1), help="At most so many steps away.  [default: all]")
@click.option("--personal", is_flag=True, help="Where personal data come in, and which columns hold them.")
@verb("mermaid")
def command(  # noqa: PLR0913, PLR0917  # one for each word of the command
    edge: Edge, address: str | None, up: bool, down: bool, depth: int | None, personal: bool, output: str = "text"
) -> None:
    """Show what a product, port, table or column comes from and goes to.

    ADDRESS is `domain.product`, `domain.product:port` or `domain.product:port.column`; where the port has several
    tables, `domain.product:port.table` or `domain.product:port.table.column`. With `--personal` it may be left out:
    personal data are traced through the whole mesh.
    """
    compiled = compile_mesh(edge.workspace.root, edge.workspace.cache)
    start = None if address is None else addressed(compiled, parse(address))
    output = "json" if edge.json else output
    if personal:
        if up or down or depth:
            raise click.UsageError("`--personal` follows data all the way: leave out `--up`, `--down` and `--depth`")
        lineage_personal.show(compiled.graph, start, output)
    elif start is None:
        raise click.UsageError("say which ADDRESS to follow, or `--personal`")
    else:
        asked = tuple(way for way, wanted in ((Direction.UP, up), (Direction.DOWN, down)) if wanted)
        found = lineage(compiled.graph, start, asked or tuple(Direction), depth)
        match output:
            case "json":
                print_json(lineage_text.plain(found))
            case "mermaid":
                lineage_chart.print_chart(lineage_chart.chart(found))
            case _:
                click.echo("\n".join(lineage_text.lines(found)))
    mistakes = len(errors(compiled.diagnostics))
    if mistakes:
        progress(f"what has errors may be missing here ({mistakes} found): `mesh validate` shows them")
