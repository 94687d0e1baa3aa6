"""Whether a value is among those that a check lists: however it is asked, the answer is that of their texts."""

from decimal import Decimal

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from meshwright.engine.bound import Bound
from meshwright.engine.duckdb.listed import among
from meshwright.engine.duckdb.types import TYPES, written
from meshwright.engine.judgement import spelled
from meshwright.model.contract import Column, LogicalType

NUMBERS = ["0", "-0", "1", "01", "+1", " 1", "1.0", "1.5", "2.0000000001", "1e2", "100", "nan", "inf", "x", "9" * 40]
TEXTS = {
    LogicalType.INTEGER: [*NUMBERS, str(2**63 - 1), str(2**63)],
    LogicalType.NUMBER: [*NUMBERS, "99999999999999999999999999999.999999999", "-1.25"],
    LogicalType.STRING: ["", "a", "A", "it's", "1", *map(str, range(12))],
    LogicalType.DATE: ["2013-01-01", "2013-1-1", "x"],
}
VALUES = {
    LogicalType.INTEGER: [0, 1, 2, 100, 2**63 - 1, None],
    LogicalType.NUMBER: [
        *map(Decimal, ("0", "1", "1.5", "-1.25", "100", "99999999999999999999999999999.999999999")),
        None,
    ],
    LogicalType.STRING: ["", "a", "it's", "1", "11", None],
    LogicalType.DATE: ["2013-01-01", None],
}


asked_lists = st.sampled_from(list(TEXTS)).flatmap(
    lambda kind: st.tuples(st.just(kind), st.lists(st.sampled_from(TEXTS[kind]), min_size=1))
)


@settings(max_examples=60, deadline=None)
@given(asked_lists)
def test_an_answer_is_that_of_the_texts(asked: tuple[LogicalType, list[str]]) -> None:
    kind, listed = asked
    column, bound = Column("value", kind), Bound("$")
    plain = f"{written(column)} IN ({', '.join(bound.bind(text) for text in spelled(listed, kind))})"
    quick = among(column, listed, bound)
    with duckdb.connect() as connection:
        connection.execute(f'CREATE TABLE made ("value" {TYPES[kind]})')
        connection.executemany("INSERT INTO made VALUES (?)", [[value] for value in VALUES[kind]])
        found = connection.execute(
            f'SELECT "value" IS NULL, coalesce({plain}, false), coalesce({quick}, false) FROM made', bound.values
        ).fetchall()
    assert [(null, text) for null, text, _ in found] == [(null, number) for null, _, number in found]
