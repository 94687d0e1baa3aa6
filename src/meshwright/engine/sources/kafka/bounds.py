"""Bounds: does a message of Avro claim to hold more than its bytes can?

What takes no bytes (null, a record without fields) may be there a billion times, a record inside of itself may be so a
million levels deep, and a decimal may have a million digits: fastavro believes each. A message whose schema allows the
first two, and any long one, is walked through before it is read. Others hold as much as their bytes do.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from meshwright.model.value import value

MOST = 1_000_000
"""Values that a message may hold, lists and records counted as such, too."""

DEEPEST = 64
"""Records, lists and maps that may be inside of each other."""

_SHORT = 16 * 1024
"""Bytes of a message that is read at once, if its schema is closed: a decimal of as many costs a tenth of a second."""

_LONGEST_NUMBER = 1024
"""Bytes that a decimal may take."""

_FIXED = {"null": 0, "boolean": 1, "float": 4, "double": 8}
_COUNTED = ("bytes", "string")
_RECORD = ("record", "error")

Named = Mapping[str, Any]
"""Schemas as fastavro has parsed them, by their full names."""


class Beyond(Exception):
    """A message claims to hold more than it may."""


class _Open(Exception):
    """A schema allows claims that take no bytes."""


@value
class Bounds:
    """What holds the messages of one schema to what they may claim. `is_closed`: none can claim what takes no bytes."""

    schema: Any
    named: Named
    is_closed: bool

    def refuse_more(self, message: bytes) -> None:
        """Raise `Beyond` for a message that claims more than it may; as fastavro does, for one unlike its schema."""
        if self.is_closed and len(message) <= _SHORT:
            return
        walk = _Walk(message, self.named)
        walk.over(self.schema, 0)
        if walk.at != len(message):
            raise ValueError("it goes on")


def bounds_of(schema: Any, named: Named) -> Bounds:
    """Return the bounds of messages that were written by a schema."""
    try:
        _Sizes(named, {}).least(schema)
    except _Open:
        return Bounds(schema, named, is_closed=False)
    return Bounds(schema, named, is_closed=True)


@dataclass(slots=True)
class _Sizes:
    """How many bytes values take at least; of each record that was looked at, None while it is."""

    named: Named
    records: dict[str, int | None]

    def least(self, schema: Any) -> int:
        """Return the fewest bytes of a value. Raises `_Open`."""
        match schema:
            case list():
                for branch in schema:
                    self.least(branch)
                return 1
            case str():
                return self.least(self.named[schema]) if schema in self.named else min(_FIXED.get(schema, 1), 1)
            case {"type": kind, "name": name, "fields": fields} if kind in _RECORD:
                return self._of_record(name, fields)
            case {"type": "array", "items": inside} | {"type": "map", "values": inside}:
                if not self.least(inside) and schema["type"] == "array":  # a key takes a byte
                    raise _Open
                return 1
            case {"type": "fixed", "size": size}:
                return int(size)
            case _:
                return self.least(schema["type"])

    def _of_record(self, name: str, fields: Any) -> int:
        if name not in self.records:
            self.records[name] = None
            sizes = [self.least(field["type"]) for field in fields]
            if 0 in sizes:
                raise _Open
            self.records[name] = sum(sizes)
        size = self.records[name]
        if size is None:
            raise _Open
        return size


@dataclass(slots=True)
class _Walk:
    """A way through a message: where it is, and how many values may still come."""

    message: bytes
    named: Named
    at: int = 0
    left: int = MOST

    def over(self, schema: Any, depth: int) -> None:
        """Pass over one value."""
        self.left -= 1
        if self.left < 0 or depth > DEEPEST:
            raise Beyond
        match schema:
            case list():
                self.over(schema[self._index(len(schema))], depth)
            case str():
                self._named(schema, depth)
            case {"type": kind, "fields": fields} if kind in _RECORD:
                for field in fields:
                    self.over(field["type"], depth + 1)
            case {"type": "array", "items": items}:
                self._blocks(items, depth, keyed=False)
            case {"type": "map", "values": values}:
                self._blocks(values, depth, keyed=True)
            case _:
                self._single(schema, depth)

    def _named(self, name: str, depth: int) -> None:
        if name in self.named:
            self.over(self.named[name], depth)
        elif name in _FIXED:
            self._pass(_FIXED[name])
        elif name in _COUNTED:
            self._pass(self._number())
        else:
            self._number()

    def _single(self, schema: Any, depth: int) -> None:
        match schema:
            case {"type": "fixed", "size": size}:
                self._pass(size)
            case {"type": "enum", "symbols": symbols}:
                self._index(len(symbols))
            case {"type": "bytes", "logicalType": "decimal"}:
                size = self._number()
                if size > _LONGEST_NUMBER:
                    raise Beyond
                self._pass(size)
            case _:
                self.over(schema["type"], depth)

    def _blocks(self, inside: Any, depth: int, *, keyed: bool) -> None:
        while count := self._number():
            if count < 0:
                self._number()
            if abs(count) > self.left:
                raise Beyond
            for _ in range(abs(count)):
                if keyed:
                    self._pass(self._number())
                self.over(inside, depth + 1)

    def _index(self, count: int) -> int:
        index = self._number()
        if not 0 <= index < count:
            raise IndexError(index)
        return index

    def _pass(self, size: int) -> None:
        if not 0 <= size <= len(self.message) - self.at:
            raise EOFError
        self.at += size

    def _number(self) -> int:
        """Read a number, seven bits a byte, the lowest first; the last bit is its sign (Avro's zig-zag)."""
        found, shift = 0, 0
        while shift < 70:  # 64 bits take ten bytes
            if self.at >= len(self.message):
                raise EOFError
            byte = self.message[self.at]
            self.at += 1
            found |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return (found >> 1) ^ -(found & 1)
        raise ValueError("a number is longer than 64 bits")
