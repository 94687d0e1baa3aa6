"""Retention: how old may a row be that a publish leaves? Decided by the watermark, so that a rerun deletes the same.

A row is as old as its column `by` says, a date by its days; else as the end of the interval that published it. What was
set aside is as old as the interval of the publish that did so. What an input gave that could be no row is kept no
longer than the rows of any table, for it might have been one.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from meshwright.model.address import TableAddress
from meshwright.model.contract import Column, LogicalType
from meshwright.model.identity import PublishId
from meshwright.model.product import DataProduct, OutputTable
from meshwright.model.publish import Publish
from meshwright.model.time import Watermark


def oldest_kept(table: OutputTable, watermark: Watermark) -> datetime | None:
    """Return the moment before which a row is too old; None where rows are kept for good."""
    return None if table.retention is None else watermark - table.retention.keep


def aged_by(table: OutputTable) -> Column | None:
    """Return the column that says how old a row is; None where the interval does."""
    by = None if table.retention is None else table.retention.by
    return next((c for c in table.contract.columns if c.name == by), None)


def is_day(column: Column) -> bool:
    """Tell whether a column says the day only."""
    return column.type is LogicalType.DATE


def bounded(product: DataProduct, watermark: Watermark) -> Iterator[tuple[TableAddress, OutputTable, datetime]]:
    """Yield the tables that do not keep their rows for good, each with the moment before which a row is too old."""
    for address, table in product.tables():
        limit = oldest_kept(table, watermark)
        if limit is not None:
            yield address, table, limit


def outlived_inputs(
    product: DataProduct, log: Sequence[Publish], watermark: Watermark
) -> Iterator[tuple[str, Sequence[PublishId]]]:
    """Yield the inputs of which something too old was set aside, each with the publishes that did so."""
    limit = max((limit for _, _, limit in bounded(product, watermark)), default=None)
    found: dict[str, list[PublishId]] = {}
    for publish in log if limit else ():
        for read in publish.inputs:
            if limit and publish.interval.end <= limit and read.quarantined:
                found.setdefault(read.input, []).append(publish.publish_id)
    yield from found.items()


def outlived(log: Iterable[Publish], table: TableAddress, limit: datetime) -> Sequence[PublishId]:
    """Return the publishes that have set rows of a table aside, and whose intervals had ended by then."""
    ended = (publish for publish in log if publish.interval.end <= limit)
    return [p.publish_id for p in ended if any(t.table == table and t.quarantined for t in p.tables)]
