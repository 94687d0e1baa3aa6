"""Violations: what a schema has against a document, as one cause each, in one sentence each."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from meshwright.manifest.text.wording import series, told
from meshwright.model.spelling import did_you_mean
from meshwright.model.value import value

if TYPE_CHECKING:
    from jsonschema_rs import ValidationError

_TYPES = {
    "string": "text",
    "boolean": "`true` or `false`",
    "integer": "a whole number",
    "number": "a number",
    "array": "a list",
    "object": "a mapping",
    "null": "empty",
}
_REFERENCE = "write `table.column`, or the ids: `schema/<id>/properties/<id>`"
_PATTERNS = {
    "StableId": ("an id", "use letters, digits, `-` and `_`"),
    "ShorthandReference": ("a reference to a column", _REFERENCE),
    "FullyQualifiedReference": ("a reference to a column", _REFERENCE),
}
_COUNTS = {
    "MinItems": "`{label}` must have at least {limit} items",
    "MaxItems": "`{label}` must have at most {limit} items",
    "MinLength": "`{label}` must not be empty",
    "Minimum": "`{label}` must be at least {limit}",
    "Maximum": "`{label}` must be at most {limit}",
    "ExclusiveMinimum": "`{label}` must be more than {limit}",
    "ExclusiveMaximum": "`{label}` must be less than {limit}",
}


@value
class Leaf:
    """One cause.

    `surplus` are keys that the element should not have, `missing` is one that it should; of `alternatives` it has none,
    and of the schema's choices those of the numbers `excluding`, where it may have one.
    """

    path: tuple[str | int, ...]
    schema_path: tuple[str | int, ...]
    kind: Any
    instance: Any
    text: str
    surplus: tuple[str, ...] = ()
    missing: str | None = None
    alternatives: tuple[str, ...] = ()
    excluding: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        """The kind of the violation."""
        return type(self.kind).__name__.rpartition("_")[2]

    @property
    def label(self) -> str:
        """How people call what stands at the path."""
        return next((p for p in reversed(self.path) if isinstance(p, str)), "this")


def leaves(error: "ValidationError") -> Iterator[Leaf]:
    """Yield what is behind an error: of a choice, what is wrong with the alternative that was meant."""
    kind: Any = error.kind
    leaf = Leaf(
        path=tuple(error.instance_path),
        schema_path=tuple(error.schema_path),
        kind=kind,
        instance=error.instance,
        text=error.message,
        surplus=tuple(getattr(kind, "unexpected", ())),
        missing=getattr(kind, "property", None),
    )
    match leaf.name:
        case "AnyOf" | "OneOfNotValid":
            yield from _meant(leaf, [[leaf for e in branch for leaf in leaves(e)] for branch in kind.context])
        case "OneOfMultipleValid":
            yield replace(leaf, excluding=tuple(n for n, branch in enumerate(kind.context) if not branch))
        case _:
            yield leaf


def _meant(choice: Leaf, branches: list[list[Leaf]]) -> Iterator[Leaf]:
    """Yield the leaves of the alternative that comes nearest; of none, where each lacks only its own key."""
    fitting = [b for b in branches if not any(v.name == "Type" and v.path == choice.path for v in b)] or branches
    deepest = max((len(v.path) for b in fitting for v in b), default=0)
    if deepest > len(choice.path) or len(fitting) == 1:
        yield from next(b for b in fitting if any(len(v.path) == deepest for v in b))
    elif all(v.missing for b in fitting for v in b):
        names = tuple(dict.fromkeys(str(v.missing) for b in fitting for v in b))
        yield replace(choice, alternatives=names)
    else:
        yield from min(fitting, key=len)


def sentence(leaf: Leaf) -> tuple[str, str]:
    """Say what is wrong with a value, and what mends it."""
    kind, label = leaf.kind, leaf.label
    match leaf.name:
        case "Type":
            found = f"the text {told(leaf.instance)}" if isinstance(leaf.instance, str) else told(leaf.instance)
            wanted = series([_TYPES.get(t, t) for t in kind.types], "or")
            return f"`{label}` must be {wanted}, not {found}", _conversion(kind.types, leaf.instance)
        case "Enum":
            return f"`{label}` cannot be {told(leaf.instance)}", did_you_mean(
                str(leaf.instance), map(str, kind.options)
            )
        case "Constant":
            return f"`{label}` must be {told(kind.expected_value)}", ""
        case "Pattern":
            return _pattern(leaf)
        case "UniqueItems":
            return f"an item of `{label}` is there twice", "remove one of them"
    counted = _COUNTS.get(leaf.name)
    return (counted.format(label=label, limit=kind.limit) if counted else f"`{label}`: {leaf.text[:200]}"), ""


def _pattern(leaf: Leaf) -> tuple[str, str]:
    named = next((p for p in reversed(leaf.schema_path) if p in _PATTERNS), None)
    what, hint = _PATTERNS.get(str(named), ("what is wanted here", f"it must match `{leaf.kind.pattern}`"))
    return f"{told(leaf.instance) if leaf.instance else 'an empty text'} is not {what}", hint


def _conversion(types: list[str], value: object) -> str:
    """Say how to write a value so that it has the type that is wanted."""
    match value:
        case bool() | int() | float() if "string" in types:
            return "quote it where it is meant as text"
        case str() if "boolean" in types and value.lower() in ("yes", "on", "no", "off"):
            return f"write `{'true' if value.lower() in ('yes', 'on') else 'false'}`"
        case str() if {"integer", "number"} & set(types) and value.replace(".", "", 1).isdigit():
            return "write the number without quotes"
    return ""
