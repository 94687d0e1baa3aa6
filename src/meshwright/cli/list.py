"""mesh list: which products does the mesh have, who answers for each, and when does it run?

Or its terms, and who carries them; or its orphans: what nobody uses, though it is there to be used.
"""

import click

from meshwright.cli import list_orphans, list_terms
from meshwright.cli.console import print_json, print_table, progress
from meshwright.cli.verb import Edge, verb
from meshwright.manifest.load import load
from meshwright.model.diagnostic import errors
from meshwright.model.product import CronSchedule, DataProduct


@click.command("list")
@click.option("--domain", help="Only what belongs to one domain.")
@click.option("--orphans", "what", flag_value="orphans", help="What nobody uses: products, ports, columns, terms.")
@click.option("--terms", "what", flag_value="terms", help="The glossary, and how many columns carry each term.")
@verb()
def command(edge: Edge, domain: str | None, what: str | None) -> None:
    """List the products of the mesh; or what nobody uses, or the terms of its glossary."""
    match what:
        case "orphans":
            mistakes = list_orphans.show(edge, domain)
        case "terms":
            mistakes = list_terms.show(edge, domain)
        case _:
            mistakes = _show(edge, domain)
    if mistakes:
        count = "1 error" if mistakes == 1 else f"{mistakes} errors"
        progress(f"what has errors is left out, with {count}: `mesh validate` shows them")


def _show(edge: Edge, domain: str | None) -> int:
    """Print the products; return how many errors hide others."""
    loaded = load(edge.workspace.root)
    products = [p for p in loaded.mesh.products if domain in (None, p.address.domain)]
    if edge.json:
        print_json([_plain(p) for p in products])
    else:
        print_table(("ADDRESS", "TYPE", "PORTS", "OWNER", "SCHEDULE"), [_row(p) for p in products])
    return len(errors(loaded.diagnostics))


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
