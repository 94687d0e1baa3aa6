"""Describe: what does BigQuery say of a table or view that it serves, and what of that has no word in a contract?"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from google.cloud import bigquery

from meshwright.engine.bigquery.connection import Warehouse, explained, open_warehouse
from meshwright.engine.bigquery.served import kept_as, located, quoted
from meshwright.engine.bigquery.tables import kind_of
from meshwright.engine.bigquery.types import logical_type
from meshwright.engine.described import DescribedColumn, DescribedTable
from meshwright.engine.sources.url import parts_of
from meshwright.model.errors import FinalError, NotFound
from meshwright.model.identity import Secret
from meshwright.model.product import VirtualSource
from meshwright.model.spelling import did_you_mean
from meshwright.model.time import instant_text, length_text

Fields = Sequence[bigquery.SchemaField]


def describe(source: VirtualSource, url: Secret, data: str) -> DescribedTable:
    """Ask BigQuery for its description of a table or view, and whether it may be read; nothing is billed.

    An environment on BigQuery asks, where `data` is one, else who is at this machine. The words for policy tags are
    those of who asks. Raises `NotFound` where it is not there, `Refused` without the right to read it.
    """
    where = f"table `{source.table}` of connection `{source.connection}`"
    warehouse = _warehouse(source, url, data)
    place = located(source, url, warehouse.project)
    with explained(where):
        found = warehouse.table(place.dataset_id, place.table_id, project=place.project)
        if found is None:
            raise NotFound(f"{where} is not there", hint=did_you_mean(source.table, _tables(warehouse, source, place)))
        if not found.require_partition_filter:
            warehouse.columns(f"SELECT * FROM {quoted(found)}")
    words = {tag: word for word, tag in warehouse.at.policy_tags.items()}
    fields = [field for field in found.schema if logical_type(kept_as(field))]
    return DescribedTable(
        name=place.table_id,
        columns=tuple(_column(field, words) for field in fields),
        key=_key(found),
        comment=found.description or "",
        also=(*_numbers(fields), *_references(found)),
        told=(*_left_out(found.schema), *_inside(fields), *_tagged(fields, words), *_lies(found), *_ends(found)),
    )


def _warehouse(source: VirtualSource, url: Secret, data: str) -> Warehouse:
    if data.startswith("bigquery://"):
        return open_warehouse(data)
    if not parts_of(source.connection, url).netloc:
        hint = "write `bigquery://project/dataset`"
        raise FinalError(f"the URL of connection `{source.connection}` names no project", hint=hint)
    return open_warehouse(url.reveal())


def _tables(warehouse: Warehouse, source: VirtualSource, place: bigquery.TableReference) -> list[str]:
    """Return what could have been meant, with as much before its name as was said."""
    before = source.table.removesuffix(place.table_id)
    return [f"{before}{name}" for name in warehouse.tables(place.dataset_id, project=place.project)]


def _column(field: bigquery.SchemaField, words: Mapping[str, str]) -> DescribedColumn:
    kind = logical_type(kept_as(field))
    assert kind is not None, "what has no type is left out"  # noqa: S101
    known = {words[tag] for tag in _tags(field) if tag in words}
    return DescribedColumn(
        name=field.name,
        type=kind,
        called=_spelled(field),
        is_known=True,
        required=field.mode == "REQUIRED",
        comment=field.description or "",
        classification=next(iter(known)) if len(known) == 1 else "",
        length=None if field.mode == "REPEATED" else field.max_length,
    )


def _spelled(field: bigquery.SchemaField) -> str:
    """Return a type as SQL has it: `ARRAY<STRUCT<sku STRING, amount NUMERIC>>`."""
    inside = ", ".join(f"{one.name} {_spelled(one)}" for one in field.fields)
    single = f"STRUCT<{inside}>" if field.fields else kind_of(field)
    return f"ARRAY<{single}>" if field.mode == "REPEATED" else single


def _key(table: bigquery.Table) -> tuple[str, ...]:
    constraints = table.table_constraints
    return tuple(constraints.primary_key.columns) if constraints and constraints.primary_key else ()


def _numbers(fields: Fields) -> Iterator[str]:
    for field in fields:
        if field.precision is not None:
            decimals = f", {field.scale} of them decimals" if field.scale else ""
            yield f"`{field.name}` has at most {field.precision} digits{decimals}"


def _references(table: bigquery.Table) -> Iterator[str]:
    for key in (table.table_constraints and table.table_constraints.foreign_keys) or ():
        to = f"{key.referenced_table.dataset_id}.{key.referenced_table.table_id}"
        columns = ", ".join(f"`{pair.referencing_column}`" for pair in key.column_references)
        yield f"{columns} refers to {', '.join(f'`{to}.{pair.referenced_column}`' for pair in key.column_references)}"


def _left_out(fields: Fields) -> Iterator[str]:
    for field in fields:
        if logical_type(kept_as(field)) is None:
            called = _spelled(field)
            zone = ", which is in no zone: have a view make a `TIMESTAMP` of it" if called == "DATETIME" else ""
            yield f"`{field.name}` is left out, for it is a `{called}`{zone or ': have a view give it as another type'}"


def _inside(fields: Fields) -> Iterator[str]:
    for field in fields:
        kind = logical_type(kept_as(field))
        if field.fields or field.mode == "REPEATED":
            yield f"`{field.name}` is `{_spelled(field)}`: the contract says `{kind}`, and not what is in it"
        if collation := field.to_api_repr().get("collation"):
            yield f"texts of `{field.name}` are compared by `{collation}`, which no contract says"


def _tagged(fields: Fields, words: Mapping[str, str]) -> Iterator[str]:
    for field in fields:
        tags = dict.fromkeys(_tags(field))
        for tag in tags:
            if tag not in words:
                where = "for which this environment has no word"
                yield f"`{field.name}` has the policy tag `{tag}`, {where}: say its `classification`"
        known = sorted({words[tag] for tag in tags if tag in words})
        if len(known) > 1:
            both = " and ".join(f"`{word}`" for word in known)
            yield f"`{field.name}` holds what is {both}: say its `classification`"


def _tags(field: bigquery.SchemaField) -> Iterator[str]:
    """Yield the policy tags of a column, and of what is inside it."""
    yield from (field.policy_tags.names if field.policy_tags else ())
    for one in field.fields:
        yield from _tags(one)


def _lies(table: bigquery.Table) -> Iterator[str]:
    """Yield how a table lies in its store, which is nothing that a virtual product decides."""
    by = []
    if table.time_partitioning is not None:
        column = table.time_partitioning.field
        by.append(f"partitioned by the {table.time_partitioning.type_} of {f'`{column}`' if column else 'loading'}")
    if table.range_partitioning is not None:
        by.append(f"partitioned by ranges of `{table.range_partitioning.field}`")
    if table.clustering_fields:
        by.append(f"clustered by {', '.join(f'`{column}`' for column in table.clustering_fields)}")
    if by:
        yield f"it is {' and '.join(by)}: its store keeps it so, and no manifest says it"
    if table.require_partition_filter:
        refused = "BigQuery refuses what reads all of it, as checks do"
        yield f"{refused}: have a view read the partitions that matter, and take that over"


def _ends(table: bigquery.Table) -> Iterator[str]:
    if table.expires is not None:
        yield f"it is gone at {instant_text(table.expires)}"
    if table.time_partitioning is not None and table.time_partitioning.expiration_ms:
        kept = timedelta(milliseconds=table.time_partitioning.expiration_ms)
        yield f"a partition of it is gone after {length_text(kept)}, which the manifest does not say"
    if table.labels:
        labels = ", ".join(f"`{key}: {said}`" for key, said in sorted(table.labels.items()))
        yield f"it has the labels {labels}, which are not taken over: `tags` are words to find it by"
