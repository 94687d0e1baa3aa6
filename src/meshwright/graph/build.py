"""Build: link the products of a mesh by the ports they read, and put them in order.

Linear in products and edges, and by their outlines alone: no product is read for it. An input whose product is not in
the mesh (it has errors of its own, or lies elsewhere) links nothing; the manifest's step speaks of it.
"""

from collections.abc import Mapping, Sequence
from heapq import heappop, heappush

from meshwright.graph.codes import Code
from meshwright.graph.graph import MeshGraph
from meshwright.graph.terms import disagreements
from meshwright.model.address import ProductAddress, TableAddress
from meshwright.model.analysis import Analysis
from meshwright.model.diagnostic import Diagnostic, Location, Severity
from meshwright.model.identity import Digest
from meshwright.model.mesh import Mesh
from meshwright.model.product import DataProduct
from meshwright.model.products import Outline, Products

_SHOWN = 4
"""So many products of a long circle are named from where it begins, and before it closes."""


def build(
    mesh: Mesh, analyses: Mapping[TableAddress, Analysis], digests: Mapping[ProductAddress, Digest] | None = None
) -> MeshGraph:
    """Link a mesh. `analyses` are those of its tables; a table without one has no columns in the graph.

    `digests` name what products are made of, as far as that is known: those of the same digest are the same.
    """
    products = Products.of(mesh.products)
    outlines = products.outlines
    number = {address: n for n, address in enumerate(outlines)}
    inputs = [_numbers(outline, number) for outline in outlines.values()]
    sequence = _Sequence(inputs)
    addresses = tuple(outlines)
    order = tuple(addresses[n] for n in sequence.order)
    cycles = [[products[n] for n in cycle] for cycle in sequence.cycles]
    return MeshGraph(
        mesh=mesh,
        analyses=analyses,
        order=order,
        diagnostics=(*map(_cycle, cycles), *disagreements(mesh.glossary, products)),
        digests=digests or {},
        _products=products,
        _position={address: n for n, address in enumerate(order)},
    )


def _numbers(outline: Outline, number: Mapping[ProductAddress, int]) -> tuple[int, ...]:
    return tuple(sorted({n for port in outline.reads if (n := number.get(port.product)) is not None}))


class _Sequence:
    """Numbers of products in topological order, by address where that leaves a choice; and the cycles that were cut."""

    def __init__(self, inputs: list[tuple[int, ...]]) -> None:
        self.order: list[int] = []
        self.cycles: list[tuple[int, ...]] = []
        self._inputs = inputs
        self._consumers = _reversed(inputs)
        self._waiting = [len(needed) for needed in inputs]
        self._done = [False] * len(inputs)
        self._run([n for n, missing in enumerate(self._waiting) if missing == 0])
        while len(self.order) < len(inputs):
            cycle = self._find_cycle()
            self.cycles.append(cycle)
            self._run([cycle[0]])

    def _run(self, ready: list[int]) -> None:
        """Take whatever waits for nothing, the smallest number first, until nothing more is freed by it."""
        while ready:
            product = heappop(ready)
            self._done[product] = True
            self.order.append(product)
            for consumer in self._consumers[product]:
                self._waiting[consumer] -= 1
                if self._waiting[consumer] == 0 and not self._done[consumer]:
                    heappush(ready, consumer)

    def _find_cycle(self) -> tuple[int, ...]:
        """Walk against the flow until a product comes again: each that is not done waits for another that is not."""
        path: dict[int, None] = {}
        here = self._done.index(False)
        while here not in path:
            path[here] = None
            here = next(i for i in self._inputs[here] if not self._done[i])
        walked = list(path)
        cycle = walked[walked.index(here) :][::-1]
        first = cycle.index(min(cycle))
        return tuple(cycle[first:] + cycle[:first])


def _reversed(inputs: list[tuple[int, ...]]) -> list[list[int]]:
    consumers: list[list[int]] = [[] for _ in inputs]
    for consumer, needed in enumerate(inputs):
        for product in needed:
            consumers[product].append(consumer)
    return consumers


def _cycle(products: Sequence[DataProduct]) -> Diagnostic:
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
