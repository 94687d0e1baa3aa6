"""No change makes data dearer than was agreed: a purpose keeps to its budget, a product and a domain to their ceilings.

A month's cost is told in the plan, in money where the environment has prices. What makes nothing dearer is not asked
about, and what nobody can tell is not guessed: its director is asked instead. The finding is at the product that grows
most. Prices of the gate's machine (`MESH_PRICE_HOUR`, `MESH_PRICE_TEBIBYTE`) count before those that a proposal names.
"""

from collections.abc import Iterator
from decimal import Decimal

from meshwright.gate.codes import Code
from meshwright.gate.effects.cost import CostChange, Costs
from meshwright.gate.effects.cost_words import money_text
from meshwright.gate.policies.parameters import at_most
from meshwright.gate.policies.policy import Found, Level, Policy, Weighing, place
from meshwright.model.product import DataProduct
from meshwright.model.ratio import Ratio
from meshwright.model.value import value

_HINT = "let it run less often or read less, or agree on more"


@value
class Parameters:
    """How much a month may cost, in the mesh's currency."""

    product: Decimal | None = at_most(None, "a month of one product costs no more, in the mesh's currency")
    growth: Decimal | None = at_most(None, "a month of one product becomes no dearer than by this")
    domain: Decimal | None = at_most(None, "a month of all products of a domain costs no more")
    purpose: Decimal | None = at_most(None, "a month of all products of a purpose costs no more")
    budget: Ratio = at_most(Ratio(Decimal(1)), "a month of a purpose costs no more than this share of its budget")


def weigh(costs: Costs, product: DataProduct, parameters: Parameters) -> Iterator[Found]:
    """Yield a finding for each ceiling that a product, which becomes dearer, takes something above."""
    change = next((c for c in costs.products if c.product == product.address), None)
    growth = None if change is None else costs.growth(change)
    if change is None or growth is None or growth <= 0:
        return
    month = change.months[1].amount(costs.prices)
    for message in (
        _above(f"a month of `{product.address}` would cost", month, parameters.product, costs),
        _above(f"a month of `{product.address}` would become dearer by", growth, parameters.growth, costs),
        _domain(costs, change, parameters),
        *_purpose(costs, change, parameters),
    ):
        if message:
            yield Found((product.address,), place(product), message, _HINT)


def _domain(costs: Costs, change: CostChange, parameters: Parameters) -> str:
    name = change.product.domain
    total = next((d for d in costs.domains if d.domain == name), None)
    if total is None or not _leads(change, [c for c in costs.products if c.product.domain == name], costs):
        return ""
    month = total.after.amount(costs.prices)
    return _above(f"a month of the domain `{name}` would cost", month, parameters.domain, costs)


def _purpose(costs: Costs, change: CostChange, parameters: Parameters) -> Iterator[str]:
    total = next((p for p in costs.purposes if p.purpose.name == change.purpose), None)
    if total is None or not _leads(change, [c for c in costs.products if c.purpose == change.purpose], costs):
        return
    month, said = total.after.amount(costs.prices), f"a month of the purpose `{total.purpose.name}` would cost"
    yield _above(said, month, parameters.purpose, costs)
    budget = total.purpose.budget
    if budget is not None:
        most, whole = budget * parameters.budget.value, f"its budget of {money_text(budget, costs.currency)}"
        part = f"{money_text(most, costs.currency)}, {parameters.budget} of {whole}"
        yield _above(said, month, most, costs, whole if most == budget else part)


def _leads(change: CostChange, others: list[CostChange], costs: Costs) -> bool:
    """Tell whether of some products together, which become dearer, this one does so most."""
    growth = {c.product: costs.growth(c) or Decimal() for c in others}
    first = max(sorted(growth), key=lambda address: growth[address])
    return first == change.product and sum(growth.values()) > 0


def _above(said: str, amount: Decimal | None, most: Decimal | None, costs: Costs, limit: str = "") -> str:
    if amount is None or most is None or amount <= most:
        return ""
    return f"{said} {money_text(amount, costs.currency)}, more than {limit or money_text(most, costs.currency)}"


POLICY = Policy("affordable", Code.DEAR, Level.WARNING, Weighing(weigh), Parameters)
