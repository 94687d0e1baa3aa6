"""Which measurements a check permits: the arithmetic of sets against trying every number."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from meshwright.gate.changes.permitted import Direction, compared
from meshwright.model.contract import Check, Metric, Operator, Unit

COUNTS = [Decimal(n) for n in range(9)]
SHARES = [Decimal(n) / 4 for n in range(401)]
NUMBERS = [Decimal(n) / 4 for n in range(-32, 33)]


def _check(metric: Metric, unit: Unit, operator: Operator, numbers: list[int]) -> Check:
    threshold = sorted(numbers) if operator in (Operator.BETWEEN, Operator.NOT_BETWEEN) else numbers[:1]
    return Check("c", metric, operator, tuple(Decimal(n) / 2 for n in threshold), unit=unit)


def _checks(metric: Metric, unit: Unit) -> st.SearchStrategy[Check]:
    numbers = st.lists(st.integers(-3, 13), min_size=2, max_size=2, unique=True)
    return st.builds(_check, st.just(metric), st.just(unit), st.sampled_from(Operator), numbers)


_MEASURES = [
    (Metric.NULL_VALUES, Unit.ROWS, COUNTS),
    (Metric.NULL_VALUES, Unit.PERCENT, SHARES),
    (Metric.SQL, Unit.ROWS, NUMBERS),
]


@given(st.sampled_from(_MEASURES).flatmap(lambda m: st.tuples(_checks(*m[:2]), _checks(*m[:2]), st.just(m[2]))))
def test_a_check_is_looser_just_when_it_permits_a_number_that_it_did_not(
    case: tuple[Check, Check, list[Decimal]],
) -> None:
    before, after, numbers = case
    old, new = ({n for n in numbers if check.permits(n)} for check in (before, after))
    expected = Direction.SAME if old == new else Direction.TIGHTER if new < old else Direction.LOOSER
    assert compared(before, after) is expected


def test_no_row_is_no_share_of_any_rows() -> None:
    rows = Check("c", Metric.NULL_VALUES, Operator.EQUAL, (Decimal(0),))
    share = Check("c", Metric.NULL_VALUES, Operator.LESS_OR_EQUAL, (Decimal(0),), unit=Unit.PERCENT)
    some = Check("c", Metric.NULL_VALUES, Operator.LESS, (Decimal(5),), unit=Unit.PERCENT)
    assert compared(rows, share) is Direction.SAME
    assert compared(some, rows) is Direction.TIGHTER
    assert compared(rows, some) is Direction.LOOSER
