"""An optional input that was never published is read as empty, and the product is built without it until it is."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from tests.engines.shop import COLUMNS, HOUR, NOW, PORT, START, Shop
from tests.engines.test_references import refers

from meshwright.engine.protocol import Work
from meshwright.model.address import ProductAddress
from meshwright.model.contract import Check, Column, Contract, ForeignKey, LogicalType, Metric, OfInput, Operator
from meshwright.model.product import (
    DataProduct,
    InputPort,
    InputsSchedule,
    OutputPort,
    OutputTable,
    ProductType,
    PublishMode,
)
from meshwright.model.publish import Publish
from meshwright.model.time import Interval
from meshwright.release.record import Query

OpenShop = Callable[..., Shop]
RETURNS, REPORT = ProductAddress("marketplace", "returns"), ProductAddress("board", "report")
RETURNED = RETURNS.port("sales", 1)
TABLE = REPORT.port("report", 1).table()
INPUTS = (InputPort("sales", port=PORT), InputPort("web-returns", port=RETURNED, required=False))
MADE = (COLUMNS[0], Column("returned", LogicalType.NUMBER), Column("returned_at", LogicalType.TIMESTAMP))
SQL = (
    "SELECT sales.sale_id, web_returns.price AS returned, web_returns.sold_at AS returned_at "
    "FROM sales LEFT JOIN web_returns ON web_returns.sale_id = sales.sale_id"
)
PROMISED = {"web-returns": COLUMNS, "web-returns.few": COLUMNS}
FRESH = Check("fresh", Metric.INPUT_AGE, Operator.LESS_OR_EQUAL, (Decimal(60),), of_input=OfInput("web_returns"))
KNOWN = refers("known", ("sale_id",), ForeignKey("web_returns", ("sale_id",), is_input=True))


def report(*checks: Check) -> DataProduct:
    table = OutputTable(Contract("report", MADE, checks), PublishMode.REPLACE)
    port = OutputPort("report", "1.0.0", (table,))
    return DataProduct(REPORT, ProductType.AGGREGATE, "", InputsSchedule(), INPUTS, (port,))


def work(shop: Shop, product: DataProduct, sql: str = SQL, *reads: str) -> Work:
    query = Query(TABLE, shop.engine.capabilities.dialect, shop.spoken(sql), (), reads)
    return Work(product, Interval(START, START + HOUR), (query,), columns=PROMISED)


def built(shop: Shop, made: Work) -> Publish:
    staged = shop.engine.stage(made, NOW)
    assert [r.message for r in shop.engine.check(made.product, staged.publish_id) if not r.passed] == []
    return shop.engine.publish(made.product, staged.publish_id, NOW)


def reported(shop: Shop) -> list[tuple[object, ...]]:
    return shop.ask("SELECT sale_id, CAST(returned AS BIGINT) FROM t ORDER BY 1", TABLE, "t")


def test_it_is_empty_until_it_is_published_and_the_log_says_so(open_shop: OpenShop) -> None:
    shop = open_shop()
    sold = shop.sell(0, [("a", 1), ("b", 2)])
    without = built(shop, work(shop, report()))
    assert reported(shop) == [("a", None), ("b", None)]
    assert [(r.port, r.publish_id, r.watermark) for r in without.inputs] == [
        (PORT, sold.publish_id, sold.watermark),
        (RETURNED, None, None),
    ]
    assert (without.watermark, without.synthetic) == (sold.watermark, False)
    returned = replace(shop, address=RETURNS).sell(0, [("a", 1)])
    read = built(shop, work(shop, report())).inputs[1]
    assert reported(shop) == [("a", 1), ("b", None)]
    assert (read.publish_id, read.watermark) == (returned.publish_id, returned.watermark)


def test_checks_find_nothing_in_it(open_shop: OpenShop) -> None:
    shop = open_shop()
    shop.sell(0, [("a", 1), ("b", 2)])
    product = report(FRESH, KNOWN)
    staged = shop.engine.stage(work(shop, product), NOW)
    found = {r.check: r for r in shop.engine.check(product, staged.publish_id)}
    assert found["known"].measured == 2
    assert (found["fresh"].measured, found["fresh"].blocks) == (None, True)
    assert found["fresh"].message == f"`{RETURNED}` was never published, and has no age"


def test_a_table_that_its_port_does_not_have_yet_is_empty_too(open_shop: OpenShop) -> None:
    shop = open_shop()
    sold = shop.sell(0, [("a", 1)])
    replace(shop, address=RETURNS).sell(0, [("a", 1)])  # the port has one table only until now
    publish = built(shop, work(shop, report(), SQL.replace("web_returns", "web_returns__few"), "web_returns.few"))
    assert reported(shop) == [("a", None)]
    assert [r.publish_id for r in publish.inputs] == [sold.publish_id, None]
