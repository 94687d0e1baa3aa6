"""All that can be counted of a table is counted in one scan of it."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import duckdb

from meshwright.engine.duckdb.rows import STAGED, Seen, scan
from meshwright.engine.measuring import Terms
from meshwright.model.contract import Check, Column, LogicalType, Metric, Operator, Unit
from meshwright.model.time import interval

DAY = interval("2013-01-01/2013-01-02")
COLUMNS = {name: Column(name, kind) for name, kind in (("id", LogicalType.STRING), ("price", LogicalType.NUMBER))}


def zero(name: str, metric: Metric, *columns: str, **more: Any) -> Check:
    return Check(name, metric, Operator.EQUAL, (Decimal(0),), columns, **more)


def test_every_metric_of_a_table_is_measured_in_one_scan() -> None:
    checks = [
        zero("rows", Metric.ROW_COUNT),
        zero("required", Metric.NULL_VALUES, "id"),
        zero("blank", Metric.MISSING_VALUES, "id"),
        zero("missing", Metric.MISSING_VALUES, "price", missing_values=("-1",)),
        zero("valid", Metric.INVALID_VALUES, "id", valid_values=("a", "b"), pattern="^[a-z]$"),
        zero("unique", Metric.DUPLICATE_VALUES, "id"),
        zero("pair", Metric.DUPLICATE_VALUES, "id", "price", unit=Unit.PERCENT),
        zero("late", Metric.SQL, query="-", condition="price > 1 AND $interval_end > $interval_start",
             parameters=("interval_end", "interval_start")),
    ]  # fmt: skip
    checks += [replace(check, name=f"{check.name}-again") for check in checks]
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE sales AS SELECT 'a' AS id, 1::DECIMAL(38, 9) AS price")
        select, values = scan(f"(SELECT *, true AS {STAGED} FROM sales)", checks, Terms(COLUMNS, DAY), Seen())
        row = connection.execute(select, values).fetchone()
        ((_, plan),) = connection.execute(f"EXPLAIN (FORMAT json) {select}", values).fetchall()
    assert row is not None
    assert len(row) == 2 + len(checks)
    assert plan.count('"SEQ_SCAN"') == 1, plan
