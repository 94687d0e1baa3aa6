"""Poison: messages that can be no rows are set aside, whole, while few are; and nothing that can be one is lost."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.engine.topic import COLUMNS, Shop, day

from meshwright.engine.sources.kafka import poison
from meshwright.model.errors import SourceBroken
from meshwright.model.kafka import Offsets
from meshwright.model.mask import Redact
from meshwright.model.product import OnFail, Retention
from meshwright.model.ratio import Ratio

HALF = Ratio(Decimal("0.5"))


@pytest.fixture
def shop(broker: str, tmp_path: Path) -> Shop:
    shop = Shop(broker, tmp_path)
    shop.source = replace(shop.source, quarantine=HALF)
    return shop


def aside(shop: Shop) -> list[dict[str, Any]]:
    """Return what was set aside of the topic, the first first."""
    found = shop.engine.quarantine(shop.product.address, most=99)
    assert {(row.table, row.input, row.checks) for row in found} <= {(None, "things", ("things-readable",))}
    return [json.loads(row.content) for row in reversed(found)]


def test_what_can_be_no_row_is_set_aside_with_its_place_and_the_reason(shop: Shop) -> None:
    shop.send({"id": 1}, b"{", {"id": 2}, {"id": "x"}, {"id": 3})
    publish = shop.publish(day(0))
    assert shop.ids == [1, 2, 3]
    assert (publish.quarantined, publish.inputs[0].quarantined) == (2, 2)
    kept = [(row["partition"], row["offset"], row["reason"], row["message"]) for row in aside(shop)]
    assert kept == [(0, 1, "it is not JSON", "{"), (0, 3, "its `id` is no integer", '{"id": "x"}')]
    assert all(row["at"].endswith("Z") for row in aside(shop))


def test_offsets_are_those_of_all_messages_and_the_next_run_goes_on_behind_them(shop: Shop) -> None:
    shop.send({"id": 1}, b"{")
    publish = shop.publish(day(0))
    assert publish.inputs[0].topic is not None
    assert publish.inputs[0].topic.offsets[0] == Offsets(0, 0, 2)
    shop.send({"id": 2})
    assert shop.run(day(1)) == [1, 2]
    assert len(aside(shop)) == 1


def test_a_stage_that_is_never_published_sets_nothing_aside(shop: Shop) -> None:
    shop.send({"id": 1}, b"{")
    shop.engine.discard(shop.product, shop.stage(day(0)).publish_id)
    shop.stage(day(0))  # as if killed
    staged = shop.stage(day(0))
    for _ in range(2):
        shop.engine.publish(shop.product, staged.publish_id, day(0).end)
    assert (shop.ids, len(aside(shop))) == ([1], 1)


def test_an_interval_that_is_run_again_has_the_same_messages(shop: Shop) -> None:
    shop.send({"id": 1}, b"{")
    shop.run(day(0))
    shop.send({"id": 2})
    shop.run(day(1))
    assert shop.run(day(0), now=day(2).end) == [1, 2]
    assert [row["offset"] for row in aside(shop)] == [1, 1], "once for each publish that was made without it"


def test_too_many_end_the_run_and_nothing_is_kept_until_they_are_few(shop: Shop) -> None:
    shop.send({"id": 1}, b"{", b"[")
    with pytest.raises(SourceBroken, match="2 of 3 messages would be set aside, which is more than 50%") as error:
        shop.stage(day(0))
    assert f"offset 1 of partition 0 of topic `{shop.topic}`" in error.value.message
    assert shop.engine.publishes(shop.product.address) == ()
    shop.send({"id": 2})
    assert shop.run(day(0)) == [1, 2]
    assert len(aside(shop)) == 2


def test_messages_that_are_passed_over_are_neither_rows_nor_set_aside(shop: Shop) -> None:
    shop.send({"id": 1}, b"{", b"[")
    shop.source = replace(shop.source, skip=("0@1",))
    assert shop.run(day(0)) == [1]
    assert [row["offset"] for row in aside(shop)] == [2]


def test_checks_say_that_messages_were_set_aside_and_do_not_block(shop: Shop) -> None:
    shop.send({"id": 1}, b"{")
    (found, *_) = shop.engine.check(shop.product, shop.stage(day(0)).publish_id)
    assert (found.check, found.passed, found.consequence) == ("things-readable", False, OnFail.QUARANTINE)
    assert found.message == "1 of the messages of input `things` can be no rows, which should be 0; they were set aside"
    shop.source = replace(shop.source, skip=("0@1",))
    (found, *_) = shop.engine.check(shop.product, shop.stage(day(0)).publish_id)
    assert (found.check, found.passed) == ("things-readable", True)


@pytest.mark.parametrize(
    ("message", "kept"),
    [(b"\xff{", {"messageBase64": "/3s="}), (None, {}), ("ü\n".encode(), {"message": "ü\n"})],
)
def test_any_bytes_are_kept_as_they_were(shop: Shop, message: bytes | None, kept: dict[str, str]) -> None:
    shop.send({"id": 1}, message)
    shop.run(day(0))
    (row,) = aside(shop)
    assert {key: value for key, value in row.items() if key.startswith("message")} == kept


def test_of_what_is_too_long_the_length_is_kept(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(poison, "MOST_KEPT", 5)
    shop.send({"id": 1}, b"{" * 6)
    shop.run(day(0))
    (row,) = aside(shop)
    assert (row["messageBytes"], "message" in row) == (6, False)


def test_of_what_may_be_personal_only_the_place_is_kept(shop: Shop) -> None:
    shop.columns = (COLUMNS[0], replace(COLUMNS[1], mask=Redact()))
    shop.send({"id": 1}, b"ann@example.org")
    shop.run(day(0))
    (row,) = aside(shop)
    assert {*row} == {"partition", "offset", "at", "reason"}


def test_what_was_set_aside_goes_when_rows_of_its_time_do(shop: Shop) -> None:
    shop.retention = Retention(timedelta(days=2))
    shop.send({"id": 1}, b"{")
    shop.run(day(0))
    shop.send({"id": 2}, b"[")
    shop.run(day(1))
    assert [row["offset"] for row in aside(shop)] == [1, 3]
    shop.send({"id": 3})
    assert shop.run(day(2)) == [2, 3]
    assert [row["offset"] for row in aside(shop)] == [3]
