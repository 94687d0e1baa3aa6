"""What a product can do without, and what it has to wait for."""

from datetime import UTC, datetime, timedelta

import pytest

from meshwright.engine.protocol import Work
from meshwright.engine.standins import done_without
from meshwright.model.address import ProductAddress
from meshwright.model.contract import Column, LogicalType
from meshwright.model.errors import InputsNotReady, SourceNotReady
from meshwright.model.product import DatabaseSource, DataProduct, InputPort, InputsSchedule, ProductType
from meshwright.model.time import Interval
from meshwright.release.record import Query

DAY = datetime(2026, 1, 1, tzinfo=UTC)
REPORT = ProductAddress("board", "report")
RETURNS = ProductAddress("shop", "returns").port("rows", 1)
COLUMNS = (Column("id", LogicalType.STRING),)
KNOWN = {"web-returns": COLUMNS}
OPTIONAL = InputPort("web-returns", port=RETURNS, required=False)


def work(port: InputPort, columns: dict[str, tuple[Column, ...]], *reads: str) -> Work:
    product = DataProduct(REPORT, ProductType.AGGREGATE, "", InputsSchedule(), (port,), ())
    query = Query(REPORT.port("report", 1).table(), "duckdb", "SELECT 1", (), reads)
    return Work(product, Interval(DAY, DAY + timedelta(days=1)), (query,), columns=columns)


def test_an_optional_port_has_the_columns_that_it_promises() -> None:
    assert done_without(work(OPTIONAL, KNOWN), OPTIONAL) == {"": COLUMNS}
    several = {"web-returns.few": COLUMNS, "web-returns.many": COLUMNS}
    assert done_without(work(OPTIONAL, several, "web_returns.few"), OPTIONAL) == {"few": COLUMNS}


@pytest.mark.parametrize(
    ("port", "columns", "error"),
    [
        pytest.param(InputPort("web-returns", port=RETURNS), KNOWN, InputsNotReady, id="what is required"),
        pytest.param(OPTIONAL, {}, InputsNotReady, id="a port of which nothing is known"),
        pytest.param(
            InputPort("web-returns", DatabaseSource("shop", "returns"), columns=COLUMNS, required=False),
            KNOWN,
            SourceNotReady,
            id="a source without its connection, which is a fault",
        ),
    ],
)
def test_there_is_no_doing_without(
    port: InputPort, columns: dict[str, tuple[Column, ...]], error: type[Exception]
) -> None:
    with pytest.raises(error, match="`web-returns`"):
        done_without(work(port, columns), port)
