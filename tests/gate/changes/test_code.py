"""Code in a change: what is said of it, who is asked, what runs again, whom a change of what it reads reaches."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from tests.gate.meshes import (
    MESH,
    NOW,
    RANKING,
    RANKING_ADDRESS,
    SALES,
    SALES_ADDRESS,
    edit_contract,
    edit_table,
    linked,
    with_products,
)

from meshwright.gate.changes.describe import describe
from meshwright.gate.plan import Plan, Surroundings, plan
from meshwright.model.code import Code, CodeFile, CodeTransform, Language
from meshwright.model.contract import Column
from meshwright.model.product import DataProduct, PublishMode


def coded(product: DataProduct, text: str, *connections: str) -> DataProduct:
    """Return a product that is made by code."""
    code = Code(Language.PYTHON, "made.py", (CodeFile("made.py", text), CodeFile("requirements.lock", "")), connections)
    return replace(edit_table(transform=CodeTransform("made.py"))(product), code=code)


CODED = coded(RANKING, "1")


def changed(before: DataProduct | None, after: DataProduct) -> Plan:
    one = with_products(*([before] if before else []))
    return plan(linked(one), linked(with_products(after)), NOW)


NEW = replace(CODED, address=replace(RANKING_ADDRESS, product="new"))
CASES = {
    "SQL becomes code": (RANKING, coded(RANKING, "1"), "other code: `made.py`", True),
    "other code": (CODED, coded(RANKING, "2"), "other code: `made.py`", True),
    "more that it is given": (
        CODED,
        coded(RANKING, "1", "models", "shop"),
        "other code: `made.py`, which is given `models` and `shop`",
        True,
    ),
    "code becomes SQL": (CODED, RANKING, "other code: none", False),
    "a new product with code": (None, NEW, "new product: ranking@1", True),
    "a new product without": (None, replace(RANKING, address=NEW.address), "new product: ranking@1", False),
}


@pytest.mark.parametrize(("before", "after", "said", "asks"), CASES.values(), ids=CASES)
def test_the_platform_team_is_asked_for_code_that_is_to_run(
    before: DataProduct | None, after: DataProduct, said: str, asks: bool
) -> None:
    made = changed(before, after)
    assert said in [describe(effect.change) for effect in made.effects]
    assert [(n.role, n.people, n.independent) for n in made.needs] == [("platform team", ("piet",), True)] * asks


def test_the_reason_names_the_code_and_what_it_is_given() -> None:
    (need,) = changed(CODED, coded(RANKING, "1", "models")).needs
    assert need.reasons == ("`creators.trending-artists`: other code: `made.py`, which is given `models`",)


def test_what_code_does_otherwise_is_another_plan() -> None:
    assert changed(CODED, coded(RANKING, "2")).digest != changed(CODED, coded(RANKING, "3")).digest


def test_other_code_says_which_tables_keep_what_was_made_before() -> None:
    appended = edit_table(mode=PublishMode.APPEND)
    before, after = (with_products(appended(coded(SALES, text))) for text in ("1", "2"))
    since = Surroundings(datetime(2026, 2, 27, tzinfo=UTC))
    (run,) = plan(linked(before), linked(after), NOW, since).runs.touched
    assert run.rebuild is not None
    assert run.rebuild.tables == (SALES_ADDRESS.port("sales", 1).table(),)


def without_notes(product: DataProduct) -> DataProduct:
    columns: tuple[Column, ...] = product.outputs[0].tables[0].contract.columns
    return edit_contract(columns=tuple(c for c in columns if c.name != "note"))(product)


def test_a_column_that_goes_breaks_code_that_may_read_it_until_the_code_is_another() -> None:
    before = linked(replace(MESH, products=(CODED, SALES)))
    for after, reached in ((CODED, [RANKING_ADDRESS]), (coded(RANKING, "2"), [])):
        made = plan(before, linked(replace(MESH, products=(after, without_notes(SALES)))), NOW)
        assert sorted({c.product for e in made.effects for c in e.consumers}) == reached
