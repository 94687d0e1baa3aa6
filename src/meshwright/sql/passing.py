"""Passing on: what does a table without a transform make of an input? The same columns, by name."""

from collections.abc import Iterator, Mapping

from meshwright.model.analysis import Analysis, ColumnRead, OutputColumn
from meshwright.model.contract import Column
from meshwright.model.diagnostic import Diagnostic, Location
from meshwright.model.naming import sql_name
from meshwright.model.product import DataProduct, OutputTable
from meshwright.model.spelling import did_you_mean
from meshwright.sql.codes import Code, error
from meshwright.sql.fit import fits


def passed_on(product: DataProduct, table: OutputTable, schemas: Mapping[str, tuple[Column, ...]]) -> Analysis:
    """Understand a table without a transform: the product's one input, or the table of that name in it."""
    here = table.at or Location(product.file)
    source = product.inputs[0].name  # the only one, else the manifest is wrong already
    several = [name for name in schemas if name.startswith(f"{sql_name(source)}.")]
    local = f"{sql_name(source)}.{table.name}" if several else sql_name(source)
    if several and local not in schemas:
        message = f"`{table.name}` has no SQL, and the input `{source}` has no table of that name to pass on"
        return _refused(error(Code.NO_SQL, message, here, did_you_mean(local, several, otherwise=_WRITE)))
    taken = source + local.removeprefix(sql_name(source))
    offered = {c.name: c for c in schemas.get(local, ())}
    columns = tuple(
        OutputColumn(c.name, offered[c.name].type if c.name in offered else None, ((taken, c.name),))
        for c in table.contract.columns
    )
    reads = tuple(sorted(ColumnRead(taken, c.name, c.at or here) for c in table.contract.columns))
    diagnostics = tuple(_misfits(table, taken, offered, here)) if offered else ()
    return Analysis((taken,), reads, columns, (), diagnostics)


_WRITE = "write its SELECT into a file beside the manifest"


def _refused(problem: Diagnostic) -> Analysis:
    return Analysis((), (), (), (), (problem,))


def _misfits(table: OutputTable, source: str, offered: Mapping[str, Column], here: Location) -> Iterator[Diagnostic]:
    for promised in table.contract.columns:
        given = offered.get(promised.name)
        at = promised.at or here
        if given is None:
            message = f"input `{source}` has no column `{promised.name}` to pass on"
            yield error(Code.UNKNOWN_COLUMN, message, at, did_you_mean(promised.name, offered))
        elif not fits(given.type, promised.type):
            message = f"`{promised.name}` comes as {given.type}, but the contract says {promised.type}"
            yield error(Code.TYPE, message, at, "correct the contract, or write SQL that casts it")
