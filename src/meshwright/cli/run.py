"""mesh run: build a product here, with whatever inputs can be reached."""

from typing import Any

import click

from meshwright.actions import run
from meshwright.cli.console import plain, print_json, print_table, progress
from meshwright.cli.verb import Edge, verb
from meshwright.compiler.compilation import compile_sound
from meshwright.gate.effects.cost_words import taken_text
from meshwright.graph.graph import MeshGraph
from meshwright.model import time
from meshwright.model.address import ProductAddress, product_address
from meshwright.model.errors import NothingNew
from meshwright.model.time import Interval, instant_text


class IntervalType(click.ParamType[Interval]):
    """`start/end`, as ISO 8601."""

    name = "start/end"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Interval:
        """Read an interval, or say how one is written."""
        try:
            return time.interval(value)
        except ValueError as error:
            self.fail(f"{error}, such as 2013-01-01/2013-01-02", param, ctx)


@click.command("run")
@click.argument("address")
@click.option("--interval", type=IntervalType(), help="What to build.  [default: what is due]")
@click.option("--upstream", is_flag=True, help="Build everything that the product reads first.")
@verb()
def command(edge: Edge, address: str, interval: Interval | None, upstream: bool) -> None:
    """Build a product here: stage, check, publish. Inputs that cannot be reached are made up, and marked so."""
    graph = compile_sound(edge.workspace.root, edge.workspace.cache)
    product = product_address(address)
    order = [p for p in graph.upstream(product) if _is_here(graph, p)] if upstream else []
    outcomes = [_run(edge, graph, p, interval) for p in [*order, product]]
    if edge.json:
        print_json([_plain(o) for o in outcomes if o is not None])


def _is_here(graph: MeshGraph, address: ProductAddress) -> bool:
    """Tell whether a product's files are in this repository."""
    product = graph.product(address)
    return product is not None and bool(product.file)


def _run(edge: Edge, graph: MeshGraph, address: ProductAddress, interval: Interval | None) -> run.Outcome | None:
    """Run one product and print what came of it; None where there was nothing to do."""
    progress(f"building {address}")
    try:
        outcome = run.run(edge.workspace, graph, address, interval, edge.now)
    except NothingNew as error:
        progress(error.message)
        return None
    if not edge.json:
        _print(outcome)
    return outcome


def _print(outcome: run.Outcome) -> None:
    published = outcome.publish
    passed = sum(r.passed for r in outcome.results)
    warnings = [r for r in outcome.results if not r.passed]
    synthetic = click.style("  synthetic: some input was made up", fg="yellow") if published.synthetic else ""
    click.echo(
        f"{click.style('published', fg='green', bold=True)} {published.product}  {published.publish_id}{synthetic}"
    )
    staged = {t.table: t.rows for t in outcome.staged.tables}
    rows = [(str(t.table), f"{staged[t.table]:,}", f"{t.rows:,}", f"{t.quarantined:,}") for t in published.tables]
    heads = ("TABLE", "NEW ROWS", "ROWS", "SET ASIDE")
    shown = len(heads) if any(t.quarantined for t in published.tables) else len(heads) - 1
    print_table(heads[:shown], [row[:shown] for row in rows])
    click.echo(
        f"{published.interval}, complete up to {instant_text(published.watermark)}; "
        f"{passed} of {len(outcome.results)} checks passed; {taken_text(published)}"
    )
    for result in warnings:
        click.echo(click.style("warning: ", fg="yellow") + f"{result.table}: {result.check}: {result.text}")
    if published.quarantined:
        click.echo(f"`mesh status {published.product} --quarantine` shows the rows that were set aside")


def _plain(outcome: run.Outcome) -> dict[str, Any]:
    return {"publish": plain(outcome.publish), "checks": [plain(r) for r in outcome.results]}
