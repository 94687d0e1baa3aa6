"""Codec: values of the model to and from plain JSON, and the canonical bytes that digests are taken of.

A dataclass is an object of its fields; a field that holds its default is left out, and so is a field that takes no
part in comparison: where something was written is not what was written. A member of a union of dataclasses carries
its class's name as `kind`. Instants are ISO 8601 in UTC, lengths are seconds, numbers that must stay exact are strings.
docs/decisions/0003 says why this is not a library.
"""

import dataclasses
import json
import types
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, NamedTuple, NewType, TypeVar, Union, get_args, get_origin, get_type_hints

from meshwright.model.identity import Digest, PublishId
from meshwright.model.ratio import Ratio
from meshwright.model.time import instant, instant_text

T = TypeVar("T")


class _Codec(NamedTuple):
    write: Callable[[Any], Any]
    read: Callable[[Any], Any]


def _same(value: Any) -> Any:
    return value


_SCALARS: dict[object, _Codec] = {
    str: _Codec(_same, _same),
    int: _Codec(_same, _same),
    bool: _Codec(_same, _same),
    float: _Codec(_same, float),
    Decimal: _Codec(str, Decimal),
    datetime: _Codec(instant_text, instant),
    date: _Codec(date.isoformat, date.fromisoformat),
    timedelta: _Codec(timedelta.total_seconds, lambda seconds: timedelta(seconds=seconds)),
    Digest: _Codec(str, Digest),
    PublishId: _Codec(str, PublishId),
    time: _Codec(lambda at: at.isoformat("minutes"), time.fromisoformat),
    Ratio: _Codec(lambda ratio: str(ratio.value), lambda text: Ratio(Decimal(text))),
}


def canonical(plain: object) -> bytes:
    """Return the one JSON spelling of a plain value: sorted keys, no spaces, UTF-8."""
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def dump(value: object) -> Any:
    """Return a value of the model as plain JSON: dicts, lists, strings, numbers, booleans, None."""
    return _codec(type(value)).write(value)


def load(kind: type[T], plain: Any) -> T:
    """Build a value of `kind` from what `dump` made; `ValueError`, `KeyError` or `TypeError` on anything else."""
    value: T = _codec(kind).read(plain)
    return value


def _made(kind: Any) -> _Codec:
    if kind in _SCALARS:
        return _SCALARS[kind]
    if isinstance(kind, NewType):
        return _codec(kind.__supertype__)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is tuple:
        return _many(arguments)
    if origin is Sequence:
        return _many((*arguments, ...))
    if origin in (Union, types.UnionType):
        return _one_of(arguments)
    if issubclass(kind, Enum):
        return _Codec(lambda member: member.value, kind._value2member_map_.__getitem__)
    return _fields_of(kind)


_codec: Callable[[Any], _Codec] = cache(_made)


def _many(arguments: tuple[Any, ...]) -> _Codec:
    if arguments[-1] is Ellipsis:
        item = _codec(arguments[0])
        return _Codec(
            lambda values: [item.write(v) for v in values], lambda plain: tuple([item.read(p) for p in plain])
        )
    items = [_codec(a) for a in arguments]
    return _Codec(
        lambda values: [i.write(v) for i, v in zip(items, values, strict=True)],
        lambda plain: tuple([i.read(p) for i, p in zip(items, plain, strict=True)]),
    )


def _one_of(arguments: tuple[Any, ...]) -> _Codec:
    some = [a for a in arguments if a is not types.NoneType]
    inner = _codec(some[0]) if len(some) == 1 else _tagged(some)
    if len(some) == len(arguments):
        return inner
    return _Codec(
        lambda value: None if value is None else inner.write(value),
        lambda plain: None if plain is None else inner.read(plain),
    )


def _tagged(kinds: list[Any]) -> _Codec:
    dataclass_kinds: dict[str, Any] = {k.__name__: k for k in kinds if k not in _SCALARS}
    scalars = [k for k in kinds if k in _SCALARS]  # at most datetime | timedelta: text and number cannot be mistaken

    def write(value: Any) -> Any:
        kind = type(value)
        plain = _codec(kind).write(value)
        return {"kind": kind.__name__, **plain} if kind.__name__ in dataclass_kinds else plain

    def read(plain: Any) -> Any:
        if isinstance(plain, dict):
            fields = {name: content for name, content in plain.items() if name != "kind"}
            return _codec(dataclass_kinds[plain["kind"]]).read(fields)
        wanted = timedelta if isinstance(plain, int | float) and timedelta in scalars else scalars[0]
        return _codec(wanted).read(plain)

    return _Codec(write, read)


def _fields_of(kind: Any) -> _Codec:
    hints = get_type_hints(kind)
    fields = [(f.name, f.default, _codec(hints[f.name])) for f in dataclasses.fields(kind) if f.compare]
    writes = [(name, default, None if codec.write is _same else codec.write) for name, default, codec in fields]
    reads = {name: None if codec.read is _same else codec.read for name, _, codec in fields}

    def write(value: Any) -> dict[str, Any]:
        plain = {}
        for name, default, convert in writes:
            content = getattr(value, name)
            if content is not default and content != default:
                plain[name] = content if convert is None else convert(content)
        return plain

    def read(plain: dict[str, Any]) -> Any:
        return kind(**{n: content if (read := reads[n]) is None else read(content) for n, content in plain.items()})

    return _Codec(write, read)
