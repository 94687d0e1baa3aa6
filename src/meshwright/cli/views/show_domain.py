"""Show domain: a domain resolved, as a person and as a program read it."""

import click

from meshwright.cli.console import plain
from meshwright.cli.views.list_products import print_products
from meshwright.cli.views.show_product import origins_plain, print_origins
from meshwright.manifest.load import Loaded
from meshwright.model.mesh import Domain, Mesh
from meshwright.model.product import DataProduct


def print_domain(domain: Domain, loaded: Loaded) -> None:
    """Print what a domain says for its products, with the origin of each value, then the products."""
    print_origins(loaded.domain_origins[domain.name])
    products = _products(domain, loaded.mesh)
    if products:
        click.echo()
        print_products(products, loaded.here)


def domain_plain(domain: Domain, loaded: Loaded) -> dict[str, object]:
    """Return a domain in its documented JSON shape."""
    return {
        "address": domain.name,
        "domain": plain(domain),
        "products": [str(p.address) for p in _products(domain, loaded.mesh)],
        "origins": origins_plain(loaded.domain_origins[domain.name]),
    }


def _products(domain: Domain, mesh: Mesh) -> list[DataProduct]:
    return [p for p in mesh.products if p.address.domain == domain.name]
