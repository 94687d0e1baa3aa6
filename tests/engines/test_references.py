"""What rows refer to is there: in another table of the product, or in an input as the data found it."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from tests.engines.shop import COLUMNS, NOW, TABLE, Shop
from tests.engines.test_tables import FIRST, SHARES, Tables, report, work

from meshwright.model.contract import Check, Column, ForeignKey, LogicalType, Metric, Operator
from meshwright.model.errors import ChecksFailed
from meshwright.model.product import PublishMode

OpenShop = Callable[..., Shop]
SIBLINGS = Column("before", LogicalType.STRING)


def refers(name: str, columns: tuple[str, ...], to: ForeignKey) -> Check:
    return Check(name, Metric.REFERENCES, Operator.EQUAL, (Decimal(0),), columns, refers_to=to)


IN_TABLE = refers("in-table", ("before",), ForeignKey("sales", ("sale_id",)))
IN_BOTH = refers("in-both", ("sale_id", "price"), ForeignKey("orders", ("sale_id", "price"), is_input=True))
IN_INPUT = refers("in-input", ("before",), ForeignKey("orders", ("sale_id",), is_input=True))
COLUMNS_WITH = (*COLUMNS, SIBLINGS)
SQL = "SELECT sale_id, price, sold_at, CASE WHEN price > 9 THEN 'z' WHEN price > 1 THEN 'a' END AS before FROM orders"


def test_references_are_looked_up_in_what_consumers_will_read_and_in_inputs(open_shop: OpenShop) -> None:
    checks = (IN_TABLE, IN_INPUT, IN_BOTH)
    shop = open_shop(mode=PublishMode.MERGE, columns=COLUMNS_WITH, sql=SQL, checks=checks)
    shop.sell(0, [("a", 1)])
    staged = shop.engine.stage(shop.work(shop.deliver(1, [("b", 2), ("c", 22), ("d", 1)])), NOW)
    found = {r.check: r for r in shop.engine.check(shop.product, staged.publish_id)}
    assert found["in-table"].measured == 1, "`a` stays published, `z` never was"
    assert found["in-table"].message == (
        "1 of 3 rows with `before` that `sales.sale_id` does not have, which should be 0"
    )
    assert [dict(row.values)["sale_id"] for row in found["in-table"].wrong] == ["c"]
    assert found["in-input"].measured == 2, "the input of this hour has neither `a` nor `z`"
    assert found["in-both"].passed


def test_what_is_published_is_looked_up_in_itself_and_keeps_nothing_of_inputs(open_shop: OpenShop) -> None:
    shop = open_shop(columns=COLUMNS_WITH, sql=SQL, checks=(IN_TABLE, replace(IN_INPUT, name="other")))
    interval = shop.deliver(0, [("a", 1), ("b", 2)])
    shop.run(interval)
    found = {r.check: r.passed for r in shop.engine.check_published(shop.product, [TABLE], interval)}
    assert found == {"schema": True, "sale_id-required": True, "primary-key-unique": True, "in-table": True}


def test_one_of_several_tables_of_an_input_is_looked_up_whether_sql_reads_it_or_not(open_shop: OpenShop) -> None:
    tables = Tables(open_shop(), (PublishMode.REPLACE, PublishMode.REPLACE))
    tables.sell(0, [("a", 1), ("b", 2)])
    known = refers("known", ("sale_id",), ForeignKey("sales.sold", ("sale_id",), is_input=True))
    counted = refers("counted", ("among",), ForeignKey("sales.days", ("sales",), is_input=True))
    (port,) = report().outputs
    (table,) = port.tables
    checked = replace(table, contract=replace(table.contract, checks=(known, counted)))
    product = replace(report(), outputs=(replace(port, tables=(checked,)),))
    sql = {SHARES: "SELECT sale_id, 2 AS among FROM sales__sold UNION ALL SELECT 'c', 3"}
    staged = tables.shop.engine.stage(work(tables.shop, product, FIRST, sql, "sales.sold"), NOW)
    found = {r.check: r for r in tables.shop.engine.check(product, staged.publish_id)}
    assert (found["known"].measured, found["counted"].measured) == (1, 1)
    assert (
        found["known"].message
        == "1 of 3 rows with `sale_id` that `sales.sold.sale_id` does not have, which should be 0"
    )


def test_a_reference_that_leads_nowhere_blocks(open_shop: OpenShop) -> None:
    shop = open_shop(columns=COLUMNS_WITH, sql=SQL, checks=(IN_TABLE,))
    with pytest.raises(ChecksFailed, match="1 of 2 rows with `before`"):
        shop.sell(0, [("a", 1), ("c", 22)])
