"""Who is asked where personal data are kept longer or may lie elsewhere, and what an environment may not keep."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.gate.meshes import MESH, NOW, SALES, Edit, edit_product, edit_table, linked, with_products

from meshwright.gate.codes import Code
from meshwright.gate.effects.surroundings import Surroundings
from meshwright.gate.plan import plan
from meshwright.model.product import Retention

MONTH, YEAR = Retention(timedelta(days=30)), Retention(timedelta(days=365))
STEWARD = "steward of domain `marketplace`"


def asked(before: Edit, after: Edit) -> set[str]:
    made = plan(linked(with_products(before(SALES))), linked(with_products(after(SALES))), NOW)
    return {need.role for need in made.needs}


@pytest.mark.parametrize(
    ("before", "after", "roles"),
    [
        pytest.param(edit_table(retention=MONTH), edit_table(retention=YEAR), {STEWARD}, id="kept longer"),
        pytest.param(edit_table(retention=MONTH), edit_product(), {STEWARD}, id="kept for good"),
        pytest.param(
            edit_product(), edit_table(retention=YEAR), {"owner of `creators.trending-artists`"}, id="kept shorter"
        ),
        pytest.param(edit_product(regions=("eu",)), edit_product(), {STEWARD}, id="anywhere"),
        pytest.param(edit_product(), edit_product(regions=("eu",)), set(), id="in one region only"),
    ],
)
def test_the_steward_is_asked_where_personal_data_go_further_and_readers_where_rows_go(
    before: Edit, after: Edit, roles: set[str]
) -> None:
    assert asked(before, after) == roles


@pytest.mark.parametrize(
    ("regions", "here", "found"),
    [
        pytest.param((), "us", [], id="it may lie anywhere"),
        pytest.param(("eu",), "eu", [], id="it may lie here"),
        pytest.param(("eu",), None, [], id="nobody says where this is"),
        pytest.param(
            ("eu", "uk"),
            "us",
            [
                "data of `marketplace.artwork-sales` may lie in `eu`, `uk`, and this environment keeps them in `us`",
            ],
            id="it may not",
        ),
    ],
)
def test_what_may_not_lie_in_an_environment_is_not_released_for_it(
    regions: tuple[str, ...], here: str | None, found: list[str]
) -> None:
    proposed = linked(with_products(edit_product(regions=regions, description="Other words")(SALES)))
    made = plan(linked(MESH), proposed, NOW, replace(Surroundings(), region=here))
    assert [d.message for d in made.findings if d.code == Code.MISPLACED] == found
