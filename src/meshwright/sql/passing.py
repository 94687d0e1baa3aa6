"""Passing on: what does a port without a transform make of its one input? The same columns, by name."""

from collections.abc import Iterator, Mapping

from meshwright.model.analysis import Analysis, ColumnRead, OutputColumn
from meshwright.model.contract import Column
from meshwright.model.diagnostic import Diagnostic, Location
from meshwright.model.naming import sql_name
from meshwright.model.product import DataProduct, OutputPort
from meshwright.model.spelling import did_you_mean
from meshwright.sql.codes import Code
from meshwright.sql.text import error
from meshwright.sql.types import fits


def passed_on(product: DataProduct, port: OutputPort, schemas: Mapping[str, tuple[Column, ...]]) -> Analysis:
    """Understand a port without a transform."""
    here = port.at or Location(product.file)
    if len(product.inputs) != 1:
        message = f"`{port.name}` has no SQL, and {len(product.inputs)} inputs: which one is passed on?"
        hint = f"write `{sql_name(port.name)}.sql` beside the manifest"
        return Analysis((), (), (), (), (error(Code.NO_SQL, message, here, hint),))
    source = product.inputs[0]
    offered = {c.name: c for c in schemas.get(sql_name(source.name), ())}
    columns = tuple(
        OutputColumn(c.name, offered[c.name].type if c.name in offered else None, ((source.name, c.name),))
        for c in port.contract.columns
    )
    reads = tuple(sorted(ColumnRead(source.name, c.name, c.at or here) for c in port.contract.columns))
    diagnostics = tuple(_misfits(port, source.name, offered, here)) if offered else ()
    return Analysis((source.name,), reads, columns, (), diagnostics)


def _misfits(port: OutputPort, source: str, offered: Mapping[str, Column], here: Location) -> Iterator[Diagnostic]:
    for promised in port.contract.columns:
        given = offered.get(promised.name)
        at = promised.at or here
        if given is None:
            message = f"input `{source}` has no column `{promised.name}` to pass on"
            yield error(Code.UNKNOWN_COLUMN, message, at, did_you_mean(promised.name, offered))
        elif not fits(given.type, promised.type):
            message = f"`{promised.name}` comes as {given.type}, but the contract says {promised.type}"
            yield error(Code.TYPE, message, at, "correct the contract, or write SQL that casts it")
