"""Every kind of change: what it is called, whether it breaks readers of the table, and which version it asks for."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import time, timedelta
from decimal import Decimal
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.gate.meshes import (
    MESH,
    NOW,
    SALES,
    SALES_PORT,
    SALES_SQL,
    Edit,
    add_column,
    check,
    column,
    drop_column,
    edit_column,
    edit_contract,
    edit_port,
    edit_product,
    edit_table,
    linked,
    with_products,
)

from meshwright.gate.changes.change import Change
from meshwright.gate.changes.compare import compare
from meshwright.gate.changes.describe import describe
from meshwright.gate.changes.promises import check_changes
from meshwright.gate.effects.version import consequence, is_breaking
from meshwright.gate.plan import plan
from meshwright.model.contract import LogicalType, Operator
from meshwright.model.diagnostic import Location, Severity
from meshwright.model.mask import Pseudonym, Redact
from meshwright.model.product import (
    CronSchedule,
    DatabaseSource,
    InputPort,
    InputsSchedule,
    Member,
    OnFail,
    PublishMode,
    Retention,
    Sample,
    SupportChannel,
    Transform,
    VirtualSource,
)
from meshwright.model.ratio import Ratio
from meshwright.model.slo import Completeness, Freshness, LandingBy, Quality

_SQL = SALES.outputs[0].tables[0].transform
assert _SQL is not None
_AGE, _OBJECTIVE = timedelta(minutes=90), Ratio.parse("99%")
_QUALITY = Quality(Ratio.parse("99.9%"))
_MAJOR_2 = replace(SALES.outputs[0], version="2.0.0")
_KNOWN = SALES.outputs[0].tables[0].contract.checks[0]


def _freshness(minutes: int, objective: str = "99%") -> Edit:
    return edit_port(slos=(Freshness(timedelta(minutes=minutes), Ratio.parse(objective)), _QUALITY))


def _sql(text: str) -> Edit:
    return edit_table(transform=replace(_SQL, sql=text))


def _checks(*checks: Any) -> Edit:
    return edit_contract(checks=checks)


def _landing(by: int = 7, zone: str = "Europe/Brussels", calendar: str | None = "BE", objective: str = "95%") -> Edit:
    return edit_port(slos=(LandingBy(time(by), zone, calendar, Ratio.parse(objective)),))


def _complete(objective: str) -> Edit:
    return edit_port(slos=(Completeness(Ratio.parse(objective)),))


BREAKING = [
    ("a column removed", drop_column("note"), "ColumnRemoved", "column `note` removed (string)"),
    ("a required personal column removed", drop_column("collector_email"), "ColumnRemoved", "removed"),
    ("a required column removed", drop_column("price"), "ColumnRemoved", "removed"),
    ("a number narrowed", edit_column("price", type=LogicalType.INTEGER), "ColumnRetyped", "number → integer"),
    ("a type exchanged", edit_column("price", type=LogicalType.STRING), "ColumnRetyped", "number → string"),
    ("a date made text", edit_column("sold_on", type=LogicalType.STRING), "ColumnRetyped", "date → string"),
    ("a text made a number", edit_column("note", type=LogicalType.INTEGER), "ColumnRetyped", "string → integer"),
    ("required made nullable", edit_column("price", required=False), "BecameNullable", "may now be null"),
    ("the key given up", edit_column("sale_id", primary_key=False), "KeyChanged", "primary key: sale_id → none"),
    ("the key extended", edit_column("artist", primary_key=True), "KeyChanged", "sale_id → sale_id, artist"),
    ("a check removed", _checks(), "PromiseRemoved", "promised no longer"),
    (
        "a check's threshold raised",
        _checks(check("currency-known", Operator.LESS_OR_EQUAL, 9)),
        "PromiseLoosened",
        "≤ 9",
    ),
    ("a check's bound moved out", _checks(check("currency-known", Operator.LESS, 7)), "PromiseLoosened", "< 7"),
    ("a check only warns", edit_table(on_fail=(("currency-known", OnFail.WARN),)), "PromiseLoosened", "else warn"),
    ("a key only warns", edit_table(on_fail=(("primary-key-unique", OnFail.WARN),)), "PromiseLoosened", "else warn"),
    (
        "a check only sets aside",
        edit_table(on_fail=(("currency-known", OnFail.QUARANTINE),)),
        "PromiseLoosened",
        "else quarantine",
    ),
    ("a check's severity lowered", _checks(replace(_KNOWN, severity=Severity.WARNING)), "PromiseLoosened", "else warn"),
    ("a check of other columns", _checks(replace(_KNOWN, columns=("note",))), "PromiseLoosened", "of note"),
    ("a check's range shifted", _checks(check("currency-known", Operator.GREATER, 5)), "PromiseLoosened", "> 5"),
    ("freshness loosened", _freshness(120), "PromiseLoosened", "at most 2h old"),
    ("its objective lowered", _freshness(90, "95%"), "PromiseLoosened", "95% of the time"),
    ("tighter, but less often", _freshness(60, "95%"), "PromiseLoosened", "at most 1h old, 95%"),
    ("an SLO removed", edit_port(slos=(_QUALITY,)), "PromiseRemoved", "freshness promised no longer"),
    ("all SLOs removed", edit_port(slos=()), "PromiseRemoved", "quality promised no longer"),
    (
        "quality loosened",
        edit_port(slos=(Freshness(_AGE, _OBJECTIVE), Quality(_OBJECTIVE))),
        "PromiseLoosened",
        "quality",
    ),
    ("published in another mode", edit_table(mode=PublishMode.APPEND), "PublishChanged", "append instead of merge"),
    (
        "published by other partitions",
        edit_table(mode=PublishMode.PARTITION, partitions=("sold_on",)),
        "PublishChanged",
        "partition by sold_on instead of merge",
    ),
    ("masked", edit_column("artist", mask=Pseudonym("artist")), "MaskChanged", "in clear → pseudonym of artist"),
    ("redacted", edit_column("note", mask=Redact()), "MaskChanged", "in clear → redacted"),
    (
        "rows deleted that were kept for good",
        edit_table(retention=Retention(timedelta(days=730), "sold_on")),
        "RetentionShortened",
        "rows are kept for 730d by `sold_on`, were kept for good",
    ),
    ("a major replaced by the next", edit_port(version="2.0.0"), "PortRemoved", "port removed, version 1.2.0"),
    ("a port renamed", edit_port(name="deals"), "PortRemoved", "port removed"),
]
HARMLESS = [
    ("a nullable column added", add_column(column("gallery")), "ColumnAdded", "added (string)", "minor"),
    ("a required column added", add_column(column("gallery", required=True)), "ColumnAdded", "added", "minor"),
    ("rows kept longer", None, "RetentionExtended", "rows are kept for 60d, were kept for 30d", "minor"),
    ("rows kept for good", None, "RetentionExtended", "rows are kept for good, were kept for 30d", "minor"),
    ("data kept in the region", edit_product(regions=("eu",)), "RegionsNarrowed", "in eu, was any region", "patch"),
    ("data that may lie in more regions", None, "RegionsWidened", "data may lie in eu, us, was eu", "patch"),
    ("an integer widened", None, "ColumnWidened", "integer → number", "minor"),
    ("nullable made required", edit_column("artist", required=True), "BecameRequired", "is never null", "minor"),
    ("a column made unique", edit_column("note", unique=True), "UniqueGained", "never repeats", "minor"),
    (
        "classified",
        edit_column("artist", classification="personal"),
        "ClassificationChanged",
        "personal, was none",
        "minor",
    ),
    ("a check added", _checks(_KNOWN, check("more", Operator.EQUAL, 0)), "PromiseAdded", "check `more`", "minor"),
    (
        "a check tightened",
        _checks(check("currency-known", Operator.LESS_OR_EQUAL, 2)),
        "PromiseTightened",
        "≤ 2",
        "minor",
    ),
    ("a check made exact", _checks(check("currency-known", Operator.EQUAL, 0)), "PromiseTightened", "= 0", "minor"),
    ("freshness tightened", _freshness(60), "PromiseTightened", "at most 1h old", "minor"),
    (
        "a port added",
        edit_product(outputs=(*SALES.outputs, _MAJOR_2)),
        "PortAdded",
        "version 2.0.0, beside @1",
        "minor",
    ),
    ("served from elsewhere", edit_table(virtual=VirtualSource("own", "t")), "StoreChanged", "own:t", "minor"),
    ("the version raised", edit_port(version="1.3.0"), "VersionRaised", "1.2.0 → 1.3.0", "patch"),
    ("other SQL", _sql(SALES_SQL + " WHERE price > 0"), "QueryChanged", "means something else", "patch"),
    ("no SQL any more", edit_table(transform=None), "QueryChanged", "means something else", "patch"),
    ("the schedule", edit_product(schedule=CronSchedule("0 0 * * *")), "ScheduleChanged", "0 0 * * *", "patch"),
    ("by its inputs", edit_product(schedule=InputsSchedule()), "ScheduleChanged", "on all inputs", "patch"),
    ("the team", edit_product(team=(*SALES.team, Member("sam", "steward"))), "TeamChanged", "sam (steward)", "patch"),
    ("the purpose", edit_product(purpose="trust"), "PurposeChanged", "growth → trust", "patch"),
    ("an input added", None, "InputAdded", "reads table shop:refunds as `refunds`", "patch"),
    ("an input made optional", None, "InputChanged", "optional", "patch"),
    ("an input removed", edit_product(inputs=()), "InputRemoved", "no longer", "patch"),
    ("a description", edit_product(description="Sales, completed"), "ProductDescribed", "description", "patch"),
    ("tags", edit_product(tags=("money",)), "ProductDescribed", "tags", "patch"),
    ("support", edit_product(support=(SupportChannel("#sales"),)), "ProductDescribed", "support", "patch"),
    (
        "a column's description",
        edit_column("note", description="Words"),
        "PortDescribed",
        "columns' descriptions",
        "patch",
    ),
    (
        "a check's description",
        _checks(replace(_KNOWN, description="Words")),
        "PortDescribed",
        "checks' descriptions",
        "patch",
    ),
    ("samples", edit_port(samples=(Sample("All", "select 1"),)), "PortDescribed", "samples", "patch"),
]
_ORDERS = SALES.inputs[0]
_SPECIAL: dict[str, tuple[Edit, Edit]] = {
    "an integer widened": (edit_column("note", type=LogicalType.INTEGER), edit_column("note", type=LogicalType.NUMBER)),
    "an input added": (
        edit_product(),
        edit_product(inputs=(_ORDERS, InputPort("refunds", source=DatabaseSource("shop", "refunds")))),
    ),
    "rows kept longer": (
        edit_table(retention=Retention(timedelta(days=30))),
        edit_table(retention=Retention(timedelta(days=60))),
    ),
    "rows kept for good": (edit_table(retention=Retention(timedelta(days=30))), edit_product()),
    "data that may lie in more regions": (edit_product(regions=("eu",)), edit_product(regions=("eu", "us"))),
    "an input made optional": (edit_product(), edit_product(inputs=(replace(_ORDERS, required=False),))),
}


def changes(before: Edit, after: Edit) -> list[Change]:
    current, proposed = linked(with_products(before(SALES))), linked(with_products(after(SALES)))
    return list(compare(current, proposed))


def named(kind: str, found: Iterable[Change]) -> list[Change]:
    return [c for c in found if type(c).__name__ == kind]


@pytest.mark.parametrize(("edit", "kind", "words"), [c[1:] for c in BREAKING], ids=[c[0] for c in BREAKING])
def test_what_breaks_a_reader_is_breaking(edit: Edit, kind: str, words: str) -> None:
    found = named(kind, changes(edit_product(), edit))
    assert any(words in describe(c) for c in found)
    assert all(is_breaking(c) for c in found)


@pytest.mark.parametrize("case", HARMLESS, ids=[c[0] for c in HARMLESS])
def test_what_a_reader_can_live_with_is_not_breaking(case: tuple[str, Edit | None, str, str, str]) -> None:
    name, edit, kind, words, part = case
    before, after = _SPECIAL[name] if edit is None else (edit_product(), edit)
    found = changes(before, after)
    assert [words in describe(c) for c in named(kind, found)] == [True]
    assert {consequence(c).word for c in named(kind, found)} == {part}
    assert not any(is_breaking(c) for c in found)


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        pytest.param(_landing(7), _landing(8), "PromiseLoosened", id="a later hour"),
        pytest.param(_landing(7), _landing(6), "PromiseTightened", id="an earlier hour"),
        pytest.param(_landing(), _landing(objective="90%"), "PromiseLoosened", id="on fewer days"),
        pytest.param(_landing(), _landing(objective="99%"), "PromiseTightened", id="on more days"),
        pytest.param(_landing(), _landing(6, objective="90%"), "PromiseLoosened", id="earlier, on fewer days"),
        pytest.param(_landing(), _landing(6, zone="UTC"), "PromiseLoosened", id="another zone"),
        pytest.param(_landing(), _landing(calendar="NL"), "PromiseLoosened", id="another calendar"),
        pytest.param(_landing(calendar=None), _landing(), "PromiseLoosened", id="business days only"),
        pytest.param(_landing(), _landing(calendar=None), "PromiseTightened", id="every day"),
        pytest.param(_landing(), _complete("99%"), "PromiseRemoved", id="a landing removed"),
        pytest.param(_complete("99%"), _complete("95%"), "PromiseLoosened", id="less complete"),
        pytest.param(_complete("99%"), _complete("99.9%"), "PromiseTightened", id="more complete"),
    ],
)
def test_a_landing_and_completeness_are_loosened_or_tightened(before: Edit, after: Edit, kind: str) -> None:
    assert len(named(kind, changes(before, after))) == 1


SAME = [
    ("SQL reformatted", _sql("select sale_id,artist,\n price,sold_on,currency,collector_email,note from orders")),
    ("SQL commented", _sql("-- all of them\n" + SALES_SQL + " -- every day")),
    ("keywords and names in another case", _sql(SALES_SQL.lower().replace("orders", "Orders"))),
    ("the SQL's file moved", edit_table(transform=Transform(_SQL.sql, _SQL.dialect, "elsewhere/all.sql"))),
    ("the manifest moved", edit_product(file="domains/marketplace/artwork-sales/moved.yaml")),
    ("columns in another order", edit_contract(columns=SALES.outputs[0].tables[0].contract.columns[::-1])),
    ("a port at another line", edit_port(at=None)),
]


@pytest.mark.parametrize("edit", [c[1] for c in SAME], ids=[c[0] for c in SAME])
def test_what_changes_nothing_is_no_change(edit: Edit) -> None:
    edited = linked(with_products(edit(SALES)))
    made = plan(linked(MESH), edited, NOW)
    assert made.is_empty, [describe(e.change) for e in made.effects]
    assert made.findings == ()


def test_a_mesh_against_itself_is_an_empty_plan() -> None:
    made = plan(linked(MESH), linked(MESH), NOW)
    assert (made.is_empty, made.effects, made.findings, made.needs) == (True, (), (), ())


def test_the_same_two_meshes_always_give_the_same_plan() -> None:
    edited = with_products(drop_column("note")(add_column(column("gallery"))(SALES)))
    assert plan(linked(MESH), linked(edited), NOW) == plan(linked(MESH), linked(edited), NOW)


def test_a_rename_is_a_removal_and_an_addition_that_says_so() -> None:
    def renamed(product: Any) -> Any:
        sql = SALES_SQL.replace("price", "price AS amount")
        return _sql(sql)(edit_column("price", name="amount")(product))

    found = changes(edit_product(), renamed)
    assert [describe(c) for c in named("ColumnRemoved", found)] == [
        "column `price` removed (number); renamed to `amount`?"
    ]
    assert [describe(c) for c in named("ColumnAdded", found)] == ["column `amount` added (number)"]


def test_a_check_that_goes_with_its_column_is_not_a_broken_promise() -> None:
    found = changes(edit_product(), drop_column("currency"))
    assert [type(c).__name__ for c in found] == ["ColumnRemoved"]


def test_another_term_of_a_column_is_said() -> None:
    (change,) = changes(edit_product(), edit_column("price", term="margin"))
    assert describe(change) == "reworded: columns' terms"


def test_every_kind_of_change_has_words_and_a_sign() -> None:
    from meshwright.gate.changes.describe import _PHRASES

    kinds = {kind for union in get_args(Change) for kind in (get_args(union) or (union,))}
    assert kinds == set(_PHRASES)
    assert {phrase[0] for phrase in _PHRASES.values()} == set("+−~")


def _one_check(operator: Operator, numbers: list[int]) -> Edit:
    threshold = sorted(numbers) if operator in (Operator.BETWEEN, Operator.NOT_BETWEEN) else numbers[:1]
    return _checks(check("currency-known", operator, *threshold))


_CHECKS = st.builds(
    _one_check, st.sampled_from(Operator), st.lists(st.integers(-3, 3), min_size=2, max_size=2, unique=True)
)


@given(_CHECKS, _CHECKS)
def test_what_is_tighter_one_way_is_looser_the_other(before: Edit, after: Edit) -> None:
    old, new = before(SALES).outputs[0].tables[0], after(SALES).outputs[0].tables[0]
    address, here = SALES_PORT.table(), Location("product.yaml")
    there = [type(c).__name__ for c in check_changes(address, old, new, here)]
    back = [type(c).__name__ for c in check_changes(address, new, old, here)]
    if there == ["PromiseTightened"]:
        assert back == ["PromiseLoosened"]
    assert (there == []) == (back == [])


def test_more_may_be_set_aside_than_before_is_a_promise_loosened() -> None:
    aside = (("currency-known", OnFail.QUARANTINE),)
    before, after = (
        with_products(edit_table(on_fail=aside, quarantine=Ratio(Decimal(share)))(SALES)) for share in ("0.05", "0.1")
    )
    (change,) = compare(linked(before), linked(after))
    assert describe(change) == "quarantine loosened: at most 5% of the rows → at most 10% of the rows"
    (change,) = compare(linked(after), linked(before))
    assert describe(change).startswith("quarantine tightened")
