"""mesh lineage --personal: where do personal data come in, into which columns do they flow, and do these say so?"""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING

import click

from meshwright.cli.console import print_json
from meshwright.cli.views.lineage_chart import drawn, print_chart
from meshwright.cli.views.mermaid import Chart
from meshwright.cli.views.tree import tree
from meshwright.graph.personal import Arrival, PersonalFlow, RowUse, personal_flows
from meshwright.graph.personal_path import ENDS, Says
from meshwright.model.address import Address, AnyColumn, ColumnAddress, SourceColumn
from meshwright.model.mask import mask_text

if TYPE_CHECKING:
    from meshwright.graph.graph import MeshGraph

_STYLES = {
    "origin": "stroke-width:3px",
    Says.NOTHING: "stroke:#c00,stroke-width:3px",
    Says.OTHERWISE: "stroke-dasharray:4 3",
    Says.REDACTED: "stroke-dasharray:4 3",
}


def show(graph: "MeshGraph", start: Address | None, output: str) -> None:
    """Print the flows of personal data through the mesh, or those that touch an address."""
    flows = personal_flows(graph)
    if start is not None:
        flows = tuple(part for flow in flows if (part := flow.through(lambda place: _is_at(place, start))) is not None)
    match output:
        case "json":
            print_json([_plain(flow) for flow in flows])
        case "mermaid":
            print_chart(_chart(flows))
        case _:
            click.echo("\n".join(_text(flows, "this mesh" if start is None else f"`{start}`")))


def _is_at(place: AnyColumn, start: Address) -> bool:
    """Tell whether a place is the address, or lies in it."""
    match place:
        case SourceColumn():
            return place.product == start
        case ColumnAddress():
            return start in (place, place.table, place.port, place.port.product)


def _text(flows: tuple[PersonalFlow, ...], where: str) -> Iterator[str]:
    for flow in flows:
        following: dict[AnyColumn, list[AnyColumn]] = {}
        for source, target in flow.edges:
            following.setdefault(source, []).append(target)
        yield click.style(str(flow.origin), bold=True)
        yield from tree(flow.origin, following, partial(_label, {a.column: a for a in flow.arrivals}))
        yield from _rows(flow.rows)
        yield ""
    yield _summary(flows, where)


def _label(arrivals: Mapping[AnyColumn, Arrival], place: AnyColumn) -> str:
    return f"{place}  {_standing(arrivals[place])}" if place in arrivals else str(place)


def _standing(arrival: Arrival) -> str:
    match arrival.says:
        case Says.PERSONAL:
            masked = f", {mask_text(arrival.mask)}" if arrival.mask else ""
            return click.style(f"{arrival.classification}{masked}", dim=True)
        case Says.NOTHING:
            return click.style("does not say so", fg="red")
        case Says.OTHERWISE:
            return click.style(f"{arrival.classification}: not followed further", dim=True)
        case Says.REDACTED:
            return click.style("redacted: nothing is left of them", dim=True)


def _rows(rows: tuple[RowUse, ...]) -> Iterator[str]:
    lines = {f"{use.at.file}:{use.at.line}": use.at.text.strip() for use in rows}
    if lines:
        width = max(map(len, lines))
        yield click.style("only decide which rows there are, at", dim=True)
        yield from (f"   {place.ljust(width)}  {text}" for place, text in lines.items())


def _summary(flows: tuple[PersonalFlow, ...], where: str) -> str:
    if not flows:
        return f"No personal data come into {where}."
    holding = {a.column for flow in flows for a in flow.arrivals if a.says not in ENDS}
    silent = {a.column for flow in flows for a in flow.leaks}
    came = f"Personal data come in by {_columns(len(flows))}"
    if not holding:
        return f"{came} and flow into none."
    return f"{came} and flow into {_columns(len(holding))}, {_admission(len(holding), len(silent))}."


def _admission(holding: int, silent: int) -> str:
    match holding, silent:
        case 1, 0:
            return "which says so"
        case _, 0:
            return "all of which say so"
        case 1, 1:
            return "which does not say so"
        case _:
            return f"{silent} of which {'does' if silent == 1 else 'do'} not say so"


def _columns(number: int) -> str:
    return "1 column" if number == 1 else f"{number} columns"


def _chart(flows: tuple[PersonalFlow, ...]) -> Chart[AnyColumn]:
    style: dict[AnyColumn, str] = {a.column: a.says for flow in flows for a in flow.arrivals}
    style |= {flow.origin: "origin" for flow in flows}
    edges = sorted({edge for flow in flows for edge in flow.edges}, key=lambda e: (str(e[0]), str(e[1])))
    return Chart({place: drawn(place, style[place]) for place in sorted(style, key=str)}, edges, _STYLES)


def _plain(flow: PersonalFlow) -> dict[str, object]:
    return {
        "origin": str(flow.origin),
        "columns": [
            {
                "address": str(a.column),
                "classification": a.classification,
                "says": a.says.value,
                "mask": mask_text(a.mask) if a.mask else None,
                "path": [str(place) for place in a.path],
            }
            for a in flow.arrivals
        ],
        "edges": [{"from": str(source), "to": str(target)} for source, target in flow.edges],
        "rows": [_plain_use(use) for use in flow.rows],
    }


def _plain_use(use: RowUse) -> dict[str, object]:
    at = use.at
    return {"column": str(use.of), "table": str(use.table), "file": at.file, "line": at.line, "text": at.text}
