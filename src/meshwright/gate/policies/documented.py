"""Every table that is offered says what a row is, and every column what it holds: a consumer decides by that."""

from collections.abc import Iterator

from meshwright.gate.codes import Code
from meshwright.graph.graph import MeshGraph
from meshwright.model.diagnostic import Diagnostic, Location, Severity
from meshwright.model.product import DataProduct


def check(graph: MeshGraph, product: DataProduct, severity: Severity) -> Iterator[Diagnostic]:  # noqa: ARG001  # a policy's signature
    """Yield a finding for each table that leaves something undescribed, naming all of it.

    A table without words of its own is described by its product's.
    """
    for address, table in product.tables():
        at = table.at or Location(product.file)
        if not table.contract.description and not product.description:
            message = f"`{address}` does not say what a row of it is"
            yield Diagnostic(at, Code.UNDOCUMENTED, severity, message, "add a `description`")
        silent = [c for c in table.contract.columns if not c.description]
        if silent:
            names = ", ".join(f"`{c.name}`" for c in silent)
            message = f"`{address}` does not say what it holds in {names}"
            where = silent[0].at or at
            hint = "add a `description`" + (" to each" if len(silent) > 1 else "")
            yield Diagnostic(where, Code.UNDOCUMENTED, severity, message, hint)
