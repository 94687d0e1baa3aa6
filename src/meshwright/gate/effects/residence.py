"""Residence: may the data of a product lie where an environment keeps them?"""

from collections.abc import Iterable, Iterator

from meshwright.gate.codes import Code
from meshwright.graph.graph import MeshGraph
from meshwright.model.address import ProductAddress
from meshwright.model.diagnostic import Diagnostic, Location, Severity


def residence_findings(
    proposed: MeshGraph, touched: Iterable[ProductAddress], region: str | None
) -> Iterator[Diagnostic]:
    """Yield the products that may not lie in an environment's region; an environment that names none may keep all."""
    for address in touched if region is not None else ():
        product = proposed.product(address)
        if product is not None and product.regions and region not in product.regions:
            where = ", ".join(f"`{name}`" for name in product.regions)
            message = f"data of `{address}` may lie in {where}, and this environment keeps them in `{region}`"
            hint = "release it where its data may lie, or let them lie here: `regions`"
            yield Diagnostic(Location(product.file), Code.MISPLACED, Severity.ERROR, message, hint)
