"""Registry: messages that name the registered schema which they were written by, as JSON.

A zero, the schema's number in four bytes, then Avro or JSON: so Confluent's clients write them, and others like them.
What a number stands for never changes: each is asked for once in a reading.
"""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from meshwright.engine.sources.http.ask import Api, opened
from meshwright.engine.sources.kafka.messages import Poison, Read, parsed
from meshwright.engine.sources.kafka.schemas import READERS, Schema
from meshwright.engine.sources.reading import Reading
from meshwright.model.errors import NotFound, SourceBroken
from meshwright.model.kafka import KafkaSource
from meshwright.model.naming import connection_variable

_HEAD = struct.Struct(">bI")


@contextmanager
def reader_of(source: KafkaSource, reading: Reading) -> Iterator[Read]:
    """Give what reads a topic's messages: by the registry that the source names, else as JSON."""
    if source.registry is None:
        yield parsed
        return
    url = reading.connections(source.registry)
    if url is None:
        hint = f"set `{connection_variable(source.registry)}` to the URL of the schema registry"
        raise NotFound(f"connection `{source.registry}` is not known here", hint=hint)
    with opened(source.registry, "schemas", url) as api:
        yield Registry(api).read


@dataclass(slots=True)
class Registry:
    """A schema registry, and what reads messages by each schema that was asked for."""

    api: Api
    known: dict[int, Read] = field(default_factory=dict)

    def read(self, value: bytes) -> tuple[str, Any]:
        """Return a message as JSON, and what that says. Raises `Poison`."""
        if len(value) < _HEAD.size or value[0]:
            raise Poison("it does not name a registered schema")
        _, number = _HEAD.unpack_from(value)
        if number not in self.known:
            self.known[number] = self._reader(number)
        return self.known[number](value[_HEAD.size :])

    def _reader(self, number: int) -> Read:
        found = self._asked(f"schemas/ids/{number}")
        if found is None:
            return _refusing(f"its schema {number} is not registered")
        kind = str(found.get("schemaType", "AVRO"))
        if kind not in READERS:
            return _refusing(f"its schema {number} is of type {kind}, and Avro and JSON are read")
        try:
            return READERS[kind](Schema(number, found["schema"], self._needed(found)))
        except Poison as poison:
            return _refusing(str(poison))

    def _needed(self, found: dict[str, Any], above: frozenset[str] = frozenset()) -> dict[str, str]:
        """Return all that a schema refers to by their names there, those first that others need."""
        needed: dict[str, str] = {}
        for one in _references(found):
            place = f"subjects/{quote(str(one['subject']), safe='')}/versions/{one['version']}"
            there = None if place in above else self._asked(place)
            if there is None:
                raise Poison(f"its schema refers to `{one['name']}`, which is not registered")
            needed |= {**self._needed(there, above | {place}), str(one["name"]): there["schema"]}
        return needed

    def _asked(self, path: str) -> dict[str, Any] | None:
        response = self.api.find(self.api.url(path))
        if response is None:
            return None
        try:
            found = response.json()
        except ValueError:
            found = None
        if not isinstance(found, dict) or not _is_schema(found):
            hint = "see whether its URL is that of a schema registry"
            raise SourceBroken(f"{self.api.said} answers with what is no schema", hint=hint)
        return found


def _is_schema(found: dict[str, Any]) -> bool:
    named = (isinstance(one, dict) and {"name", "subject", "version"} <= one.keys() for one in _references(found))
    return isinstance(found.get("schema"), str) and all(named)


def _references(found: dict[str, Any]) -> list[Any]:
    said = found.get("references")
    return said if isinstance(said, list) else []


def _refusing(why: str) -> Read:
    def refuse(_: bytes) -> tuple[str, Any]:
        raise Poison(why)

    return refuse
