"""Referred: which columns of inputs do the references of a table's contract read, beside its SQL?"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from meshwright.model.analysis import Analysis, ColumnRead
from meshwright.model.contract import Check, Column, ForeignKey
from meshwright.model.diagnostic import Diagnostic, Location
from meshwright.model.naming import sql_name
from meshwright.model.product import DataProduct, InputPort, OutputTable
from meshwright.model.spelling import did_you_mean
from meshwright.sql.codes import Code, error


def with_references(
    product: DataProduct, table: OutputTable, analysis: Analysis, schemas: Mapping[str, tuple[Column, ...]]
) -> Analysis:
    """Return an analysis that also has what the references of a table look up in inputs.

    `schemas` are the columns of the inputs, as `analyse` wants them; an input of which nothing is known is not blamed.
    """
    found = tuple(_to_inputs(product, table))
    if not found:
        return analysis
    reads = (
        ColumnRead(port.name, column, check.at or Location(product.file))
        for check, to, port in found
        for column in to.columns
    )
    wrong = (problem for one in found for problem in _unknown(product, *one, schemas))
    return replace(analysis, reads=(*analysis.reads, *reads), diagnostics=(*analysis.diagnostics, *wrong))


def _to_inputs(product: DataProduct, table: OutputTable) -> Iterator[tuple[Check, ForeignKey, InputPort]]:
    ports = {sql_name(port.name): port for port in product.inputs}
    for check in table.contract.checks:
        to = check.refers_to
        if to is not None and to.is_input and to.table in ports:
            yield check, to, ports[to.table]


def _unknown(
    product: DataProduct,
    check: Check,
    to: ForeignKey,
    port: InputPort,
    schemas: Mapping[str, tuple[Column, ...]],
) -> Iterator[Diagnostic]:
    """Yield the columns that another product does not offer; what a source declares, its manifest tells."""
    offered = [c.name for c in schemas.get(to.table, ())]
    for column in to.columns if port.port is not None and offered else ():
        if column not in offered:
            at = check.at or Location(product.file)
            message = f"`{port.port}` has no column `{column}`"
            yield error(Code.UNKNOWN_COLUMN, message, at, did_you_mean(column, offered))
