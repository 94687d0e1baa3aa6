"""Subject: one product while it is resolved: its document, whose words stand above it, and what was found so far."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from meshwright.manifest.product.declared import Declared
from meshwright.manifest.product.origin import Trace
from meshwright.manifest.shapes.documents import Inherited, ProductDocument, Shared
from meshwright.manifest.text.place import Place
from meshwright.manifest.text.problems import Problems
from meshwright.model.address import ProductAddress
from meshwright.model.value import value

V = TypeVar("V")
W = TypeVar("W", bound=Inherited)


@value
class Layer:
    """What a domain or the mesh says for all its products, and where."""

    says: Shared
    place: Place


@value
class Subject:
    """One product to resolve, with the `files` in its folder.

    `above` are its domain, the domains that this one is a part of, and the mesh: the nearest first.
    """

    address: ProductAddress
    document: ProductDocument
    place: Place
    above: tuple[Layer, ...]
    declared: Declared
    folder: Path
    files: tuple[str, ...]
    problems: Problems
    trace: Trace

    @property
    def file(self) -> str:
        """The manifest, relative to the mesh's root."""
        return self.place.text.file

    def inherited(self, key: str, get: Callable[[Inherited], V | None]) -> tuple[V, Place] | None:
        """Return the nearest value of a key that a product, its domain and the mesh can have."""
        layers: Iterator[tuple[Inherited, Place]] = ((layer.says, layer.place) for layer in self.above)
        return nearest(key, get, (self.document, self.place), *layers)

    def shared(self, key: str, get: Callable[[Shared], V | None]) -> tuple[V, Place] | None:
        """Return the nearest value of a key that a domain and the mesh can have."""
        return nearest(key, get, *((layer.says, layer.place) for layer in self.above))


def nearest(key: str, get: Callable[[W], V | None], *layers: tuple[W, Place]) -> tuple[V, Place] | None:
    """Return the value that the first of several documents has, and the place of its key there."""
    for says, place in layers:
        value = get(says)
        if value is not None:
            return value, place[key]
    return None
