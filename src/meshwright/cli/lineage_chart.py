"""Lineage, drawn: products in a box for each domain, ports, tables and columns in a box for each product."""

import click

from meshwright.cli.console import progress
from meshwright.cli.lineage_flows import Lineage, Place
from meshwright.cli.mermaid import DRAWN, Chart, Key, Node
from meshwright.model.address import ColumnAddress, PortAddress, ProductAddress, SourceColumn, TableAddress


def chart(lineage: Lineage) -> Chart[Place]:
    """Return the flowchart of a lineage, with its start marked."""
    edges = sorted({edge for flow in lineage.flows for edge in flow.edges}, key=lambda e: (str(e[0]), str(e[1])))
    places = sorted({lineage.start, *(place for edge in edges for place in edge)}, key=str)
    nodes = {place: drawn(place, "start" if place == lineage.start else "") for place in places}
    return Chart(nodes, edges, {"start": "stroke-width:3px"})


def print_chart(chart: Chart[Key]) -> None:
    """Print a chart, and say on stderr when it is too large to be drawn."""
    click.echo("\n".join(chart.lines()))
    if chart.is_large:
        progress(f"Mermaid draws {DRAWN} edges and these are {len(chart.edges)}: `--depth` shows less of them")


def drawn(place: Place, style: str = "") -> Node:
    """Return how a place is drawn: products in their domain, ports, tables and columns in their product."""
    match place:
        case ProductAddress():
            return Node(place.product, place.domain, style)
        case PortAddress():
            return Node(_below(place, place.product), str(place.product), style)
        case TableAddress() | ColumnAddress():
            return Node(_below(place, place.port.product), str(place.port.product), style)
        case SourceColumn():
            return Node(_below(place, place.product), str(place.product), style)


def _below(place: Place, product: ProductAddress) -> str:
    return str(place).removeprefix(str(product)).lstrip(": ")
