"""mesh show: what does a product come down to, once every default is filled in, and who said so?"""

import click

from meshwright.cli.console import ExitCode, plain, print_diagnostics, print_json, print_table
from meshwright.cli.verb import Edge, verb
from meshwright.manifest.load import Loaded, load
from meshwright.model.address import ProductAddress, product_address
from meshwright.model.contract import Column
from meshwright.model.errors import NotFound
from meshwright.model.product import DataProduct
from meshwright.model.spelling import did_you_mean


@click.command("show")
@click.argument("what", metavar="ADDRESS|settings")
@verb()
def command(edge: Edge, what: str) -> None:
    """Show a product resolved, with the origin of each value; or `settings`."""
    if what == "settings":
        _show_settings(edge)
        return
    address = product_address(what)
    loaded = load(edge.workspace.root)
    product = loaded.mesh.product(address)
    if product is None:
        _show_why_not(loaded, address)
    elif edge.json:
        print_json(_plain(loaded, product))
    else:
        _print(loaded, product)


def _show_settings(edge: Edge) -> None:
    shown = edge.workspace.settings.shown
    if edge.json:
        print_json([{"name": s.name, "value": s.value, "origin": s.origin} for s in shown])
    else:
        print_table(("SETTING", "VALUE", "FROM"), [(s.name, s.value, s.origin) for s in shown])


def _show_why_not(loaded: Loaded, address: ProductAddress) -> None:
    """Say what is wrong with a product that has errors; raise `NotFound` for one that does not exist."""
    folder = f"domains/{address.domain}/{address.product}/"
    own = [d for d in loaded.diagnostics if d.at.file.startswith(folder)]
    if not own:
        known = [str(p.address) for p in loaded.mesh.products]
        hint = did_you_mean(str(address), known, otherwise="`mesh list` shows all products")
        raise NotFound(f"there is no product `{address}`", hint=hint)
    print_diagnostics(own)
    click.get_current_context().exit(ExitCode.FINDINGS)


def _print(loaded: Loaded, product: DataProduct) -> None:
    origins = loaded.origins[product.address]
    print_table(("KEY", "VALUE", "FROM"), [(r.key, _short(r.value), r.origin) for r in origins])
    for port in product.outputs:
        click.echo(f"\n{product.port_address(port)}")
        rows = [(c.name, c.type, _marks(c), _short(c.description), str(c.at or "")) for c in port.contract.columns]
        print_table(("COLUMN", "TYPE", "PROMISE", "MEANING", "FROM"), rows)


def _marks(column: Column) -> str:
    marks = (("key", column.primary_key), ("required", column.required), ("unique", column.unique))
    words = [word for word, holds in marks if holds] + ([column.classification] if column.classification else [])
    return ", ".join(words)


def _short(text: str) -> str:
    first = text.partition("\n")[0]
    return first if len(first) <= 72 else f"{first[:71]}…"


def _plain(loaded: Loaded, product: DataProduct) -> dict[str, object]:
    origins = loaded.origins[product.address]
    return {
        "address": str(product.address),
        "product": plain(product),
        "origins": [{"key": r.key, "value": r.value, "origin": r.origin} for r in origins],
    }
