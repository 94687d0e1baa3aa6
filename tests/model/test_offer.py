"""Which rows people see: one grant covers another when it shows all of its rows."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from meshwright.model.offer import RowGrant

ROWS = tuple(product("abc", "xyz"))
GRANTS = st.builds(
    lambda columns: RowGrant("insight", tuple(sorted(columns.items()))),
    st.dictionaries(
        st.sampled_from(["1", "2"]), st.sets(st.sampled_from("abcxyz"), min_size=1).map(lambda v: (*sorted(v),))
    ),
)


def shown(grant: RowGrant) -> set[tuple[str, ...]]:
    return {row for row in ROWS if all(row[int(column) - 1] in values for column, values in grant.columns)}


@given(GRANTS, GRANTS)
def test_who_is_covered_sees_nothing_more(one: RowGrant, other: RowGrant) -> None:
    assert not one.covers(other) or shown(other) <= shown(one)


def test_what_is_not_limited_covers_everything() -> None:
    some = RowGrant("insight", (("country", ("BE",)),))
    assert RowGrant("insight").covers(some)
    assert not some.covers(RowGrant("insight"))
    assert (str(some), str(RowGrant("insight"))) == ("country is BE", "all")
