"""Gather: read what a mesh is made of, as far as it is not kept, and tell which products are sound."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from meshwright.manifest import layout
from meshwright.manifest.elsewhere import Elsewhere
from meshwright.manifest.layout import Folder
from meshwright.manifest.organisation import kept_organisation
from meshwright.manifest.product.origin import Resolved, Trace
from meshwright.manifest.reading import Found, Reading, Shelf, found, remembered
from meshwright.manifest.remembered import Kept
from meshwright.manifest.text.problems import Problems
from meshwright.model.address import NAME, ProductAddress, shared_address
from meshwright.model.mesh import Mesh
from meshwright.model.products import Products
from meshwright.model.progress import counted
from meshwright.model.value import value

if TYPE_CHECKING:  # brings YAML and pydantic: loaded where something must be read
    from meshwright.manifest.documents import Documents


_UNTRACED = Trace()


@value
class Gathered:
    """What the files say. `products` are those of the mesh; `unsound` are those that have an error of their own."""

    mesh: Mesh
    products: Products
    unsound: frozenset[ProductAddress]
    origins: Mapping[ProductAddress, tuple[Resolved, ...]]
    domain_origins: Mapping[str, tuple[Resolved, ...]]
    digests: Mapping[ProductAddress, bytes]


def gather(
    root: Path,
    problems: Problems,
    elsewhere: Elsewhere | None = None,
    kept: Kept | None = None,
    *,
    traced: ProductAddress | None = None,
) -> Gathered:
    """Read what is at `root` of a mesh; its products are those without an error of their own.

    Where readings are `kept`, only the `traced` product is read for the origins of its values.
    """
    folders = tuple(layout.domains(root, problems))

    @cache
    def documents() -> "Documents":
        from meshwright.manifest.documents import Documents

        return Documents(root, folders, elsewhere)

    organisation = kept_organisation(root, folders, elsewhere, kept, lambda: documents().organisation)
    problems.extend(organisation.diagnostics)
    origins: dict[ProductAddress, tuple[Resolved, ...]] = {}
    readings: dict[ProductAddress, Found] = {}
    memory = None if kept is None else remembered(root, kept)
    for told, domain in zip(organisation.domains, folders, strict=True):
        shelf = None if kept is None or memory is None else Shelf(root, told.above, kept, memory)
        inside, many = layout.products(root, domain, problems), len(domain.folders)
        for folder in counted(f"reading `{domain.name}`", inside, many):
            address = shared_address(domain.name, folder.name)
            is_traced = shelf is None or (traced is not None and address == traced)
            trace = Trace([]) if is_traced else _UNTRACED
            read = partial(_read, documents, folder, address, trace)
            reading = found(read()) if shelf is None or is_traced else shelf.reading(address, folder, read)
            readings[address] = reading
            if reading.diagnostics:
                problems.extend(reading.diagnostics)
            if is_traced:
                origins[address] = trace.resolved
    if memory is not None:
        memory.save()
    named = {domain.name for domain in folders if NAME.fullmatch(domain.name)}
    sound = {a: r for a, r in readings.items() if r.outline is not None and a.domain in named}
    outlines = {a: r.outline for a, r in sound.items() if r.outline is not None}
    products = Products(outlines, lambda address: readings[address].product)
    return Gathered(
        mesh=replace(organisation.mesh, products=products),
        products=products,
        unsound=frozenset(readings) - frozenset(sound),
        origins=origins,
        domain_origins={told.domain.name: told.origins for told in organisation.domains},
        digests={address: reading.digest for address, reading in sound.items()},
    )


def _read(documents: Callable[[], "Documents"], folder: Folder, address: ProductAddress, trace: Trace) -> Reading:
    return documents().product(folder, address, trace)
