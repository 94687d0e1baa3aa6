"""Contract: what do a model's columns, constraints and tests promise, in the words of ODCS?"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from meshwright.interop.dbt.project import Field, Model, Test
from meshwright.interop.draft import present
from meshwright.interop.foreign import Foreign
from meshwright.manifest.standards.types import logical_type

_REFERENCE = re.compile(r"""ref\((?:['"]\w+['"],\s*)?['"](\w+)['"].*\)""")
_AS_CHECK = "and is not taken over: write it as a check under `quality`"
_COMBINED = "unique_combination_of_columns"


@dataclass(slots=True)
class _Promises:
    """What the tests of one model come to, by column; the empty one is the table."""

    required: set[str] = field(default_factory=set)
    unique: set[str] = field(default_factory=set)
    quality: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    relationships: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    keys: tuple[str, ...] = ()
    left: list[str] = field(default_factory=list)


def contract(model: Model, table: str) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the block under `contract:`, and what of the model it does not say."""
    promises = _promises(model)
    told = present(
        name=table,
        description=model.description,
        properties=[_property(column, promises) for column in model.fields],
        quality=promises.quality[""],
        customProperties=_custom(model.meta.entries()),
    )
    return {"schema": [told]}, (*promises.left, *_untyped(model))


def _untyped(model: Model) -> Iterator[str]:
    for column in model.fields:
        if logical_type(column.type) is not None:
            continue
        if column.type:
            yield f"`{column.name}` is of the type `{column.type}`, which is not known here: give it a `logicalType`"
        else:
            yield f"nobody says the type of `{column.name}`: give it one, or import again after `dbt docs generate`"


def _property(column: Field, promises: _Promises) -> dict[str, Any]:
    name, kind = column.name, logical_type(column.type)
    is_key = name in promises.keys
    return present(
        name=name,
        logicalType=kind.value if kind else None,
        primaryKey=is_key or None,
        required=(name in promises.required and not is_key) or None,
        unique=(name in promises.unique and promises.keys != (name,)) or None,
        description=column.description,
        classification=column.meta["classification"].text,
        quality=promises.quality[name],
        relationships=promises.relationships[name],
        customProperties=_custom((k, v) for k, v in column.meta.entries() if k != "classification"),
    )


def _custom(entries: Iterable[tuple[str, Foreign]]) -> list[dict[str, Any]]:
    return [{"property": key, "value": value.plain} for key, value in entries if value]


def _promises(model: Model) -> _Promises:
    found = _Promises()
    known = {column.name for column in model.fields}
    for column in model.fields:
        found.required |= {column.name} if column.constraints & {"not_null", "primary_key"} else set()
        found.unique |= {column.name} if "unique" in column.constraints else set()
    for test in model.tests:
        if not test.is_plain:
            found.left.append(f"the test {_called(test)} has a condition or a threshold, {_AS_CHECK}")
        elif test.column not in known | {""} or not _take(test, found):
            found.left.append(f"the test {_called(test)} is not one of dbt's four, {_AS_CHECK}")
    found.keys = model.keys or _concluded(found)
    return found


def _concluded(promises: _Promises) -> tuple[str, ...]:
    """Return the one column that is as good as a key: never null, and unique."""
    candidates = tuple(sorted(promises.required & promises.unique))
    return candidates if len(candidates) == 1 else ()


def _called(test: Test) -> str:
    name = f"{test.package}.{test.name}" if test.package else test.name
    return f"`{name}` of `{test.column}`" if test.column else f"`{name}`"


def _take(test: Test, found: _Promises) -> bool:
    """Add what a test promises; tell whether there is a word for it."""
    match test.name, test.column:
        case "not_null", column if column and not test.warns:
            found.required.add(column)
        case "unique", column if column and not test.warns:
            found.unique.add(column)
        case "relationships", column if column and (to := _REFERENCE.fullmatch(test.arguments["to"].text)):
            found.relationships[column].append({"to": f"{to[1]}.{test.arguments['field'].text}"})
        case _:
            check = _check(test)
            if check is None:
                return False
            found.quality[test.column].append(check)
    return True


def _check(test: Test) -> dict[str, Any] | None:
    severity = {"severity": "warning"} if test.warns else {}
    match test.name, test.column:
        case "not_null", column if column:
            return {"metric": "nullValues", "mustBe": 0, **severity}
        case "unique", column if column:
            return {"metric": "duplicateValues", "mustBe": 0, **severity}
        case "accepted_values", column if column and (values := test.arguments["values"].texts):
            return {"metric": "invalidValues", "arguments": {"validValues": list(values)}, "mustBe": 0, **severity}
        case name, "" if name == _COMBINED and (columns := test.arguments["combination_of_columns"].texts):
            return {"metric": "duplicateValues", "arguments": {"properties": list(columns)}, "mustBe": 0, **severity}
    return None
