"""Version: what a change means for those who read the table, as major, minor or patch.

Readers of tables hold old SQL against new data, so the rules are those of the reader: more columns, wider types and
firmer promises are fine; what is missing, narrower, looser or counted otherwise is not.
"""

from enum import IntEnum

from meshwright.gate.changes.change import (
    Change,
    CodeChanged,
    GrainChanged,
    InputAdded,
    InputChanged,
    InputRemoved,
    KeyChanged,
    PortDescribed,
    PortRemoved,
    ProductDescribed,
    ProductRemoved,
    PromiseLoosened,
    PromiseRemoved,
    PromiseReworded,
    PublishChanged,
    PurposeChanged,
    QueryChanged,
    ScheduleChanged,
    TableRemoved,
    TeamChanged,
    VersionRaised,
)
from meshwright.gate.changes.columns import (
    BecameNullable,
    ColumnRemoved,
    ColumnRetyped,
    MaskChanged,
    MeaningChanged,
    UniqueLost,
)
from meshwright.gate.changes.mesh import (
    DomainChanged,
    DomainRemoved,
    MeshChanged,
    PolicyChanged,
    TermChanged,
    TermRemoved,
    WaiverAdded,
    WaiverChanged,
    WaiverRemoved,
)
from meshwright.gate.changes.offers import (
    AccessNarrowed,
    DeprecationChanged,
    RegionsNarrowed,
    RegionsWidened,
    RetentionShortened,
    RowsNarrowed,
)


class Part(IntEnum):
    """The part of `major.minor.patch` that a change counts up."""

    PATCH = 0
    MINOR = 1
    MAJOR = 2

    @property
    def word(self) -> str:
        """The word for it."""
        return self.name.lower()


def consequence(change: Change) -> Part:
    """Return the part of the version that a change counts up. What keeps the contract as it was is a patch."""
    match change:
        case KeyChanged(before=()):
            return Part.MINOR  # more is promised of rows than was
        case (
            ProductRemoved()
            | PortRemoved()
            | TableRemoved()
            | ColumnRemoved()
            | ColumnRetyped()
            | BecameNullable()
            | UniqueLost()
            | KeyChanged()
            | GrainChanged()
            | MeaningChanged()
            | MaskChanged()
            | PublishChanged()
            | AccessNarrowed()
            | RowsNarrowed()
            | RetentionShortened()
            | PromiseRemoved()
            | PromiseLoosened()
            | TermChanged(what="unit", before=str())
        ):
            return Part.MAJOR
        case DeprecationChanged():
            return Part.MAJOR if change.is_sooner else Part.MINOR
        case (
            ProductDescribed()
            | PortDescribed()
            | TeamChanged()
            | PurposeChanged()
            | ScheduleChanged()
            | InputAdded()
            | InputRemoved()
            | InputChanged()
            | CodeChanged()
            | VersionRaised()
            | RegionsNarrowed()
            | RegionsWidened()
            | QueryChanged()
            | PromiseReworded()
            | DomainRemoved()
            | DomainChanged()
            | PolicyChanged()
            | WaiverAdded()
            | WaiverRemoved()
            | WaiverChanged()
            | TermRemoved()
            | TermChanged()
            | MeshChanged()
        ):
            return Part.PATCH
        case _:
            return Part.MINOR


def is_breaking(change: Change) -> bool:
    """Tell whether a reader of the table may have to change because of it."""
    return consequence(change) is Part.MAJOR


def raised(version: str, part: Part) -> str:
    """Return the next version after `version` that counts up `part`."""
    numbers = [int(n) for n in version.split(".")]
    place = 2 - part
    return ".".join(str(n) for n in (*numbers[:place], numbers[place] + 1, *([0] * (2 - place))))


def understates(before: str, after: str, part: Part) -> bool:
    """Tell whether going from `before` to `after` says less than a change of `part`."""
    old, new = (tuple(int(n) for n in v.split(".")) for v in (before, after))
    return new[: 3 - part] <= old[: 3 - part]
