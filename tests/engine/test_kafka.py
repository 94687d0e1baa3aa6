"""Kafka: each message is published once, whatever happens to a run, and a clear end where a topic is not as agreed."""

import json
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from confluent_kafka import KafkaError
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engine.topic import COLUMNS, START, Shop, day
from tests.kafka import PARTITIONS, kafka

from meshwright.engine.duckdb.readers import file_relation
from meshwright.engine.sources.kafka import connect
from meshwright.engine.sources.kafka.messages import Poison, line_of
from meshwright.model.contract import Column, LogicalType
from meshwright.model.errors import FinalError, MeshError, Refused, SourceBroken, SourceNotReady
from meshwright.model.identity import Secret
from meshwright.model.kafka import Offsets
from meshwright.model.product import PublishMode


@pytest.fixture
def shop(broker: str, tmp_path: Path) -> Shop:
    return Shop(broker, tmp_path)


def test_an_interval_goes_on_where_the_last_one_ended(shop: Shop) -> None:
    shop.send_ids(1, 2)
    assert shop.run(day(0)) == [1, 2]
    shop.send_ids(3)
    assert shop.run(day(1)) == [1, 2, 3]
    assert shop.run(day(2)) == [1, 2, 3]


def test_all_partitions_are_read_and_logged(shop: Shop) -> None:
    for partition in range(PARTITIONS):
        shop.send_ids(*range(partition), partition=partition)
    assert sorted(shop.run(day(0))) == sorted(n for p in range(PARTITIONS) for n in range(p))
    (publish,) = shop.engine.publishes(shop.product.address)
    assert publish.inputs[0].topic is not None
    assert publish.inputs[0].topic.offsets == tuple(Offsets(p, 0, p) for p in range(PARTITIONS))


def test_an_empty_topic_is_an_empty_table_and_its_first_message_is_not_missed(shop: Shop) -> None:
    assert shop.run(day(0)) == []
    shop.send_ids(1)
    assert shop.run(day(1)) == [1]


def test_what_was_staged_and_never_published_is_read_again(shop: Shop) -> None:
    shop.send_ids(1)
    staged = shop.stage(day(0))
    shop.engine.discard(shop.product, staged.publish_id)
    shop.send_ids(2)
    shop.stage(day(0))  # as if killed: nobody ever publishes it
    assert shop.run(day(0)) == [1, 2]


def test_two_stages_of_the_same_messages_are_not_both_published(shop: Shop) -> None:
    shop.send_ids(1)
    one, other = shop.stage(day(0)), shop.stage(day(1))
    shop.engine.publish(shop.product, one.publish_id, day(1).end)
    shop.engine.publish(shop.product, one.publish_id, day(1).end)
    with pytest.raises(MeshError, match="published by another run"):
        shop.engine.publish(shop.product, other.publish_id, day(1).end)
    assert shop.ids == [1]


def test_an_older_interval_is_given_what_it_was_given_before(shop: Shop) -> None:
    shop.send_ids(1)
    shop.run(day(0))
    shop.send_ids(2)
    shop.run(day(1))
    shop.send_ids(3)
    assert shop.run(day(0), now=day(3).end) == [1, 2]
    assert shop.run(day(2)) == [1, 2, 3]


def test_the_newest_interval_is_given_what_came_since_as_well(shop: Shop) -> None:
    shop.send_ids(1)
    shop.run(day(0), now=START + timedelta(hours=1))
    shop.send_ids(2)
    assert shop.run(day(0)) == [1, 2]
    shop.send_ids(3)
    assert shop.run(day(0, days=2)) == [1, 2, 3]


def test_an_interval_before_the_first_has_no_messages_of_its_own(shop: Shop) -> None:
    shop.send_ids(1)
    shop.run(day(1))
    shop.send_ids(2)
    assert shop.run(day(0), now=day(2).end) == [1]
    assert shop.run(day(2)) == [1, 2]


def test_an_interval_is_given_what_all_those_inside_it_were_given(shop: Shop) -> None:
    for number in range(3):
        shop.send_ids(number)
        shop.run(day(number))
    shop.send_ids(9)
    assert shop.run(day(1, days=2)) == [0, 1, 2, 9]
    assert shop.run(day(1, days=2)) == [0, 1, 2, 9]


def test_stretches_that_do_not_meet_are_read_together(shop: Shop) -> None:
    shop.mode = PublishMode.MERGE
    for number, (interval, now) in enumerate(((day(0), 1), (day(1, days=9), 2), (day(1), 2), (day(20), 21))):
        shop.send_ids(number)
        shop.run(interval, now=START + timedelta(days=now))
    staged = shop.stage(day(0, days=2), now=day(30).end)
    assert staged.inputs[0].topic is not None
    assert staged.inputs[0].topic.offsets[:2] == (Offsets(0, 0, 1), Offsets(0, 2, 3))
    assert [table.rows for table in staged.tables] == [2]


def test_what_is_taken_back_is_read_again(shop: Shop) -> None:
    shop.send_ids(1)
    shop.run(day(0))
    shop.send_ids(2)
    shop.run(day(1))
    (before,) = shop.engine.restorable(shop.product.address)
    shop.engine.restore(shop.product.address, before.publish_id, day(1).end + timedelta(hours=1))
    assert shop.ids == [1]
    assert shop.run(day(2)) == [1, 2]


def test_another_topic_is_read_from_its_beginning(shop: Shop, broker: str, tmp_path: Path) -> None:
    shop.send_ids(1, 2)
    shop.run(day(0))
    shop.topic += "-other"
    shop.source = replace(shop.source, topic=shop.topic)
    shop.send_ids(3)
    assert shop.run(day(1)) == [1, 2, 3]


def test_a_message_that_is_no_row_ends_the_run_until_it_is_passed_over(shop: Shop) -> None:
    shop.send_ids(1)
    shop.send(b"{")
    shop.send_ids(2)
    with pytest.raises(SourceBroken, match=f"offset 1 of partition 0 of topic `{shop.topic}`.*not JSON") as error:
        shop.stage(day(0))
    assert "0@1" in error.value.hint
    shop.source = replace(shop.source, skip=("0@1",))
    assert shop.run(day(0)) == [1, 2]


@pytest.mark.parametrize(
    ("message", "why"),
    [
        (b"{", "not JSON"),
        (b'{"id": NaN}', "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"\xff", "not UTF-8"),
        (b'{"id": 1, "id": 2}', "a key twice"),
        (b'{"id": 1, "more": {"a": 1, "\\u0061": 2}}', "a key twice"),
        (b'{"id": 1, "more": "\\ud83d"}', "half a character"),
        (b"[1]", "not a JSON object"),
        (None, "a tombstone"),
        (b'{"more": "' + b"x" * 2**24 + b'"}', "longer than 16 MB"),
    ],
)
def test_what_is_no_line_says_why(message: bytes | None, why: str) -> None:
    with pytest.raises(Poison, match=why):
        line_of(message, COLUMNS)


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (LogicalType.STRING, ["", "ü"], [1, True, {}]),
        (LogicalType.INTEGER, [1, -(2**63), 1.0], ["1", 1.5, True, 2**63, 1e300]),
        (LogicalType.NUMBER, [1, 1.5, "12.50"], ["twelve", "NaN", "1e99", "", " 1", "1_0", "\uff11", True, []]),
        (LogicalType.BOOLEAN, [True, False], [0, "true"]),
        (LogicalType.DATE, ["2013-01-01"], ["2013-13-01", "yesterday", "2013-W01-1", "20130101", 15706]),
        (
            LogicalType.TIMESTAMP,
            ["2013-01-01T08:00:00.5+01:00", "2013-01-01 08:00:00", "2013-01-01"],
            [
                1356998400,
                "8 o'clock",
                "2013-01-01T08",
                "2013-01-01T08:00Z",
                "2013-01-01x08:00:00",
                "9999-12-31T23:59:59-01:00",
            ],
        ),
        (LogicalType.TIME, ["08:00:00", "08:00:00.000001"], ["8", "08:00", "08:00+01:00", "24:00", 8]),
        (LogicalType.OBJECT, [{}, {"a": [1]}], [[], "{}"]),
        (LogicalType.ARRAY, [[], [1]], [{}, "[]"]),
    ],
    ids=lambda value: value if isinstance(value, LogicalType) else "",
)
def test_a_value_is_of_its_columns_type_or_poison(kind: LogicalType, good: list[object], bad: list[object]) -> None:
    columns = (Column("it", kind),)
    for value in (None, *good):
        said = json.dumps({"it": value})
        assert line_of(said.encode(), columns) == said
    for value in bad:
        with pytest.raises(Poison, match=f"its `it` is no {kind}"):
            line_of(json.dumps({"it": value}).encode(), columns)


EVERY = tuple(Column(kind.value, kind) for kind in LogicalType)
"""A column of each type."""

NEARLY = st.one_of(
    st.from_regex(
        r"[0-9+\-]{1,3}[0-9]{1,3}-[0-9]{2}-[0-3][0-9]([T x][0-2][0-9](:?[0-5][0-9]){0,2}[.,0-9]{0,9}[Z+\-0-9:]{0,6})?"
    ),
    st.from_regex(r"\A[0-2][0-9]:[0-5][0-9](:[0-5][0-9])?([.,][0-9]{1,7})?[Z+]?\Z"),
    st.from_regex(r"\A[+\- ]?[0-9_]{0,30}\.?[0-9]{0,12}([eE][+\-]?[0-9]{1,3})?\Z"),
    st.datetimes(timezones=st.just(UTC)).map(datetime.isoformat),
    st.text(st.characters(), max_size=5),
)
"""Texts that are dates, times, instants and numbers, and others that nearly are."""

VALUES = st.one_of(
    NEARLY, st.integers(), st.floats(), st.booleans(), st.none(), st.lists(NEARLY), st.dictionaries(NEARLY, NEARLY)
)


@settings(max_examples=40)
@given(st.lists(st.tuples(st.sampled_from(EVERY), VALUES), max_size=20))
def test_what_is_taken_for_a_row_is_one_to_the_engine(
    tmp_path_factory: pytest.TempPathFactory, said: list[tuple[Column, object]]
) -> None:
    lines = []
    for column, value in said:
        with suppress(Poison):
            lines.append(line_of(json.dumps({column.name: value}).encode(), EVERY))
    file = tmp_path_factory.mktemp("messages") / "lines.json"
    file.write_text("".join(f"{line}\n" for line in lines))
    rows = duckdb.sql(file_relation([file], "json", EVERY)).fetchall() if lines else []
    assert len(rows) == len(lines)


def test_whole_numbers_keep_their_digits_and_an_object_may_have_lines(shop: Shop) -> None:
    shop.send(b'{"id": 9007199254740993,\n "price": 12.25,\n "more": "a\\nb"}')
    shop.run(day(0))
    address = shop.product.port_address(shop.product.outputs[0]).table()
    rows = shop.engine.query("SELECT id, CAST(price AS VARCHAR) FROM t", (("t", address),)).rows
    assert rows == ((9007199254740993, "12.250000000"),)


def test_messages_that_nobody_read_and_nobody_has_are_named(shop: Shop) -> None:
    shop.send_ids(1)
    shop.run(day(0))
    shop.send(*({"id": n, "more": "x" * 900_000} for n in range(2, 12)))  # more than the broker keeps
    with pytest.raises(SourceBroken, match=r"offsets 1 to \d+ of partition 0 any more, which nobody has read") as error:
        shop.stage(day(1))
    assert "auto.offset.reset=earliest" in error.value.hint
    with pytest.raises(SourceBroken, match="offsets 0 to 0 of partition 0 any more, which the interval was made of"):
        shop.stage(day(0))
    assert shop.ids == [1]
    shop.url += "?auto.offset.reset=earliest"
    assert shop.run(day(1))[-1] == 11


def test_a_topic_that_was_made_anew_is_not_taken_for_the_old_one(shop: Shop, tmp_path: Path) -> None:
    shop.send_ids(1, 2)
    shop.run(day(0))
    with kafka() as url:
        shop.url = url
        shop.send_ids(1)
        with pytest.raises(SourceBroken, match="ends at offset 1 of partition 0, and was read up to 2"):
            shop.stage(day(1))
        with pytest.raises(
            SourceBroken, match="offsets 0 to 1 of partition 0 any more, which the interval was made of"
        ):
            shop.stage(day(0))


def test_a_broker_that_is_gone_may_come_back(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connect, "PATIENCE", 0.2)
    shop.url = "kafka://user:hunter2@127.0.0.1:1"
    with pytest.raises(SourceNotReady, match=f"topic `{shop.topic}` of connection `broker` cannot be read") as error:
        shop.stage(day(0))
    assert "hunter2" not in str(error.value)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://127.0.0.1", "not the URL of a broker"),
        ("kafka://[hunter2", "not the URL of a broker"),
        ("kafka://127.0.0.1:1?sasl.pasword=hunter2", "not what Kafka's client takes"),
        ("kafka://127.0.0.1:1?session.timeout.ms=hunter2", "not what Kafka's client takes"),
    ],
)
def test_a_connection_that_is_none_says_so_and_no_secret(shop: Shop, url: str, why: str) -> None:
    shop.url = url
    with pytest.raises(FinalError, match=why) as error:
        shop.stage(day(0))
    assert "hunter2" not in f"{error.value} {error.value.hint}"


def test_a_client_that_is_not_installed_is_named(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "confluent_kafka", None)
    with pytest.raises(Refused, match="confluent_kafka") as error:
        shop.stage(day(0))
    assert error.value.hint == "install `meshwright[kafka]`"


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (KafkaError.TOPIC_AUTHORIZATION_FAILED, Refused),
        (KafkaError._AUTHENTICATION, Refused),
        (KafkaError.UNKNOWN_TOPIC_OR_PART, SourceNotReady),
        (KafkaError._TIMED_OUT, SourceNotReady),
    ],
)
def test_only_a_broker_that_does_not_want_us_is_not_asked_again(code: int, kind: type[MeshError]) -> None:
    with connect.opened("broker", "topic", Secret("kafka://127.0.0.1:1")) as broker:
        assert type(broker.unreadable(KafkaError(code))) is kind
        broker.errors.append(KafkaError(KafkaError._AUTHENTICATION))
        assert type(broker.unreadable(KafkaError(KafkaError._TRANSPORT))) is Refused
