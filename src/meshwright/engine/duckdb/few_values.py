"""Few values: a pattern is held against each value of a column once, where they repeat enough.

To match a pattern takes many times what it takes to find the same value again, unless most values are new.
"""

from collections.abc import Iterable

from duckdb import DuckDBPyConnection

from meshwright.engine.duckdb.connection import name, one_row
from meshwright.engine.duckdb.looking import are_many, first_rows
from meshwright.engine.measuring import Terms
from meshwright.model.contract import Check, LogicalType

_ENOUGH = 4
"""So many of the first rows have the same value, on average, where it takes less time to find it again."""


def of_few_values(
    connection: DuckDBPyConnection, source: str, staged: str, checks: Iterable[Check], terms: Terms
) -> frozenset[Check]:
    """Return the checks of a pattern whose column seems to have few values; `staged`: the condition of their rows."""
    asked = [check for check in checks if _has_one_text(check, terms)]
    if not asked:
        return frozenset()
    numbers = ", ".join(f"count(DISTINCT {name(check.columns[0])})" for check in asked)
    rows, *found = one_row(connection, f"SELECT count(*), {numbers} FROM {first_rows(source, staged)}")
    few = {check for check, number in zip(asked, found, strict=True) if number * _ENOUGH <= rows}
    return frozenset(few if are_many(rows) else ())


def by_value(source: str, staged: str, check: Check, wrong: str) -> str:
    """Return the expression of how many staged rows are wrong, by a condition that is asked of each value once."""
    column = name(check.columns[0])
    values = f'SELECT CAST({column} AS VARCHAR) AS {column}, count(*) AS "is.rows" FROM {source} WHERE {staged}'
    return f'(SELECT coalesce(sum("is.rows") FILTER ({wrong}), 0) FROM ({values} GROUP BY ALL))'


def _has_one_text(check: Check, terms: Terms) -> bool:
    """Tell whether a check holds the texts of one column against a pattern; equal values of other kinds may differ."""
    has_pattern = check.pattern is not None and len(check.columns) == 1
    return has_pattern and terms.columns[check.columns[0]].type is LogicalType.STRING
