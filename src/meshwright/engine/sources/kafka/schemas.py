"""Schemas: what reads messages that were written by a registered schema, Avro's or JSON's."""

import base64
import io
import json
import struct
from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from meshwright.engine.sources.kafka.bounds import Beyond, bounds_of
from meshwright.engine.sources.kafka.messages import Poison, Read, parsed
from meshwright.model.errors import Refused
from meshwright.model.value import value

_WRONG = (ValueError, TypeError, LookupError, EOFError, ArithmeticError, RecursionError, MemoryError, struct.error)
"""What fastavro raises for what is not as it should be: it takes each byte for what the schema says comes there."""


@value
class Schema:
    """A schema by its number and its text, and those that it refers to by their names there, in the order of need."""

    number: int
    text: str
    needed: Mapping[str, str] = field(default_factory=dict)

    @property
    def unlike(self) -> Poison:
        """What is wrong with a message that is not as the schema says."""
        return Poison(f"it is not as its schema {self.number} says")

    @property
    def unreadable(self) -> Poison:
        """What is wrong with messages whose schema is none."""
        return Poison(f"its schema {self.number} cannot be read")

    def found(self, uri: str) -> Any:
        """Return a schema of JSON that is referred to. Raises `LookupError`: nothing is fetched from elsewhere."""
        names = [name for name in self.needed if f"/{uri}".endswith(f"/{name}")]
        return json.loads(self.needed[max(names, key=len, default=uri)])


def avro_reader(schema: Schema) -> Read:
    """Return what reads messages that Avro has written by a schema. Raises `Poison` for a schema that is none."""
    try:
        from fastavro import parse_schema, schemaless_reader
        from fastavro.schema import SchemaParseException, UnknownType
    except ModuleNotFoundError as error:
        raise Refused(f"reading Avro needs `{error.name}`", hint="install `meshwright[kafka]`") from None
    named: dict[str, Any] = {}
    try:
        for text in (*schema.needed.values(), schema.text):
            written_by = parse_schema(json.loads(text), named_schemas=named)
        bounds = bounds_of(written_by, named)
    except (SchemaParseException, UnknownType, *_WRONG):
        raise schema.unreadable from None

    def read(value: bytes) -> tuple[str, Any]:
        stream = io.BytesIO(value)
        try:
            bounds.refuse_more(value)
            record = schemaless_reader(stream, written_by, None)
        except Beyond:
            raise Poison("it claims to hold more than a message may") from None
        except _WRONG:
            raise schema.unlike from None
        if stream.read(1):
            raise schema.unlike
        return _as_json(record)

    return read


def _as_json(record: object) -> tuple[str, Any]:
    try:
        text = json.dumps(record, ensure_ascii=False, allow_nan=False, default=_plain)
    except (ValueError, TypeError, RecursionError):
        raise Poison("it holds what JSON has no word for") from None
    return text, json.loads(text)


def json_reader(schema: Schema) -> Read:
    """Return what reads messages of JSON that are as a schema says. Raises `Poison` for a schema that is none."""
    import jsonschema_rs

    try:
        validator = jsonschema_rs.validator_for(json.loads(schema.text), retriever=schema.found)
    except (ValueError, RecursionError):
        raise schema.unreadable from None

    def read(value: bytes) -> tuple[str, Any]:
        text, found = parsed(value)
        if not validator.is_valid(found):
            raise schema.unlike
        return text, found

    return read


READERS: Mapping[str, Callable[[Schema], Read]] = {"AVRO": avro_reader, "JSON": json_reader}
"""What reads by a schema, by the type that a registry gives it."""


def _plain(value: object) -> str:
    """Return a value of Avro's logical types, or bytes, as the text that JSON has for it."""
    match value:
        case date() | datetime() | time():
            return value.isoformat()
        case Decimal() | UUID():
            return str(value)
        case bytes():
            return base64.b64encode(value).decode()
        case _:
            raise TypeError(type(value))
