"""What a month takes before and after a change, whose budget bears it, and who is asked about it."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from tests.gate.meshes import MESH, NOW, RANKING, RANKING_ADDRESS, SALES, SALES_ADDRESS, edit_product, linked

from meshwright.gate.cost import Costs
from meshwright.gate.cost_words import hours_text, load_text, money_text, purpose_text
from meshwright.gate.plan import Plan, Surroundings, plan
from meshwright.model.address import ProductAddress
from meshwright.model.mesh import Mesh, Prices, Purpose
from meshwright.model.observation import Usual
from meshwright.model.product import CronSchedule, DataProduct

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
    assert made.costs.growth("growth") is None
    assert texts(made.costs)[str(NEW)] == "new: 731 runs a month, what they take is not known yet"
    assert made.needs == () or all("director" not in n.role for n in made.needs)


def test_a_removed_product_is_saved() -> None:
    made = planned(replace(PRICED, products=(SALES,)))
    assert texts(made.costs)["creators.trending-artists"] == "gone: 731 runs a month, 24.4h, 48.73 EUR"
    assert made.costs.growth("trust") == -USUAL[RANKING_ADDRESS].length * 731
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
