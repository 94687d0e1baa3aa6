"""Arrow: what a SELECT gives, as batches of Arrow; and batches of Arrow, as a table of a stage."""

import json
from collections.abc import Iterable, Iterator
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any

from google.cloud import bigquery

from meshwright.engine.bigquery.connection import RETRY, Warehouse, config, name
from meshwright.engine.bigquery.loads import Target, load_parquet
from meshwright.model.errors import FinalError
from meshwright.model.value import value

if TYPE_CHECKING:
    import pyarrow as pa


@value
class _Kept:
    """How values of a type of Arrow are kept: BigQuery's type, and Arrow's that is loaded as it; None for JSON."""

    kind: str
    loaded: "pa.DataType | None"


def batches_of(warehouse: Warehouse, select: str) -> Iterator["pa.RecordBatch"]:
    """Yield the rows of a SELECT as they come, JSON as text; one batch at least, which says the columns."""
    texts = [f"TO_JSON_STRING({name(f.name)}) AS {name(f.name)}" for f in warehouse.columns(select) if _is_json(f)]
    replaced = f"SELECT * REPLACE ({', '.join(texts)}) FROM ({select}) AS made" if texts else select
    found = warehouse.client.query_and_wait(replaced, job_config=config(None, None), retry=RETRY)
    warehouse.meter.ask(warehouse.client, found)
    yield from found.to_arrow_iterable()


def load_batches(target: Target, schema: "pa.Schema", batches: Iterable["pa.RecordBatch"]) -> str:
    """Load batches of Arrow; return a SELECT of them. Lists, structs and maps arrive as text that is JSON.

    Raises `FinalError` for a type that BigQuery has not.
    """
    import pyarrow as pa
    from pyarrow import parquet

    kept = {field.name: _kept(field) for field in schema}
    loaded = pa.schema([(column, one.loaded or pa.string()) for column, one in kept.items()])
    with TemporaryFile() as content:
        with parquet.ParquetWriter(content, loaded) as writer:
            for batch in batches:
                columns = [_column(batch, column, one) for column, one in kept.items()]
                writer.write_batch(pa.record_batch(columns, schema=loaded))
        content.seek(0)
        return load_parquet(target, {column: one.kind for column, one in kept.items()}, content)


def _is_json(field: bigquery.SchemaField) -> bool:
    return str(field.field_type) == "JSON"


def _column(batch: "pa.RecordBatch", column: str, kept: _Kept) -> "pa.Array":
    """Bring values to what is loaded. An instant is kept to the microsecond, and in UTC where it says no zone."""
    import pyarrow as pa

    values = batch.column(column)
    if kept.loaded is None:
        rows = values.to_pylist(maps_as_pydicts="strict")
        return pa.array([None if row is None else json.dumps(row, default=str) for row in rows], pa.string())
    try:
        return values.cast(kept.loaded, safe=not pa.types.is_temporal(kept.loaded))
    except pa.ArrowException as error:
        raise FinalError(f"column `{column}` cannot be loaded as {kept.kind}: {error}") from None


def _kept(field: "pa.Field") -> _Kept:
    import pyarrow as pa

    of, found = pa.types, getattr(field.type, "storage_type", field.type)
    found = found.value_type if of.is_dictionary(found) else found
    table: tuple[tuple[Any, _Kept], ...] = (
        (of.is_boolean, _Kept("BOOL", pa.bool_())),
        (of.is_integer, _Kept("INT64", pa.int64())),
        (of.is_floating, _Kept("FLOAT64", pa.float64())),
        (_is_numeric, _Kept("NUMERIC(38, 9)", pa.decimal128(38, 9))),
        (of.is_decimal, _Kept("BIGNUMERIC", pa.decimal256(76, 38))),
        (of.is_date, _Kept("DATE", pa.date32())),
        (of.is_timestamp, _Kept("TIMESTAMP", pa.timestamp("us", "UTC"))),
        (of.is_time, _Kept("TIME", pa.time64("us"))),
        (_is_text, _Kept("STRING", pa.string())),
        (of.is_nested, _Kept("STRING", None)),
    )
    kept = next((kept for holds, kept in table if holds(found)), None)
    if kept is None:
        raise FinalError(f"column `{field.name}` is {field.type}, which BigQuery has not", hint="give it as text")
    return kept


def _is_numeric(kind: "pa.DataType") -> bool:
    """Tell whether NUMERIC, with 29 digits before the point and nine behind it, holds all decimals of a type."""
    import pyarrow as pa

    return bool(pa.types.is_decimal(kind) and kind.scale <= 9 and kind.precision - kind.scale <= 29)


def _is_text(kind: "pa.DataType") -> bool:
    import pyarrow as pa

    of = pa.types
    return bool(of.is_string(kind) or of.is_large_string(kind) or of.is_string_view(kind) or of.is_null(kind))
