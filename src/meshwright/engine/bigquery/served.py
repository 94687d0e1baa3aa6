"""Served: the table of a virtual product, where BigQuery serves it already. Consumers are given a view of it."""

import re
from collections.abc import Iterable

from google.cloud import bigquery

from meshwright.engine.bigquery.connection import explained, name
from meshwright.engine.bigquery.session import Session
from meshwright.engine.bigquery.types import ARRAY
from meshwright.engine.sources.url import parts_of, serving
from meshwright.model.address import TableAddress
from meshwright.model.errors import FinalError, SourceNotReady
from meshwright.model.identity import Secret
from meshwright.model.naming import table_names
from meshwright.model.product import DataProduct, VirtualSource

_READS = re.compile(r"FROM `([^`]+)`\.`([^`]+)`\.`[^`]+`\s*\Z")
"""How the text of a view ends that we have made."""

Served = dict[TableAddress, bigquery.Table]
"""What another dataset serves of a product, by the address that it has in the mesh."""


def served_of(session: Session, product: DataProduct) -> Served:
    """Return the tables of a product that are served in place, as they are now."""
    return {a: served(session, table.virtual) for a, table in product.tables() if table.virtual is not None}


def served(session: Session, source: VirtualSource) -> bigquery.Table:
    """Return the table that a virtual product or input is. Raises `SourceNotReady` where it is not there yet."""
    url = serving(session.connections, source, "bigquery://project/dataset")
    place = located(source, url, session.warehouse.project)
    with explained(f"the table `{source.table}` of connection `{source.connection}`"):
        found = session.warehouse.table(place.dataset_id, place.table_id, project=place.project)
    if found is None:
        raise SourceNotReady(f"connection `{source.connection}` has no table `{place.dataset_id}.{place.table_id}`")
    return found


def located(source: VirtualSource, url: Secret, project: str) -> bigquery.TableReference:
    """Return where the table is that a connection serves; in `project`, where its URL names none.

    `bigquery://project/dataset` says what its name does not: `table`, `dataset.table` or `project.dataset.table`.
    """
    parts = parts_of(source.connection, url)
    if parts.scheme != "bigquery":
        raise FinalError(
            f"connection `{source.connection}` is not BigQuery, which serves the virtual products of this engine",
            hint="write `bigquery://project/dataset`, or copy the table by a database source",
        )
    *before, table = table_names(source.table)
    place = [parts.netloc or project, parts.path.strip("/")]
    project, dataset = [*place[: 2 - len(before)], *before]
    if not dataset:
        raise FinalError(
            f"`{source.table}` of connection `{source.connection}` is in no dataset", hint="write `dataset.table`"
        )
    return bigquery.DatasetReference(project, dataset).table(table)


def quoted(table: bigquery.Table) -> str:
    """Return a table's quoted name."""
    return ".".join(name(part) for part in (table.project, table.dataset_id, table.table_id))


def dataset_of(table: bigquery.Table) -> str:
    """Return the dataset that a table is in, with its project."""
    return f"{table.project}.{table.dataset_id}"


def kinds_of(table: bigquery.Table) -> dict[str, str]:
    """Return the types of a table's columns, by their names in lower case."""
    return {field.name.lower(): kept_as(field) for field in table.schema}


def kept_as(field: bigquery.SchemaField) -> str:
    """Return the type that a column has as a whole: one that is repeated is an ARRAY, whatever of."""
    return ARRAY if field.mode == "REPEATED" else str(field.field_type)


def behind(views: Iterable[bigquery.Table]) -> set[str]:
    """Return the datasets that views of ours read, with their projects: SQL that reads the views reads those."""
    found = (_READS.search(view.view_query or "") for view in views)
    return {f"{read[1]}.{read[2]}" for read in found if read is not None}
