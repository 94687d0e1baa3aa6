"""Shape: does a document have the keys and types that it should, and if not, what was meant?

Translates what pydantic finds into diagnostics: one sentence each, at the key or value itself, with the fix.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from meshwright.manifest.codes import Code
from meshwright.manifest.shapes.odcs import Shape
from meshwright.manifest.shapes.spellings import MEANT
from meshwright.manifest.text.place import Place
from meshwright.manifest.text.problems import Problems
from meshwright.manifest.text.syntax import Document
from meshwright.manifest.text.wording import series, told
from meshwright.model.diagnostic import Location
from meshwright.model.spelling import closest, did_you_mean

S = TypeVar("S", bound=Shape)

_WANTED = {
    "string_type": "text",
    "bool_type": "`true` or `false`",
    "int_type": "a whole number",
    "float_type": "a number",
    "value_type": "a single value",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
}
_EMPTY = ("`{label}` is empty", "give it a value, or remove the key")
_SIMPLY = {
    "too_short": _EMPTY,
    "string_too_short": _EMPTY,
    "too_long": ("`{label}` has more than two numbers", "write the smaller and the larger one"),
    "union_tag_not_found": (
        "`{label}` does not say which `block` reads it",
        "add `block: files`, `block: database`, `block: http` or `block: kafka`",
    ),
}
_HEADER = "the header of ODCS is added when a contract is exported"
_ELSEWHERE = {
    ("", "name"): "the folder is the name",
    ("", "domain"): "a product belongs to the domain whose folder it is in",
    ("", "defaults"): "write its keys at the top: they hold for all products that do not say otherwise",
    ("", "owner"): "write `team: {members: [{username: …, role: productOwner}]}`",
    ("outputPorts", "mode"): "write `publish: {mode: …}`",
    ("properties", "type"): "ODCS calls it `logicalType`",
    ("properties", "nullable"): "write `required: true` of what no row leaves empty",
    ("quality", "property"): "write the check under its column's `quality`",
    ("quality", "rule"): "ODCS calls it `metric` since 3.1",
    **{("contract", key): _HEADER for key in ("apiVersion", "kind", "id", "version", "status")},
}
"""What to do about keys that somebody may well expect."""


_TYPES = {
    alias: logical
    for logical, aliases in {
        "string": "bytes char character str text uuid varchar",
        "integer": "bigint int int32 int64 long serial smallint",
        "number": "decimal double float float64 money numeric real",
        "boolean": "bit bool",
        "timestamp": "datetime timestamptz",
        "object": "dict json map record struct",
        "array": "list repeated",
    }.items()
    for alias in aliases.split()
}
"""What other systems call a type → ODCS's word for it."""

_SUCH_AS = {
    "description": "write `{purpose: …}`",
    "freshness": "write `{maxAge: 90m, objective: 99%}`",
    "publish": "write `{mode: merge}`",
    "quality": "write `{objective: 99%}`",
    "schedule": 'write `{cron: "0 * * * *"}`, or `{on: inputs}`',
    "source": "write `{block: files, …}` or `{block: database, …}`",
    "team": "write `{members: [{username: …, role: productOwner}]}`",
    "transform": "write `{sql: file.sql}`",
    "virtual": "write `{connection: …, table: …}`",
}
"""How the mappings look that people expect to be single values."""


def shaped(kind: type[S], document: Document, problems: Problems) -> S | None:
    """Return a document in its shape; None, and every deviation, when it has another."""
    plain = document.value
    if not isinstance(plain, dict):
        message = "the file is empty" if plain is None else "the file must be a mapping of keys to values"
        problems.error(Code.TYPE, document.root.at, message, f"begin with `{_first_key(kind)}: …`")
        return None
    try:
        return kind.model_validate(plain)
    except ValidationError as error:
        _translate(kind, document, error.errors(include_url=False), problems)
        return None


def unread(shape: BaseModel, place: Place, problems: Problems) -> None:
    """Warn of the keys of ODCS that are accepted, and that nothing reads."""
    if isinstance(shape, Shape) and not shape.unread.isdisjoint(shape.model_fields_set):
        for name in sorted(shape.unread & shape.model_fields_set):
            key = type(shape).model_fields[name].alias or name
            message = f"`{key}` is part of ODCS, but nothing reads it yet"
            problems.warn(Code.UNREAD, place[key].at_key, message, "remove it, or keep it as documentation")


def _first_key(kind: type[Shape]) -> str:
    return next((f.alias or name for name, f in kind.model_fields.items() if f.is_required()), "description")


def _translate(kind: type[Shape], document: Document, found: list[ErrorDetails], problems: Problems) -> None:
    missing: dict[tuple[str | int, ...], list[str]] = defaultdict(list)
    for error in found:
        path = _path(document.value, error["loc"])
        place = _place(document.root, path)
        match error["type"]:
            case "union_tag_not_found" if near := closest("block", _written(error["input"])):
                here = place[near].at_key
                problems.error(Code.UNKNOWN_KEY, here, f"there is no key `{near}` here", did_you_mean(near, ("block",)))
            case "missing":
                missing[path[:-1]].append(str(path[-1]))
            case "extra_forbidden":
                key = str(path[-1])
                parent = _label(path[:-1]) if len(path) > 1 else ""
                hint = _ELSEWHERE.get((parent, key)) or did_you_mean(key, _keys(kind, error["loc"][:-1]))
                problems.error(Code.UNKNOWN_KEY, place.at_key, f"there is no key `{key}` here", hint)
            case _ if error["input"] is not None or isinstance(path[-1], int):  # a key without a value is known already
                problems.error(*_deviation(error, place, _label(path)))
    for path, keys in missing.items():
        names = series([f"`{k}`" for k in keys])
        of = f" in `{_label(path)}`" if path else ""
        message = f"{names} {'is' if len(keys) == 1 else 'are'} missing{of}"
        hint = f"add {', '.join(f'`{k}: …`' for k in keys)}"
        problems.error(Code.MISSING_KEY, _place(document.root, path).at, message, hint)


def _deviation(error: ErrorDetails, place: Place, label: str) -> tuple[Code, Location, str, str]:
    """Return the diagnostic of a value that its key does not take."""
    kind, value = error["type"], error["input"]
    if kind in _WANTED:
        found = f"the text {told(value)}" if isinstance(value, str) else told(value)
        message = f"`{label}` must be {_WANTED[kind]}, not {found}"
        hint = _SUCH_AS.get(label, "") if _WANTED[kind] == "a mapping" else ""
        return Code.TYPE, place.at, message, hint or _conversion(kind, value)
    at = place["block"].at if kind == "union_tag_invalid" else place.at
    return Code.VALUE, at, *_wrong_value(error, label)


def _wrong_value(error: ErrorDetails, label: str) -> tuple[str, str]:
    kind, value, context = error["type"], error["input"], error.get("ctx", {})
    match kind:
        case "unreadable":
            return context["message"], context["hint"]
        case "enum" | "literal_error":
            known = _quoted(context["expected"])
            named = _TYPES.get(str(value).lower()) if label == "logicalType" else None
            hint = f"ODCS calls it `{named}`" if named else did_you_mean(str(value), known)
            return f"`{label}` cannot be {told(value)}", hint
        case "string_pattern_mismatch":
            what, hint = MEANT[context["pattern"]]
            return f"`{value}` is not {what}", hint
        case "string_too_long":
            return f"`{label}` has {len(str(value))} characters", f"leave it at {context['max_length']} or fewer"
        case "union_tag_invalid":
            tag = value["block"]
            if not isinstance(tag, str):
                return f"`block` cannot be {told(tag)}", "write `files`, `database`, `http` or `kafka`"
            return f"there is no block `{tag}`", did_you_mean(tag, _quoted(context["expected_tags"]))
    sentence, hint = _SIMPLY.get(kind, ("`{label}`: {msg}", ""))
    return sentence.format(label=label, msg=error["msg"].lower()), hint


def _written(value: object) -> list[str]:
    """Return the keys that somebody wrote, in lower case or not, where `block` should be one of them."""
    return list(value) if isinstance(value, dict) else []


def _quoted(text: str) -> list[str]:
    return re.findall(r"'([^']+)'", text)


def _conversion(kind: str, value: object) -> str:
    """Say how to write a value so that it has the type that is wanted."""
    match kind, value:
        case "string_type", bool() | int() | float():
            return "quote it where it is meant as text"
        case "bool_type", str() if value.lower() in ("yes", "on", "no", "off"):
            return f"write `{'true' if value.lower() in ('yes', 'on') else 'false'}`"
        case "int_type" | "float_type", str():
            return "write the number without quotes"
        case "list_type", _:
            return "write `[…]`, or one line for each item that begins with `- `"
        case "model_type" | "dict_type" | "model_attributes_type", _:
            return "write `{key: value}`, or one indented line for each key"
    return ""


def _path(value: Any, loc: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """Return the keys of a pydantic location that the document has, and the last one: the others are tags of unions."""
    path: list[str | int] = []
    for number, part in enumerate(loc):
        match value, part:
            case dict(), str() if part in value:
                value = value[part]
            case list(), int() if part < len(value):
                value = value[part]
            case dict(), str() if number == len(loc) - 1:
                pass
            case _:
                continue
        path.append(part)
    return tuple(path) or loc[-1:]


def _place(root: Place, path: tuple[str | int, ...]) -> Place:
    for part in path:
        root = root[part]
    return root


def _label(path: tuple[str | int, ...]) -> str:
    """Return how people call what stands at a path: its last key."""
    return next((p for p in reversed(path) if isinstance(p, str)), "this")


def _keys(kind: type[Shape], loc: tuple[str | int, ...]) -> list[str]:
    """Return the keys that exist at a location."""
    shapes = [kind]
    for part in loc:
        if isinstance(part, str):
            shapes = [inner for shape in shapes for inner in _inner(shape, part)] or shapes
    return [f.alias or name for shape in shapes for name, f in shape.model_fields.items() if not f.exclude]


def _inner(shape: type[Shape], key: str) -> Iterator[type[Shape]]:
    """Yield the shapes that stand under a key."""
    fields: Mapping[str, Any] = {f.alias or name: f for name, f in shape.model_fields.items()}
    if key in fields:
        yield from _shapes(fields[key].annotation)


def _shapes(annotation: Any) -> Iterator[type[Shape]]:
    if isinstance(annotation, type) and issubclass(annotation, Shape):
        yield annotation
    for argument in get_args(annotation):
        yield from _shapes(argument)
