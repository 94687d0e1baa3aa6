"""mesh status: what does each product deliver, and does it keep its promises?"""

import click

from meshwright.cli.console import print_json, print_table
from meshwright.cli.verb import Edge, verb
from meshwright.cli.views.status_coverage import left_lines
from meshwright.cli.views.status_quarantine import show_quarantine
from meshwright.model.errors import NotFound
from meshwright.model.slo import SloState, SloStatus, slo_name
from meshwright.model.time import instant_text, length_text
from meshwright.pages.products import ProductRow, ProductState, product_rows, products_json

_COLOURS = {
    ProductState.OK: "green",
    ProductState.BROKEN: "red",
    ProductState.FAILED: "red",
    ProductState.NO_DATA: "yellow",
    ProductState.SYNTHETIC: "yellow",
}


@click.command("status")
@click.argument("address", required=False)
@click.option("--quarantine", is_flag=True, help="Show the rows of the product ADDRESS that were set aside last.")
@verb()
def command(edge: Edge, address: str | None, *, quarantine: bool) -> None:
    """Show what each product delivers, and whether it keeps its promises; with ADDRESS, one product or domain."""
    if quarantine:
        show_quarantine(edge, address)
        return
    rows = _chosen(product_rows(edge.workspace, edge.now), address)
    if edge.json:
        print_json(products_json(rows))
        return
    print_table(
        ("PRODUCT", "STATE", "LAST PUBLISH", "ROWS", "TOOK", "COMPLETE UP TO", "PROMISES"),
        [_line(edge, r) for r in rows],
    )
    told = [f"{click.style(str(row.address), bold=True)}: {row.reason}" for row in rows if row.reason]
    told += [f"{click.style(str(row.address), bold=True)}: {row.read}" for row in rows if address and row.read]
    if address is not None:  # it asks the publish logs of all that is shown
        told += left_lines(edge.workspace, (row.address for row in rows), edge.now)
    if told:
        click.echo()
    for line in told:
        click.echo(line)


def _chosen(rows: tuple[ProductRow, ...], address: str | None) -> tuple[ProductRow, ...]:
    if address is None:
        return rows
    found = tuple(r for r in rows if address in (str(r.address), r.address.domain))
    if not found:
        raise NotFound(f"there is no product or domain `{address}`", hint="`mesh list` shows all products")
    return found


def _line(edge: Edge, row: ProductRow) -> tuple[str, ...]:
    return (
        str(row.address),
        click.style(row.state, fg=_COLOURS[row.state]),
        "never" if row.last_publish is None else f"{length_text(edge.now - row.last_publish)} ago",
        "" if row.rows is None else f"{row.rows:,}",
        row.took,
        "" if row.watermark is None else instant_text(row.watermark),
        ", ".join(_promise(status) for status in row.slos),
    )


def _promise(status: SloStatus) -> str:
    name = slo_name(status.slo)
    match status.state:
        case SloState.NO_DATA:
            return f"{name}: no data"
        case SloState.BROKEN:
            return click.style(f"{name} broken", fg="red")
        case SloState.KEPT:
            return f"{name} kept"
