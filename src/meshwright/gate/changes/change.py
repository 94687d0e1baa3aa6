"""Changes: the closed set of differences between a mesh that runs and a proposed one.

Each carries the address it is about and `at`, its place in the proposed manifests (for what is gone: the nearest thing
that is left). What a change means for readers of tables is decided in `version.py`, how it is said in `describe.py`.
"""

from dataclasses import field

from meshwright.gate.changes.columns import ColumnChange
from meshwright.gate.changes.mesh import MeshWideChange
from meshwright.gate.changes.offers import OfferChange
from meshwright.model.address import ColumnAddress, PortAddress, ProductAddress, TableAddress, port_at, product_at
from meshwright.model.diagnostic import Location
from meshwright.model.identity import Digest
from meshwright.model.value import value


@value
class ProductAdded:
    """A new data product, with the addresses of its ports."""

    address: ProductAddress
    ports: tuple[PortAddress, ...]
    at: Location = field(compare=False)


@value
class ProductRemoved:
    """A data product is gone, and all its ports with it."""

    address: ProductAddress
    ports: tuple[PortAddress, ...]
    at: Location = field(compare=False)


@value
class ProductDescribed:
    """Words about a product that change nothing it does: description, type, tags, support."""

    address: ProductAddress
    what: tuple[str, ...]
    at: Location = field(compare=False)


@value
class TeamChanged:
    """Other people look after a product."""

    address: ProductAddress
    before: tuple[str, ...]
    after: tuple[str, ...]
    owner: tuple[str | None, str | None]
    at: Location = field(compare=False)


@value
class PurposeChanged:
    """A product is made for another purpose, whose budget bears its cost."""

    address: ProductAddress
    before: str | None
    after: str | None
    at: Location = field(compare=False)


@value
class ScheduleChanged:
    """A product runs at other times."""

    address: ProductAddress
    before: str
    after: str
    at: Location = field(compare=False)


@value
class InputAdded:
    """A product reads something more: a port, or a source of its own domain."""

    address: ProductAddress
    input: str
    reads: str
    at: Location = field(compare=False)


@value
class InputRemoved:
    """A product reads something no longer."""

    address: ProductAddress
    input: str
    reads: str
    at: Location = field(compare=False)


@value
class InputChanged:
    """An input of the same name reads something else, or became optional or required."""

    address: ProductAddress
    input: str
    before: str
    after: str
    at: Location = field(compare=False)


@value
class CodeChanged:
    """A product runs other code than it did, or the same on what is locked anew; `code` says which, None for none."""

    address: ProductAddress
    before: Digest | None
    after: Digest | None
    code: str | None
    at: Location = field(compare=False)


@value
class PortAdded:
    """A new output port, or a new major of one beside the old."""

    address: PortAddress
    version: str
    beside: tuple[int, ...]
    at: Location = field(compare=False)


@value
class PortRemoved:
    """An output port, or one major of it, is gone."""

    address: PortAddress
    version: str
    at: Location = field(compare=False)


@value
class PortDescribed:
    """Words about a port that change nothing it offers: descriptions, samples."""

    address: PortAddress
    what: tuple[str, ...]
    at: Location = field(compare=False)


@value
class VersionRaised:
    """The team gives a port another version inside its major."""

    address: PortAddress
    before: str
    after: str
    at: Location = field(compare=False)


@value
class TableAdded:
    """A port offers one more table, or a table by a name that readers do not know it by."""

    address: TableAddress
    at: Location = field(compare=False)


@value
class TableRemoved:
    """A table is gone, though its port is not; or it is there by another name only, which readers do not know."""

    address: TableAddress
    at: Location = field(compare=False)


@value
class KeyChanged:
    """A row of the table stands for something else: its primary key is another."""

    address: TableAddress
    before: tuple[str, ...]
    after: tuple[str, ...]
    at: Location = field(compare=False)


@value
class PublishChanged:
    """What is staged meets what is published in another mode, so that rows are counted otherwise."""

    address: TableAddress
    before: str
    after: str
    at: Location = field(compare=False)


@value
class StoreChanged:
    """A virtual table is served from elsewhere, or is virtual no longer."""

    address: TableAddress
    before: str
    after: str
    at: Location = field(compare=False)


@value
class QueryChanged:
    """The SELECT means something else; spelling, comments and the file's name are not part of its meaning."""

    address: TableAddress
    before: Digest | None
    after: Digest | None
    at: Location = field(compare=False)


@value
class GrainChanged:
    """A row of a table without a key stands for something else: its SELECT groups otherwise."""

    address: TableAddress
    before: str
    after: str
    at: Location = field(compare=False)


@value
class PromiseAdded:
    """A table promises more by a check, or a port by an SLO. `promise` names it, `after` says it."""

    address: PortAddress | TableAddress
    promise: str
    after: str
    at: Location = field(compare=False)


@value
class PromiseRemoved:
    """A check or an SLO that consumers relied on is gone."""

    address: PortAddress | TableAddress
    promise: str
    before: str
    at: Location = field(compare=False)


@value
class PromiseReworded:
    """A check or an SLO permits what it did in other words, or by another name."""

    address: PortAddress | TableAddress
    promise: str
    before: str
    after: str
    at: Location = field(compare=False)


@value
class PromiseLoosened:
    """A check or an SLO allows what it did not allow before."""

    address: PortAddress | TableAddress
    promise: str
    before: str
    after: str
    at: Location = field(compare=False)


@value
class PromiseTightened:
    """A check or an SLO allows less than before."""

    address: PortAddress | TableAddress
    promise: str
    before: str
    after: str
    at: Location = field(compare=False)


ProductChange = (
    ProductAdded
    | ProductRemoved
    | ProductDescribed
    | TeamChanged
    | PurposeChanged
    | ScheduleChanged
    | InputAdded
    | InputRemoved
    | InputChanged
    | CodeChanged
)
PromiseChange = PromiseAdded | PromiseRemoved | PromiseLoosened | PromiseTightened | PromiseReworded
PortChange = PortAdded | PortRemoved | PortDescribed | VersionRaised | OfferChange
TableChange = TableAdded | TableRemoved | KeyChanged | PublishChanged | StoreChanged | QueryChanged | GrainChanged
Change = ProductChange | PortChange | TableChange | PromiseChange | ColumnChange | MeshWideChange


def product_of(change: Change) -> ProductAddress | None:
    """Return the product that a change is about; None for those of the whole mesh."""
    return None if isinstance(change, MeshWideChange) else product_at(change.address)


def port_of(change: Change) -> PortAddress | None:
    """Return the port that a change is about; None for those of a product or of the whole mesh."""
    return None if isinstance(change, MeshWideChange) else port_at(change.address)


def subject_of(change: Change) -> PortAddress | TableAddress | ProductAddress | None:
    """Return the product, port or table that a change is said of; None for those of the whole mesh."""
    if isinstance(change, MeshWideChange):
        return None
    return change.address.table if isinstance(change.address, ColumnAddress) else change.address
