"""How far what was built is complete, whatever was published while it was built."""

from datetime import UTC, datetime, timedelta

import pytest

from meshwright.engine.protocol import Work
from meshwright.engine.watermarks import staged_watermark
from meshwright.model.address import ProductAddress
from meshwright.model.product import DataProduct, InputPort, InputsSchedule, ProductType
from meshwright.model.publish import InputRead
from meshwright.model.time import Interval, Watermark
from meshwright.release.record import Query

DAY = datetime(2026, 1, 1, tzinfo=UTC)
ORDERS, RETURNS = (ProductAddress("shop", name).port("rows", 1) for name in ("orders", "returns"))
SALES = ProductAddress("shop", "sales")


def at(hour: int) -> datetime:
    return DAY + timedelta(hours=hour)


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        pytest.param(("interval_start", "interval_end"), at(2), id="rows beyond the interval were not asked for"),
        pytest.param((), at(3), id="what is read whole holds them"),
    ],
)
def test_an_input_that_publishes_during_a_run(parameters: tuple[str, ...], expected: datetime) -> None:
    orders = InputPort("orders", port=ORDERS)
    product = DataProduct(SALES, ProductType.AGGREGATE, "", InputsSchedule(), (orders,), ())
    query = Query(SALES.port("sales", 1).table(), "duckdb", "SELECT 1", parameters)
    read = InputRead("orders", ORDERS, None, Watermark(at(3)))
    assert staged_watermark(Work(product, Interval(at(1), at(2)), (query,)), (read,), at(5)) == expected


@pytest.mark.parametrize(
    "complete", [pytest.param(None, id="never published"), pytest.param(Watermark(at(1)), id="late")]
)
def test_an_optional_input_holds_nothing_back(complete: Watermark | None) -> None:
    inputs = (InputPort("orders", port=ORDERS), InputPort("returns", port=RETURNS, required=False))
    product = DataProduct(SALES, ProductType.AGGREGATE, "", InputsSchedule(), inputs, ())
    reads = (InputRead("orders", ORDERS, None, Watermark(at(3))), InputRead("returns", RETURNS, None, complete))
    assert staged_watermark(Work(product, Interval(at(1), at(2))), reads, at(5)) == at(3)
