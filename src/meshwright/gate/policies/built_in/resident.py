"""Data lie where they may: in regions that the organisation allows, and what is made of them goes no further afield.

`regions` of a product, its domain or the mesh says where its data may lie. What is read of a product that says so is
kept in those regions, too, by whoever reads it. The region of an environment is held against it in every plan (MW0453)
and before every run.
"""

from collections.abc import Iterator

from meshwright.gate.codes import Code
from meshwright.gate.policies.parameters import Words, only
from meshwright.gate.policies.policy import Found, Level, Policy, place
from meshwright.graph.graph import MeshGraph
from meshwright.model.address import SourceColumn
from meshwright.model.product import DataProduct
from meshwright.model.value import value


@value
class Parameters:
    """Where."""

    allowed: Words | None = only(None, "every product says in which regions its data may lie, and they are among these")


def check(graph: MeshGraph, product: DataProduct, parameters: Parameters) -> Iterator[Found]:
    """Yield a finding for regions that are not allowed, and for each input that may lie in fewer."""
    if parameters.allowed is not None:
        yield from _allowed(product, parameters.allowed)
    for taken in product.inputs:
        upstream = graph.product(taken.port.product) if taken.port else None
        if upstream is not None and _goes_afield(product.regions, upstream.regions):
            where = f"data of `{product.address}` may lie in {_named(product.regions)}"
            message = f"{where}, and are made of `{taken.port}`, which may lie in {_named(upstream.regions)} only"
            about = SourceColumn(product.address, taken.name, "*")
            both = sorted(set(product.regions) & set(upstream.regions)) or upstream.regions
            hint = f"write `regions: [{', '.join(both)}]`"
            yield Found((about,), place(product, taken.at), message, hint)


def _allowed(product: DataProduct, allowed: Words) -> Iterator[Found]:
    hint = f"write `regions: …` with some of {', '.join(allowed)}"
    if not product.regions:
        message = f"`{product.address}` does not say in which regions its data may lie"
        yield Found((product.address,), place(product), message, hint)
    elif others := sorted(set(product.regions) - set(allowed)):
        message = f"data of `{product.address}` may lie in {_named(tuple(others))}, which is not allowed"
        yield Found((product.address,), place(product), message, hint)


def _goes_afield(regions: tuple[str, ...], upstream: tuple[str, ...]) -> bool:
    return bool(upstream) and not (regions and set(regions) <= set(upstream))


def _named(regions: tuple[str, ...]) -> str:
    return ", ".join(f"`{region}`" for region in regions) or "any region"


POLICY = Policy("resident", Code.AFIELD, Level.WARNING, check, Parameters)
