"""Lineage, drawn: products in a box for each domain, ports, tables and columns in a box for each product."""

import click

from meshwright.cli.console import progress
from meshwright.cli.views.mermaid import DRAWN, Chart, Key, Node
from meshwright.graph.lineage import Lineage, Stop
from meshwright.model.address import ProductAddress, SourceColumn, product_at


def chart(lineage: Lineage) -> Chart[Stop]:
    """Return the flowchart of a lineage, with its start marked."""
    edges = sorted({edge for way in lineage.ways for edge in way.edges}, key=lambda e: (str(e[0]), str(e[1])))
    stops = sorted({lineage.start, *(stop for edge in edges for stop in edge)}, key=str)
    nodes = {stop: drawn(stop, "start" if stop == lineage.start else "") for stop in stops}
    return Chart(nodes, edges, {"start": "stroke-width:3px"})


def print_chart(chart: Chart[Key]) -> None:
    """Print a chart, and say on stderr when it is too large to be drawn."""
    click.echo("\n".join(chart.lines()))
    if chart.is_large:
        progress(f"Mermaid draws {DRAWN} edges and these are {len(chart.edges)}: `--depth` shows less of them")


def drawn(stop: Stop, style: str = "") -> Node:
    """Return how a stop is drawn: products in their domain, ports, tables and columns in their product."""
    match stop:
        case ProductAddress():
            return Node(stop.product, stop.domain, style)
        case SourceColumn():
            product = stop.product
        case _:
            product = product_at(stop)
    return Node(str(stop).removeprefix(str(product)).lstrip(": "), str(product), style)
