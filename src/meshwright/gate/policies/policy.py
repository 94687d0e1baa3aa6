"""Policy: what is asked of every product, and what is found where it is not so.

A policy is a value: its name in mesh.yaml, the code of what it finds, how severe that is where nobody decides, what
can be decided of it, and a pure function that looks at one product. Why it is asked is the docstring of its module.
It may look at the product's neighbours through the graph, and never at all products of a mesh. A policy may instead
weigh what a plan makes a product cost.
"""

import inspect
import sys
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Generic, TypeVar

from meshwright.gate.effects.cost import Costs
from meshwright.graph.graph import MeshGraph
from meshwright.model.address import Address, SourceColumn
from meshwright.model.diagnostic import Location
from meshwright.model.product import DataProduct
from meshwright.model.value import value

Subject = Address | SourceColumn
"""What something can be found about."""


class Level(StrEnum):
    """How severe a policy is: its findings refuse a plan, are only said, or are not even looked for."""

    IGNORE = "ignore"
    WARNING = "warning"
    ERROR = "error"

    @property
    def rank(self) -> int:
        """The stricter of two has the higher one."""
        return list(Level).index(self)


@value
class Found:
    """What a policy finds: a sentence, its place, and what mends it.

    `about` names what it is about, as narrowly as can be said: what was found before is known again by it, whatever the
    sentence counts or lists. All of it is a part of the product that was looked at; a column of an input is one, too.
    """

    about: tuple[Subject, ...]
    at: Location
    message: str
    hint: str = ""

    def __post_init__(self) -> None:
        if not self.about:
            raise ValueError(f"a finding is about something: {self.message}")


@value
class Nothing:
    """The parameters of a policy of which nothing but its severity can be decided."""


P = TypeVar("P")
Check = Callable[[MeshGraph, DataProduct, P], Iterator[Found]]
"""Looks at one product in its mesh, as the parameters say."""


@value
class Weighing(Generic[P]):
    """A check of what a plan makes a product cost, not of what the product is: what it finds was never there before."""

    weigh: Callable[[Costs, DataProduct, P], Iterator[Found]]


@value
class Policy(Generic[P]):
    """One policy. `package` is the distribution that brings it along; empty for those that are built in."""

    name: str
    code: str
    severity: Level
    check: Check[P] | Weighing[P]
    parameters: type[P]
    package: str = ""

    @property
    def why(self) -> str:
        """What it asks and why, as its module says: a sentence, and perhaps more."""
        made = self.check.weigh if isinstance(self.check, Weighing) else self.check
        return inspect.cleandoc(sys.modules[made.__module__].__doc__ or "")

    @property
    def title(self) -> str:
        """What it asks, in a sentence."""
        return self.why.partition("\n\n")[0].replace("\n", " ")


def place(product: DataProduct, *nearest: Location | None) -> Location:
    """Return the nearest place that is known; the product's file where none is."""
    return next((at for at in nearest if at is not None), Location(product.file))
