"""Tables: what a product's rows lie in, as its contract says: types, partitions, clusters, descriptions, policy tags.

The service itself makes them, and not SQL, for only so can a column have a policy tag. A table only expands
(docs/decisions/0069): columns are added, and integers become numbers. What a contract says of a table otherwise, such
as a description, is said anew when it has changed; its partitions and clusters stay as they were made.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from google.cloud import bigquery

from meshwright.engine.bigquery.connection import RETRY, name
from meshwright.engine.bigquery.modes import Joining
from meshwright.engine.bigquery.provenance import COPY_COLUMN, END_COLUMN, START_COLUMN, Gone
from meshwright.engine.bigquery.types import TYPES
from meshwright.model.address import TableAddress
from meshwright.model.contract import Column, LogicalType
from meshwright.model.errors import Refused
from meshwright.model.naming import stored_table
from meshwright.model.product import OutputTable
from meshwright.model.value import value

_SPELLED = {"INTEGER": "INT64", "FLOAT": "FLOAT64", "BOOLEAN": "BOOL"}
"""What BigQuery calls some types in what it tells of a table."""

_NUMBER = TYPES[LogicalType.NUMBER]
_WIDENED = ("INT64", "NUMERIC")
_IN_TIME = (LogicalType.DATE, LogicalType.TIMESTAMP)
_UNCLUSTERED = (LogicalType.TIME, LogicalType.OBJECT, LogicalType.ARRAY)
_CLUSTERS_AT_MOST = 4


@value
class Room:
    """What can take a table's rows: how many bytes it held, and which columns that the contract no longer has."""

    stored: int
    gone: Gone


def expand(joining: Joining) -> Room:
    """Make the tables that can take staged rows, or widen those that are there.

    Raises `Refused` for another type than what is stored.
    """
    session, stored = joining.session, stored_table(joining.address)
    store = session.store_dataset(joining.address.port.product)
    found: list[Gone] = []
    stored_bytes = 0
    for called in (stored, f"_past_{stored}") if joining.is_versioned else (stored,):
        known = session.warehouse.table(store, called)
        if known is None:
            made = _definition(
                joining, bigquery.TableReference.from_string(f"{session.warehouse.project}.{store}.{called}")
            )
            known = session.warehouse.client.create_table(made, exists_ok=True, retry=RETRY)
        else:
            _expand(joining, known)
            stored_bytes += known.num_bytes or 0
        found.append(_gone(joining.table, known))
    return Room(stored_bytes, tuple(column for column in found[0] if all(column in other for other in found)))


def describe(joining: Joining, offered: bigquery.Table) -> None:
    """Tell consumers in their view what the contract says of the table and its columns."""
    said = {column.name: column.description for column in joining.table.columns}
    schema = [_described(field, said.get(field.name, "")) for field in offered.schema]
    _say(joining, offered, schema)


def field(column: Column, tags: Mapping[str, str] | None = None) -> bigquery.SchemaField:
    """Return how BigQuery describes a column; `tags` are its policy tags, by what columns are classified as."""
    tag = (tags or {}).get(column.classification or "")
    told: dict[str, Any] = {"name": column.name, "type": TYPES[column.type].partition("(")[0]}
    told |= {"precision": "38", "scale": "9"} if column.type is LogicalType.NUMBER else {}
    told |= {"description": column.description} if column.description else {}
    told |= {"policyTags": {"names": [tag]}} if tag else {}
    return bigquery.SchemaField.from_api_repr(told)


def kind_of(stored: bigquery.SchemaField) -> str:
    """Return the type of a column, spelled as SQL has it, without its precision."""
    return _SPELLED.get(stored.field_type, stored.field_type)


def _definition(joining: Joining, place: bigquery.TableReference) -> bigquery.Table:
    table, tags = joining.table, joining.session.warehouse.at.policy_tags
    own = [field(column, tags) for column in table.columns]
    more = [(START_COLUMN, "TIMESTAMP"), (END_COLUMN, "TIMESTAMP"), (COPY_COLUMN, "INT64")]
    made = bigquery.Table(place, schema=[*own, *(bigquery.SchemaField(*one) for one in more)])
    partitioned, clusters = layout(table)
    if partitioned is not None:
        made.time_partitioning = bigquery.TimePartitioning(field=partitioned)
    if clusters:
        made.clustering_fields = clusters
    made.description = table.contract.description or None
    made.labels = labels(joining.address)
    return made


def layout(table: OutputTable) -> tuple[str | None, list[str]]:
    """Return the column whose days a table is partitioned by, where there is one, and those that it is clustered by.

    A table that is replaced by partitions lies as they do; what else tells its rows apart, clusters them.
    """
    known = {column.name: column for column in table.columns}
    named = [known[called] for called in table.partitions]
    partitioned = next((column.name for column in named if column.type in _IN_TIME), None)
    apart = dict.fromkeys([*table.partitions, *table.contract.key])
    clusters = [called for called in apart if called != partitioned and known[called].type not in _UNCLUSTERED]
    return partitioned, clusters[:_CLUSTERS_AT_MOST]


def labels(table: TableAddress) -> dict[str, str]:
    """Return whose a table is, as BigQuery's bills and searches know it."""
    product = table.port.product
    return {"managed-by": "meshwright", "mesh-domain": product.domain, "mesh-product": product.product}


def _expand(joining: Joining, known: bigquery.Table) -> None:
    warehouse = joining.session.warehouse
    there = {stored.name.lower(): stored for stored in known.schema}
    changes = [f"ALTER COLUMN {name(c)} SET DATA TYPE {_NUMBER}" for c in _widened(joining.table.columns, there)]
    missing = [column for column in joining.table.columns if column.name.lower() not in there]
    changes += [f"ADD COLUMN IF NOT EXISTS {name(c.name)} {TYPES[c.type]}" for c in missing]
    for change in changes:
        warehouse.run(f"ALTER TABLE {warehouse.place(known.dataset_id, known.table_id)} {change}")
    now = warehouse.table(known.dataset_id, known.table_id) if changes else known
    if now is not None:
        wanted = {column.name.lower(): column for column in joining.table.columns}
        tags = warehouse.at.policy_tags
        _say(joining, now, [_retold(stored, wanted.get(stored.name.lower()), tags) for stored in now.schema])


def _gone(table: OutputTable, known: bigquery.Table) -> Gone:
    named = {*(c.name.lower() for c in table.columns), START_COLUMN, END_COLUMN, COPY_COLUMN}
    return tuple((stored.name, kind_of(stored)) for stored in known.schema if stored.name.lower() not in named)


def _widened(columns: Sequence[Column], there: Mapping[str, bigquery.SchemaField]) -> Iterator[str]:
    for column in columns:
        stored = there.get(column.name.lower())
        kinds = None if stored is None else (kind_of(stored), TYPES[column.type].partition("(")[0])
        if stored is not None and kinds == _WIDENED:
            yield stored.name
        elif kinds is not None and kinds[0] != kinds[1] and kinds[::-1] != _WIDENED:
            raise Refused(
                f"`{column.name}` is stored as {kinds[0]}, and the release says {column.type}",
                hint="offer it in a new major, or by another name: what is published already stays as it is",
            )


def _retold(stored: bigquery.SchemaField, column: Column | None, tags: Mapping[str, str]) -> bigquery.SchemaField:
    """Return a stored column with what the contract says of it now. One that it no longer has keeps its tag."""
    if column is None:
        return stored
    told = dict(stored.to_api_repr())
    said = field(column, tags).to_api_repr()
    for word in ("description", "policyTags"):
        told.pop(word, None)
        told |= {word: said[word]} if said.get(word) else {}
    return bigquery.SchemaField.from_api_repr(told)


def _described(stored: bigquery.SchemaField, description: str) -> bigquery.SchemaField:
    told = {**stored.to_api_repr(), "description": description}
    return bigquery.SchemaField.from_api_repr(told if description else stored.to_api_repr())


def _say(joining: Joining, known: bigquery.Table, schema: list[bigquery.SchemaField]) -> None:
    """Change what BigQuery says of a table, where it says something else."""
    changed = []
    if [one.to_api_repr() for one in schema] != [one.to_api_repr() for one in known.schema]:
        known.schema = schema
        changed.append("schema")
    if (known.description or "") != joining.table.contract.description:
        known.description = joining.table.contract.description or None
        changed.append("description")
    if not labels(joining.address).items() <= known.labels.items():
        known.labels = {**known.labels, **labels(joining.address)}
        changed.append("labels")
    if changed:
        joining.session.warehouse.client.update_table(known, changed, retry=RETRY)
