"""Where personal data are offered, the domain has a steward: else nobody is asked when more of them are."""

from collections.abc import Iterator

from meshwright.gate.codes import Code
from meshwright.gate.personal import personal_columns
from meshwright.gate.policies.policy import Found, Level, Nothing, Policy, place
from meshwright.graph.graph import MeshGraph
from meshwright.model.product import DataProduct


def check(graph: MeshGraph, product: DataProduct, parameters: Nothing) -> Iterator[Found]:
    """Yield a finding for each table with personal data in a domain without a steward."""
    domain = graph.mesh.domain(product.address.domain)
    if domain is not None and domain.steward is not None:
        return
    for address, table in product.tables():
        columns = personal_columns(table)
        if columns:
            message = f"`{address}` offers personal data, and nobody is the steward of `{product.address.domain}`"
            hint = "add `steward` to the domain, or to the one that it is a part of"
            yield Found((address,), place(product, table.at), message, hint)


POLICY = Policy("stewarded", Code.UNSTEWARDED, Level.WARNING, check, Nothing)
