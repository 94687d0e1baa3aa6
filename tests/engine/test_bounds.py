"""A few bytes of Avro may claim a huge list, a million levels or a number without end: such is poison, and at once."""

import io
import json
from contextlib import suppress
from typing import Any

import fastavro
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.engine.topic import COLUMNS
from tests.fuzz.meshes import bounded

from meshwright.engine.sources.kafka.bounds import DEEPEST, MOST
from meshwright.engine.sources.kafka.messages import Poison, line_of
from meshwright.engine.sources.kafka.schemas import Schema, avro_reader, json_reader

EMPTY = {"type": "record", "name": "Empty", "fields": []}
LISTED = {"type": "record", "name": "Listed", "fields": [{"name": "next", "type": ["null", "Listed"]}]}
TREE = {"type": "record", "name": "Tree", "fields": [{"name": "below", "type": {"type": "array", "items": "Tree"}}]}
ENDLESS = {"type": "record", "name": "Endless", "fields": [{"name": "next", "type": "Endless"}]}
MONEY = {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}
TOO_MUCH = "it claims to hold more than a message may"
UNLIKE = "it is not as its schema 1 says"


def doubled(levels: int) -> dict[str, Any]:
    """Return a record that holds the one below it twice, and so on: none takes a byte, and they are 2 ** levels."""
    found: dict[str, Any] = {"type": "record", "name": "R0", "fields": []}
    for n in range(1, levels + 1):
        fields = [{"name": "a", "type": found}, {"name": "b", "type": f"R{n - 1}"}]
        found = {"type": "record", "name": f"R{n}", "fields": fields}
    return found


def holding(kind: object) -> dict[str, Any]:
    return {"type": "record", "name": "Thing", "fields": [{"name": "it", "type": kind}]}


def number(value: int) -> bytes:
    """Return a number as Avro writes it."""
    stream = io.BytesIO()
    fastavro.schemaless_writer(stream, "long", value)
    return stream.getvalue()


def read(schema: object, message: bytes) -> Any:
    text, found = avro_reader(Schema(1, json.dumps(schema)))(message)
    assert json.loads(text) == found
    return found


CLAIMS = [
    pytest.param(holding({"type": "array", "items": "null"}), number(2**40) + b"\0", TOO_MUCH, id="nulls"),
    pytest.param(holding({"type": "array", "items": "null"}), number(-(2**40)) + b"\0\0", TOO_MUCH, id="a sized block"),
    pytest.param(
        holding({"type": "array", "items": "null"}), number(MOST - 9) * 9 + b"\0", TOO_MUCH, id="many blocks of nulls"
    ),
    pytest.param(holding({"type": "array", "items": EMPTY}), number(2**62) + b"\0", TOO_MUCH, id="empty records"),
    pytest.param(
        holding({"type": "array", "items": {"type": "fixed", "name": "F", "size": 0}}),
        number(2**40) + b"\0",
        TOO_MUCH,
        id="texts of no bytes",
    ),
    pytest.param(holding({"type": "array", "items": "long"}), number(2**40) + b"\0", UNLIKE, id="numbers"),
    pytest.param(holding({"type": "map", "values": "null"}), number(2**40) + b"\0", UNLIKE, id="keys"),
    pytest.param(holding("bytes"), number(2**40) + b"\0", UNLIKE, id="bytes"),
    pytest.param(holding({"type": "fixed", "name": "F", "size": 2**60}), b"\0", UNLIKE, id="a fixed text"),
    pytest.param(doubled(40), b"", TOO_MUCH, id="records that double"),
    pytest.param(ENDLESS, b"", TOO_MUCH, id="a record inside of itself"),
    pytest.param(LISTED, number(1) * 1_000_000 + b"\0", TOO_MUCH, id="a list that is linked"),
    pytest.param(TREE, number(1) * 1_000_000 + b"\0", TOO_MUCH, id="a tree that is a line"),
    pytest.param(holding(MONEY), number(4_000_000) + b"\x7f" * 4_000_000, TOO_MUCH, id="a million digits"),
    pytest.param(
        holding({"type": "array", "items": {"type": "array", "items": "long"}}),
        number(8_000_000) + b"\0" * 8_000_001,
        TOO_MUCH,
        id="millions of empty lists",
    ),
]


@pytest.mark.parametrize(("schema", "message", "why"), CLAIMS)
def test_a_message_that_claims_more_than_it_holds_is_poison(schema: object, message: bytes, why: str) -> None:
    with bounded(), pytest.raises(Poison, match=why):
        read(schema, message)


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        pytest.param(holding({"type": "array", "items": "null"}), {"it": [None] * 1000}, id="nulls"),
        pytest.param(holding({"type": "array", "items": EMPTY}), {"it": [{}] * 3}, id="empty records"),
        pytest.param(holding({"type": "array", "items": "long"}), {"it": list(range(100_000))}, id="a long message"),
        pytest.param(holding({"type": "map", "values": ["null", "string"]}), {"it": {"a": None, "b": "c"}}, id="a map"),
        pytest.param(holding({"type": "enum", "name": "E", "symbols": ["A", "B"]}), {"it": "B"}, id="an enum"),
        pytest.param(holding(["null", EMPTY]), {"it": {}}, id="an empty record or none"),
        pytest.param(TREE, {"below": [{"below": []}, {"below": [{"below": []}]}]}, id="a tree"),
        pytest.param(LISTED, {"next": {"next": {"next": None}}}, id="a list that is linked"),
    ],
)
def test_what_holds_what_it_claims_is_read(schema: object, value: object) -> None:
    stream = io.BytesIO()
    fastavro.schemaless_writer(stream, fastavro.parse_schema(schema), value)
    assert read(schema, stream.getvalue()) == value


def test_a_message_may_be_as_deep_as_the_limit() -> None:
    assert read(LISTED, number(1) * (DEEPEST - 1) + b"\0")
    with pytest.raises(Poison, match=TOO_MUCH):
        read(LISTED, number(1) * DEEPEST + b"\0")


@pytest.mark.parametrize("index", [-1, 2])
@pytest.mark.parametrize("kind", [["null", LISTED], {"type": "enum", "name": "E", "symbols": ["A", "B"]}])
def test_an_index_that_is_none_is_not_as_the_schema_says(kind: object, index: int) -> None:
    schema = {"type": "record", "name": "R", "fields": [{"name": "it", "type": kind}, {"name": "of", "type": EMPTY}]}
    with pytest.raises(Poison, match=UNLIKE):
        read(schema, number(index))


@pytest.mark.parametrize(
    ("message", "why"),
    [
        pytest.param(b'{"a": ' + b"[" * 1_000_000, "it is not JSON", id="lists without end"),
        pytest.param(b'{"id": ' + b"9" * 5_000_000 + b"}", "it is not JSON", id="digits without end"),
        pytest.param(b'{"id": 1e999999999}', "its `id` is no integer", id="an exponent without end"),
        pytest.param(b'{"a": "' + b"x" * 17_000_000 + b'"}', "it is longer than 16 MB", id="text without end"),
        pytest.param(b"[" + b"{}," * 6_000_000 + b"{}]", "it is longer than 16 MB", id="objects without end"),
    ],
)
def test_json_without_end_is_poison(message: bytes, why: str) -> None:
    for reader in (None, json_reader(Schema(1, "{}"))):
        with bounded(), pytest.raises(Poison, match=why):
            line_of(message, COLUMNS, reader) if reader else line_of(message, COLUMNS)


FLAT = st.sampled_from(
    [
        "null",
        "boolean",
        "int",
        "long",
        "float",
        "double",
        "bytes",
        "string",
        "R",
        {"type": "array", "items": "null"},
        MONEY,
    ]
)
KINDS = st.recursive(
    FLAT,
    lambda inside: st.one_of(
        st.builds(lambda items: {"type": "array", "items": items}, inside),
        st.builds(lambda values: {"type": "map", "values": values}, inside),
        st.builds(lambda one: ["null", one] if one != "null" and not isinstance(one, list) else one, inside),
    ),
    max_leaves=4,
)
CLAIMED = st.lists(
    st.binary(max_size=8) | st.integers(-(2**63), 2**63 - 1).map(number) | st.integers(-2, 3).map(number), max_size=12
).map(b"".join)


EXAMPLES = [pytest.param(60, id="a few"), pytest.param(50_000, id="many", marks=pytest.mark.proof)]


@pytest.mark.parametrize("examples", EXAMPLES)
def test_whatever_a_schema_says_and_a_message_claims_it_is_a_record_or_poison(examples: int) -> None:
    @settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=examples)
    @given(st.lists(KINDS, min_size=1, max_size=3), CLAIMED)
    def attempt(kinds: list[Any], message: bytes) -> None:
        fields = [{"name": name, "type": kind} for name, kind in zip("abc", kinds, strict=False)]
        with bounded(), suppress(Poison):
            read({"type": "record", "name": "R", "fields": fields}, message)

    attempt()
