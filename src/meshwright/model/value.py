"""Value: a frozen, slotted dataclass, as nearly all classes of this package are, made in a tenth of the time.

For each class under `dataclass(frozen=True, slots=True)` Python writes and compiles six functions: half a millisecond,
some two hundred times in every process, and most of the classes never have a value there. Here a function is written
when it is called first. Fields, defaults, `replace`, `fields` and `match` are those of `dataclasses`, and a type
checker sees such a dataclass. tests/model/test_value.py holds that a value behaves like one.
"""

from collections.abc import Callable, Iterable
from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, field, fields
from functools import partial
from typing import Any, NoReturn, TypeVar, dataclass_transform, overload

T = TypeVar("T")
_Written = tuple[str, dict[str, Any]]
"""The text of a function, and what it knows beside its arguments."""


@overload
def value(kind: type[T]) -> type[T]: ...
@overload
def value(*, order: bool = False) -> Callable[[type[T]], type[T]]: ...
@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def value(kind: type[Any] | None = None, *, order: bool = False) -> Any:
    """Make a class one of values: equal where their fields are, and never changed; with `order`, sorted by them."""
    if kind is None:
        return partial(value, order=order)
    own = dict(kind.__dict__)
    made = dataclass(init=False, repr=False, eq=False, slots=True)(kind)
    if not all(f.init and not f.kw_only for f in fields(made)):
        raise TypeError(f"{kind.__name__} is no value: it is not made of all its fields in their order")
    late = ("__init__", "__hash__", *(_COMPARISONS if order else ("__eq__",)))
    for name, function in {**_SHARED, **{name: _late(made, name) for name in late}}.items():
        if own.get(name) is None:  # None is the hash of a class with an `__eq__` of its own
            setattr(made, name, function)
    return made


_COMPARISONS = {"__eq__": "==", "__lt__": "<", "__le__": "<=", "__gt__": ">", "__ge__": ">="}


def _late(kind: type[Any], name: str) -> Callable[..., Any]:
    """Return what stands for a function of a class until it is called, and then puts that in its place."""

    def first(self: Any, *given: Any, **named: Any) -> Any:
        text, known = _written(kind, name)
        exec(text, known)  # noqa: S102  # as `dataclasses` does; nothing but names of fields is in the text
        function = known[name]
        function.__qualname__ = f"{kind.__qualname__}.{name}"
        setattr(kind, name, function)
        return function(self, *given, **named)

    return first


def _written(kind: type[Any], name: str) -> _Written:
    match name:
        case "__init__":
            return _init(kind)
        case "__hash__":
            hashed = (f for f in fields(kind) if (f.compare if f.hash is None else f.hash))
            return f"def __hash__(self): return hash({_row('self', hashed)})", {}
        case _:
            mine, others = (_row(whose, (f for f in fields(kind) if f.compare)) for whose in ("self", "other"))
            told = f"{mine} {_COMPARISONS[name]} {others} if other.__class__ is self.__class__ else NotImplemented"
            return f"def {name}(self, other): return {told}", {}


def _row(whose: str, some: Iterable[Field[Any]]) -> str:
    return f"({''.join(f'{whose}.{f.name},' for f in some)})"


def _init(kind: type[Any]) -> _Written:
    """Write what sets the slots of a new value, by themselves: by its name none can be set."""
    arguments, lines, known = ["self"], ["pass"], dict[str, Any]()
    for f in fields(kind):
        known[f"set_{f.name}"] = kind.__dict__[f.name].__set__
        known[f"usual_{f.name}"] = usual = f.default if f.default_factory is MISSING else f.default_factory
        arguments.append(f.name if usual is MISSING else f"{f.name}=usual_{f.name}")
        made = "" if f.default_factory is MISSING else f"usual_{f.name}() if {f.name} is usual_{f.name} else "
        lines.append(f"set_{f.name}(self, {made}{f.name})")
    lines += ["self.__post_init__()"] if hasattr(kind, "__post_init__") else []
    return f"def __init__({', '.join(arguments)}):\n  " + "\n  ".join(lines), known


def _repr(self: Any) -> str:
    shown = (f"{f.name}={getattr(self, f.name)!r}" for f in fields(self) if f.repr)
    return f"{self.__class__.__qualname__}({', '.join(shown)})"


def _reduce(self: Any) -> tuple[type[Any], tuple[Any, ...]]:
    """Copy, and pickle, a value as what it is made of."""
    return self.__class__, tuple(getattr(self, f.name) for f in fields(self))


def _set(self: Any, name: str, content: object) -> NoReturn:  # noqa: ARG001
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _delete(self: Any, name: str) -> NoReturn:  # noqa: ARG001
    raise FrozenInstanceError(f"cannot delete field {name!r}")


_SHARED = {"__repr__": _repr, "__reduce__": _reduce, "__setattr__": _set, "__delattr__": _delete}
