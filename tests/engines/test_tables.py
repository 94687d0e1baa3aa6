"""Several tables of one port: built, checked and published together, each in its own way, and read one by one."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pytest
from tests.engines.shop import COLUMNS, HOUR, NOW, SALES, START, Row, Shop

from meshwright.engine.protocol import Work
from meshwright.model.address import ProductAddress, TableAddress
from meshwright.model.contract import Check, Column, Contract, LogicalType, Metric, Operator
from meshwright.model.errors import ChecksFailed, InputsNotReady
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
from meshwright.model.publish import Publish
from meshwright.model.time import Interval
from meshwright.release.record import Query

OpenShop = Callable[..., Any]
PORT = SALES.port("sales", 1)
SOLD, DAYS = PORT.table("sold"), PORT.table("days")
REPORT = ProductAddress("board", "report")
DAY_COLUMNS = (Column("sold_at", LogicalType.TIMESTAMP, required=True), Column("sales", LogicalType.INTEGER))
SQL = {
    SOLD: "SELECT sale_id, price, sold_at FROM orders",
    DAYS: "SELECT sold_at, count(*) AS sales FROM orders GROUP BY sold_at",
}


def at_most(rows: int, **more: Any) -> Check:
    return Check("few", Metric.ROW_COUNT, Operator.LESS_OR_EQUAL, (Decimal(rows),), **more)


def no_such(query: str) -> Check:
    return Check("asked", Metric.SQL, Operator.EQUAL, (Decimal(0),), query=query)


@dataclass
class Tables:
    """A product whose one port has two tables: the sales of a file, and how many there were at each time."""

    shop: Shop
    modes: tuple[PublishMode, PublishMode] = (PublishMode.MERGE, PublishMode.REPLACE)
    checks: tuple[tuple[Check, ...], tuple[Check, ...]] = ((), ())

    @property
    def product(self) -> DataProduct:
        by = [("sold_at",) if mode is PublishMode.PARTITION else () for mode in self.modes]
        sold = OutputTable(Contract("sold", COLUMNS, self.checks[0]), self.modes[0], partitions=by[0])
        days = OutputTable(Contract("days", DAY_COLUMNS, self.checks[1]), self.modes[1], partitions=by[1])
        return replace(self.shop.product, outputs=(OutputPort("sales", "1.0.0", (sold, days)),))

    def run(self, interval: Interval) -> Publish:
        return run(self.shop, work(self.shop, self.product, interval, SQL))

    def sell(self, hour: int, rows: Iterable[Row]) -> Publish:
        return self.run(self.shop.deliver(hour, rows))

    def sold(self) -> list[tuple[object, ...]]:
        return ask(self.shop, "SELECT sale_id, CAST(price AS BIGINT) FROM t ORDER BY 1, 2", SOLD)

    def days(self) -> list[tuple[object, ...]]:
        return ask(self.shop, "SELECT hour(sold_at), sales FROM t ORDER BY 1, 2", DAYS)


def work(shop: Shop, product: DataProduct, interval: Interval, sql: dict[TableAddress, str], *reads: str) -> Work:
    dialect = shop.engine.capabilities.dialect
    return Work(
        product, interval, tuple(Query(table, dialect, shop.spoken(text), (), reads) for table, text in sql.items())
    )


def run(shop: Shop, work: Work) -> Publish:
    """Stage, check, publish; a failed check stops it."""
    staged = shop.engine.stage(work, NOW)
    failed = [
        f"{r.table}: {r.message}"
        for r in shop.engine.check(work.product, staged.publish_id)
        if not r.passed and r.consequence is OnFail.BLOCK
    ]
    if failed:
        shop.engine.discard(work.product, staged.publish_id)
        raise ChecksFailed("; ".join(failed))
    return shop.engine.publish(work.product, staged.publish_id, NOW)


def ask(shop: Shop, sql: str, table: TableAddress) -> list[tuple[object, ...]]:
    return shop.ask(sql, table, "t")


def test_both_are_published_at_once_and_counted_each(open_shop: OpenShop) -> None:
    tables = Tables(open_shop())
    publish = tables.sell(0, [("a", 1), ("b", 2)])
    assert (tables.sold(), tables.days()) == ([("a", 1), ("b", 2)], [(0, 2)])
    assert {t.table: t.rows for t in publish.tables} == {SOLD: 2, DAYS: 1}
    assert (publish.ports, publish.rows) == ({PORT: 3}, 3)


@pytest.mark.parametrize(
    "checks",
    [pytest.param(((at_most(1),), ()), id="of the first"), pytest.param(((), (at_most(0),)), id="of the second")],
)
def test_a_failed_check_of_one_leaves_both_as_they_were(
    open_shop: OpenShop, checks: tuple[tuple[Check, ...], tuple[Check, ...]]
) -> None:
    tables = Tables(open_shop())
    tables.sell(0, [("a", 1)])
    with pytest.raises(ChecksFailed, match=r"marketplace\.sales:sales@1\.(sold|days)"):
        Tables(tables.shop, checks=checks).sell(1, [("b", 2), ("c", 3)])
    assert (tables.sold(), tables.days()) == ([("a", 1)], [(0, 1)])
    assert len(tables.shop.engine.publishes(SALES)) == 1


ROWS = {0: [("a", 1), ("b", 2)], 1: [("b", 3)]}
AFTER: dict[PublishMode, tuple[list[Row], list[tuple[int, int]]]] = {
    PublishMode.REPLACE: ([("b", 3)], [(1, 1)]),
    PublishMode.APPEND: ([("a", 1), ("b", 2), ("b", 3)], [(0, 2), (1, 1)]),
    PublishMode.MERGE: ([("a", 1), ("b", 3)], []),
    PublishMode.PARTITION: ([("a", 1), ("b", 2), ("b", 3)], [(0, 2), (1, 1)]),
    PublishMode.LEDGER: ([("a", 1), ("b", 2), ("b", 3)], [(0, 2), (1, 1)]),
}
"""What is read of the first and the second table after both hours; only the first has a key to merge by."""


@pytest.mark.parametrize("second", [mode for mode in PublishMode if mode is not PublishMode.MERGE])
@pytest.mark.parametrize("first", list(PublishMode))
def test_each_is_published_in_its_own_way(open_shop: OpenShop, first: PublishMode, second: PublishMode) -> None:
    quiet = (("primary-key-unique", OnFail.WARN),)
    tables = Tables(open_shop(), (first, second))
    for hour, rows in ROWS.items():
        product = tables.product
        (port,) = product.outputs
        lenient = replace(port, tables=(replace(port.tables[0], on_fail=quiet), port.tables[1]))
        made = work(tables.shop, replace(product, outputs=(lenient,)), tables.shop.deliver(hour, rows), SQL)
        run(tables.shop, made)
    assert (tables.sold(), tables.days()) == (AFTER[first][0], AFTER[second][1])


def test_an_interval_run_again_replaces_what_it_published_in_both(open_shop: OpenShop) -> None:
    tables = Tables(open_shop(), (PublishMode.MERGE, PublishMode.APPEND))
    tables.sell(0, [("a", 1), ("b", 2)])
    tables.sell(1, [("c", 3)])
    tables.sell(0, [("a", 9)])
    assert (tables.sold(), tables.days()) == ([("a", 9), ("c", 3)], [(0, 1), (1, 1)])


def test_a_check_s_sql_reads_the_other_tables_of_the_port(open_shop: OpenShop) -> None:
    lost = no_such("SELECT count(*) FROM sold WHERE sold_at NOT IN (SELECT sold_at FROM days)")
    counted = no_such("SELECT (SELECT sum(sales) FROM days) - count(*) FROM sold")
    Tables(open_shop(), checks=((lost,), (counted,))).sell(0, [("a", 1), ("b", 2)])
    wrong = no_such("SELECT count(*) FROM sold")
    with pytest.raises(ChecksFailed, match=r"sales@1\.days: it gives 1"):
        Tables(open_shop(), checks=((), (wrong,))).sell(1, [("c", 3)])


def report(inputs: tuple[InputPort, ...] = (InputPort("sales", port=PORT),)) -> DataProduct:
    columns = (Column("sale_id", LogicalType.STRING, primary_key=True), Column("among", LogicalType.INTEGER))
    port = OutputPort("shares", "1.0.0", (OutputTable(Contract("shares", columns), PublishMode.REPLACE),))
    return DataProduct(REPORT, ProductType.AGGREGATE, "", InputsSchedule(), inputs, (port,))


SHARES = REPORT.port("shares", 1).table()
JOIN = {
    SHARES: "SELECT sold.sale_id, days.sales AS among FROM sales__sold AS sold JOIN sales__days AS days USING (sold_at)"
}
FIRST = Interval(START, START + HOUR)


def test_a_consumer_joins_both_as_they_were_published_together(open_shop: OpenShop) -> None:
    tables = Tables(open_shop())
    publish = tables.sell(0, [("a", 1), ("b", 2)])
    made = run(tables.shop, work(tables.shop, report(), FIRST, JOIN, "sales.sold", "sales.days"))
    assert ask(tables.shop, "SELECT sale_id, among FROM t ORDER BY 1, 2", SHARES) == [("a", 2), ("b", 2)]
    assert [(i.input, i.port, i.publish_id) for i in made.inputs] == [("sales", PORT, publish.publish_id)]


def test_a_table_that_is_not_published_yet_is_waited_for(open_shop: OpenShop) -> None:
    shop = open_shop()
    shop.sell(0, [("a", 1)])  # the port has one table only until now
    with pytest.raises(InputsNotReady, match="not published yet"):
        shop.engine.stage(work(shop, report(), FIRST, JOIN, "sales.sold", "sales.days"), NOW)


MAJORS = {SALES.port("sales", 1).table(): "price", SALES.port("sales", 2).table(): "price * 100"}


def test_two_majors_hold_what_each_makes_and_are_checked_each_by_itself(open_shop: OpenShop) -> None:
    shop: Shop = open_shop()
    sql = {table: f"SELECT sale_id, {price} AS price, sold_at FROM orders" for table, price in MAJORS.items()}
    cheap = no_such("SELECT count(*) FROM sales WHERE price > 10")
    ports = tuple(
        OutputPort("sales", f"{major}.0.0", (OutputTable(Contract("sales", COLUMNS, checks), PublishMode.MERGE),))
        for major, checks in ((1, (cheap,)), (2, ()))
    )
    product = replace(shop.product, outputs=ports)
    publish = run(shop, work(shop, product, shop.deliver(0, [("a", 1)]), sql))
    assert publish.ports == {SALES.port("sales", 1): 1, SALES.port("sales", 2): 1}
    assert [ask(shop, "SELECT CAST(price AS BIGINT) FROM t", table) for table in MAJORS] == [[(1,)], [(100,)]]
