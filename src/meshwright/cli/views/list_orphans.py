"""mesh list --orphans: what does nobody use, though it is there to be used?"""

import click

from meshwright.cli.console import print_json, print_table
from meshwright.cli.verb import Edge
from meshwright.compiler.compilation import compile_mesh
from meshwright.graph.graph import MeshGraph
from meshwright.graph.orphans import Orphan, orphans
from meshwright.model.address import ColumnAddress, PortAddress, ProductAddress, TableAddress, product_at
from meshwright.model.diagnostic import errors
from meshwright.model.mesh import Term


def show(edge: Edge, domain: str | None) -> int:
    """Print them; return how many errors hide others. Terms belong to no domain."""
    compiled = compile_mesh(edge.workspace.root, edge.workspace.cache)
    found = [o for o in orphans(compiled.graph) if domain is None or _domain(o) == domain]
    if edge.json:
        print_json([_plain(orphan, compiled.graph) for orphan in found])
    elif found:
        rows = [(_kind(o), _name(o), _owner(o, compiled.graph) or "nobody", o.reason) for o in found]
        print_table(("WHAT", "ADDRESS", "OWNER", "WHY"), rows)
    else:
        click.echo("Everything is used.")
    return len(errors(compiled.diagnostics))


def _kind(orphan: Orphan) -> str:
    match orphan.subject:
        case ProductAddress():
            return "product"
        case PortAddress():
            return "port"
        case TableAddress():
            return "table"
        case ColumnAddress():
            return "column"
        case Term():
            return "term"


def _name(orphan: Orphan) -> str:
    return orphan.subject.name if isinstance(orphan.subject, Term) else str(orphan.subject)


def _product(orphan: Orphan) -> ProductAddress | None:
    return None if isinstance(orphan.subject, Term) else product_at(orphan.subject)


def _domain(orphan: Orphan) -> str | None:
    product = _product(orphan)
    return product.domain if product else None


def _owner(orphan: Orphan, graph: MeshGraph) -> str | None:
    """Return who would take it away: the owner of the product, or of the figure that a term is."""
    if isinstance(orphan.subject, Term):
        return orphan.subject.kpi.owner if orphan.subject.kpi else None
    address = _product(orphan)
    product = graph.product(address) if address else None
    return product.owner if product else None


def _plain(orphan: Orphan, graph: MeshGraph) -> dict[str, str | None]:
    return {
        "what": _kind(orphan),
        "address": _name(orphan),
        "owner": _owner(orphan, graph),
        "reason": orphan.reason,
    }
