"""Ledger: entries chained and verified on BigQuery; `engine/ledger.py` says how, and of what text.

SQL tells new entries from those that are held, and writes their canonical texts; this process hashes these in order, as
they come, and loads the hashes beside them (docs/decisions/0115).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from meshwright.engine.bigquery.connection import Select, name, text
from meshwright.engine.bigquery.loads import Target, load_rows
from meshwright.engine.bigquery.log import last_publish
from meshwright.engine.bigquery.modes import Joining
from meshwright.engine.bigquery.once import Step, run_once
from meshwright.engine.bigquery.provenance import COPY_COLUMN, END_COLUMN, START_COLUMN, within
from meshwright.engine.bigquery.rows import Subject
from meshwright.engine.bigquery.session import Session
from meshwright.engine.bigquery.types import TYPES, identity, name_list, written
from meshwright.engine.ledger import ADDED, GENESIS, ChainState, first_broken, hashed, links
from meshwright.model.address import TableAddress
from meshwright.model.contract import LEDGER_COLUMNS, Column, LogicalType
from meshwright.model.errors import Refused
from meshwright.model.naming import stage_table, stored_table

_ENTRY, _COPY, _BEFORE, _PLACED = (name(f"mesh__{word}") for word in ("entry", "copy", "before", "placed"))
_OURS = {START_COLUMN, END_COLUMN, COPY_COLUMN, *ADDED}
_LINK = tuple(column.name for column in LEDGER_COLUMNS)

_WRITTEN_AS = {"TIMESTAMP": LogicalType.TIMESTAMP, "NUMERIC": LogicalType.NUMBER, "JSON": LogicalType.OBJECT}
"""How values of a stored type are written; those of all others as texts are."""


def chained(joining: Joining, made: Select, step: Step) -> Select:
    """Put the entries that the ledger does not hold yet behind its last one; return these, with their hashes.

    Raises `Refused` where rows are stored that were never chained.
    """
    session, address = joining.session, joining.address
    there = _stored(session, address)
    if there and not there.keys() >= ADDED:
        raise Refused(f"`{address}` holds rows that were never chained", hint="offer the ledger as a new major")
    head = (0, GENESIS)
    if there:
        last = f"SELECT sequence, entry_hash FROM {joining.held} ORDER BY sequence DESC LIMIT 1"
        head = next(iter(session.warehouse.run(last)), head)
    unchained = joining.part("__unchained")
    new = replace(made, sql=_new(joining, made.sql, there, head[0]))
    run_once(session.warehouse, step, f"CREATE OR REPLACE TABLE {unchained} AS {new}", new.values)
    hashes = _hashed(joining, unchained, head[1])
    return Select(f"SELECT {name_list(joining.table.columns)} FROM {unchained} JOIN ({hashes}) USING (sequence)")


def _hashed(joining: Joining, unchained: str, before: str) -> str:
    """Return a SELECT of the hashes of entries, which are loaded unless an earlier try has loaded all of them."""
    session, stored = joining.session, stored_table(joining.address)
    warehouse, dataset = session.warehouse, session.stage_dataset(joining.address.port.product)
    parts = [stage_table(joining.publish_id, f"{stored}__{word}") for word in ("unchained", "links")]
    entries, loaded = (warehouse.table(dataset, part) for part in parts)
    target = Target(warehouse, dataset, parts[1], str(joining.address))
    if entries is not None and loaded is not None and entries.num_rows == loaded.num_rows:
        return f"SELECT * FROM {target.place}"
    texts = f"SELECT sequence, {entry_text(joining.table.made_columns)} FROM {unchained} ORDER BY sequence"
    linked = (dict(zip(_LINK, link, strict=True)) for link in links(warehouse.each(texts), before))
    return load_rows(target, LEDGER_COLUMNS, linked)


def verify(session: Session, subject: Subject, *, is_staged: bool) -> ChainState:
    """Hold every entry against its hash, the hash before it and its place: those that are held and the staged ones."""
    table, address = subject.table, subject.address
    there = {} if table.virtual else _stored(session, address)
    columns = _stored_columns(there, table.made_columns)
    parts = [_entries(session.held(address), columns, there)] if there else []
    if is_staged or not there:
        parts.append(_entries(subject.relation, columns, [c.name for c in table.made_columns]))
    shown = ", ', ', ".join(f"{text(f'`{k}` ')}, CAST({name(k)} AS STRING)" for k in table.contract.key) or "''"
    ((count, sequence, by_key, held),) = session.warehouse.run(
        f"""
        WITH entries AS ({" UNION ALL ".join(parts)}), placed AS (
            SELECT *, COUNT(*) OVER (PARTITION BY sequence) AS {_PLACED} FROM entries
        ), ends AS (SELECT sequence + 1 AS sequence, MIN(entry_hash) AS {_BEFORE} FROM entries GROUP BY 1
        ), broken AS (
            SELECT sequence, CONCAT({shown}) AS shown FROM placed LEFT JOIN ends USING (sequence)
            WHERE entry_hash IS DISTINCT FROM TO_HEX(SHA256(CONCAT(previous_hash, {entry_text(columns)})))
               OR previous_hash IS DISTINCT FROM IF(sequence = 1, '{GENESIS}', {_BEFORE}) OR {_PLACED} > 1
        )
        SELECT COUNT(*), MIN(sequence), MIN_BY(shown, sequence),
            {f"(SELECT COUNT(*) FROM {session.held(address)})" if there else "0"}
        FROM broken
        """
    )
    lost = max(0, _logged(session, address) - held) if there else 0
    return ChainState(count, first_broken(sequence, by_key), lost) if count else ChainState(lost=lost)


def entry_text(columns: Iterable[Column]) -> str:
    """Return the expression of an entry's canonical text."""
    return f"CONCAT({', '.join(map(_part, hashed(columns)))})"


def _new(joining: Joining, select: str, there: Collection[str], last: int) -> str:
    """Return a SELECT of the entries that are not held, each as often as it is not, with their places."""
    table = joining.table
    columns = table.made_columns
    names, own = name_list(columns), identity(c.name for c in columns)
    order = ", ".join(name(k) for k in table.contract.key) or ", ".join(map(_sorted, columns))
    place = f"{last} + ROW_NUMBER() OVER (ORDER BY {order}) AS sequence"
    if not there:
        return f"SELECT {names}, {place} FROM ({select}) AS made"
    of = "TRUE" if table.contract.key else within(joining.interval)
    held = f"SELECT {_list(columns, there)} FROM {joining.held} WHERE {of}"
    return f"""
        SELECT {names}, {place} FROM (
            SELECT {names}, {own} AS {_ENTRY}, ROW_NUMBER() OVER (PARTITION BY {own}) AS {_COPY} FROM ({select}) AS made
        ) AS given LEFT JOIN (
            SELECT {own} AS {_ENTRY}, COUNT(*) AS {_PLACED} FROM ({held}) AS held GROUP BY 1
        ) AS known USING ({_ENTRY}) WHERE {_COPY} > COALESCE({_PLACED}, 0)
    """


def _stored(session: Session, address: TableAddress) -> dict[str, str]:
    """Return the types of the columns that the store holds of a table; none where it is not there."""
    known = session.warehouse.table(session.store_dataset(address.port.product), stored_table(address))
    return {} if known is None else {field.name: field.field_type for field in known.schema}


def _stored_columns(there: Mapping[str, str], columns: Iterable[Column]) -> list[Column]:
    """Return what entries were hashed with: the columns that are stored, whichever release did so, and `columns`."""
    known = {c.name.lower(): c for c in columns}
    for column, kind in there.items():
        if column not in _OURS and column.lower() not in known:
            known[column.lower()] = Column(column, _WRITTEN_AS.get(kind, LogicalType.STRING))
    return [*known.values()]


def _entries(relation: str, columns: Iterable[Column], there: Collection[str]) -> str:
    """Return a SELECT of entries with all these columns, empty where a relation has others."""
    return f"SELECT {_list(columns, there)}, {name_list(LEDGER_COLUMNS)} FROM {relation}"


def _list(columns: Iterable[Column], there: Collection[str]) -> str:
    known = {column.lower() for column in there}
    return ", ".join(
        name(c.name) if c.name.lower() in known else f"CAST(NULL AS {TYPES[c.type]}) AS {name(c.name)}" for c in columns
    )


def _logged(session: Session, address: TableAddress) -> int:
    """Return how many entries there are according to the log."""
    publish = last_publish(session, address.port.product)
    return 0 if publish is None else sum(counted.rows for counted in publish.tables if counted.table == address)


def _part(column: Column) -> str:
    quoted, value = name(column.name), written(column)
    if column.type is LogicalType.TIMESTAMP:
        below = f"TIMESTAMP_DIFF({quoted}, TIMESTAMP_TRUNC({quoted}, SECOND), MICROSECOND)"
        second = f"FORMAT_TIMESTAMP('%Y-%m-%dT%H:%M:%S', {quoted})"
        value = f"CONCAT({second}, '.', LPAD(CAST({below} AS STRING), 6, '0'), 'Z')"
    said = f"CONCAT({text(column.name.lower() + '=')}, CAST(BYTE_LENGTH({value}) AS STRING), ':', {value}, ';')"
    return f"IF({quoted} IS NULL, '', {said})"


def _sorted(column: Column) -> str:
    """Return what rows can be ordered by: JSON by its text."""
    return written(column) if TYPES[column.type] == "JSON" else name(column.name)
