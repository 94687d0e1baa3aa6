"""Relations: which relationships of a contract can be looked up? Those between columns of its own tables.

A column is referred to by names, the contract's or those of its store, or by ids. What is nested, or lies in another
file, is not looked into.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from meshwright.manifest.standards.elements import column_name, table_name

Plain = Mapping[str, Any]


def columns_of(tables: Iterable[Plain]) -> dict[str, str]:
    """Return the columns of tables, as `table.column` in SQL, by everything that they are referred to by."""
    found: dict[str, str] = {}
    for table in tables:
        for column in table.get("properties") or ():
            own = f"{table_name(table)}.{column_name(column)}"
            found |= {f"{of}.{called}": own for of in _called(table) for called in _called(column)}
            if table.get("id") and column.get("id"):
                found[f"schema/{table['id']}/properties/{column['id']}"] = own
    return found


def relations(said: Sequence[Plain] | None, columns: Mapping[str, str], table: str) -> list[dict[str, Any]]:
    """Return the relationships of a table, or of a column of it, as a port's block has them.

    None of them where one leads elsewhere: a list keeps its length, or is not taken over.
    """
    found = [made for one in said or () if (made := _relation(one, columns, table)) is not None]
    return found if len(found) == len(said or ()) else []


def _relation(said: Plain, columns: Mapping[str, str], table: str) -> dict[str, Any] | None:
    made: dict[str, Any] = {}
    for key in ("from", "to"):
        if key in said:
            ends = [columns.get(str(one).lstrip("/"), "") for one in _listed(said[key])]
            owners = {end.partition(".")[0] for end in ends}
            if "" in ends or len(owners) > 1 or (key == "from" and owners != {table}):
                return None
            made[key] = ends if isinstance(said[key], list) else ends[0]
    return made


def _called(element: Plain) -> list[str]:
    return [element[key] for key in ("name", "physicalName") if isinstance(element.get(key), str)]


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]
