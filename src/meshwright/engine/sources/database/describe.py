"""Describe: what does a database say of a table: its columns, its keys, its comments, and what else it holds to?"""

from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import NoSuchTableError

from meshwright.engine.described import DescribedColumn, DescribedTable
from meshwright.engine.sources.database.connect import connected, explained, logical_type, reflected
from meshwright.manifest.standards.types import logical_type as meaning
from meshwright.model.errors import NotFound
from meshwright.model.identity import Secret
from meshwright.model.spelling import did_you_mean

_WORDS = {
    "postgresql": "SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute"
    " WHERE attrelid = CAST(:name AS regclass) AND attnum > 0 AND NOT attisdropped",
    "sqlite": "SELECT name, type FROM pragma_table_xinfo(:name)",
}
"""What asks for the words that a table's types were declared with."""


def describe(connection: str, url: Secret, table: str) -> DescribedTable:
    """Ask a database for its description of a table or view, and whether it may be read.

    Raises `NotFound` where it is not there, `SourceBroken` without the right to read it.
    """
    where = f"table `{table}` of connection `{connection}`"
    with connected(connection, url) as engine, explained(where):
        try:
            found = reflected(engine, table)
        except NoSuchTableError:
            raise NotFound(f"{where} is not there", hint=did_you_mean(table, _tables(engine))) from None
        with engine.connect() as asked:
            asked.execute(sa.select(*found.columns).limit(0))
        words = _words(engine, found)
        return DescribedTable(
            name=str(found.name),
            columns=tuple(_column(c, words[c.name]) for c in found.columns),
            key=_names(found.primary_key),
            unique=tuple(sorted(set(_unique(found)))),
            comment=found.comment or "",
            also=tuple(_also(engine, found)),
        )


def _tables(engine: sa.Engine) -> Iterator[str]:
    """Yield what could have been meant: with its schema, unless that is the one that needs no word."""
    inspector = sa.inspect(engine)
    for schema in inspector.get_schema_names():
        if schema != "information_schema":
            prefix = "" if schema == inspector.default_schema_name else f"{schema}."
            names = (*inspector.get_table_names(schema), *inspector.get_view_names(schema))
            yield from (f"{prefix}{name}" for name in names)


def _words(engine: sa.Engine, table: sa.Table) -> dict[str, str]:
    """Return the database's own words for the types, where SQLAlchemy tells only the nearest that it knows."""
    is_sqlite = engine.dialect.name == "sqlite"
    name = table.name if is_sqlite else engine.dialect.identifier_preparer.format_table(table)
    with engine.connect() as connection:
        found = connection.execute(sa.text(_WORDS[engine.dialect.name]), {"name": name})
        return {row.name: row.type for row in found}


def _column(column: sa.Column[Any], called: str) -> DescribedColumn:
    values = tuple(column.type.enums) if isinstance(column.type, sa.Enum) else ()
    read_as = logical_type(column.type)
    return DescribedColumn(
        name=str(column.name),
        type=read_as,
        called=called,
        is_known=bool(values) or meaning(called) is read_as,
        required=not column.nullable,
        comment=column.comment or "",
        values=values,
        length=None if values else getattr(column.type, "length", None),
    )


def _unique(table: sa.Table) -> Iterator[tuple[str, ...]]:
    for constraint in table.constraints:
        if isinstance(constraint, sa.UniqueConstraint):
            yield _names(constraint.columns)
    yield from (_names(index.columns) for index in table.indexes if index.unique and _is_plain(index))


def _names(columns: Iterable[sa.Column[Any]]) -> tuple[str, ...]:
    return tuple(str(c.name) for c in columns)  # SQLAlchemy's names remember that they were quoted


def _is_plain(index: sa.Index) -> bool:
    """Tell whether an index is of all rows, and of nothing but columns."""
    is_partial = any(index.dialect_options[of]["where"] is not None for of in _WORDS)
    return not is_partial and len(index.columns) == len(index.expressions)


def _also(engine: sa.Engine, table: sa.Table) -> Iterator[str]:
    for key in sorted(table.foreign_key_constraints, key=lambda k: tuple(k.column_keys)):
        columns = ", ".join(f"`{name}`" for name in key.column_keys)
        yield f"{columns} refers to {', '.join(f'`{e.target_fullname}`' for e in key.elements)}"
    for check in sa.inspect(engine).get_check_constraints(table.name, table.schema):
        yield f"it holds to `{check['sqltext']}`"
    for index in sorted(table.indexes, key=lambda i: str(i.name)):
        if index.unique and not _is_plain(index):
            yield f"the index `{index.name}` is unique among some rows, or in what it computes"
