"""Describe: a change in the words of those who made it, the same in plans, findings and pages."""

from collections.abc import Iterable

from meshwright.gate.changes.change import (
    Change,
    CodeChanged,
    GrainChanged,
    InputAdded,
    InputChanged,
    InputRemoved,
    KeyChanged,
    PortAdded,
    PortDescribed,
    PortRemoved,
    ProductAdded,
    ProductDescribed,
    ProductRemoved,
    PromiseAdded,
    PromiseLoosened,
    PromiseRemoved,
    PromiseReworded,
    PromiseTightened,
    PublishChanged,
    PurposeChanged,
    QueryChanged,
    ScheduleChanged,
    StoreChanged,
    TableAdded,
    TableRemoved,
    TeamChanged,
    VersionRaised,
)
from meshwright.gate.changes.columns import (
    BecameNullable,
    BecameRequired,
    ClassificationChanged,
    ColumnAdded,
    ColumnRemoved,
    ColumnRetyped,
    ColumnWidened,
    MaskChanged,
    MeaningChanged,
    UniqueGained,
    UniqueLost,
)
from meshwright.gate.changes.mesh import (
    DomainAdded,
    DomainChanged,
    DomainRemoved,
    MeshChanged,
    PolicyChanged,
    TermAdded,
    TermChanged,
    TermRemoved,
    WaiverAdded,
    WaiverChanged,
    WaiverRemoved,
)
from meshwright.gate.changes.offers import (
    AccessNarrowed,
    AccessWidened,
    DeprecationChanged,
    PortDeprecated,
    RegionsNarrowed,
    RegionsWidened,
    RetentionExtended,
    RetentionShortened,
    RowsNarrowed,
    RowsWidened,
)

_PHRASES: dict[type[Change], str] = {
    ProductAdded: "+ new product",
    ProductRemoved: "− product removed",
    ProductDescribed: "~ reworded: {c.what}",
    TeamChanged: "~ team: {c.before} → {c.after}",
    PurposeChanged: "~ purpose: {c.before} → {c.after}",
    ScheduleChanged: "~ schedule: {c.before} → {c.after}",
    InputAdded: "+ reads {c.reads} as `{c.input}`",
    InputRemoved: "− reads {c.reads} no longer",
    InputChanged: "~ input `{c.input}`: {c.before} → {c.after}",
    CodeChanged: "~ other code: {c.code}",
    PortAdded: "+ new port, version {c.version}",
    PortRemoved: "− port removed, version {c.version}",
    PortDescribed: "~ reworded: {c.what}",
    VersionRaised: "~ version: {c.before} → {c.after}",
    PortDeprecated: "~ deprecated: {c.after}",
    DeprecationChanged: "~ deprecated {c.after}, was {c.before}",
    AccessNarrowed: "~ may be read by {c.after}, was {c.before}",
    AccessWidened: "~ may be read by {c.after}, was {c.before}",
    RowsNarrowed: "~ people of {c.domain} see these rows: {c.after}, were: {c.before}",
    RowsWidened: "~ people of {c.domain} see these rows: {c.after}, were: {c.before}",
    RetentionShortened: "~ rows are kept {c.after}, were kept {c.before}",
    RetentionExtended: "~ rows are kept {c.after}, were kept {c.before}",
    RegionsNarrowed: "~ data may lie in {c.after}, was {c.before}",
    RegionsWidened: "~ data may lie in {c.after}, was {c.before}",
    TableAdded: "+ new table",
    TableRemoved: "− table removed",
    KeyChanged: "~ primary key: {c.before} → {c.after}",
    PublishChanged: "~ publishes by {c.after} instead of {c.before}",
    StoreChanged: "~ served from {c.after} instead of {c.before}",
    QueryChanged: "~ the SQL means something else",
    GrainChanged: "~ a row stands for something else: {c.before} → {c.after}",
    ColumnAdded: "+ column `{c.address.name}` added ({c.type})",
    ColumnRemoved: "− column `{c.address.name}` removed ({c.type})",
    ColumnRetyped: "~ column `{c.address.name}`: {c.before} → {c.after}",
    ColumnWidened: "~ column `{c.address.name}` widened: {c.before} → {c.after}",
    BecameNullable: "~ column `{c.address.name}` may now be null",
    BecameRequired: "~ column `{c.address.name}` is never null",
    UniqueLost: "~ column `{c.address.name}` may now repeat",
    UniqueGained: "~ column `{c.address.name}` never repeats",
    ClassificationChanged: "~ column `{c.address.name}` is classified {c.after}, was {c.before}",
    MeaningChanged: "~ column `{c.address.name}` means something else: {c.before} → {c.after}",
    MaskChanged: "~ mask of column `{c.address.name}`: {c.before} → {c.after}",
    PromiseAdded: "+ {c.promise} promised: {c.after}",
    PromiseRemoved: "− {c.promise} promised no longer: {c.before}",
    PromiseLoosened: "~ {c.promise} loosened: {c.before} → {c.after}",
    PromiseReworded: "~ {c.promise} said otherwise: {c.before} → {c.after}",
    PromiseTightened: "~ {c.promise} tightened: {c.before} → {c.after}",
    DomainAdded: "+ domain `{c.name}` joins the mesh",
    DomainRemoved: "− domain `{c.name}` leaves the mesh",
    DomainChanged: "~ {c.what} of the domain `{c.name}`: {c.before} → {c.after}",
    WaiverAdded: "+ waives {c.name} {c.says}",
    WaiverRemoved: "− waives {c.name} no longer",
    WaiverChanged: "~ waives {c.name} {c.after}; was {c.before}",
    PolicyChanged: "~ policy `{c.policy}`: {c.before} → {c.after}",
    TermAdded: "+ term `{c.name}` joins the glossary",
    TermRemoved: "− term `{c.name}` leaves the glossary",
    TermChanged: "~ {c.what} of the term `{c.name}`: {c.before} → {c.after}",
    MeshChanged: "~ {c.what} changed: {c.names}",
}


class _Words:
    """A change whose lists and absences read as words."""

    def __init__(self, change: Change) -> None:
        self._change = change
        self._absent = _ABSENT.get(type(change), "none")
        self._empty = _EMPTY.get(type(change), self._absent)

    def __getattr__(self, name: str) -> object:
        match getattr(self._change, name):
            case None:
                return self._absent
            case tuple() as several:
                return ", ".join(str(one) for one in several) or self._empty
            case value:
                return value


_ABSENT: dict[type[Change], str] = {
    AccessNarrowed: "every domain",
    AccessWidened: "every domain",
    RetentionShortened: "for good",
    RetentionExtended: "for good",
    RegionsNarrowed: "any region",
    RegionsWidened: "any region",
}
"""What nothing said means; else `none`."""
_EMPTY: dict[type[Change], str] = dict.fromkeys((AccessNarrowed, AccessWidened), "no other domain")
"""What an empty list means, where it is not the same."""


def describe(change: Change) -> str:
    """Say a change in one phrase, without its address: that stands above, beside or before it."""
    phrase = _PHRASES[type(change)][2:].format(c=_Words(change))
    match change:
        case ProductAdded(ports=ports) | ProductRemoved(ports=ports):
            return f"{phrase}: {', '.join(f'{p.name}@{p.major}' for p in ports)}"
        case PortAdded(beside=(_, *_) as majors):
            return f"{phrase}, beside {_majors(majors)}"
        case ColumnAdded(classification=str() as classification):
            return f"{phrase}, {classification}"
        case PolicyChanged(domain=str() as domain):
            return f"{phrase}, in the domain `{domain}`"
        case DeprecationChanged(after=None):
            return f"deprecated no longer, was {change.before}"
        case ColumnRemoved(renamed=str() as name):
            return f"{phrase}; renamed to `{name}`?"
        case _:
            return phrase


def sign(change: Change) -> str:
    """Return `+` for what comes, `−` for what goes, `~` for what changes."""
    return _PHRASES[type(change)][0]


def _majors(majors: Iterable[int]) -> str:
    return ", ".join(f"@{m}" for m in majors)
