"""Block: what of a contract in a file of its own is executed? Its tables, columns and checks, as a port has them.

What cannot be executed is not taken over, and said to be so: a promise that nothing holds must never look like one that
is held. Lists keep their order and length, so that every value is found at its place in the file.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from meshwright.manifest.shapes.odcs import ContractBlock
from meshwright.manifest.shapes.shape import shaped
from meshwright.manifest.standards.checks import check, not_executed
from meshwright.manifest.standards.codes import Code
from meshwright.manifest.standards.contract_file import ContractFile
from meshwright.manifest.standards.elements import column_name, table_name
from meshwright.manifest.standards.relations import columns_of, relations
from meshwright.manifest.standards.types import logical_type
from meshwright.manifest.text.place import Place
from meshwright.manifest.text.problems import Problems
from meshwright.manifest.text.syntax import Document
from meshwright.manifest.text.wording import quoted
from meshwright.model.contract import LogicalType

Plain = Mapping[str, Any]

_LIMITS = {
    "enum": "the values that are listed under `enum`",
    "logicalTypeOptions": "the limits under `logicalTypeOptions`",
    "relationships": "relationships",
}
"""What a column or table promises beside its checks, and nothing executes."""

_DESCRIBING = {"format", "timezone", "defaultTimezone", "embeddingModel", "embeddingModelVersion", "normalized"}
"""Options of a type that limit no value."""

_ADDED = {"map": LogicalType.OBJECT, "vector": LogicalType.ARRAY}
"""Types that v3.2.0 adds: here they are what they are made of."""


def block(contract: ContractFile, problems: Problems) -> ContractBlock | None:
    """Return what a port can execute of a contract; None, and the reasons, where it has no table or a strange one."""
    tables = contract.plain.get("schema") or ()
    if not _described(tables, contract.place, problems):
        return None
    _unexecuted(contract, problems)
    plain = {
        "description": _texts(contract.plain.get("description") or {}, ("purpose", "usage", "limitations")),
        "schema": [_table(table, columns_of(tables)) for table in tables],
    }
    return shaped(ContractBlock, Document(plain, contract.place), problems)


def _described(tables: Sequence[Plain], place: Place, problems: Problems) -> bool:
    """Tell whether a contract describes its tables down to their columns, and say which it does not."""
    empty = [number for number, table in enumerate(tables) if not table.get("properties")]
    for number in empty:
        at, hint = place["schema"][number]["name"].at, "add them under `properties`: they are what is promised"
        message = f"the contract describes no column of `{tables[number]['name']}`"
        problems.error(Code.NOT_MODELLED, at, message, hint)
    if not tables:
        message = "the contract describes no table"
        problems.error(Code.NOT_MODELLED, place.at, message, "add its tables and columns under `schema`")
    return bool(tables) and not empty


def _table(table: Plain, known: Mapping[str, str]) -> dict[str, Any]:
    own, columns = table_name(table), {str(c["name"]): column_name(c) for c in table.get("properties") or ()}
    return {
        "name": own,
        **_texts(table, ("description",)),
        "properties": [_column(column, known, own) for column in table.get("properties") or ()],
        "quality": [check(c, columns, None) for c in table.get("quality") or ()],
        "relationships": relations(table.get("relationships"), known, own),
    }


def _column(column: Plain, known: Mapping[str, str], table: str) -> dict[str, Any]:
    found: dict[str, Any] = {"name": column_name(column), **_texts(column, ("description", "classification"))}
    found |= {key: True for key in ("required", "unique", "primaryKey", "partitioned") if column.get(key)}
    if kind := _type(column):
        found["logicalType"] = kind
    if examples := [e for e in column.get("examples") or () if isinstance(e, str | int | float)]:
        found["examples"] = examples
    found["quality"] = [check(c, {}, str(column["name"])) for c in column.get("quality") or ()]
    found["relationships"] = relations(column.get("relationships"), known, table)
    return found


def _type(column: Plain) -> str | None:
    """Return the logical type that a column says, else that of what its store calls it; None where nobody can tell."""
    said = column.get("logicalType")
    return _ADDED.get(str(said), str(said)) if said else logical_type(str(column.get("physicalType") or ""))


def _texts(element: Plain, keys: tuple[str, ...]) -> dict[str, Any]:
    return {key: element[key] for key in keys if isinstance(element.get(key), str) and element[key].strip()}


def _unexecuted(contract: ContractFile, problems: Problems) -> None:
    """Say what is promised and not executed: each check, and the other limits once for each kind."""
    limits: dict[str, list[tuple[str, Place]]] = {}
    tables, columns = contract.place["schema"], columns_of(contract.plain["schema"])
    for number, table in enumerate(contract.plain["schema"]):
        own = table_name(table)
        for element, place, kind in _all(table, tables[number]):
            held = {"relationships"} if kind and relations(element.get("relationships"), columns, own) else set()
            for key in (key for key in _LIMITS if key not in held and _limits(key, element.get(key))):
                limits.setdefault(key, []).append((str(element.get("name", "items")), place[key]))
            for n, said in enumerate(element.get("quality") or ()):
                if reason := not_executed(said, kind):
                    what = f"the check `{said['name']}`" if said.get("name") else "this check"
                    hint = "nothing executes it here; a `library` or `sql` check that compares a number would be"
                    problems.warn(Code.NOT_HELD, place["quality"][n].at, f"{what} {reason}", hint)
    for key, found in limits.items():
        names = [name for name, _ in found]
        message = f"nothing checks {_LIMITS[key]} of {quoted(names[:4])}{' …' if len(names) > 4 else ''}"
        problems.warn(Code.NOT_HELD, found[0][1].at_key, message, "write what must hold as a check, under `quality`")


def _limits(key: str, value: object) -> bool:
    return bool(set(value) - _DESCRIBING) if key == "logicalTypeOptions" and isinstance(value, dict) else bool(value)


def _all(table: Plain, place: Place) -> Iterator[tuple[Plain, Place, str | None]]:
    """Yield a table, its columns, and what is nested in them, with how each is reached: `table`, `column`, or not."""
    yield table, place, "table"
    for number, column in enumerate(table.get("properties") or ()):
        yield column, place["properties"][number], "column"
        yield from _nested(column, place["properties"][number])


def _nested(element: Plain, place: Place) -> Iterator[tuple[Plain, Place, str | None]]:
    inner = [(p, place["properties"][n]) for n, p in enumerate(element.get("properties") or ())]
    if isinstance(element.get("items"), Mapping):
        inner.append((element["items"], place["items"]))
    for part, at in inner:
        yield part, at, None
        yield from _nested(part, at)
