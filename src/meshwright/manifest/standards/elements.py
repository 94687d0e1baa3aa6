"""Elements: which tables and columns does a contract have, and what do its references lead to?

A reference is `table.column[.nested]` by names, or `schema/<id>/properties/<id>` by ids, perhaps in another file.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Plain = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
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
