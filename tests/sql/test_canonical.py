"""Which changes of a SELECT are none."""

import pytest

from meshwright.model.product import Transform
from meshwright.sql.canonical import canonical

SELECT = "select id, upper(name) as x from orders where name = 'A' group by id"


@pytest.mark.parametrize(
    "same",
    [
        SELECT.upper().replace("'A'", "'A'"),
        "select `ID`, upper(`name`) as x\n\nfrom orders -- all of them\nwhere name = 'A'\ngroup\tby id;",
        "/* who */ Select id,upper( name )as x from Orders where name='A' group  by id",
    ],
)
def test_layout_case_comments_and_needless_quotes_are_no_change(same: str) -> None:
    assert canonical(Transform(same, "bigquery", "x.sql")) == canonical(Transform(SELECT, "bigquery", "x.sql"))


@pytest.mark.parametrize("other", ["'a'", "r'A'", '"A "', "name", "b'A'"])
def test_another_value_is_one(other: str) -> None:
    changed = SELECT.replace("'A'", other)
    assert canonical(Transform(changed, "bigquery", "x.sql")) != canonical(Transform(SELECT, "bigquery", "x.sql"))


def test_what_cannot_be_read_is_its_own_spelling() -> None:
    assert canonical(Transform("selec  1", "bigquery", "x.sql")) == "selec  1"
