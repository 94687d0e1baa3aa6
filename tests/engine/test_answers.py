"""How old an input is, by what it says of itself."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from tests.engines.shop import NOW, SALES, TABLE

from meshwright.engine.answers import Answer, ages, told
from meshwright.model.contract import Check, Column, Contract, LogicalType, Metric, OfInput, Operator
from meshwright.model.diagnostic import Severity
from meshwright.model.identity import PublishId
from meshwright.model.product import (
    DataProduct,
    InputPort,
    InputsSchedule,
    OnFail,
    OutputPort,
    OutputTable,
    ProductType,
    PublishMode,
)
from meshwright.model.publish import InputRead
from meshwright.model.time import Watermark

HOUR = timedelta(hours=1)
PRICES = SALES.port("prices", 1)
OF_PORT = InputRead("day-prices", PRICES, PublishId.mint(NOW), Watermark(NOW - 3 * HOUR))
OF_SOURCE = InputRead("day-prices", None, None, Watermark(NOW - 24 * HOUR), written=NOW - 26 * HOUR)


def asks(*by: str) -> Check:
    of = OfInput("day_prices", by)
    return Check("fresh", Metric.INPUT_AGE, Operator.LESS_OR_EQUAL, (Decimal(7200),), of_input=of)


def product(check: Check) -> DataProduct:
    contract = Contract("sales", (Column("sale_id", LogicalType.STRING),), (check,))
    port = OutputPort("sales", "1.0.0", (OutputTable(contract, PublishMode.REPLACE),))
    inputs = (InputPort("day-prices", port=PRICES, required=False),)
    return DataProduct(SALES, ProductType.AGGREGATE, "Sales.", InputsSchedule(), inputs, (port,))


def asked(read: InputRead, *by: str, newest: datetime | None = None, made_up: tuple[str, ...] = ()) -> Answer:
    (answer,) = ages(product(asks(*by)), (read,), made_up, NOW, lambda *_: newest)
    return answer


@pytest.mark.parametrize(
    ("read", "by", "newest", "hours"),
    [
        pytest.param(OF_PORT, (), None, 3, id="another product: since its watermark"),
        pytest.param(replace(OF_PORT, watermark=None), (), None, None, id="one that was never published has no age"),
        pytest.param(OF_SOURCE, (), None, 2, id="files: from when they were written to the end of what was read"),
        pytest.param(OF_SOURCE, ("at",), NOW - 25 * HOUR, 1, id="a source: from its newest value to that end"),
        pytest.param(OF_SOURCE, ("at",), NOW, 0, id="nothing is older than it can be"),
        pytest.param(OF_SOURCE, ("at",), None, None, id="a source without a value has no age"),
        pytest.param(replace(OF_SOURCE, written=None), (), None, None, id="nor has one that says nothing"),
    ],
)
def test_an_age_is_counted_from_what_an_input_says(
    read: InputRead, by: tuple[str, ...], newest: datetime | None, hours: int | None
) -> None:
    assert asked(read, *by, newest=newest).number == (None if hours is None else hours * 3600)


def test_what_is_too_old_blocks_or_warns_by_severity() -> None:
    answer = asked(OF_PORT)
    for severity, consequence in ((Severity.ERROR, OnFail.BLOCK), (Severity.WARNING, OnFail.WARN)):
        table = product(replace(asks(), severity=severity)).outputs[0].tables[0]
        (result,) = told(TABLE, table, [answer])
        assert (result.passed, result.consequence) == (False, consequence)
        assert result.message == "`day_prices` is 3h old, which should be at most 2h"


def test_what_was_made_up_has_no_age_and_passes() -> None:
    (result,) = told(TABLE, product(asks()).outputs[0].tables[0], [asked(OF_PORT, made_up=("day-prices",))])
    assert result.passed
    assert result.message == "`day_prices` was made up, and has no age"


def test_a_check_that_could_not_be_told_fails_and_says_why() -> None:
    (result,) = told(TABLE, product(asks("at")).outputs[0].tables[0], [asked(OF_SOURCE, "at")])
    assert (result.blocks, result.measured) == (True, None)
    assert result.message == "nothing in `day_prices` says how old it is: `at` has no value"
