"""Dataplex: what does Google's catalogue (Knowledge Catalog) say of a product? An entry of it, and one of each table.

Entries are of the type `generic`, with the aspects that every project has: schema, overview, contacts. An entry's name
follows from an address, so that the next publish replaces what the last one said.
"""

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from meshwright.model.address import TableAddress
from meshwright.model.contract import Column, LogicalType
from meshwright.model.naming import catalog_entry
from meshwright.model.product import DataProduct, OutputTable
from meshwright.model.publish import Publish
from meshwright.model.slo import slo_text
from meshwright.model.time import instant_text
from meshwright.model.value import value

SYSTEM = "Meshwright"
_TYPES = "projects/dataplex-types/locations/global"

_METADATA_TYPES = {
    LogicalType.STRING: "STRING",
    LogicalType.INTEGER: "NUMBER",
    LogicalType.NUMBER: "NUMBER",
    LogicalType.BOOLEAN: "BOOLEAN",
    LogicalType.DATE: "DATETIME",
    LogicalType.TIMESTAMP: "TIMESTAMP",
    LogicalType.TIME: "DATETIME",
    LogicalType.OBJECT: "STRUCT",
    LogicalType.ARRAY: "ARRAY",
}


@value
class Entry:
    """One entry: its name, `projects/…/entryGroups/…/entries/…`, and its document, as the API takes it."""

    name: str
    document: Mapping[str, Any]


def entries(product: DataProduct, publish: Publish, group: str) -> tuple[Entry, ...]:
    """Return a product's entries in an entry group, as of a publish: its own first, for the others are below it."""
    own = catalog_entry(group, str(product.address))
    tables = (_table(group, product, publish, address, table) for address, table in product.tables())
    about = _aspects(product, "data product", _overview(product, publish))
    source = _source(product, publish, str(product.address), product.description)
    return (Entry(own, _document(own, about, source)), *tables)


def _table(group: str, product: DataProduct, publish: Publish, address: TableAddress, table: OutputTable) -> Entry:
    name = catalog_entry(group, str(address))
    description = table.contract.description or product.description
    schema = _aspect("schema", {"fields": [_field(column) for column in table.columns]})
    about = _aspects(product, "table", f"<p>{escape(description)}</p>") | {_key("schema"): schema}
    document = _document(name, about, _source(product, publish, str(address), description))
    return Entry(name, {**document, "parentEntry": catalog_entry(group, str(product.address))})


def _document(name: str, aspects: Mapping[str, Any], source: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": name, "entryType": f"{_TYPES}/entryTypes/generic", "aspects": aspects, "entrySource": source}


def _aspects(product: DataProduct, kind: str, overview: str) -> dict[str, Any]:
    return {
        _key("generic"): _aspect("generic", {"type": kind, "system": SYSTEM}),
        _key("overview"): _aspect("overview", {"content": overview}),
        _key("contacts"): _aspect("contacts", {"identities": list(_contacts(product))}),
    }


def _source(product: DataProduct, publish: Publish, address: str, description: str) -> dict[str, Any]:
    return {
        "resource": address,
        "system": SYSTEM,
        "displayName": address,
        "description": description,
        "labels": {"domain": product.address.domain, "type": product.type.value.lower()},
        "updateTime": instant_text(publish.published_at),
    }


def _overview(product: DataProduct, publish: Publish) -> str:
    promises = ((port, slo) for port in product.outputs for slo in port.slos)
    items = "".join(f"<li>{escape(port.name)}: {escape(slo_text(slo))}</li>" for port, slo in promises)
    facts = f"{publish.rows:,} rows, complete up to {instant_text(publish.watermark)}"
    return f"<p>{escape(product.description)}</p><p>{facts}</p>" + (f"<ul>{items}</ul>" if items else "")


def _contacts(product: DataProduct) -> Iterator[dict[str, str]]:
    """Yield the team: the product owner is the catalogue's `owner`, a steward its `steward`, the others `producer`."""
    roles = {"productOwner": "owner", "steward": "steward"}
    for member in product.team:
        yield {"role": roles.get(member.role, "producer"), "name": member.username}


def _field(column: Column) -> dict[str, str]:
    return {
        "name": column.name,
        "dataType": column.type.value,
        "metadataType": _METADATA_TYPES[column.type],
        "mode": "REQUIRED" if column.required or column.primary_key else "NULLABLE",
        "description": column.description,
    }


def _key(aspect: str) -> str:
    return f"dataplex-types.global.{aspect}"


def _aspect(aspect: str, data: Mapping[str, Any]) -> dict[str, Any]:
    return {"aspectType": f"{_TYPES}/aspectTypes/{aspect}", "data": data}
