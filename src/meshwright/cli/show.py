"""mesh show: what does a product or a domain come down to, once every default is filled in, and who said so?"""

import click

from meshwright.cli.console import ExitCode, print_diagnostics, print_json, print_table
from meshwright.cli.verb import Edge, verb
from meshwright.cli.views.show_domain import domain_plain, print_domain
from meshwright.cli.views.show_product import print_product, product_plain
from meshwright.compiler.compilation import read_mesh
from meshwright.manifest.load import Loaded
from meshwright.model.address import NAME, ProductAddress, product_address
from meshwright.model.diagnostic import errors
from meshwright.model.errors import NotFound
from meshwright.model.naming import DOMAIN_FILE, domain_home, product_home
from meshwright.model.spelling import did_you_mean


@click.command("show")
@click.argument("what", metavar="ADDRESS|DOMAIN|settings")
@verb()
def command(edge: Edge, what: str) -> ExitCode | None:
    """Show a product or a domain resolved, with the origin of each value; or `settings`."""
    if what == "settings":
        _show_settings(edge)
        return None
    traced = None if NAME.fullmatch(what) else product_address(what)
    loaded = read_mesh(edge.workspace.root, edge.workspace.cache, traced=traced)
    return _show_domain(edge, loaded, what) if traced is None else _show_product(edge, loaded, traced)


def _show_settings(edge: Edge) -> None:
    shown = edge.workspace.settings.shown
    if edge.json:
        print_json([{"name": s.name, "value": s.value, "origin": s.origin} for s in shown])
    else:
        print_table(("SETTING", "VALUE", "FROM"), [(s.name, s.value, s.origin) for s in shown])


def _show_product(edge: Edge, loaded: Loaded, address: ProductAddress) -> ExitCode | None:
    product = loaded.mesh.product(address)
    if product is None:
        known = [str(p.address) for p in loaded.mesh.products]
        hint = did_you_mean(str(address), known, otherwise="`mesh list` shows all products")
        return _why_not(loaded, f"{product_home(address)}/", f"there is no product `{address}`", hint)
    if edge.json:
        print_json(product_plain(product, loaded.origins[address]))
    else:
        print_product(product, loaded.origins[address])
    return None


def _show_domain(edge: Edge, loaded: Loaded, name: str) -> ExitCode | None:
    domain = loaded.mesh.domain(name)
    file = f"{domain_home(name)}/{DOMAIN_FILE}"
    if domain is None or any(d.at.file == file for d in errors(loaded.diagnostics)):
        known = [d.name for d in loaded.mesh.domains]
        hint = did_you_mean(name, known, otherwise="`mesh list --domains` shows all domains")
        return _why_not(loaded, file, f"there is no domain `{name}`", hint)
    if edge.json:
        print_json(domain_plain(domain, loaded))
    else:
        print_domain(domain, loaded)
    return None


def _why_not(loaded: Loaded, path: str, message: str, hint: str) -> ExitCode:
    """Say what is wrong with the files below a path; raise `NotFound` where there is nothing to be wrong."""
    own = [d for d in loaded.diagnostics if d.at.file.startswith(path)]
    if not own:
        raise NotFound(message, hint=hint)
    print_diagnostics(own)
    return ExitCode.FINDINGS
