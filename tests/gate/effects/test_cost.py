"""What a month takes before and after a change, whose budget bears it, and who is asked about it."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from tests.gate.meshes import (
    MESH,
    NOW,
    RANKING,
    RANKING_ADDRESS,
    SALES,
    SALES_ADDRESS,
    edit_product,
    edit_table,
    linked,
)

from meshwright.gate.codes import Code
from meshwright.gate.effects.cost import Costs
from meshwright.gate.effects.cost_words import hours_text, load_text, money_text, purpose_text
from meshwright.gate.effects.surroundings import Estimated, Surroundings
from meshwright.gate.judge import Refused, judge
from meshwright.gate.plan import Plan, plan
from meshwright.gate.policies.rulings import decided
from meshwright.graph.graph import MeshGraph
from meshwright.model.address import ProductAddress
from meshwright.model.estimate import Estimate
from meshwright.model.mesh import Mesh, Prices, Purpose
from meshwright.model.observation import Usual
from meshwright.model.product import CronSchedule, DataProduct, Transform

NEW = ProductAddress("marketplace", "artwork-resales")
USUAL = {SALES_ADDRESS: Usual(timedelta(seconds=30), 20), RANKING_ADDRESS: Usual(timedelta(minutes=2), 20)}
OFTEN = CronSchedule("*/15 * * * *")
PRICED = replace(
    MESH,
    purposes=(Purpose("growth", "dora", Decimal(5000)), Purpose("trust", "iris")),
    currency="EUR",
    products=(replace(RANKING, purpose="trust"), SALES),
)


def of(mesh: Mesh, *products: DataProduct) -> Mesh:
    changed = {p.address: p for p in (*mesh.products, *products)}
    return replace(mesh, products=tuple(changed[a] for a in sorted(changed)))


def planned(after: Mesh, usual: Mapping[ProductAddress, Usual] = USUAL, hour: str | None = "2") -> Plan:
    def observed(products: Collection[ProductAddress]) -> Mapping[ProductAddress, Usual]:
        return {p: usual[p] for p in products if p in usual}

    around = Surroundings(None, observed, Prices(None if hour is None else Decimal(hour)))
    return plan(linked(PRICED), linked(after), NOW, around)


def texts(costs: Costs) -> dict[str, str]:
    products = {str(c.product): load_text(c, costs) for c in costs.products}
    return products | {p.purpose.name: purpose_text(p, costs) for p in costs.purposes}


def test_what_runs_more_often_costs_more_and_so_does_all_that_it_drives() -> None:
    made = planned(of(PRICED, edit_product(schedule=OFTEN)(SALES)))
    assert texts(made.costs) == {
        "creators.trending-artists": "731 → 2,924 runs a month, 24.4h → 97.5h, 48.73 → 194.93 EUR",
        "marketplace.artwork-sales": "731 → 2,924 runs a month, 6.1h → 24.4h, 12.18 → 48.73 EUR",
        "growth": "6.1h → 24.4h, 12.18 → 48.73 EUR a month of a budget of 5,000.00 EUR",
        "trust": "24.4h → 97.5h, 48.73 → 194.93 EUR a month",
    }
    assert {n.role for n in made.needs} == {"director of purpose `growth`", "director of purpose `trust`"}


def test_without_prices_hours_are_told() -> None:
    made = planned(of(PRICED, edit_product(schedule=OFTEN)(SALES)), hour=None)
    assert texts(made.costs)["marketplace.artwork-sales"] == "731 → 2,924 runs a month, 6.1h → 24.4h"


def test_what_was_never_observed_is_not_known_and_still_asked_about() -> None:
    made = planned(of(PRICED, edit_product(schedule=OFTEN)(SALES)), {})
    assert texts(made.costs)["growth"].endswith("not known of 1 of its products")
    assert "what they take is not known yet" in texts(made.costs)["marketplace.artwork-sales"]
    assert "director of purpose `growth`" in {n.role for n in made.needs}


def test_a_new_product_is_not_counted_as_nothing() -> None:
    made = planned(of(PRICED, replace(SALES, address=NEW)))
    assert made.costs.grows("growth")
    assert texts(made.costs)[str(NEW)] == "new: 731 runs a month, what they take is not known yet"
    assert made.needs == () or all("director" not in n.role for n in made.needs)


def test_a_removed_product_is_saved() -> None:
    made = planned(replace(PRICED, products=(SALES,)))
    assert texts(made.costs)["creators.trending-artists"] == "gone: 731 runs a month, 24.4h, 48.73 EUR"
    assert not made.costs.grows("trust")
    assert all("director" not in n.role for n in made.needs)


def test_running_less_often_asks_nobody() -> None:
    made = planned(of(PRICED, edit_product(schedule=CronSchedule("@daily"))(SALES)))
    assert made.needs == ()


def test_another_purpose_bears_what_it_takes_over() -> None:
    made = planned(of(PRICED, edit_product(purpose="trust")(SALES)))
    assert made.costs.products == ()
    assert texts(made.costs) == {
        "growth": "6.1h → 0m, 12.18 → 0.00 EUR a month of a budget of 5,000.00 EUR",
        "trust": "24.4h → 30.5h, 48.73 → 60.92 EUR a month",
    }


def test_nothing_is_looked_up_where_nothing_costs_otherwise() -> None:
    def never(products: Collection[ProductAddress]) -> Mapping[ProductAddress, Usual]:
        raise AssertionError(products)

    after = of(PRICED, edit_product(description="Other words")(SALES))
    assert plan(linked(PRICED), linked(after), NOW, Surroundings(None, never)).costs == Costs(currency="EUR")


@pytest.mark.parametrize(
    ("minutes", "text"), [(0, "0m"), (0.25, "0.2m"), (15, "15m"), (60, "1h"), (390, "6.5h"), (90000, "1500h")]
)
def test_hours_are_told_in_a_size_that_people_read(minutes: float, text: str) -> None:
    assert hours_text(timedelta(minutes=minutes)) == text


def test_money_is_told_with_its_currency() -> None:
    assert money_text(Decimal("12345.678"), "EUR") == "12,345.68 EUR"


def scanning(*sizes: tuple[ProductAddress, int, int]) -> Estimated:
    """Tell what an engine would: of each product the bytes that a run read before, and reads as proposed."""

    def estimated(graph: MeshGraph, products: Collection[ProductAddress]) -> Mapping[ProductAddress, Estimate]:
        is_before = graph.mesh.description == ""
        told = {address: Estimate(was if is_before else now) for address, was, now in sizes}
        return {p: told.get(p, Estimate(because="nobody asked")) for p in products}

    return estimated


def read(after: Mesh, estimated: Estimated, **prices: str) -> Plan:
    around = Surroundings(None, prices=Prices(**{n: Decimal(p) for n, p in prices.items()}), estimated=estimated)
    return plan(linked(PRICED), linked(replace(after, description="as proposed")), NOW, around)


REWRITTEN = of(PRICED, edit_table(transform=Transform("SELECT * FROM orders WHERE TRUE", "bigquery"))(SALES))
GIB = 2**30


@pytest.mark.parametrize(
    ("estimated", "text", "asked"),
    [
        pytest.param(
            scanning((SALES_ADDRESS, GIB, 2 * GIB), (RANKING_ADDRESS, GIB, GIB)),
            "731 runs a month, 731 GiB → 1.4 TiB read, 4.46 → 8.92 EUR",
            {"director of purpose `growth`"},
            id="twice as much",
        ),
        pytest.param(
            scanning((SALES_ADDRESS, 100 * GIB, 101 * GIB)),
            "731 runs a month, 71.4 TiB → 72.1 TiB read, 446.17 → 450.63 EUR",
            set(),
            id="hardly more",
        ),
        pytest.param(
            scanning(),
            "731 runs a month, what they read is not estimated, because nobody asked",
            set(),
            id="nobody can tell",
        ),
    ],
)
def test_what_reads_more_costs_more_as_the_engine_estimates_it(
    estimated: Estimated, text: str, asked: set[str]
) -> None:
    made = read(REWRITTEN, estimated, tebibyte="6.25")
    assert texts(made.costs)["marketplace.artwork-sales"] == text
    assert {n.role for n in made.needs if "director" in n.role} == asked


BILLED = {SALES_ADDRESS: replace(USUAL[SALES_ADDRESS], billed=3 * GIB)}


@pytest.mark.parametrize(
    ("after", "text"),
    [
        pytest.param(
            of(PRICED, edit_product(schedule=OFTEN)(SALES)),
            "731 → 2,924 runs a month, 6.1h → 24.4h, 2.1 TiB → 8.6 TiB read, 13.39 → 53.54 EUR",
            id="observed where nothing is rewritten",
        ),
        pytest.param(
            REWRITTEN,
            "731 runs a month, 6.1h → 6.1h, 731 GiB → 1.4 TiB read, 4.46 → 8.92 EUR",
            id="estimated where something is",
        ),
    ],
)
def test_what_runs_were_billed_counts_before_what_is_estimated(after: Mesh, text: str) -> None:
    around = Surroundings(
        None, lambda _: BILLED, Prices(tebibyte=Decimal("6.25")), scanning((SALES_ADDRESS, GIB, 2 * GIB))
    )
    made = plan(linked(PRICED), linked(replace(after, description="as proposed")), NOW, around)
    assert texts(made.costs)["marketplace.artwork-sales"] == text


SHARE = "0.1% of its budget of 5,000.00 EUR"
CHEAP = (SALES_ADDRESS, GIB, 2 * GIB), (RANKING_ADDRESS, GIB, GIB)


def test_of_what_is_billed_by_bytes_alone_no_time_is_said() -> None:
    said = texts(read(REWRITTEN, scanning(*CHEAP), tebibyte="6.25").costs)
    assert said["growth"] == "731 GiB → 1.4 TiB read, 4.46 → 8.92 EUR a month of a budget of 5,000.00 EUR"


DEARER = "a month of `marketplace.artwork-sales` would become dearer by 4.46 EUR, more than 4.00 EUR"


@pytest.mark.parametrize(
    ("decides", "says"),
    [
        pytest.param({}, [], id="nothing but a budget that is kept"),
        pytest.param({"growth": 4}, [DEARER], id="growth"),
        pytest.param(
            {"product": 8},
            ["a month of `marketplace.artwork-sales` would cost 8.92 EUR, more than 8.00 EUR"],
            id="product",
        ),
        pytest.param(
            {"domain": 8}, ["a month of the domain `marketplace` would cost 8.92 EUR, more than 8.00 EUR"], id="domain"
        ),
        pytest.param(
            {"purpose": 8}, ["a month of the purpose `growth` would cost 8.92 EUR, more than 8.00 EUR"], id="purpose"
        ),
        pytest.param(
            {"budget": "0.1%"},
            [f"a month of the purpose `growth` would cost 8.92 EUR, more than 5.00 EUR, {SHARE}"],
            id="budget",
        ),
        pytest.param({"product": 9, "growth": 5, "domain": 9, "purpose": 9, "budget": "1%"}, [], id="all that is kept"),
    ],
)
def test_what_is_dearer_than_agreed_is_found(decides: dict[str, object], says: list[str]) -> None:
    policy = decided("affordable", {"severity": "error", **decides})
    before, after = (replace(m, policies=(policy,)) for m in (PRICED, replace(REWRITTEN, description="as proposed")))
    around = Surroundings(None, prices=Prices(None, Decimal("6.25")), estimated=scanning(*CHEAP))
    made = plan(linked(before), linked(after), NOW, around)
    assert [f.message for f in made.findings if f.code == Code.DEAR] == says
    assert isinstance(judge(made, ()), Refused) is bool(says)


def test_what_others_are_made_to_cost_is_found_at_the_one_that_grows_most() -> None:
    budget = replace(PRICED, policies=(decided("affordable", {"purpose": 100}),))
    made = planned(replace(of(budget, edit_product(schedule=OFTEN)(SALES)), policies=budget.policies))
    (found,) = (f for f in made.findings if f.code == Code.DEAR)
    assert found.message == "a month of the purpose `trust` would cost 194.93 EUR, more than 100.00 EUR"
    assert found.at.file == RANKING.file


def test_a_purpose_keeps_to_the_budget_of_what_runs() -> None:
    poor, rich = (
        replace(PRICED, purposes=(Purpose("growth", "dora", Decimal(budget)), *PRICED.purposes[1:]))
        for budget in (40, 99)
    )
    after = of(rich, edit_product(schedule=OFTEN)(SALES))
    around = Surroundings(None, lambda products: {p: USUAL[p] for p in products}, Prices(Decimal(2)))
    (found,) = (f for f in plan(linked(poor), linked(after), NOW, around).findings if f.code == Code.DEAR)
    assert found.message == "a month of the purpose `growth` would cost 48.73 EUR, more than its budget of 40.00 EUR"


def test_what_makes_nothing_dearer_may_stay_above_a_ceiling() -> None:
    policy = decided("affordable", {"severity": "error", "product": 1})
    less = of(replace(PRICED, policies=(policy,)), edit_product(schedule=CronSchedule("@daily"))(SALES))
    assert Code.DEAR not in {f.code for f in planned(less).findings}
