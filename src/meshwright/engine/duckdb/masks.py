"""Masks: the columns that a transform makes, as consumers may read them: cast and masked in the pass that makes them.

A pseudonym is made by a function of this process. Its key is in that function alone: never in SQL, in a parameter or in
a file; and SQL that is not ours cannot know what the function is called.
"""

import secrets
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from duckdb import DuckDBPyConnection
from duckdb.func import ARROW, SPECIAL

from meshwright.engine.duckdb.connection import name, text
from meshwright.engine.duckdb.types import TYPES
from meshwright.engine.pseudonyms import Pseudonymise
from meshwright.model.contract import Column, LogicalType
from meshwright.model.mask import Pseudonym, Redact, TruncateText, TruncateTime


def add_functions(connection: DuckDBPyConnection, pseudonyms: Mapping[str, Pseudonymise]) -> dict[str, str]:
    """Teach a connection to make pseudonyms; return the quoted name of each subject space's function."""
    functions = {}
    for space, pseudonymise in pseudonyms.items():
        called = f"pseudonym.{secrets.token_hex(16)}"
        kind = TYPES[LogicalType.STRING]
        function = _over_arrow(pseudonymise)
        connection.create_function(called, function, [kind], kind, type=ARROW, null_handling=SPECIAL)
        functions[space] = name(called)
    return functions


def made_list(columns: Iterable[Column], functions: Mapping[str, str]) -> str:
    """Return a select list that brings each column to its contract's type, in the contract's order, and masks it."""
    return ", ".join(f"{_made(column, functions)} AS {name(column.name)}" for column in columns)


def _made(column: Column, functions: Mapping[str, str]) -> str:
    kind = TYPES[column.type]
    value = f"CAST({name(column.name)} AS {kind})"
    match column.mask:
        case None:
            return value
        case Redact(None):
            return f"CAST(NULL AS {kind})"
        case Redact(left):
            return f"CASE WHEN {value} IS NOT NULL THEN {text(left or '')} END"
        case TruncateText(length):
            return f"left({value}, {length})"
        case TruncateTime(unit):
            return f"CAST(date_trunc({text(unit.value)}, {value}) AS {kind})"
        case Pseudonym(space):
            return f"{functions[space]}({value})"


def _over_arrow(pseudonymise: Pseudonymise) -> Callable[[Any], Any]:
    import pyarrow as pa

    def function(values: Any) -> Any:  # DuckDB evaluates annotations, and would not find what is imported here
        return pa.array([None if v is None else pseudonymise(v) for v in values.to_pylist()], pa.string())

    return function
