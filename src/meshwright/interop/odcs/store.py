"""Store: where are the tables of a contract, by the servers that it names?"""

from collections.abc import Sequence
from typing import Any

from meshwright.interop.draft import as_name
from meshwright.interop.foreign import Foreign
from meshwright.manifest.standards.elements import table_name
from meshwright.model.naming import connection_variable

_SCHEMAS = {
    "bigquery": ("project", "dataset"),
    "databricks": ("catalog", "schema"),
    "snowflake": ("database", "schema"),
    "trino": ("catalog", "schema"),
    "presto": ("catalog", "schema"),
    "athena": ("catalog", "schema"),
}
"""The keys of a server that stand before a table's name; elsewhere it is `schema`."""

_NO_TABLES = {"api", "kafka", "kinesis", "pubsub", "sftp", "s3", "azure", "local"}


def store(says: Foreign, left: list[str]) -> dict[str, Any]:
    """Return the block under `virtual:`, as far as a contract says where its tables are, and what is left to say."""
    servers = says["servers"].items
    server = next((s for s in servers if s["type"].text not in _NO_TABLES), servers[0] if servers else Foreign())
    connection = as_name(server["server"].text or server["type"].text) or "store"
    left.append(_to_connect(connection, server, len(servers)))
    prefix = [server[key].text for key in _SCHEMAS.get(server["type"].text, ("schema",)) if server[key]]
    tables = {table_name(t.plain): _physical(t, prefix) for t in says["schema"].items}
    return {"connection": connection, "table": tables if len(tables) > 1 else next(iter(tables.values()), "table")}


def _to_connect(connection: str, server: Foreign, count: int) -> str:
    variable = connection_variable(connection)
    if not server:
        return f"the contract names no server: set {variable} to the URL of the store that serves it"
    said = f"`{server['server'].text}` ({server['type'].text})"
    other = f"; the other {count - 1} servers of the contract are not used" if count > 1 else ""
    if server["type"].text in _NO_TABLES:
        return (
            f"the server {said} serves no tables: name in product.yaml the store that does, and set {variable}{other}"
        )
    return f"set {variable} to the URL of the server {said}{other}"


def _physical(table: Foreign, prefix: Sequence[str]) -> str:
    name = table["physicalName"].text or table["name"].text
    return name if "." in name else ".".join([*prefix, name])
