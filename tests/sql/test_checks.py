"""What an engine is asked for a check that is written in SQL."""

import pytest

from meshwright.sql.checks import bind_check

OWN = ("sales", "sales_v2")


@pytest.mark.parametrize(
    ("query", "condition"),
    [
        pytest.param("SELECT COUNT(*) FROM sales WHERE price <= 0", "price <= 0", id="counted rows"),
        pytest.param("select countif(price <= 0) from sales", "price <= 0", id="counted by a condition"),
        pytest.param("SELECT COUNTIF(a > 1) FROM sales WHERE b > 1", "b > 1 AND a > 1", id="both, each of them"),
        pytest.param("SELECT COUNT(*) FROM sales WHERE a > 1 OR b > 1", "a > 1 OR b > 1", id="a choice"),
        pytest.param("SELECT COUNT(*) FROM Sales AS s WHERE s.price < 1", "price < 1", id="under another name"),
        pytest.param("SELECT COUNT(1) AS n FROM sales_v2 WHERE price < 1", "price < 1", id="by its stored name"),
        pytest.param(
            "SELECT COUNT(*) FROM sales WHERE sold_at >= @interval_end",
            "sold_at >= $interval_end",
            id="of the interval",
        ),
        pytest.param("SELECT COUNT(*) FROM sales", None, id="all rows"),
        pytest.param("SELECT COUNT(price) FROM sales WHERE price < 1", None, id="values, not rows"),
        pytest.param("SELECT COUNT(DISTINCT price) FROM sales WHERE price < 1", None, id="different values"),
        pytest.param("SELECT SUM(price) FROM sales WHERE price < 1", None, id="a sum"),
        pytest.param("SELECT COUNT(*) FROM buyers WHERE age < 1", None, id="of another table"),
        pytest.param("SELECT COUNT(*) FROM sales AS s, sales AS t WHERE s.a < t.a", None, id="of two tables"),
        pytest.param(
            "SELECT COUNT(*) FROM sales WHERE buyer NOT IN (SELECT id FROM buyers)", None, id="asks another table"
        ),
        pytest.param("SELECT COUNT(*) FROM sales WHERE a < 1 GROUP BY b", None, id="of groups"),
        pytest.param("SELECT COUNT(*) FROM sales WHERE a < 1 LIMIT 1", None, id="limited"),
        pytest.param("WITH sales AS (SELECT 1 AS a) SELECT COUNT(*) FROM sales WHERE a < 1", None, id="of its own"),
        pytest.param("SELECT COUNT(*) FROM sales WHERE sales.made.by = 'x'", None, id="a field of a column"),
    ],
)
def test_what_counts_rows_of_its_own_table_is_a_condition(query: str, condition: str | None) -> None:
    assert bind_check(query, "bigquery", OWN, "duckdb")[1] == condition


def test_a_check_is_bound_as_a_transform_is() -> None:
    bound, condition = bind_check(
        "SELECT COUNT(*) FROM sales WHERE DATE_TRUNC(d, MONTH) > d", "bigquery", OWN, "duckdb"
    )
    assert condition is not None
    assert "CAST(DATE_TRUNC('MONTH', d) AS DATE)" in condition
    assert condition in bound.sql


def test_in_its_own_dialect_a_check_stays_as_it_is_written() -> None:
    query = "select count(*) from sales where price is distinct from 1"
    bound, condition = bind_check(query, "duckdb", OWN, "duckdb")
    assert bound.sql == query
    assert condition == "price IS DISTINCT FROM 1"
