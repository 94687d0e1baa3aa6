"""Asking: what checks want to know of inputs, told while they are there to be read."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal

from meshwright.engine.answers import Answer, asking, counted_lost, shown
from meshwright.engine.bigquery.connection import explained, name
from meshwright.engine.bigquery.inputs import with_relations
from meshwright.engine.bigquery.once import Step, ask_once
from meshwright.engine.bigquery.session import Session
from meshwright.engine.bigquery.types import TYPES, identity
from meshwright.engine.measuring import SHOWN, wrong_row
from meshwright.model.address import TableAddress
from meshwright.model.contract import Check, Column, Metric, OfInput
from meshwright.model.naming import sql_name
from meshwright.model.product import DataProduct, OutputTable
from meshwright.model.publish import WrongRow

Relations = Mapping[str, str]
"""A SELECT of each input, by the name that SQL has for it."""


def lost_rows(
    session: Session,
    product: DataProduct,
    made: tuple[TableAddress, OutputTable, str],
    relations: Relations,
    step: Step,
) -> Iterator[Answer]:
    """Yield which rows of sources are lost: of a table, whose place has all that was made of them.

    To compare all rows with all takes long: it is a `step` of the run.
    """
    address, table, place = made
    warehouse = session.warehouse
    named = with_relations(relations.items())
    for check, asked in asking(table, Metric.LOST_ROWS):
        with explained(f"looking in `{asked.name}` for rows that `{address}` has lost"):
            read = f"(SELECT COUNT(*) FROM {name(asked.name)})"
            if not asked.columns:
                ((there, here),) = warehouse.run(f"{named}SELECT {read}, (SELECT COUNT(*) FROM {place})")
                yield counted_lost(address, check, there, here)
                continue
            lost = _lost(table, check, asked, place)
            ((there, number),) = ask_once(warehouse, step, f"{named}SELECT {read}, (SELECT COUNT(*) FROM ({lost}))")
            source = next((port for port in product.inputs if sql_name(port.name) == asked.name), None)
            columns = shown(table, check, source) if number else ()
            yield Answer(address, check.name, Decimal(number), there, _shown(session, f"{named}{lost}", columns))


def newest(session: Session, relations: Relations, local: str, column: str) -> datetime | None:
    """Return the newest value of a column of an input."""
    with explained(f"asking `{local}` how old it is"):
        query = f"SELECT MAX(SAFE_CAST({name(column)} AS TIMESTAMP)) FROM {name(local)}"
        ((found,),) = session.warehouse.run(f"{with_relations(relations.items())}{query}")
    return found if isinstance(found, datetime) else None


def _lost(table: OutputTable, check: Check, asked: OfInput, place: str) -> str:
    """Return a SELECT of the rows of a source whose values no row was made with, null or not, as text."""
    kinds = {c.name: TYPES[c.type] for c in table.contract.columns}
    pairs = [*zip(check.columns, asked.columns, strict=True)]
    casts = ", ".join(f"SAFE_CAST({name(of)} AS {kinds[own]}) AS {name(own)}" for own, of in pairs)
    texts = ", ".join(f"CAST({name(of)} AS STRING) AS text_{n}" for n, (_, of) in enumerate(pairs))
    fits = " AND ".join(f"(text_{n} IS NULL OR {name(own)} IS NOT NULL)" for n, (own, _) in enumerate(pairs))
    own = identity(check.columns)
    return (
        f"SELECT {', '.join(f'text_{n}' for n, _ in enumerate(pairs))} FROM (SELECT {casts}, {texts} "
        f"FROM {name(asked.name)}) AS found WHERE NOT ({fits} AND {own} IN (SELECT {own} FROM {place}))"
    )


def _shown(session: Session, lost: str, columns: tuple[Column, ...]) -> tuple[WrongRow, ...]:
    if not columns:
        return ()
    places = ", ".join(str(n) for n, _ in enumerate(columns, start=1))
    rows = session.warehouse.run(f"SELECT DISTINCT * FROM ({lost}) AS lost ORDER BY {places} LIMIT {SHOWN}")
    return tuple(wrong_row(columns, values) for values in rows)
