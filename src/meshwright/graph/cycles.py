"""Cycles: which products wait for each other, and where is the circle to be opened?"""

from collections.abc import Sequence

from meshwright.graph.codes import Code
from meshwright.model.diagnostic import Diagnostic, Location, Severity
from meshwright.model.product import DataProduct

_SHOWN = 4
"""So many products of a long circle are named from where it begins, and before it closes."""


def cycle(products: Sequence[DataProduct]) -> Diagnostic:
    """Say which products wait for each other, at the input that closes the circle, in a file that is here."""
    start = next((n for n, product in enumerate(products) if product.file), 0)
    products = [*products[start:], *products[:start]]
    first, last = products[0], products[-1]
    closing = next(i for i in first.inputs if i.port is not None and i.port.product == last.address)
    path = " → ".join(_told([f"`{p.address}`" for p in (*products, first)]))
    message = f"these products wait for each other: {path}" if len(products) > 1 else f"{path}: it waits for itself"
    hint = f"take the input `{closing.name}` away, or move what both need into a product of its own"
    return Diagnostic(closing.at or Location(first.file), Code.CYCLE.value, Severity.ERROR, message, hint)


def _told(names: list[str]) -> list[str]:
    """Return the stations of a circle: of a long one those at which it begins and closes, and how many are between."""
    if len(names) <= 2 * _SHOWN:
        return names
    return [*names[:_SHOWN], f"{len(names) - 2 * _SHOWN} more", *names[-_SHOWN:]]
