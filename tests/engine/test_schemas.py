"""Registered schemas: messages of Avro and JSON, read by the schema that each names, of a registry that is a server."""

import io
import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import fastavro
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engine.api import Records, Trouble, serving
from tests.engine.topic import Shop, day

from meshwright.engine.sources.http import ask
from meshwright.engine.sources.kafka.messages import Poison
from meshwright.engine.sources.kafka.schemas import Schema, avro_reader, json_reader
from meshwright.model.errors import FinalError, MeshError, NotFound, Refused, SourceBroken, SourceNotReady
from meshwright.model.ratio import Ratio

MONEY = {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}
OLDER = {"type": "record", "name": "Thing", "fields": [{"name": "id", "type": "int"}]}
THING = {**OLDER, "fields": [{"name": "id", "type": "long"}, {"name": "price", "type": ["null", MONEY]}]}
JSON = {"type": "object", "properties": {"id": {"type": "integer", "minimum": 1}}, "required": ["id"]}
FIRST, SECOND, THIRD = 1, 70_000, 3
"""The numbers of the older and the newer schema of Avro, and of that of JSON."""


@dataclass
class Schemas(Records):
    """A schema registry: what it has by path."""

    has: dict[str, dict[str, Any]] = field(default_factory=dict)

    def register(self, path: str, schema: object, kind: str = "AVRO", *references: tuple[str, str]) -> None:
        """Have a schema, as it is answered; one of Avro has no type."""
        names = [{"name": name, "subject": subject, "version": 1} for name, subject in references]
        of_kind = {} if kind == "AVRO" else {"schemaType": kind}
        self.has[path] = {"schema": json.dumps(schema), "references": names, **of_kind}

    def answer(self, path: str, query: dict[str, str]) -> tuple[dict[str, str], Any]:
        return {}, self.has[path]


@pytest.fixture
def schemas(monkeypatch: pytest.MonkeyPatch) -> Iterator[Schemas]:
    monkeypatch.setattr(ask, "FIRST_WAIT", 0.01)
    registry = Schemas()
    registry.register(f"schemas/ids/{FIRST}", OLDER)
    registry.register(f"schemas/ids/{SECOND}", THING)
    registry.register(f"schemas/ids/{THIRD}", JSON, "JSON")
    with serving(registry):
        yield registry


@pytest.fixture
def shop(broker: str, schemas: Schemas, tmp_path: Path) -> Shop:
    shop = Shop(broker, tmp_path)
    shop.source = replace(shop.source, registry="schemas")
    shop.urls["schemas"] = schemas.home
    return shop


def avro(schema: Any, value: object) -> bytes:
    stream = io.BytesIO()
    fastavro.schemaless_writer(stream, fastavro.parse_schema(schema), value)
    return stream.getvalue()


def registered(number: int, content: bytes) -> bytes:
    return struct.pack(">bI", 0, number) + content


def thing(number: int, price: str) -> bytes:
    return registered(SECOND, avro(THING, {"id": number, "price": Decimal(price)}))


def rows(shop: Shop) -> tuple[tuple[object, ...], ...]:
    address = shop.product.port_address(shop.product.outputs[0]).table()
    return shop.engine.query("SELECT id, CAST(price AS VARCHAR) FROM t ORDER BY id", (("t", address),)).rows


def test_each_message_is_read_by_the_schema_that_it_names(shop: Shop, schemas: Schemas) -> None:
    older = registered(FIRST, avro(OLDER, {"id": 1}))
    shop.send(older, thing(2**53 + 1, "12.50"), registered(THIRD, b'{"id": 7, "price": 0.5}'), older)
    shop.run(day(0))
    assert rows(shop) == ((1, None), (1, None), (7, "0.500000000"), (2**53 + 1, "12.500000000"))
    assert sorted(path[1:] for path, _ in schemas.asked) == sorted(schemas.has), "each schema is asked for once"


@pytest.mark.parametrize(
    ("message", "why"),
    [
        pytest.param(b'{"id": 1}', "it does not name a registered schema", id="plain JSON"),
        pytest.param(b"\0\0", "it does not name a registered schema", id="cut in its head"),
        pytest.param(registered(9, b"x"), "its schema 9 is not registered", id="a schema that is not there"),
        pytest.param(registered(SECOND, b""), "it is not as its schema 70000 says", id="nothing behind the head"),
        pytest.param(thing(1, "1")[:-1], "it is not as its schema 70000 says", id="cut"),
        pytest.param(thing(1, "1") + b"\0", "it is not as its schema 70000 says", id="more than the schema says"),
        pytest.param(registered(THIRD, b'{"id": 0}'), "it is not as its schema 3 says", id="not as JSON's schema says"),
        pytest.param(registered(THIRD, b"{"), "it is not JSON", id="not JSON"),
        pytest.param(registered(THIRD, b'{"id": 1, "price": "x"}'), "its `price` is no number", id="not as declared"),
        pytest.param(None, "it is empty: a tombstone", id="a tombstone"),
    ],
)
def test_what_is_not_as_registered_ends_the_run_or_is_set_aside(shop: Shop, message: bytes | None, why: str) -> None:
    shop.send(thing(1, "1"), message)
    with pytest.raises(SourceBroken) as error:
        shop.stage(day(0))
    assert (
        error.value.message
        == f"offset 1 of partition 0 of topic `{shop.topic}` of connection `broker` is no row: {why}"
    )
    shop.source = replace(shop.source, quarantine=Ratio(Decimal("0.5")))
    assert shop.run(day(0)) == [1]
    (aside,) = shop.engine.quarantine(shop.product.address, most=9)
    assert json.loads(aside.content)["reason"] == why


def test_a_schema_may_refer_to_others(shop: Shop, schemas: Schemas) -> None:
    wrapped = {
        "type": "record",
        "name": "Priced",
        "fields": [{"name": "id", "type": "int"}, {"name": "of", "type": "Of"}],
    }
    of = {"type": "record", "name": "Of", "fields": [{"name": "kind", "type": "Kind"}]}
    kind = {"type": "enum", "name": "Kind", "symbols": ["NEW", "USED"]}
    schemas.register("schemas/ids/10", wrapped, "AVRO", ("Of", "of/value"))
    schemas.register("subjects/of%2Fvalue/versions/1", of, "AVRO", ("Kind", "kind"))
    schemas.register("subjects/kind/versions/1", kind)
    schemas.register("schemas/ids/11", {"properties": {"id": {"$ref": "id.json"}}}, "JSON", ("id.json", "id"))
    schemas.register("subjects/id/versions/1", {"type": "integer"}, "JSON")
    shop.send(registered(10, b"\x02\x00"), registered(11, b'{"id": 2}'))
    assert shop.run(day(0)) == [1, 2]
    shop.send(registered(11, b'{"id": "x"}'))
    with pytest.raises(SourceBroken, match="not as its schema 11 says"):
        shop.stage(day(1))


@pytest.mark.parametrize(
    ("kind", "schema", "references", "why"),
    [
        ("PROTOBUF", "message Thing {}", (), "its schema 10 is of type PROTOBUF, and Avro and JSON are read"),
        ("AVRO", {"type": "thing"}, (), "its schema 10 cannot be read"),
        ("AVRO", "Of", (("Of", "of"),), "its schema refers to `Of`, which is not registered"),
        ("JSON", {"type": 1}, (), "its schema 10 cannot be read"),
        ("JSON", {"$ref": "file:///etc/passwd"}, (), "its schema 10 cannot be read"),
        ("JSON", {"$ref": "http://127.0.0.1:1/x"}, (), "its schema 10 cannot be read"),
    ],
)
def test_a_schema_that_reads_nothing_says_why(
    shop: Shop, schemas: Schemas, kind: str, schema: object, references: tuple[tuple[str, str], ...], why: str
) -> None:
    schemas.register("schemas/ids/10", schema, kind, *references)
    shop.send(registered(10, b"{}"))
    with pytest.raises(SourceBroken, match=why):
        shop.stage(day(0))


VALUES = [
    ("string", "ü\n", "ü\n"),
    ("bytes", b"\xff\0", "/wA="),
    ("double", 0.1, 0.1),
    ("boolean", True, True),
    (MONEY, Decimal("-0.05"), "-0.05"),
    (
        {"type": "long", "logicalType": "timestamp-micros"},
        datetime(2013, 1, 1, 8, tzinfo=UTC),
        "2013-01-01T08:00:00+00:00",
    ),
    ({"type": "long", "logicalType": "local-timestamp-millis"}, datetime(2013, 1, 1, 8), "2013-01-01T08:00:00"),
    ({"type": "int", "logicalType": "date"}, date(1913, 1, 1), "1913-01-01"),
    ({"type": "int", "logicalType": "time-millis"}, time(8, 30), "08:30:00"),
    ({"type": "string", "logicalType": "uuid"}, UUID(int=7), "00000000-0000-0000-0000-000000000007"),
    ({"type": "array", "items": MONEY}, [Decimal("1.50")], ["1.50"]),
    ({"type": "map", "values": ["null", "long"]}, {"a": None, "b": 2**60}, {"a": None, "b": 2**60}),
]


@pytest.mark.parametrize(("kind", "value", "said"), VALUES, ids=[json.dumps(kind) for kind, _, _ in VALUES])
def test_a_value_of_avro_is_what_json_has_for_it(kind: Any, value: object, said: object) -> None:
    schema = {"type": "record", "name": "R", "fields": [{"name": "it", "type": kind}]}
    text, found = avro_reader(Schema(1, json.dumps(schema)))(avro(schema, {"it": value}))
    assert (json.loads(text), found) == ({"it": said}, {"it": said})


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_json_has_no_word_for_is_no_row(value: float) -> None:
    schema = {"type": "record", "name": "R", "fields": [{"name": "it", "type": "double"}]}
    with pytest.raises(Poison, match="what JSON has no word for"):
        avro_reader(Schema(1, json.dumps(schema)))(avro(schema, {"it": value}))


ANYTHING = {
    "type": "record",
    "name": "R",
    "fields": [{"name": f"f{n}", "type": kind} for n, (kind, _, _) in enumerate(VALUES)],
}


@given(st.binary(max_size=60))
def test_any_bytes_are_a_record_or_poison(content: bytes) -> None:
    for read in (avro_reader(Schema(1, json.dumps(ANYTHING))), json_reader(Schema(2, json.dumps(JSON)))):
        try:
            text, found = read(content)
        except Poison:
            continue
        assert json.loads(text) == found


@pytest.mark.parametrize(
    ("trouble", "kind", "why"),
    [
        (Trouble(401), FinalError, "`schemas` of connection `schemas` answers 401"),
        (Trouble(503), SourceNotReady, "`schemas` of connection `schemas` answers 503"),
        (Trouble(body=b"<html>"), SourceBroken, "answers with what is no schema"),
        (Trouble(body=b"{}"), SourceBroken, "answers with what is no schema"),
        (Trouble(body=b'{"schema": "", "references": [{}]}'), SourceBroken, "answers with what is no schema"),
    ],
)
def test_a_registry_that_does_not_answer_makes_no_message_poison(
    shop: Shop, schemas: Schemas, trouble: Trouble, kind: type[MeshError], why: str
) -> None:
    shop.source = replace(shop.source, quarantine=Ratio(Decimal(1)))
    shop.send(thing(1, "1"))
    schemas.for_ever = trouble
    with pytest.raises(kind, match=why):
        shop.stage(day(0))


def test_schemas_that_refer_to_each_other_are_asked_for_once(shop: Shop, schemas: Schemas) -> None:
    schemas.register("schemas/ids/10", "A", "AVRO", ("A", "a"))
    schemas.register("subjects/a/versions/1", "A", "AVRO", ("A", "a"))
    shop.send(registered(10, b"x"))
    with pytest.raises(SourceBroken, match="its schema refers to `A`"):
        shop.stage(day(0))
    assert len(schemas.asked) == 2


def test_a_registry_that_nobody_knows_is_named(shop: Shop) -> None:
    del shop.urls["schemas"]
    with pytest.raises(NotFound, match="connection `schemas` is not known here") as error:
        shop.stage(day(0))
    assert error.value.hint == "set `MESH_CONN_SCHEMAS` to the URL of the schema registry"


def test_credentials_go_to_the_registry_and_into_no_message(shop: Shop, schemas: Schemas) -> None:
    shop.urls["schemas"] = schemas.home.replace("//", "//user:hunter2@")
    shop.send(thing(1, "1"), registered(9, b""))
    with pytest.raises(SourceBroken) as error:
        shop.stage(day(0))
    assert "hunter2" not in f"{error.value} {error.value.hint}"
    assert all(headers["authorization"].startswith("Basic ") for _, headers in schemas.asked)


def test_a_reader_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "fastavro", None)
    with pytest.raises(Refused, match="fastavro") as error:
        avro_reader(Schema(1, json.dumps(OLDER)))
    assert error.value.hint == "install `meshwright[kafka]`"
