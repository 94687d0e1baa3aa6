"""Which stretch of time a run builds, from logs alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from meshwright.model.address import PortAddress, ProductAddress
from meshwright.model.errors import InputsNotReady, NothingNew
from meshwright.model.identity import PublishId
from meshwright.model.product import CronSchedule, DataProduct, InputPort, InputsSchedule, ProductType, Schedule
from meshwright.model.publish import InputRead, Publish
from meshwright.model.time import Interval, Watermark
from meshwright.runs.coverage import left
from meshwright.runs.intervals import interval_of

DAY = datetime(2026, 1, 1, tzinfo=UTC)
NOW = DAY + timedelta(hours=20, minutes=30)
OWN, ORDERS, ITEMS = (ProductAddress("shop", name) for name in ("sales", "orders", "items"))


def at(hour: int) -> datetime:
    return DAY + timedelta(hours=hour)


def product(schedule: Schedule, *optional: ProductAddress) -> DataProduct:
    inputs = tuple(InputPort(a.product, port=a.port("rows", 1), required=a not in optional) for a in (ORDERS, ITEMS))
    return DataProduct(OWN, ProductType.AGGREGATE, "", schedule, inputs, ())


def log(address: ProductAddress, *spans: tuple[int, int], reads: tuple[str, ...] = ()) -> tuple[Publish, ...]:
    """Publishes of these hours, called `orders-0-1`; the last one has read those named."""
    made = []
    complete = DAY
    for start, end in spans:
        complete = max(complete, at(end))
        inputs = tuple(InputRead("x", _port(r), PublishId(r), Watermark(DAY)) for r in reads)
        publish_id = PublishId(f"{address.product}-{len(made)}-{start}-{end}")
        made.append(
            Publish(
                address, publish_id, None, Interval(at(start), at(end)), Watermark(complete), inputs, (), NOW,
                is_part=True,
            )
        )  # fmt: skip
    return tuple(made)


def _port(publish_id: str) -> PortAddress:
    return ProductAddress("shop", publish_id.partition("-")[0]).port("rows", 1)


@pytest.mark.parametrize(
    ("own", "orders", "items", "expected"),
    [
        pytest.param((), ((0, 1), (1, 2)), ((0, 2),), (0, 2), id="the first time: all that the inputs have"),
        pytest.param((), ((3, 4),), ((1, 9),), (1, 4), id="up to the least complete input"),
        pytest.param(((0, 2),), ((0, 2), (2, 5)), ((0, 2), (2, 4)), (2, 4), id="then from where it ended"),
        pytest.param(
            ((0, 2),), ((0, 2), (2, 3), (0, 1)), ((0, 2), (2, 3)), (0, 3), id="back over what was built again"
        ),
        pytest.param(((0, 4), (4, 6)), ((0, 6), (5, 7)), ((0, 7),), (4, 7), id="never cutting through an own interval"),
    ],
)
def test_inputs_say_what_is_to_be_built(
    own: tuple[tuple[int, int], ...],
    orders: tuple[tuple[int, int], ...],
    items: tuple[tuple[int, int], ...],
    expected: tuple[int, int],
) -> None:
    logs = {ORDERS: log(ORDERS, *orders), ITEMS: log(ITEMS, *items)}
    read = tuple(str(entries[0].publish_id) for entries in logs.values())
    logs[OWN] = log(OWN, *own, reads=read)
    found = interval_of(product(InputsSchedule()), None, logs, NOW, lone=False)
    assert found == Interval(at(expected[0]), at(expected[1]))


@pytest.mark.parametrize(
    ("orders", "items"),
    [
        pytest.param(((0, 2),), ((0, 2),), id="nothing was published since"),
        pytest.param(((0, 2), (2, 3)), ((0, 2),), id="one input has news, the other holds it back"),
    ],
)
def test_without_news_there_is_nothing_to_do(
    orders: tuple[tuple[int, int], ...], items: tuple[tuple[int, int], ...]
) -> None:
    logs = {ORDERS: log(ORDERS, *orders), ITEMS: log(ITEMS, *items)}
    logs[OWN] = log(OWN, (0, 2), reads=tuple(str(entries[0].publish_id) for entries in logs.values()))
    with pytest.raises(NothingNew):
        interval_of(product(InputsSchedule()), None, logs, NOW, lone=False)


def test_what_an_input_published_while_it_was_read_is_built_next() -> None:
    logs = {ORDERS: log(ORDERS, (0, 2), (2, 3)), ITEMS: log(ITEMS, (0, 3))}
    logs[OWN] = log(OWN, (0, 2), reads=tuple(str(entries[-1].publish_id) for entries in logs.values()))
    assert interval_of(product(InputsSchedule()), None, logs, NOW, lone=False) == Interval(at(2), at(3))


def test_a_silent_input_is_waited_for_unless_it_is_optional_or_stood_in_for() -> None:
    logs = {ORDERS: log(ORDERS, (0, 2))}
    with pytest.raises(InputsNotReady, match=r"shop\.items"):
        interval_of(product(InputsSchedule()), None, logs, NOW, lone=False)
    for found in (
        interval_of(product(InputsSchedule(), ITEMS), None, logs, NOW, lone=False),
        interval_of(product(InputsSchedule()), None, logs, NOW, lone=True),
    ):
        assert found == Interval(at(0), at(2))


def test_the_first_publish_of_an_optional_input_is_news() -> None:
    logs = {ORDERS: log(ORDERS, (0, 2)), OWN: log(OWN, (0, 2), reads=("orders-0-0-2",))}
    (built,) = logs[OWN]
    without = InputRead("items", ITEMS.port("rows", 1), None, None)
    logs[OWN] = (replace(built, inputs=(*built.inputs, without)),)
    driven = product(InputsSchedule(), ITEMS)
    with pytest.raises(NothingNew):
        interval_of(driven, None, logs, NOW, lone=False)
    logs[ITEMS] = log(ITEMS, (1, 2))
    assert [found.due for found in left(driven, logs)] == [(Interval(at(1), at(2)),)]
    assert interval_of(driven, None, logs, NOW, lone=False) == Interval(at(0), at(2))


def test_alone_on_a_laptop_the_last_day_is_built() -> None:
    found = interval_of(product(InputsSchedule()), None, {}, NOW, lone=True)
    assert found == Interval(DAY - timedelta(days=1), DAY)


def test_a_gap_in_an_input_does_not_hold_back_the_hours_that_it_has_published() -> None:
    after_a_gap = replace(log(ORDERS, (4, 5))[0], watermark=Watermark(at(2)))
    logs = {ORDERS: (*log(ORDERS, (0, 2)), after_a_gap), ITEMS: log(ITEMS, (0, 5))}
    hourly = product(CronSchedule("0 * * * *"))
    assert interval_of(hourly, Interval(at(4), at(5)), logs, NOW, lone=False) == Interval(at(4), at(5))
    with pytest.raises(InputsNotReady):
        interval_of(hourly, Interval(at(3), at(4)), logs, NOW, lone=False)


def test_a_cron_builds_its_last_complete_interval_once_the_inputs_cover_it() -> None:
    hourly = product(CronSchedule("0 * * * *"))
    logs = {ORDERS: log(ORDERS, (0, 20)), ITEMS: log(ITEMS, (0, 19))}
    with pytest.raises(InputsNotReady, match="is complete up to 2026-01-01T19:00:00Z"):
        interval_of(hourly, None, logs, NOW, lone=True)
    logs[ITEMS] = log(ITEMS, (0, 20))
    assert interval_of(hourly, None, logs, NOW, lone=False) == Interval(at(19), at(20))
    assert interval_of(hourly, Interval(at(3), at(4)), logs, NOW, lone=False) == Interval(at(3), at(4))
