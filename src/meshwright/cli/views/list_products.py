"""mesh list: which products does the mesh have, who answers for each, and when does it run?"""

from collections.abc import Collection

from meshwright.cli.console import print_json, print_table
from meshwright.cli.verb import Edge
from meshwright.compiler.compilation import read_mesh
from meshwright.manifest.product.origin import RELEASE
from meshwright.model.diagnostic import errors
from meshwright.model.product import CronSchedule, DataProduct, OutputPort


def show(edge: Edge, domain: str | None) -> int:
    """Print the products; return how many errors hide others."""
    loaded = read_mesh(edge.workspace.root, edge.workspace.cache)
    products = [p for p in loaded.mesh.products if domain in (None, p.address.domain)]
    if edge.json:
        print_json([_plain(p) | {"released": p.address.domain not in loaded.here} for p in products])
    else:
        print_products(products, loaded.here)
    return len(errors(loaded.diagnostics))


def print_products(products: Collection[DataProduct], here: Collection[str]) -> None:
    """Print products as a table that tells, where some are not, which are of the domains `here`."""
    heads: tuple[str, ...] = ("ADDRESS", "TYPE", "PORTS", "OWNER", "SCHEDULE")
    rows = [_row(p) for p in products]
    if any(p.address.domain not in here for p in products):
        heads = (*heads, "FROM")
        rows = [(*row, _from(p, here)) for row, p in zip(rows, products, strict=True)]
    print_table(heads, rows)


def _from(product: DataProduct, here: Collection[str]) -> str:
    return "here" if product.address.domain in here else RELEASE


def _ports(product: DataProduct) -> list[str]:
    return [f"{port.name}@{port.major}" for port in product.outputs]


def _port(port: OutputPort) -> str:
    """Return a port as people tell it, with its tables where it has several."""
    tables = f" ({', '.join(name for name, _ in port.named)})" if len(port.tables) > 1 else ""
    goes = f" until {port.deprecated.day}" if port.deprecated else ""
    return f"{port.name}@{port.major}{tables}{goes}"


def _schedule(product: DataProduct) -> str:
    match product.schedule:
        case CronSchedule() as clock:
            return f"{clock.cron} {clock.timezone}"
        case news:
            return f"on {news.when} inputs"


def _row(product: DataProduct) -> tuple[str, ...]:
    ports = ", ".join(_port(port) for port in product.outputs)
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
