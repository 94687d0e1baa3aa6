"""Queries: what makes a table, as the engines of a release are asked for it."""

from collections.abc import Iterable, Iterator

from meshwright.model.address import TableAddress
from meshwright.model.analysis import Analysis
from meshwright.model.code import CodeTransform
from meshwright.model.contract import Unit
from meshwright.model.naming import code_table, sql_name, stored_table
from meshwright.model.product import OutputTable, Transform
from meshwright.release.record import CheckQuery, Query


def queries_of(
    address: TableAddress, table: OutputTable, analysis: Analysis | None, dialects: Iterable[str]
) -> Iterator[Query]:
    """Yield the query of a table in each dialect, and in its own; none where its one input is passed on as it is."""
    transform = table.transform or (_passed_on(analysis) if analysis else None)
    match transform:
        case None:
            pass
        case CodeTransform():
            yield from _read_of_code(address, analysis, dialects)
        case Transform():
            yield from _bound(address, transform, dialects)


def _bound(address: TableAddress, transform: Transform, dialects: Iterable[str]) -> Iterator[Query]:
    from meshwright.sql.bind import bind_all  # brings the SQL parser: a mesh that only passes data on needs none

    wanted = tuple(dict.fromkeys((*dialects, transform.dialect)))
    for dialect, bound in zip(wanted, bind_all(transform, wanted), strict=True):
        yield Query(address, dialect, bound.sql, bound.parameters, bound.reads)


def asked_of(address: TableAddress, table: OutputTable, dialects: Iterable[str]) -> Iterator[CheckQuery]:
    """Yield what each check of a table asks in SQL, in each dialect and in its own."""
    for check in table.contract.checks:
        if check.query is None:
            continue
        from meshwright.sql.checks import bind_check  # loads the SQL parser: few checks are written in SQL

        own = {sql_name(table.name), stored_table(address)}
        for dialect in dict.fromkeys((*dialects, check.dialect)):
            bound, condition = bind_check(check.query, check.dialect, own, dialect)
            condition = condition if check.unit is Unit.ROWS else None  # a percentage is what its SQL gives
            yield CheckQuery(address, check.name, dialect, bound.sql, bound.parameters, condition)


def _read_of_code(address: TableAddress, analysis: Analysis | None, dialects: Iterable[str]) -> Iterator[Query]:
    """Yield the query of what code has made, which reads nothing itself: its `reads` are those of the code."""
    reads = tuple(sql_name(name) for name in analysis.inputs if "." in name) if analysis else ()
    for dialect in dialects:
        yield Query(address, dialect, f"SELECT * FROM {code_table(address)}", (), reads)  # noqa: S608  # of names


def _passed_on(analysis: Analysis) -> Transform | None:
    """Return the SELECT of a table that passes on one of several tables of an input: an engine cannot tell which."""
    read = next((name for name in analysis.inputs if "." in name), None)
    return None if read is None else Transform(f"SELECT * FROM {sql_name(read)}", "bigquery")  # noqa: S608  # of names
