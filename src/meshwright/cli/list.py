"""mesh list: which products does the mesh have, who answers for each, and when does it run?"""

import click

from meshwright.cli.console import print_json, print_table, progress
from meshwright.cli.verb import Edge, verb
from meshwright.manifest.load import load
from meshwright.model.diagnostic import errors
from meshwright.model.product import CronSchedule, DataProduct


@click.command("list")
@click.option("--domain", help="Only the products of one domain.")
@verb()
def command(edge: Edge, domain: str | None) -> None:
    """List the products of the mesh."""
    loaded = load(edge.workspace.root)
    products = [p for p in loaded.mesh.products if domain in (None, p.address.domain)]
    if edge.json:
        print_json([_plain(p) for p in products])
        return
    print_table(("ADDRESS", "TYPE", "PORTS", "OWNER", "SCHEDULE"), [_row(p) for p in products])
    found = len(errors(loaded.diagnostics))
    if found:
        count = "1 error" if found == 1 else f"{found} errors"
        progress(f"what has errors is left out, with {count}: `mesh validate` shows them")


def _ports(product: DataProduct) -> list[str]:
    return [f"{port.name}@{port.major}" for port in product.outputs]


def _schedule(product: DataProduct) -> str:
    match product.schedule:
        case CronSchedule() as clock:
            return f"{clock.cron} {clock.timezone}"
        case news:
            return f"on {news.when} inputs"


def _row(product: DataProduct) -> tuple[str, ...]:
    ports = ", ".join(_ports(product))
    return str(product.address), product.type, ports, product.owner or "nobody", _schedule(product)


def _plain(product: DataProduct) -> dict[str, object]:
    return {
        "address": str(product.address),
        "type": product.type.value,
        "description": product.description,
        "ports": _ports(product),
        "owner": product.owner,
        "purpose": product.purpose,
        "schedule": _schedule(product),
        "virtual": product.is_virtual,
    }
