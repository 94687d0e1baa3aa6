"""Referred: which columns of inputs do the references of a table's contract read, beside its SQL?"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from meshwright.model.analysis import Analysis, ColumnRead
from meshwright.model.contract import Column, ForeignKey
from meshwright.model.diagnostic import Diagnostic, Location
from meshwright.model.naming import sql_name
from meshwright.model.product import DataProduct, InputPort, OutputTable
from meshwright.model.spelling import did_you_mean
from meshwright.model.value import value
from meshwright.sql.codes import Code, error


def with_references(
    product: DataProduct, table: OutputTable, analysis: Analysis, schemas: Mapping[str, tuple[Column, ...]]
) -> Analysis:
    """Return an analysis that also has what the references of a table look up in inputs.

    `schemas` are the columns of the inputs, as `analyse` wants them; an input of which nothing is known is not blamed.
    """
    found = tuple(_to_inputs(product, table, schemas))
    if not found:
        return analysis
    reads = (ColumnRead(one.spelled, column, one.at) for one in found for column in one.to.columns)
    wrong = (problem for one in found for problem in _unknown(one, schemas))
    return replace(analysis, reads=(*analysis.reads, *reads), diagnostics=(*analysis.diagnostics, *wrong))


@value
class _Reference:
    """What rows refer to in an input that has these `tables`; how the one is `called` there, None where it is none."""

    to: ForeignKey
    port: InputPort
    tables: tuple[str, ...]
    called: str | None
    at: Location

    @property
    def spelled(self) -> str:
        """The table's name as manifests spell it."""
        return self.port.name + (self.called or self.to.table)[len(self.port.name) :]


def _to_inputs(
    product: DataProduct, table: OutputTable, schemas: Mapping[str, tuple[Column, ...]]
) -> Iterator[_Reference]:
    ports = {sql_name(port.name): port for port in product.inputs}
    for check in table.contract.checks:
        to = check.refers_to
        local = to.table.partition(".")[0] if to is not None and to.is_input else ""
        if to is not None and local in ports:
            tables = {name.lower(): name for name in schemas if name.partition(".")[0] == local}
            at = check.at or Location(product.file)
            yield _Reference(to, ports[local], tuple(tables.values()), tables.get(to.table), at)


def _unknown(reference: _Reference, schemas: Mapping[str, tuple[Column, ...]]) -> Iterator[Diagnostic]:
    """Yield what another product does not offer, tables or columns; what a source declares, its manifest tells."""
    to, port, tables = reference.to, reference.port.port, reference.tables
    if port is None or not tables:
        return
    if reference.called is None:
        yield error(Code.UNDECLARED_TABLE, _lacks(to.table, tables), reference.at, _way_out(reference, schemas))
        return
    offered = [c.name for c in schemas[reference.called]]
    for column in to.columns:
        if column not in offered:
            message = f"`{port}` has no column `{column}`"
            yield error(Code.UNKNOWN_COLUMN, message, reference.at, did_you_mean(column, offered))


def _lacks(wanted: str, tables: tuple[str, ...]) -> str:
    """Say what is wrong with a table of an input: that it has no such, or several, or only itself."""
    local, _, table = wanted.partition(".")
    if not table:
        return f"the input `{local}` has several tables, and the reference does not say which"
    return f"the input `{local}` is one table" if local in tables else f"the input `{local}` has no table `{table}`"


def _way_out(reference: _Reference, schemas: Mapping[str, tuple[Column, ...]]) -> str:
    to, tables = reference.to, reference.tables
    if "." in to.table:
        return did_you_mean(str(to), [str(replace(to, table=name)) for name in tables])
    fitting = [name for name in tables if {c.name for c in schemas[name]}.issuperset(to.columns)]
    return f"write {' or '.join(f'`{replace(to, table=name)}`' for name in fitting or tables)}"
