"""Offer changes: the closed set of differences in how long ports and rows are there, to whom, and where.

Each carries `at`, its place in the proposed manifest.
"""

from dataclasses import field

from meshwright.model.address import PortAddress, ProductAddress, TableAddress
from meshwright.model.diagnostic import Location
from meshwright.model.offer import Deprecation, RowGrant
from meshwright.model.product import Retention
from meshwright.model.value import value


@value
class PortDeprecated:
    """Consumers are told that a port goes, and when."""

    address: PortAddress
    after: Deprecation
    at: Location = field(compare=False)


@value
class DeprecationChanged:
    """A port goes on another day, is replaced by another one, or stays after all."""

    address: PortAddress
    before: Deprecation
    after: Deprecation | None
    at: Location = field(compare=False)

    @property
    def is_sooner(self) -> bool:
        """Tell whether its consumers have less time than they were told."""
        return self.after is not None and self.after.until < self.before.until


@value
class AccessNarrowed:
    """Domains may read a port no longer: of `before` (None: all of them), only those of `after`."""

    address: PortAddress
    before: tuple[str, ...] | None
    after: tuple[str, ...]
    at: Location = field(compare=False)


@value
class AccessWidened:
    """More domains may read a port: those of `after`; None: all of them."""

    address: PortAddress
    before: tuple[str, ...]
    after: tuple[str, ...] | None
    at: Location = field(compare=False)


@value
class RowsNarrowed:
    """The people of a domain no longer see some rows of a port; None: they see none."""

    address: PortAddress
    domain: str
    before: RowGrant
    after: RowGrant | None
    at: Location = field(compare=False)


@value
class RowsWidened:
    """The people of a domain see rows of a port that they did not see before; None: they saw none."""

    address: PortAddress
    domain: str
    before: RowGrant | None
    after: RowGrant
    at: Location = field(compare=False)


@value
class RetentionShortened:
    """Rows are deleted that readers could read before: earlier, or by another column. None: they were kept for good."""

    address: TableAddress
    before: Retention | None
    after: Retention
    at: Location = field(compare=False)


@value
class RetentionExtended:
    """Rows are kept longer; None: for good."""

    address: TableAddress
    before: Retention
    after: Retention | None
    at: Location = field(compare=False)


@value
class RegionsNarrowed:
    """Data may lie in fewer regions than before; none before: they might lie anywhere."""

    address: ProductAddress
    before: tuple[str, ...]
    after: tuple[str, ...]
    at: Location = field(compare=False)


@value
class RegionsWidened:
    """Data may lie in regions where they might not before; none: anywhere."""

    address: ProductAddress
    before: tuple[str, ...]
    after: tuple[str, ...]
    at: Location = field(compare=False)


OfferChange = (
    PortDeprecated
    | DeprecationChanged
    | AccessNarrowed
    | AccessWidened
    | RowsNarrowed
    | RowsWidened
    | RetentionShortened
    | RetentionExtended
    | RegionsNarrowed
    | RegionsWidened
)
