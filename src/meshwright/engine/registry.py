"""Registry: from an engine's name to an engine. An engine's driver is imported when it is opened, not before."""

from importlib import import_module
from typing import cast

from meshwright.engine.protocol import Engine
from meshwright.model.errors import NotFound, Refused
from meshwright.model.identity import Connections, Keys, Secret

ENGINES = {"bigquery": "meshwright.engine.bigquery.engine", "duckdb": "meshwright.engine.duckdb.engine"}

_DRIVERS = {"bigquery": "google"}
"""The extra of this package that brings an engine's driver, where it is not there anyway."""


def no_connections(name: str) -> Secret | None:  # noqa: ARG001  # the shape of `Connections`
    """Know no connection."""
    return None


def no_keys(space: str) -> Secret | None:  # noqa: ARG001  # the shape of `Keys`
    """Know no key."""
    return None


def open_engine(
    name: str,
    data: str,
    *,
    connections: Connections = no_connections,
    keys: Keys = no_keys,
    memory: str | None = None,
    threads: int | None = None,
) -> Engine:
    """Open the engine of that name on `data`, the folder or URL below which it keeps its products.

    `memory` (such as `2GB`) and `threads` limit what one process takes; None leaves it to the engine.
    """
    if name not in ENGINES:
        raise NotFound(f"there is no engine `{name}`", hint=f"write one of {', '.join(sorted(ENGINES))}")
    try:
        module = import_module(ENGINES[name])
    except ModuleNotFoundError as error:
        extra = _DRIVERS.get(name)
        if extra is None:
            raise
        raise Refused(f"the engine `{name}` needs `{error.name}`", hint=f"install `meshwright[{extra}]`") from None
    return cast("Engine", module.open_engine(data, connections, keys, memory=memory, threads=threads))
