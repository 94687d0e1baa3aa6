"""Registry: from an engine's name to an engine. An engine's driver is imported when it is opened, not before."""

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, cast

from meshwright.engine.attendant import ALONE, Attendant
from meshwright.model.errors import NotFound, Refused
from meshwright.model.identity import Connections, Keys, Secret

if TYPE_CHECKING:
    from meshwright.engine.protocol import Describer, Engine, Estimator, Grantor, ReaderLog

ENGINES = {"bigquery": "meshwright.engine.bigquery.engine", "duckdb": "meshwright.engine.duckdb.engine"}

_ESTIMATORS = {"bigquery": "meshwright.engine.bigquery.estimate"}
"""Of engines that bill what queries read: what tells it beforehand."""

_DESCRIBERS = {"bigquery": "meshwright.engine.bigquery.describe"}
"""Of engines that serve what others keep there: what tells of a table, by the scheme of a connection's URL."""

_GRANTORS = {"bigquery": "meshwright.engine.bigquery.grants"}
"""Of engines that people read by themselves: what lets them."""

_READER_LOGS = {"bigquery": "meshwright.engine.bigquery.readers"}
"""Of engines whose warehouse remembers what people read by themselves: what asks it."""

_DRIVERS = {"bigquery": "bigquery"}
"""The extra of this package that brings an engine's driver, where it is not there anyway."""


def no_connections(name: str) -> Secret | None:  # noqa: ARG001  # the shape of `Connections`
    """Know no connection."""
    return None


def no_keys(space: str) -> Secret | None:  # noqa: ARG001  # the shape of `Keys`
    """Know no key."""
    return None


def open_engine(  # noqa: PLR0913  # one for each thing that some engine needs
    name: str,
    data: str,
    *,
    connections: Connections = no_connections,
    keys: Keys = no_keys,
    memory: str | None = None,
    threads: int | None = None,
    attendant: Attendant = ALONE,
) -> "Engine":
    """Open the engine of that name on `data`, the folder or URL below which it keeps its products.

    `memory` (such as `2GB`) and `threads` limit what one process takes; None leaves it to the engine. `attendant` is
    for whom a service runs its jobs.
    """
    module = import_engine(name)
    opened = module.open_engine(data, connections, keys, memory=memory, threads=threads, attendant=attendant)
    return cast("Engine", opened)


def import_engine(name: str) -> ModuleType:
    """Import an engine with its driver. Raises `NotFound` for none, `Refused` where the driver is not installed."""
    if name not in ENGINES:
        raise NotFound(f"there is no engine `{name}`", hint=f"write one of {', '.join(sorted(ENGINES))}")
    return _module(name, ENGINES[name])


def estimator(name: str) -> "Estimator | None":
    """Return what tells beforehand what an engine's queries read; None for one that does not bill that.

    Raises `Refused` where the engine's driver is not installed.
    """
    place = _ESTIMATORS.get(name)
    return None if place is None else cast("Estimator", _module(name, place))


def describer(scheme: str) -> "Describer | None":
    """Return what tells of a table that a connection of a scheme leads to; None where it is no engine's.

    Raises `Refused` where the engine's driver is not installed.
    """
    place = _DESCRIBERS.get(scheme)
    return None if place is None else cast("Describer", _module(scheme, place))


def grantor(name: str) -> "Grantor | None":
    """Return what lets people read what an engine holds; None for one whose files say that by themselves.

    Raises `Refused` where the engine's driver is not installed.
    """
    place = _GRANTORS.get(name)
    return None if place is None else cast("Grantor", _module(name, place))


def reader_log(name: str) -> "ReaderLog | None":
    """Return what tells who has read what an engine holds; None for one that people read through us alone.

    Raises `Refused` where the engine's driver is not installed.
    """
    place = _READER_LOGS.get(name)
    return None if place is None else cast("ReaderLog", _module(name, place))


def _module(name: str, place: str) -> ModuleType:
    """Import a module of an engine. Raises `Refused` where its driver is not installed."""
    try:
        return import_module(place)
    except ModuleNotFoundError as error:
        extra = _DRIVERS.get(name)
        if extra is None:
            raise
        raise Refused(f"the engine `{name}` needs `{error.name}`", hint=f"install `meshwright[{extra}]`") from None
