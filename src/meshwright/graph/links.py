"""Links: in what order do the products of a mesh come, inputs first? And which wait for each other?

Linear in products and edges, and by their outlines alone: no product is read for it. An input whose product is not in
the mesh links nothing.
"""

from collections.abc import Mapping
from heapq import heappop, heappush

from meshwright.model.address import ProductAddress
from meshwright.model.products import Outline
from meshwright.model.value import value


@value
class Links:
    """Products in topological order, the place of each in it, and the cycles that were cut to find it."""

    order: tuple[ProductAddress, ...]
    position: Mapping[ProductAddress, int]
    cycles: tuple[tuple[ProductAddress, ...], ...]


def links(outlines: Mapping[ProductAddress, Outline]) -> Links:
    """Link products by the ports they read; where that leaves a choice, in the order of `outlines`."""
    number = {address: n for n, address in enumerate(outlines)}
    sequence = _Sequence([_numbers(outline, number) for outline in outlines.values()])
    addresses = tuple(outlines)
    order = tuple([addresses[n] for n in sequence.order])
    return Links(
        order,
        {address: n for n, address in enumerate(order)},
        tuple(tuple(addresses[n] for n in cycle) for cycle in sequence.cycles),
    )


def _numbers(outline: Outline, number: Mapping[ProductAddress, int]) -> tuple[int, ...]:
    return tuple(sorted({n for port in outline.reads if (n := number.get(port.product)) is not None}))


class _Sequence:
    """Numbers of products in topological order, else the smallest first; and the cycles that were cut."""

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
