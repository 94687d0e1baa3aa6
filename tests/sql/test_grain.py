"""What a row of a SELECT stands for."""

import pytest

from meshwright.model.product import Transform
from meshwright.sql.grain import grain


@pytest.mark.parametrize(
    ("sql", "text"),
    [
        ("SELECT a, sum(b) AS b FROM t GROUP BY a", "one for each a"),
        ("SELECT a, sum(b) AS b FROM t GROUP BY 1", "one for each a"),
        ("SELECT upper(a) AS Name, sum(b) AS b FROM t GROUP BY upper(a)", "one for each name"),
        ("SELECT t.a, sum(b) AS b FROM t GROUP BY t.a, t.c", "one for each a and c"),
        ("SELECT DISTINCT a, b FROM t", "one for each a and b"),
        ("SELECT sum(b) AS b FROM t", "one in all"),
        ("SELECT a, sum(b) OVER () AS b FROM t WHERE a > 1", "one for each row that is read"),
        ("SELECT a FROM t JOIN u USING (a)", None),
        ("SELECT a FROM (SELECT DISTINCT a FROM t)", None),
        ("SELECT a FROM t UNION ALL SELECT a FROM u", None),
        ("SELECT a, sum(b) AS b FROM t GROUP BY ROLLUP (a)", None),
        ("SELECT a FROM (", None),
    ],
)
def test_a_row_stands_for_what_it_is_grouped_by(sql: str, text: str | None) -> None:
    found = grain(Transform(sql, "duckdb"))
    assert (None if found is None else found.text) == text
