"""A check is refused exactly when nothing that can be measured would pass it."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshwright.manifest.product.possible import check_possible
from meshwright.manifest.text.place import Place
from meshwright.manifest.text.problems import Problems
from meshwright.model.contract import Check, Metric, Operator, Unit

quarters = st.integers(-10, 450).map(lambda n: Decimal(n) / 4)
checks = st.builds(
    lambda metric, operator, ends, unit: Check("c", metric, operator, tuple(sorted(ends)), unit=unit),
    st.sampled_from([Metric.NULL_VALUES, Metric.ROW_COUNT]),
    st.sampled_from(Operator),
    st.lists(quarters, min_size=2, max_size=2, unique=True),
    st.sampled_from(Unit),
)


@given(checks)
def test_a_check_is_refused_when_no_measure_would_pass_it(check: Check) -> None:
    problems = Problems()
    check_possible(check, Place.nowhere("product.yaml"), problems)
    measures = range(801) if check.unit is Unit.PERCENT else range(0, 1200, 8)
    assert problems.stop == (not any(check.permits(Decimal(n) / 8) for n in measures))


def test_what_sql_answers_can_be_any_number() -> None:
    problems = Problems()
    check_possible(Check("c", Metric.SQL, Operator.EQUAL, (Decimal(-1),)), Place.nowhere("product.yaml"), problems)
    assert problems.found == ()


@pytest.mark.parametrize("number", [10**40 + 1, "1e308", 10**400])
@pytest.mark.parametrize("operator", [Operator.EQUAL, Operator.GREATER, Operator.LESS])
def test_a_number_may_be_as_large_as_it_likes(number: int | str, operator: Operator) -> None:
    problems = Problems()
    check = Check("c", Metric.ROW_COUNT, operator, (Decimal(number),))
    check_possible(check, Place.nowhere("product.yaml"), problems)
    assert problems.found == ()
