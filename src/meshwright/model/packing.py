"""Packing: values of the model to and from bytes, whole and quickly: for caches, and nothing else.

Unlike `codec`, whose JSON people read and digests are taken of, a packed value keeps where things were written, and it
is a list of its fields without their names: only who knows the same `shape` can unpack it.
"""

import dataclasses
import json
import types
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from functools import cache
from operator import attrgetter
from typing import Any, NamedTuple, NewType, TypeVar, Union, get_args, get_origin, get_type_hints

from meshwright.model.ratio import Ratio

T = TypeVar("T")
_JSON = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, check_circular=False)


class _Packer(NamedTuple):
    """How a kind of value becomes what JSON writes, and back; None where it is that already, as enumerated text is."""

    pack: Callable[[Any], Any] | None
    unpack: Callable[[Any], Any] | None


_PLAIN = _Packer(None, None)
_SCALARS: dict[object, _Packer] = {
    **dict.fromkeys((str, int, float, bool), _PLAIN),
    Decimal: _Packer(str, Decimal),
    datetime: _Packer(datetime.isoformat, datetime.fromisoformat),
    date: _Packer(date.isoformat, date.fromisoformat),
    timedelta: _Packer(timedelta.total_seconds, lambda seconds: timedelta(seconds=seconds)),
    time: _Packer(time.isoformat, time.fromisoformat),
    Ratio: _Packer(lambda ratio: str(ratio.value), lambda text: Ratio(Decimal(text))),
}


def pack(kind: type[T], value: T) -> bytes:
    """Return a value of `kind` as bytes."""
    # A file's name may hold what is no text: it comes back as it was.
    return _JSON.encode(_plain(_packer(kind).pack, value)).encode(errors="surrogatepass")


def unpack(kind: type[T], packed: bytes | None) -> T | None:
    """Return the value of `kind` that was packed; None where there is none, or one that cannot be unpacked."""
    try:
        return None if packed is None else _plain(_packer(kind).unpack, json.loads(packed))
    except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError):
        return None


def shape(kind: Any) -> str:
    """Name the fields that a packed value is made of, all the way down: what must be equal to unpack it."""
    return "\n".join(_shape(kind, set()))


def _plain(convert: Callable[[Any], Any] | None, value: Any) -> Any:
    return value if convert is None else convert(value)


def _shape(kind: Any, seen: set[Any]) -> Iterator[str]:
    if kind in seen:
        return
    seen.add(kind)
    for part in get_args(kind):
        yield from _shape(part, seen)
    if dataclasses.is_dataclass(kind) and kind not in _SCALARS:
        hints = _hints(kind)
        yield f"{kind}: {', '.join(f'{f.name} {hints[f.name]}' for f in dataclasses.fields(kind))}"
        for hint in hints.values():
            yield from _shape(hint, seen)


def _made(kind: Any) -> _Packer:
    if kind in _SCALARS:
        return _SCALARS[kind]
    if isinstance(kind, NewType):
        return _packer(kind.__supertype__)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Sequence:
        return _many(_packer(arguments[0]))
    if origin is tuple:
        return _many(_packer(arguments[0])) if arguments[-1] is Ellipsis else _row([_packer(a) for a in arguments])
    if origin in (Union, types.UnionType):
        return _one_of([a for a in arguments if a is not types.NoneType])
    if issubclass(kind, Enum):
        values = kind._value2member_map_
        return _Packer(None if issubclass(kind, str) else attrgetter("value"), values.__getitem__)
    return _fields_of(kind)


_packer: Callable[[Any], _Packer] = cache(_made)
_hints: Callable[[Any], dict[str, Any]] = cache(get_type_hints)  # who names a shape mostly unpacks it, too


def _many(item: _Packer) -> _Packer:
    write, read = item
    return _Packer(
        None if write is None else lambda values: [write(v) for v in values],
        tuple if read is None else lambda plain: tuple([read(p) for p in plain]),
    )


def _row(items: list[_Packer]) -> _Packer:
    return _Packer(
        lambda values: [_plain(item.pack, v) for item, v in zip(items, values, strict=True)],
        lambda plain: tuple([_plain(item.unpack, p) for item, p in zip(items, plain, strict=True)]),
    )


def _fields_of(kind: Any) -> _Packer:
    hints = _hints(kind)
    names = [f.name for f in dataclasses.fields(kind)]
    packers = [_packer(_without_none(hints[name])) for name in names]
    packs = [(n, packer.pack) for n, packer in enumerate(packers) if packer.pack]
    unpacks = [(n, packer.unpack) for n, packer in enumerate(packers) if packer.unpack]
    contents: Callable[[Any], Any] = (
        attrgetter(*names) if len(names) > 1 else lambda value: [getattr(value, n) for n in names]
    )

    def write(value: Any) -> list[Any]:
        parts = list(contents(value))
        for n, pack_part in packs:
            if parts[n] is not None:
                parts[n] = pack_part(parts[n])
        return parts

    def read(parts: list[Any]) -> Any:
        for n, unpack_part in unpacks:
            if parts[n] is not None:
                parts[n] = unpack_part(parts[n])
        return kind(*parts)

    return _Packer(write if packs else contents, read)


def _without_none(hint: Any) -> Any:
    """Return the type of a field without the None that it may be: fields are asked for that one by one."""
    some = [a for a in get_args(hint) if a is not types.NoneType]
    return some[0] if get_origin(hint) in (Union, types.UnionType) and len(some) == 1 else hint


def _one_of(kinds: list[Any]) -> _Packer:
    if len(kinds) > 1:
        return _tagged({kind.__name__: _packer(kind) for kind in kinds})
    write, read = _packer(kinds[0])
    return _Packer(
        None if write is None else lambda value: None if value is None else write(value),
        None if read is None else lambda plain: None if plain is None else read(plain),
    )


def _tagged(kinds: dict[str, _Packer]) -> _Packer:
    def write(value: Any) -> list[Any] | None:
        if value is None:
            return None
        name = type(value).__name__
        return [name, _plain(kinds[name].pack, value)]

    def read(plain: list[Any] | None) -> Any:
        return None if plain is None else _plain(kinds[plain[0]].unpack, plain[1])

    return _Packer(write, read)
