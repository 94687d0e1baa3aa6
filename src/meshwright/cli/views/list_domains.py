"""mesh list --domains: which domains are there, which is a part of which, and who looks after each?"""

from meshwright.cli.console import print_json, print_table, short
from meshwright.cli.verb import Edge
from meshwright.compiler.compilation import read_mesh
from meshwright.model.diagnostic import errors
from meshwright.model.mesh import Domain, Mesh

_HEADS = ("DOMAIN", "PART OF", "TYPE", "STEWARD", "PRODUCTS", "MEANING")


def show(edge: Edge, domain: str | None) -> int:
    """Print the domains; with a domain, that one and its parts. Return how many errors hide products."""
    loaded = read_mesh(edge.workspace.root, edge.workspace.cache)
    shown = [d for d in loaded.mesh.domains if domain in (None, d.name, d.parent)]
    if edge.json:
        print_json([_plain(d, loaded.mesh) for d in shown])
    else:
        print_table(_HEADS, [_row(d, loaded.mesh) for d in shown])
    return len(errors(loaded.diagnostics))


def _products(domain: Domain, mesh: Mesh) -> int:
    return sum(p.address.domain == domain.name for p in mesh.products)


def _row(domain: Domain, mesh: Mesh) -> tuple[str, ...]:
    count = str(_products(domain, mesh))
    words = short(domain.description)
    return domain.name, domain.parent or "", domain.type or "", domain.steward or "nobody", count, words


def _plain(domain: Domain, mesh: Mesh) -> dict[str, object]:
    return {
        "domain": domain.name,
        "description": domain.description,
        "type": domain.type,
        "parent": domain.parent,
        "steward": domain.steward,
        "policies": {d.policy: {s.name: s.plain for s in d.settings} for d in domain.policies},
        "products": _products(domain, mesh),
    }
