"""Stand-ins: what is read in place of an input that cannot be reached, and what is said where nothing may be."""

from collections.abc import Mapping
from pathlib import Path

from meshwright.engine.protocol import StandIns, Work
from meshwright.model.contract import Column
from meshwright.model.errors import FinalError, InputsNotReady, SourceNotReady
from meshwright.model.naming import local_table
from meshwright.model.product import InputPort

_FIXTURES = ("csv", "json", "parquet")


def fixture(stand_ins: StandIns, called: str) -> Path | None:
    """Return the file that stands in for an input, or for one of its tables, where there is one."""
    return next((p for kind in _FIXTURES if (p := stand_ins.folder / f"{called}.{kind}").is_file()), None)


def done_without(work: Work, port: InputPort) -> Mapping[str, tuple[Column, ...]]:
    """Return the columns of each table of an input that a product can do without: all of them are read as empty.

    Raises `InputsNotReady` or `SourceNotReady` for another: a source that is not there is a fault, required or not.
    """
    tables = {table: work.columns.get(local_table(port.name, table), ()) for table in work.tables_of(port)}
    if port.required or port.port is None or not all(tables.values()):
        raise _not_ready(port)
    return tables


def _not_ready(port: InputPort) -> InputsNotReady | SourceNotReady:
    """Say that an input cannot be reached."""
    match port.source:
        case None:
            return InputsNotReady(f"`{port.port}`, the input `{port.name}`, is not published yet")
        case source:
            return SourceNotReady(f"connection `{source.connection}` of input `{port.name}` is not known here")


def nothing_known(work: Work, called: str) -> FinalError:
    """Say that nothing can stand in for an input."""
    return FinalError(
        f"input `{called}` of `{work.product.address}` cannot be reached, and nothing tells what it looks like",
        hint=f"put `fixtures/{called}.csv` beside the manifest, or declare the source's columns",
    )
