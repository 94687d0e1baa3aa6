"""Connections: where does a worker find the URL of a connection that a manifest names, and the key of a subject space?

In Airflow first, whose secrets backends production uses, then in `MESH_CONN_<NAME>` and `MESH_KEY_<SPACE>`, as on a
laptop. A key is the password of a connection: those Airflow keeps encrypted, and shows in no page and no log.
"""

import json
import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from airflow.sdk import BaseHook, Connection
from airflow.sdk.exceptions import AirflowNotFoundException

from meshwright.model.identity import Connections, Keys, Secret
from meshwright.model.naming import key_name
from meshwright.workspace.workspace import variable_connections, variable_keys


def worker_connections(variables: Mapping[str, str] = os.environ) -> Connections:
    """Return what resolves connections inside a task."""
    fallback = variable_connections(variables)

    def connection(name: str) -> Secret | None:
        try:
            return Secret(connection_url(BaseHook.get_connection(name)))
        except AirflowNotFoundException:
            return fallback(name)

    return connection


def worker_keys(variables: Mapping[str, str] = os.environ) -> Keys:
    """Return what resolves the keys of subject spaces inside a task."""
    fallback = variable_keys(variables)

    def key(space: str) -> Secret | None:
        try:
            found = BaseHook.get_connection(key_name(space)).password
        except AirflowNotFoundException:
            return fallback(space)
        return Secret(found) if found else None

    return key


def connection_url(connection: Connection) -> str:
    """Return the URL that engines understand.

    Airflow spells some schemes its own way, quotes the slashes of a path, and keeps what a URL asks for (`?sslmode=…`)
    as the extra. A connection that says `url` in its extra is taken at its word.
    """
    stated = connection.extra_dejson.get("url")
    if isinstance(stated, str):
        return stated
    scheme = {"postgres": "postgresql", "fs": "file"}.get(connection.conn_type or "", connection.conn_type or "")
    login = "" if connection.login is None else quote(connection.login, safe="")
    password = "" if connection.password is None else ":" + quote(connection.password, safe="")
    at = "@" if login or password else ""
    port = "" if connection.port is None else f":{connection.port}"
    path = "" if not connection.schema else "/" + quote(connection.schema.lstrip("/"))
    query = _query(connection.extra_dejson)
    return f"{scheme}://{login}{password}{at}{connection.host or ''}{port}{path}{query}"


def _query(extra: Mapping[str, Any]) -> str:
    said = {k: v if isinstance(v, str) else json.dumps(v) for k, v in extra.items() if isinstance(v, str | int | float)}
    return f"?{urlencode(said, quote_via=quote)}" if said else ""
