"""Made-up rows fit their contract, are always the same, and join."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from meshwright.engine.generate import ROWS, generated_rows
from meshwright.engine.protocol import StandIns, Work
from meshwright.model.address import ProductAddress
from meshwright.model.contract import Column, LogicalType
from meshwright.model.product import CronSchedule, DatabaseSource, DataProduct, InputPort, ProductType
from meshwright.model.time import Interval

DAY = datetime(2026, 1, 1, tzinfo=UTC)
INTERVAL = Interval(DAY, DAY + timedelta(days=1))
WEATHER = (
    Column("airport", LogicalType.STRING, primary_key=True, examples=("EWR", "JFK")),
    Column("hour", LogicalType.TIMESTAMP, primary_key=True),
    Column("wind", LogicalType.NUMBER),
)
FLIGHTS = (
    Column("flight_id", LogicalType.INTEGER, primary_key=True),
    Column("airport", LogicalType.STRING),
    Column("hour", LogicalType.TIMESTAMP),
    Column("late", LogicalType.BOOLEAN),
)


def work() -> Work:
    source = DatabaseSource("nowhere", "t")
    inputs = (InputPort("weather", source, columns=WEATHER), InputPort("flights", source, columns=FLIGHTS))
    product = DataProduct(ProductAddress("a", "b"), ProductType.SOURCE_ALIGNED, "", CronSchedule("@daily"), inputs, ())
    return Work(product, INTERVAL, stand_ins=StandIns(Path("fixtures")))


def made(number: int) -> tuple[tuple[object, ...], ...]:
    port = work().product.inputs[number]
    return generated_rows(work(), port, "", port.columns)


def test_keys_are_unique_and_rows_always_the_same() -> None:
    assert len({row[:2] for row in made(0)}) == len({row[0] for row in made(1)}) == ROWS
    assert made(0) == made(0)


def test_examples_are_used_and_times_lie_in_the_interval() -> None:
    assert {row[0] for row in made(0)} == {"EWR", "JFK"}
    assert all(isinstance(row[1], datetime) and INTERVAL.start <= row[1] < INTERVAL.end for row in made(0))


def test_equally_named_keys_of_two_inputs_meet() -> None:
    known = {row[:2] for row in made(0)}
    assert sum(row[1:3] in known for row in made(1)) > ROWS / 2
