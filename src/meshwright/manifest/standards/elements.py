"""Elements: which tables and columns does a contract have, how does SQL call them, and what do references lead to?

A reference is `table.column[.nested]` by names, or `schema/<id>/properties/<id>` by ids, perhaps in another file.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from meshwright.model.value import value

Plain = Mapping[str, Any]

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@value
class Elements:
    """What can be referred to: dotted names of tables and columns, and paths of ids."""

    names: frozenset[str]
    paths: frozenset[str]

    @classmethod
    def of(cls, contract: Plain) -> "Elements":
        """Return the elements of a contract that is valid by its schema."""
        names: set[str] = set()
        paths: set[str] = set()
        for table in contract.get("schema") or ():
            for named, path in _walk(table, ((),), "schema"):
                names.update(".".join(parts) for parts in named)
                paths.add(path)
        return cls(frozenset(names), frozenset(paths - {""}))

    def has(self, reference: str) -> bool:
        """Tell whether a reference leads somewhere; what lies in another file is not known, and taken to be there."""
        if "#" in reference:
            return True
        if "/" in reference:
            return reference.lstrip("/") in self.paths
        return reference in self.names


def column_name(element: Plain) -> str:
    """Return the name of a column in SQL: its physical name, where that is one."""
    physical = element.get("physicalName")
    return physical if isinstance(physical, str) and _IDENTIFIER.fullmatch(physical) else str(element["name"])


def table_name(table: Plain) -> str:
    """Return the name of a table in addresses and in SQL: what it is called, with `_` for what no name may hold."""
    name = re.sub(r"[^A-Za-z0-9_]", "_", str(table["name"]))
    return name if _IDENTIFIER.fullmatch(name) else f"_{name}"


def _walk(
    element: Plain, prefixes: tuple[tuple[str, ...], ...], path: str
) -> Iterator[tuple[tuple[tuple[str, ...], ...], str]]:
    """Yield an element and all below it: the names that it goes by, and its path of ids where all have one."""
    own = [element[key] for key in ("name", "physicalName") if isinstance(element.get(key), str)]
    named = tuple((*prefix, name) for prefix in prefixes for name in dict.fromkeys(own)) or prefixes
    here = f"{path}/{element['id']}" if path and element.get("id") else ""
    yield named, here
    inside = f"{here}/properties" if here else ""
    for inner in element.get("properties") or ():
        yield from _walk(inner, named, inside)
    if isinstance(items := element.get("items"), Mapping):
        yield from _walk(items, named, inside)
