"""mesh list: which products does the mesh have, who answers for each, and when does it run?"""

from collections.abc import Iterable

from meshwright.cli.console import print_json, print_table
from meshwright.cli.verb import Edge
from meshwright.manifest.load import load
from meshwright.model.diagnostic import errors
from meshwright.model.product import CronSchedule, DataProduct


def show(edge: Edge, domain: str | None) -> int:
    """Print the products; return how many errors hide others."""
    loaded = load(edge.workspace.root)
    products = [p for p in loaded.mesh.products if domain in (None, p.address.domain)]
    if edge.json:
        print_json([_plain(p) for p in products])
    else:
        print_products(products)
    return len(errors(loaded.diagnostics))


def print_products(products: Iterable[DataProduct]) -> None:
    """Print products as a table."""
    print_table(("ADDRESS", "TYPE", "PORTS", "OWNER", "SCHEDULE"), [_row(p) for p in products])


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
