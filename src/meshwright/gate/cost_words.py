"""Cost in words: what runs, hours and money a change makes more or less, as plans and approvals say it."""

from datetime import timedelta
from decimal import Decimal

from meshwright.gate.cost import CostChange, Costs, Load, PurposeCost

_CENT = Decimal("0.01")


def load_text(change: CostChange, costs: Costs) -> str:
    """Say how a product's month changes: `30 → 720 runs a month, 15m → 6h, 0.01 → 0.24 EUR`."""
    before, after = change.before, change.after
    if before is None or after is None:
        return f"{'new' if before is None else 'gone'}: {_side_text(after or before, costs)}"
    parts = [f"{_runs_text(before)} → {_runs_text(after)} runs a month"]
    if before.time is None or after.time is None:
        return f"{parts[0]}, what they take is not known yet"
    return ", ".join([*parts, *_moved(before.time, after.time, costs)])


def purpose_text(cost: PurposeCost, costs: Costs) -> str:
    """Say how the month of a purpose changes, and of what budget."""
    budget = cost.purpose.budget
    of = f" of a budget of {money_text(budget, costs.currency)}" if budget is not None else ""
    unknown = f"; not known of {len(cost.unknown)} of its products" if cost.unknown else ""
    return f"{', '.join(_moved(cost.before, cost.after, costs))} a month{of}{unknown}"


def hours_text(time: timedelta) -> str:
    """Say how long an engine is busy, in minutes below an hour: `15m`, `6.5h`."""
    hours = time / timedelta(hours=1)
    return f"{hours:.1f}h".replace(".0h", "h") if hours >= 1 else f"{hours * 60:.1f}m".replace(".0m", "m")


def money_text(amount: Decimal, currency: str) -> str:
    """Say an amount in the mesh's currency."""
    return f"{amount.quantize(_CENT):,} {currency}".rstrip()


def _moved(before: timedelta, after: timedelta, costs: Costs) -> list[str]:
    parts = [f"{hours_text(before)} → {hours_text(after)}"]
    was, is_now = costs.amount(before), costs.amount(after)
    if was is not None and is_now is not None:
        parts.append(f"{was.quantize(_CENT):,} → {money_text(is_now, costs.currency)}")
    return parts


def _side_text(load: Load | None, costs: Costs) -> str:
    if load is None or load.time is None:
        often = "" if load is None or load.runs is None else f"{_runs_text(load)} runs a month, "
        return f"{often}what they take is not known yet" if often else "how often it runs is not known"
    amount = costs.amount(load.time)
    money = "" if amount is None else f", {money_text(amount, costs.currency)}"
    return f"{_runs_text(load)} runs a month, {hours_text(load.time)}{money}"


def _runs_text(load: Load) -> str:
    return "?" if load.runs is None else f"{load.runs:,.0f}" if load.runs >= 10 else f"{load.runs.normalize():.2g}"
