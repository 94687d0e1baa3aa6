"""A plan: whom a change reaches by line of SQL, what it finds, whom it asks."""

from dataclasses import replace
from datetime import time, timedelta

import pytest
from tests.gate.meshes import (
    MESH,
    NOW,
    RANKING,
    RANKING_ADDRESS,
    RANKING_PORT,
    RANKING_SQL,
    SALES,
    SALES_ADDRESS,
    SALES_SQL,
    Edit,
    add_column,
    column,
    drop_column,
    edit_column,
    edit_port,
    edit_product,
    edit_table,
    linked,
    with_products,
)

from meshwright.gate.plan import Plan, plan
from meshwright.graph.build import build
from meshwright.model.contract import LogicalType
from meshwright.model.identity import Digest
from meshwright.model.mask import Pseudonym, Redact, TruncateText
from meshwright.model.mesh import Domain, Person, Purpose
from meshwright.model.product import CronSchedule, Member, PublishMode
from meshwright.model.ratio import Ratio
from meshwright.model.slo import Freshness, LandingBy, Slo


def proposed(*edits: Edit) -> Plan:
    product = SALES
    for edit in edits:
        product = edit(product)
    return plan(linked(MESH), linked(with_products(product)), NOW)


def reached(made: Plan) -> list[tuple[str, str, str, int, int]]:
    consumers = [c for e in made.effects for c in e.consumers]
    return [(str(c.product), str(c.owner), c.at.file.rsplit("/", 1)[-1], c.at.line, c.at.column) for c in consumers]


def asked(made: Plan) -> list[tuple[str, tuple[str, ...]]]:
    return [(n.role, n.people) for n in made.needs]


def codes(made: Plan) -> list[str]:
    return [d.code for d in made.findings]


def test_a_removed_column_names_the_reader_and_the_place_in_its_sql() -> None:
    made = proposed(drop_column("price"))
    assert reached(made) == [("creators.trending-artists", "tomas", "ranking.sql", 3, 7)]
    (consumer,) = made.effects[0].consumers
    assert (consumer.table, consumer.column) == (RANKING_PORT.table(), "revenue")
    assert consumer.at.text == "  SUM(price) AS revenue"
    (message,) = (d.message for d in made.findings if d.code == "MW0401")
    assert message.startswith("`marketplace.artwork-sales:sales@1` would no longer offer `price`, which")
    assert message.endswith("which `creators.trending-artists` still reads")


def test_a_column_that_nobody_reads_asks_the_steward_and_stops_nothing() -> None:
    made = proposed(drop_column("note"))
    assert reached(made) == []
    assert asked(made) == [("steward of domain `marketplace`", ("sam",))]
    assert "MW0401" not in codes(made)


def test_a_consumer_that_moves_in_the_same_proposal_is_not_broken() -> None:
    moved = edit_table(
        transform=replace(RANKING.outputs[0].tables[0].transform, sql=RANKING_SQL.replace("SUM(price)", "COUNT(*)"))
    )
    made = plan(linked(MESH), linked(with_products(drop_column("price")(SALES), moved(RANKING))), NOW)
    assert reached(made) == []
    assert "MW0401" not in codes(made)


def test_a_consumer_whose_new_sql_cannot_be_understood_still_counts() -> None:
    broken = edit_table(
        transform=replace(RANKING.outputs[0].tables[0].transform, sql="SELECT artist, SUM(price FROM sales")
    )
    made = plan(linked(MESH), linked(with_products(drop_column("price")(SALES), broken(RANKING))), NOW)
    assert [c[0] for c in reached(made)] == [str(RANKING_ADDRESS)]


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param(edit_port(slos=()), id="SLOs removed"),
        pytest.param(edit_table(mode=PublishMode.APPEND), id="another mode"),
        pytest.param(edit_column("artist", primary_key=True), id="another key"),
    ],
)
def test_a_change_of_the_whole_port_reaches_every_product_that_takes_it(edit: Edit) -> None:
    made = proposed(edit)
    assert set(reached(made)) == {("creators.trending-artists", "tomas", "product.yaml", 6, 5)}
    assert ("owner of `creators.trending-artists`", ("tomas",)) in asked(made)
    assert "MW0402" in codes(made)


def test_a_removed_product_is_refused_while_another_reads_it() -> None:
    alone = build(replace(MESH, products=(RANKING,)), {})
    made = plan(linked(MESH), alone, NOW)
    assert codes(made).count("MW0401") == 1
    assert made.dags.retired == (SALES_ADDRESS,)


def test_a_new_major_beside_the_old_touches_nobody() -> None:
    both = (*SALES.outputs, replace(drop_column("price")(SALES).outputs[0], version="2.0.0"))
    made = proposed(edit_product(outputs=both))
    assert reached(made) == []
    assert "MW0401" not in codes(made)
    assert asked(made) == [("steward of domain `marketplace`", ("sam",))]  # it offers personal data once more


def test_only_what_changes_is_planned() -> None:
    ownerless = replace(RANKING, team=())  # against a policy, but not part of this change
    current = linked(with_products(ownerless))
    made = plan(current, linked(with_products(ownerless, add_column(column("gallery"))(SALES))), NOW)
    assert made.dags == type(made.dags)((), (SALES_ADDRESS,), ())
    assert {str(e.change.address) for e in made.effects} == {"marketplace.artwork-sales:sales@1.gallery"}  # type: ignore[union-attr]
    assert codes(made) == ["MW0403"]


def test_a_mask_taken_away_breaks_its_readers_and_asks_the_steward() -> None:
    masked = edit_column("artist", mask=TruncateText(2))(SALES)
    made = plan(linked(with_products(masked)), linked(MESH), NOW)
    assert {name for name, *_ in reached(made)} == {"creators.trending-artists"}
    assert asked(made) == [
        ("owner of `creators.trending-artists`", ("tomas",)),
        ("steward of domain `marketplace`", ("sam",)),
    ]
    (need,) = (n for n in made.needs if n.role.startswith("steward"))
    (reason,) = need.reasons
    subject, _, change = reason.partition(" shows more of its values: ")
    assert subject == "`marketplace.artwork-sales:sales@1.artist`"
    assert change == "mask of column `artist`: first 2 characters → in clear"


NEEDS = [
    pytest.param((add_column(column("gallery")),), [], id="a column added: nobody"),
    pytest.param((edit_port(version="1.3.0"),), [], id="a version raised: nobody"),
    pytest.param(
        (add_column(column("phone", classification="personal")),),
        [("steward of domain `marketplace`", ("sam",))],
        id="a personal column: the steward",
    ),
    pytest.param(
        (add_column(column("phone", classification="personal", mask=Redact())),), [], id="a redacted one: nobody"
    ),
    pytest.param(
        (add_column(column("phone", classification="personal", mask=Pseudonym("phone"))),),
        [("steward of domain `marketplace`", ("sam",))],
        id="its pseudonym: the steward",
    ),
    pytest.param(
        (edit_column("collector_email", classification="public"),),
        [("steward of domain `marketplace`", ("sam",))],
        id="a personal column called public: the steward",
    ),
    pytest.param(
        (edit_product(schedule=CronSchedule("*/10 * * * *")),),
        [("director of purpose `growth`", ("dora",))],
        id="run six times as often: the director",
    ),
    pytest.param((edit_product(schedule=CronSchedule("0 0 * * *")),), [], id="run less often: nobody"),
    pytest.param(
        (edit_product(purpose="trust"),),
        [("director of purpose `growth`", ("dora",)), ("director of purpose `trust`", ("iris",))],
        id="another purpose: both directors",
    ),
    pytest.param(
        (edit_product(team=(Member("sam", "productOwner"),)),),
        [("owner of `marketplace.artwork-sales`", ("nadia",))],
        id="another owner: the one before",
    ),
    pytest.param(
        (edit_column("price", type=LogicalType.STRING),),
        [("owner of `creators.trending-artists`", ("tomas",))],
        id="a type changed: the owner of who reads it",
    ),
]


@pytest.mark.parametrize(("edits", "people"), NEEDS)
def test_approvals_follow_from_the_change(edits: tuple[Edit, ...], people: list[tuple[str, tuple[str, ...]]]) -> None:
    assert asked(proposed(*edits)) == people


def test_what_belongs_to_everybody_asks_the_platform_team() -> None:
    wider = replace(
        MESH,
        domains=(*MESH.domains, Domain("finance")),
        people=(*MESH.people, Person("zoe", roles=("platform",))),
        purposes=(*MESH.purposes, Purpose("audit", "zoe")),
    )
    made = plan(linked(MESH), linked(wider), NOW)
    assert asked(made) == [("platform team", ("piet",))]
    assert len(made.needs[0].reasons) == 3


def test_the_first_release_asks_nobody_and_says_that_it_is_the_first() -> None:
    made = plan(None, linked(MESH), NOW)
    assert (made.first, made.needs) == (True, ())
    assert made.dags.new == (RANKING_ADDRESS, SALES_ADDRESS)


VERSIONS = [
    pytest.param("1.2.0", ["MW0403"], id="not raised"),
    pytest.param("1.2.1", ["MW0403"], id="raised by less than a minor"),
    pytest.param("1.3.0", [], id="raised by a minor"),
    pytest.param("1.1.9", ["MW0404"], id="lowered"),
]


@pytest.mark.parametrize(("version", "found"), VERSIONS)
def test_a_port_that_grows_raises_its_version(version: str, found: list[str]) -> None:
    sql = edit_table(
        transform=replace(SALES.outputs[0].tables[0].transform, sql=SALES_SQL.replace("note", "note, gallery"))
    )
    assert codes(proposed(add_column(column("gallery")), sql, edit_port(version=version))) == found


def test_the_digest_names_the_contents_of_what_changes() -> None:
    one = proposed(add_column(column("gallery")))
    same = proposed(edit_product(file="moved.yaml"), add_column(column("gallery")))
    other = proposed(add_column(column("gallery")), edit_column("note", description="Words"))
    assert one.digest == same.digest
    assert one.digest != other.digest


def test_other_sql_of_the_same_shape_is_another_plan() -> None:
    def filtered(value: int) -> Plan:
        return proposed(
            edit_table(
                transform=replace(SALES.outputs[0].tables[0].transform, sql=f"{SALES_SQL} WHERE price > {value}")
            )
        )

    assert filtered(1).digest != filtered(2).digest


def test_a_tighter_promise_than_the_input_allows_is_found_with_its_arithmetic() -> None:
    promise = edit_port(slos=(Freshness(timedelta(hours=1), Ratio.parse("99%")),))
    hourly = edit_product(schedule=CronSchedule("0 * * * *"))
    made = plan(linked(MESH), linked(with_products(hourly(promise(RANKING)))), NOW)
    (message,) = (d.message for d in made.findings if d.code == "MW0413")
    assert message == (
        "`creators.trending-artists:ranking@1` promises to be at most 1h old, but "
        "`marketplace.artwork-sales:sales@1` may be 1h 30m old and 1h pass between two runs, together 2h 30m"
    )


BY_SEVEN = LandingBy(time(7), "Europe/Brussels", "BE", Ratio.parse("95%"))
ASKED = "`creators.trending-artists:ranking@1` promises to be complete by 07:00 Europe/Brussels, but "
INPUT = "`marketplace.artwork-sales:sales@1` "


@pytest.mark.parametrize(
    ("cron", "given", "promise", "why"),
    [
        pytest.param("0 * * * *", None, BY_SEVEN, None, id="hourly"),
        pytest.param("0 5 * * *", None, BY_SEVEN, None, id="at five in UTC, six or seven here"),
        pytest.param(
            "0 6 * * *",
            None,
            BY_SEVEN,
            "on a Monday no run of `0 6 * * *` UTC ends between midnight and then",
            id="at six in UTC, which is eight here in summer",
        ),
        pytest.param("0 5 * * 1-5", None, BY_SEVEN, None, id="on business days, of business days"),
        pytest.param(
            "0 5 * * 1-5",
            None,
            replace(BY_SEVEN, calendar=None),
            "on a Saturday no run of `0 5 * * 1-5` UTC ends between midnight and then",
            id="on business days, of every day",
        ),
        pytest.param("0 5 * * *", BY_SEVEN, BY_SEVEN, None, id="an input that promises as much"),
        pytest.param(
            "0 5 * * *",
            replace(BY_SEVEN, by=time(8)),
            BY_SEVEN,
            INPUT + "is promised by 08:00 Europe/Brussels only",
            id="an input that promises less",
        ),
        pytest.param(
            "0 5 * * *",
            replace(BY_SEVEN, calendar="NL"),
            BY_SEVEN,
            INPUT + "promises nothing for days such as Friday 2024-03-29",
            id="an input with other holidays",
        ),
        pytest.param("0 5 * * *", Freshness(timedelta(hours=2), BY_SEVEN.objective), BY_SEVEN, None, id="young inputs"),
        pytest.param(
            "0 5 * * *",
            Freshness(timedelta(hours=8), BY_SEVEN.objective),
            BY_SEVEN,
            INPUT + "may be 8h old",
            id="an input that may be older than the day",
        ),
    ],
)
def test_a_landing_that_schedule_and_inputs_cannot_keep_is_found(
    cron: str, given: Slo | None, promise: LandingBy, why: str | None
) -> None:
    sales = edit_port(slos=() if given is None else (given,))(SALES)
    ranking = edit_product(schedule=CronSchedule(cron))(edit_port(slos=(promise,))(RANKING))
    made = plan(linked(MESH), linked(with_products(sales, ranking)), NOW)
    messages = [d.message for d in made.findings if d.code == "MW0413"]
    assert messages == ([] if why is None else [ASKED + why])


def test_what_is_known_to_be_the_same_is_not_looked_at() -> None:
    same = {SALES_ADDRESS: Digest.of(b"sales"), RANKING_ADDRESS: Digest.of(b"ranking")}
    other = {**same, RANKING_ADDRESS: Digest.of(b"another ranking")}
    before, after = (
        linked(MESH),
        linked(with_products(replace(SALES, purpose="trust"), replace(RANKING, tags=("top",)))),
    )
    for known, proposed, expected in (
        ({}, {}, {"PurposeChanged", "ProductDescribed"}),
        (same, {}, {"PurposeChanged", "ProductDescribed"}),
        (same, other, {"ProductDescribed"}),
        (same, same, set()),
    ):
        made = plan(replace(before, digests=known), replace(after, digests=proposed), NOW)
        assert {type(e.change).__name__ for e in made.effects} == expected
