"""Parameters: what can a council decide of a policy, how is it written, and which of two values is stricter?

A policy's parameters are the fields of a frozen dataclass, each with its default and what it says. None, where a field
may be None, asks for nothing. Whatever is stricter finds all that the laxer value finds: a domain may only go that way.
"""

import re
from dataclasses import field, fields
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from types import NoneType
from typing import Any, NewType, TypeVar, get_args, get_type_hints

from meshwright.gate.policies.policy import Policy
from meshwright.manifest.shapes import scalars
from meshwright.manifest.shapes.scalars import Unreadable
from meshwright.model.ratio import Ratio
from meshwright.model.time import length_text
from meshwright.model.value import value

T = TypeVar("T")

Pattern = NewType("Pattern", str)
"""A regular expression, which a whole text must match."""

Words = tuple[str, ...]


class Order(StrEnum):
    """Which of two values of a parameter is the stricter one."""

    HIGHER = "higher"
    LOWER = "lower"
    FEWER = "fewer"
    MORE = "more"
    NONE = "none"

    @property
    def says(self) -> str:
        """What of two values is the stricter one; of what has no order, who decides."""
        return _SAYS[self]


_SAYS = {
    Order.HIGHER: "the higher",
    Order.LOWER: "the lower",
    Order.FEWER: "fewer words",
    Order.MORE: "more words",
    Order.NONE: "only the mesh's to decide",
}


def at_least(default: T, says: str) -> T:
    """Declare how much there must be: more is stricter."""
    return _parameter(default, says, Order.HIGHER)


def at_most(default: T, says: str) -> T:
    """Declare how much there may be: less is stricter."""
    return _parameter(default, says, Order.LOWER)


def only(default: T, says: str) -> T:
    """Declare the words that are allowed: fewer are stricter."""
    return _parameter(default, says, Order.FEWER)


def every(default: T, says: str) -> T:
    """Declare the words that are asked for, or looked for: more are stricter."""
    return _parameter(default, says, Order.MORE)


def mesh_wide(default: T, says: str) -> T:
    """Declare what has no order: the mesh decides, and no domain does."""
    return _parameter(default, says, Order.NONE)


def _parameter(default: T, says: str, order: Order) -> T:
    declared: T = field(default=default, metadata={"says": says, "order": order})
    return declared


@value
class Parameter:
    """One key that a policy takes. `field` is its name in the dataclass."""

    name: str
    field: str
    kind: Any
    default: object
    order: Order
    says: str

    def read(self, plain: object) -> object:
        """Return the value that was written. Raises `Unreadable`."""
        return _read(self.kind, self.name, plain)

    def is_laxer(self, said: Any, held: Any) -> bool:
        """Tell whether a value that is said lets something pass that the one above it holds."""
        if held is None or said == held:
            return False
        match self.order:
            case Order.HIGHER:
                return bool(said < held)
            case Order.LOWER:
                return bool(said > held)
            case Order.FEWER:
                return not set(said) <= set(held)
            case Order.MORE:
                return not set(said) >= set(held)
            case Order.NONE:
                return True


def parameters_of(policy: Policy[Any]) -> tuple[Parameter, ...]:
    """Return what can be decided of a policy, beside what can be of all."""
    kind = policy.parameters
    hints = get_type_hints(kind)
    return tuple(
        Parameter(
            name=re.sub(r"_(.)", lambda letter: letter[1].upper(), f.name),
            field=f.name,
            kind=_without_none(hints[f.name]),
            default=f.default,
            order=f.metadata["order"],
            says=f.metadata["says"],
        )
        for f in fields(kind)
    )


def plain_of(policy: Policy[Any], key: str, text: str) -> object:
    """Return a value that was typed on a command line as YAML would give it."""
    kind = next((p.kind for p in parameters_of(policy) if p.name == key), None)
    if kind == Words:
        return [word.strip() for word in text.strip("[]").split(",") if word.strip()]
    if kind in (int, Decimal) and re.fullmatch(r"[0-9]+(\.[0-9]+)?", text):
        return float(text) if "." in text else int(text)
    return text


def value_text(value: object) -> str:
    """Return a value as people write it."""
    match value:
        case None:
            return "none"
        case timedelta():
            return length_text(value)
        case tuple():
            return f"[{', '.join(map(str, value))}]"
    return str(value)


def schema_of(kind: Any) -> dict[str, Any]:
    """Return what editors are told of a kind of value."""
    return dict(_SCHEMAS[kind])


_SCHEMAS: dict[Any, dict[str, Any]] = {
    int: {"type": "integer", "minimum": 0},
    Decimal: {"type": "number", "minimum": 0},
    Ratio: {"type": "string", "examples": ["80%"], "pattern": r"^[0-9]+(\.[0-9]+)?%$"},
    timedelta: {"type": "string", "examples": ["90d"], "pattern": r"^[1-9][0-9]{0,5}[smhdw]$"},
    Pattern: {"type": "string", "examples": ["[a-z-]{3,40}"]},
    Words: {"type": "array", "items": {"type": "string"}},
}
"""The kinds of values that there are."""


def _without_none(hint: Any) -> Any:
    some = [a for a in get_args(hint) if a is not NoneType]
    return some[0] if NoneType in get_args(hint) else hint


def _read(kind: Any, name: str, plain: object) -> object:
    if kind == Words:
        return _words(name, plain)
    if kind in (int, Decimal):
        return _number(kind, name, plain)
    if isinstance(plain, bool) or not isinstance(plain, str | int | float):
        raise Unreadable(f"`{name}` must be a single value")
    text = str(plain)
    if kind is timedelta:
        return scalars.length(text)
    return _share(text) if kind is Ratio else _pattern(text)


def _number(kind: Any, name: str, plain: object) -> object:
    what = "a whole number" if kind is int else "a number"
    wanted = int if kind is int else int | float
    if isinstance(plain, bool) or not isinstance(plain, wanted) or not 0 <= plain < float("inf"):
        raise Unreadable(f"`{name}` must be {what}, 0 or more", "write the number without quotes")
    return kind(str(plain))


def _words(name: str, plain: object) -> Words:
    if not isinstance(plain, list) or not all(isinstance(word, str) for word in plain):
        raise Unreadable(f"`{name}` must be a list of words", "write `[…, …]`")
    return tuple(sorted(set(plain)))


def _share(text: str) -> Ratio:
    try:
        return Ratio.parse(text)
    except ValueError:
        raise Unreadable(f"`{text}` is not a percentage", "write it as `80%`") from None


def _pattern(text: str) -> Pattern:
    try:
        re.compile(text)
    except (re.error, RecursionError, OverflowError) as error:
        hint = "quote it with `'…'`, so that a `\\` stays one"
        raise Unreadable(f"this is not a regular expression: {error}", hint) from None
    return Pattern(text)
