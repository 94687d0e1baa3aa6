"""Served: the table of a virtual product, as its own store has it now.

A DuckDB file is attached. What PostgreSQL or SQLite serve is read whole, each time that it is asked for, into a table
that ends with the connection.
"""

from pathlib import Path
from urllib.parse import unquote

from duckdb import DuckDBPyConnection

from meshwright.engine.duckdb.connection import attach, explained, name
from meshwright.engine.duckdb.readers import expose_batches
from meshwright.engine.duckdb.session import Session
from meshwright.engine.sources.url import parts_of, serving
from meshwright.model.errors import FinalError, SourceNotReady
from meshwright.model.identity import Secret
from meshwright.model.naming import table_names
from meshwright.model.product import VirtualSource

_DATABASES = ("postgresql", "postgres", "sqlite")


def expose_virtual(session: Session, connection: DuckDBPyConnection, source: VirtualSource, attached: set[str]) -> str:
    """Let a virtual table be read from a domain's own store, unless it can be already; return its quoted name."""
    url = serving(session.connections, source, "duckdb:////path")
    if parts_of(source.connection, url).scheme.partition("+")[0] in _DATABASES:
        return _read(connection, source, url, attached)
    alias = f"connection {source.connection}"
    if alias not in attached:
        with explained(f"connection `{source.connection}`"):
            attach(connection, _duckdb_file(source.connection, url), alias)
        attached.add(alias)
    *schema, table = table_names(source.table)
    return ".".join(name(part) for part in (alias, ".".join(schema) or "main", table))


def _read(connection: DuckDBPyConnection, source: VirtualSource, url: Secret, attached: set[str]) -> str:
    from meshwright.engine.sources.database.read import read_table

    local = f"{source.table} of {source.connection}"
    if local not in attached:
        with read_table(source.connection, url, source.table) as given:
            expose_batches(connection, local, given)
        attached.add(local)
    return f"temp.{name(local)}"


def _duckdb_file(connection: str, url: Secret) -> Path:
    parts = parts_of(connection, url)
    path = Path(unquote(parts.path))
    if parts.scheme != "duckdb":
        raise FinalError(
            f"connection `{connection}` is not a store that serves tables here",
            hint="write `duckdb:////folder/file.duckdb`, or the URL of a postgresql or sqlite database",
        )
    if not path.is_file():
        raise SourceNotReady(f"the store of connection `{connection}` is not there yet")
    return path.resolve()
