"""Compare ports: what is different in what a product offers: ports, tables, columns, keys, promises, queries.

A port is known by its name and major. A new major is a new port; while the old one is served beside it, nobody who
reads the old one is touched.
"""

from collections.abc import Iterator
from dataclasses import replace

from meshwright.gate.changes.change import (
    Change,
    GrainChanged,
    KeyChanged,
    PortAdded,
    PortDescribed,
    PortRemoved,
    PublishChanged,
    QueryChanged,
    StoreChanged,
    TableAdded,
    TableRemoved,
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
from meshwright.gate.changes.offers import (
    AccessNarrowed,
    AccessWidened,
    DeprecationChanged,
    OfferChange,
    PortDeprecated,
    RetentionExtended,
    RetentionShortened,
    RowsNarrowed,
    RowsWidened,
)
from meshwright.gate.changes.promises import check_changes, slo_changes
from meshwright.graph.graph import MeshGraph
from meshwright.model.address import ColumnAddress, PortAddress, TableAddress
from meshwright.model.analysis import Analysis
from meshwright.model.code import CodeTransform
from meshwright.model.contract import Column, LogicalType
from meshwright.model.diagnostic import Location
from meshwright.model.identity import Digest
from meshwright.model.mask import mask_text, shows_more
from meshwright.model.offer import RowGrant
from meshwright.model.product import DataProduct, OutputPort, OutputTable, Transform

Side = tuple[MeshGraph, DataProduct]
"""A product, and the mesh it is part of."""

_WIDER = {(LogicalType.INTEGER, LogicalType.NUMBER)}
"""What holds more and behaves alike. A date is no moment of a day: grouped or compared, it gives other rows."""


def port_changes(before: Side, after: Side) -> Iterator[Change]:
    """Yield how the output ports of one product changed."""
    (_, old), (_, new) = before, after
    old_ports = {old.port_address(p): p for p in old.outputs}
    new_ports = {new.port_address(p): p for p in new.outputs}
    for address in sorted(old_ports.keys() | new_ports.keys()):
        match old_ports.get(address), new_ports.get(address):
            case None, OutputPort() as port:
                beside = tuple(p.major for a, p in sorted(new_ports.items()) if a.name == address.name and a != address)
                yield PortAdded(address, port.version, beside, port.at or Location(new.file))
            case OutputPort() as port, None:
                yield PortRemoved(address, port.version, Location(new.file))
            case OutputPort() as was, OutputPort() as port if was != port:
                at = port.at or Location(new.file)
                yield from _one_port(address, was, port, at)
                yield from _tables((before[0], was), (after[0], port), address, at)
            case _:
                pass


def _one_port(address: PortAddress, old: OutputPort, new: OutputPort, at: Location) -> Iterator[Change]:
    if old.version != new.version:
        yield VersionRaised(address, old.version, new.version, at)
    both = {name for name, _ in old.named} & {name for name, _ in new.named}
    words = [f"{word} of {name}" if name else word for name in sorted(both) for word in _reworded(name, old, new)]
    said = (*words, *(("samples",) if old.samples != new.samples else ()))
    if said:
        yield PortDescribed(address, said, at)
    yield from _offer_changes(address, old, new, at)
    yield from slo_changes(address, old, new, at)


def _offer_changes(address: PortAddress, old: OutputPort, new: OutputPort, at: Location) -> Iterator[OfferChange]:
    if old.deprecated is None and new.deprecated is not None:
        yield PortDeprecated(address, new.deprecated, at)
    elif old.deprecated is not None and old.deprecated != new.deprecated:
        yield DeprecationChanged(address, old.deprecated, new.deprecated, at)
    was, is_now = old.readers, new.readers
    if is_now is not None and (was is None or not set(was) <= set(is_now)):
        yield AccessNarrowed(address, was, is_now, at)
    elif was is not None and was != is_now:
        yield AccessWidened(address, was, is_now, at)
    for domain in sorted({grant.domain for port in (old, new) for grant in port.rows}):
        yield from _row_changes(address, _shown(old, domain), _shown(new, domain), at)


def _shown(port: OutputPort, domain: str) -> RowGrant | None:
    """Return which rows the people of a domain see; None for none."""
    if port.readers is None or domain in port.readers:
        return RowGrant(domain)
    return next((grant for grant in port.rows if grant.domain == domain), None)


def _row_changes(
    address: PortAddress, was: RowGrant | None, is_now: RowGrant | None, at: Location
) -> Iterator[OfferChange]:
    """Yield that people lose sight of rows, and that they come to see others: of one exchange both."""
    if was is not None and not (is_now and is_now.covers(was)):
        yield RowsNarrowed(address, was.domain, was, is_now, at)
    if is_now is not None and not (was and was.covers(is_now)):
        yield RowsWidened(address, is_now.domain, was, is_now, at)


def _reworded(name: str, old: OutputPort, new: OutputPort) -> Iterator[str]:
    """Yield what is said of a table in other words."""
    was, is_now = old.table(name), new.table(name)
    if was is None or is_now is None:
        return
    both = {c.name for c in was.contract.columns} & {c.name for c in is_now.contract.columns}
    described = (
        ("description", was.contract.description, is_now.contract.description),
        ("columns' descriptions", _words(was, both), _words(is_now, both)),
        ("columns' spelling", _spelling(was, is_now), _spelling(is_now, was)),
        ("columns' terms", False, _terms_given(was, is_now)),
        ("checks' descriptions", _words_of_checks(was), _words_of_checks(is_now)),
        ("table's name", was.contract.table, is_now.contract.table),
    )
    yield from (what for what, a, b in described if a != b)


def _tables(
    before: tuple[MeshGraph, OutputPort], after: tuple[MeshGraph, OutputPort], port: PortAddress, at: Location
) -> Iterator[Change]:
    """Yield how the tables of one port changed."""
    old, new = dict(before[1].named), dict(after[1].named)
    for name in sorted(old.keys() | new.keys()):
        address = port.table(name)
        match old.get(name), new.get(name):
            case None, OutputTable() as table:
                yield TableAdded(address, table.at or at)
            case OutputTable(), None:
                yield TableRemoved(address, at)
            case OutputTable() as was, OutputTable() as table if was != table:
                here = table.at or at
                yield from _one_table(address, was, table, here)
                analyses = (before[0].analyses.get(address), after[0].analyses.get(address))
                yield from _column_changes(address, (was, table), analyses, here)
            case _:
                pass


def _one_table(address: TableAddress, old: OutputTable, new: OutputTable, at: Location) -> Iterator[Change]:
    if old.contract.key != new.contract.key:
        yield KeyChanged(address, old.contract.key, new.contract.key, at)
    if (old.mode, old.partitions) != (new.mode, new.partitions):
        yield PublishChanged(address, _mode(old), _mode(new), at)
    if old.virtual != new.virtual:
        yield StoreChanged(address, _store(old), _store(new), at)
    yield from check_changes(address, old, new, at)
    was, is_now = old.retention, new.retention
    if is_now is not None and (was is None or is_now.by != was.by or is_now.keep < was.keep):
        yield RetentionShortened(address, was, is_now, at)
    elif was is not None and was != is_now:
        yield RetentionExtended(address, was, is_now, at)
    meanings = (_meaning(old.transform), _meaning(new.transform)) if old.transform != new.transform else (None, None)
    if meanings[0] != meanings[1]:
        file = new.transform.file if isinstance(new.transform, Transform) else ""
        here = Location(file) if file else at
        yield QueryChanged(address, *meanings, here)
        yield from _grain_changes(address, old, new, here)


def _grain_changes(address: TableAddress, old: OutputTable, new: OutputTable, at: Location) -> Iterator[Change]:
    """Yield another grain where no key tells what a row is; where one does, its check stops what breaks it."""
    if old.contract.key or new.contract.key:
        return
    if not isinstance(old.transform, Transform) or not isinstance(new.transform, Transform):
        return
    from meshwright.sql.grain import grain  # loads the SQL parser: only where a text has changed

    was, is_now = grain(old.transform), grain(new.transform)
    if was is not None and is_now is not None and was != is_now:
        yield GrainChanged(address, was.text, is_now.text, at)


def _words(table: OutputTable, columns: set[str]) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Return what is said of columns, whatever their order."""
    return {c.name: (c.description, c.examples) for c in table.contract.columns if c.name in columns}


def _spelling(table: OutputTable, other: OutputTable) -> set[str]:
    """Return the names that the other table has in other capitals only, or as they are here."""
    both = {c.name.lower() for c in other.contract.columns}
    return {c.name for c in table.contract.columns if c.name.lower() in both}


def _terms_given(was: OutputTable, is_now: OutputTable) -> bool:
    """Tell whether columns that carried no term carry one."""
    silent = {c.name for c in was.contract.columns if c.term is None}
    return any(c.term is not None and c.name in silent for c in is_now.contract.columns)


def _words_of_checks(table: OutputTable) -> dict[str, str]:
    return {c.name: c.description for c in table.contract.checks if c.description}


def _mode(table: OutputTable) -> str:
    return f"{table.mode} by {', '.join(table.partitions)}" if table.partitions else table.mode.value


def _store(table: OutputTable) -> str:
    return "the mesh" if table.virtual is None else f"{table.virtual.connection}:{table.virtual.table}"


def _meaning(transform: Transform | CodeTransform | None) -> Digest | None:
    if not isinstance(transform, Transform):
        return None  # what code means is said of the product, whose code it is
    from meshwright.sql.canonical import canonical  # loads the SQL parser: only where a text has changed

    return Digest.of(f"{transform.dialect}\n{canonical(transform)}".encode())


def _column_changes(
    address: TableAddress,
    tables: tuple[OutputTable, OutputTable],
    analyses: tuple[Analysis | None, Analysis | None],
    at: Location,
) -> Iterator[Change]:
    before, after = (_promised(table) for table in tables)
    gone = [c for name, c in before.items() if name not in after]
    new = [c for name, c in after.items() if name not in before]
    for column in gone:
        renamed = _renamed(column, gone, new, analyses)
        where = at if renamed is None else renamed.at or at
        yield ColumnRemoved(address.column(column.name), column.type, renamed.name if renamed else None, where)
    for column in new:
        yield ColumnAdded(address.column(column.name), column.type, column.classification, column.at or at)
    for name in (n for n in before if n in after):
        yield from _one_column(address.column(after[name].name), before[name], after[name], after[name].at or at)


def _promised(table: OutputTable) -> dict[str, Column]:
    """Return the columns of a table by their names, as SQL tells them apart.

    A key is never null, and alone it never repeats.
    """
    key = table.contract.key
    return {
        c.name.lower(): replace(c, required=c.required or c.primary_key, unique=c.unique or key == (c.name,))
        for c in table.contract.columns
    }


def _one_column(address: ColumnAddress, old: Column, new: Column, at: Location) -> Iterator[Change]:
    if old.type != new.type:
        kind = ColumnWidened if (old.type, new.type) in _WIDER else ColumnRetyped
        yield kind(address, old.type, new.type, at)
    if old.required != new.required:
        yield BecameNullable(address, at) if old.required else BecameRequired(address, at)
    if old.unique != new.unique:
        yield UniqueLost(address, at) if old.unique else UniqueGained(address, at)
    if old.classification != new.classification:
        yield ClassificationChanged(address, old.classification, new.classification, at)
    if old.term is not None and old.term != new.term:
        yield MeaningChanged(address, old.term, new.term, at)
    if old.mask != new.mask:
        more = shows_more(old.mask, new.mask)
        yield MaskChanged(address, mask_text(old.mask), mask_text(new.mask), more, at)


def _renamed(
    column: Column, gone: list[Column], new: list[Column], analyses: tuple[Analysis | None, Analysis | None]
) -> Column | None:
    """Return the column that this one seems to have become: of the same type, made of the same, and the only one."""
    alike = [c for c in new if c.type == column.type]
    origin = _origin(analyses[0], column.name)
    same = [c for c in alike if origin and _origin(analyses[1], c.name) == origin]
    if len(same) == 1:
        return same[0]
    rivals = [c for c in gone if c.type == column.type]
    return alike[0] if len(alike) == len(rivals) == 1 else None


def _origin(analysis: Analysis | None, column: str) -> tuple[tuple[str, str], ...]:
    found = None if analysis is None else analysis.column(column)
    return () if found is None else found.sources
