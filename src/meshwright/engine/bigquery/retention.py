"""Retention: the conditions and deletes by which a publish leaves no row that is older than its table keeps them."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from meshwright.engine.bigquery.connection import name
from meshwright.engine.bigquery.modes import Joining
from meshwright.engine.bigquery.provenance import END
from meshwright.engine.bigquery.quarantine import forgotten_aside
from meshwright.engine.bigquery.session import Session
from meshwright.engine.retention import aged_by, is_day, oldest_kept, outlived, outlived_inputs
from meshwright.model.product import DataProduct, OutputTable
from meshwright.model.publish import Publish
from meshwright.model.time import Watermark, instant_text


def too_old(table: OutputTable, watermark: Watermark) -> str | None:
    """Return the condition that a row is too old to be kept; None where rows are kept for good."""
    limit = oldest_kept(table, watermark)
    if limit is None:
        return None
    column, moment = aged_by(table), f"TIMESTAMP '{instant_text(limit)}'"
    if column is None:
        return f"{END} <= {moment}"
    return f"COALESCE({name(column.name)} < {_day(limit) if is_day(column) else moment}, FALSE)"


def forgotten(joining: Joining, log: Sequence[Publish], watermark: Watermark) -> Iterator[str]:
    """Yield the statements of the transaction that delete what is too old."""
    limit = oldest_kept(joining.table, watermark)
    if joining.too_old is None or limit is None:
        return
    for place in (joining.held, joining.past) if joining.is_versioned else (joining.held,):
        yield f"DELETE FROM {place} WHERE {joining.too_old}"
    gone = outlived(log, joining.address, limit)
    if gone:
        yield forgotten_aside(joining.session, joining.address.port.product, joining.address, gone)


def forgotten_of_inputs(
    session: Session, product: DataProduct, log: Sequence[Publish], watermark: Watermark
) -> Iterator[str]:
    """Yield the statements of the transaction that delete what was set aside of inputs and is too old."""
    for name_of_input, publishes in outlived_inputs(product, log, watermark):
        yield forgotten_aside(session, product.address, name_of_input, publishes)


def _day(limit: datetime) -> str:
    return f"DATE '{limit:%Y-%m-%d}'"
