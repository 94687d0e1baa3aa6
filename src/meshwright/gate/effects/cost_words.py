"""Cost in words: what runs, hours, bytes and money a change makes more or less, as plans and approvals say it."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from meshwright.gate.effects.cost import CostChange, Costs, PurposeCost
from meshwright.gate.effects.load import Load, Taken
from meshwright.model.publish import Publish, Spent

_CENT = Decimal("0.01")
_UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")


def load_text(change: CostChange, costs: Costs) -> str:
    """Say how a product's month changes: `30 → 720 runs a month, 15m → 6h, 0.01 → 0.24 EUR`."""
    before, after = change.before, change.after
    if before is None or after is None:
        return f"{'new' if before is None else 'gone'}: {_side_text(after or before, costs)}"
    parts = [f"{_runs_text(before)} → {_runs_text(after)} runs a month"]
    if before.runs == after.runs:
        parts = [f"{_runs_text(after)} runs a month"]
    if before.usual is None and after.estimate is None:
        return f"{parts[0]}, what they take is not known yet"
    return ", ".join([*parts, *_moved(before.month, after.month, costs), *_unestimated(after)])


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


def taken_text(publish: Publish) -> str:
    """Say what a run took: `12.5 s`, and on an engine that bills it `12.5 s, 1.5 GiB, 40 slot s`."""
    spent = publish.spent
    if spent is None or spent == Spent(stored=spent.stored):
        return f"{publish.seconds:.1f} s"
    return f"{publish.seconds:.1f} s, {size_text(Decimal(spent.billed))}, {spent.slots:,.0f} slot s"


def size_text(size: Decimal) -> str:
    """Say how many bytes are read, in the unit that people read: `1.5 GiB`."""
    unit = 0
    while size >= 1024 and unit < len(_UNITS) - 1:
        size, unit = size / 1024, unit + 1
    return f"{size:.1f}".removesuffix(".0") + f" {_UNITS[unit]}"


def money_text(amount: Decimal, currency: str) -> str:
    """Say an amount in the mesh's currency."""
    return f"{amount.quantize(_CENT):,} {currency}".rstrip()


def _moved(before: Taken, after: Taken, costs: Costs) -> Iterator[str]:
    is_told = bool(before.time or after.time) or after.size is None  # of bytes alone, no time need be said
    if before.time is not None and after.time is not None and is_told:
        yield f"{hours_text(before.time)} → {hours_text(after.time)}"
    if before.size is not None and after.size is not None:
        yield f"{size_text(before.size)} → {size_text(after.size)} read"
    elif after.size is not None:
        yield f"{size_text(after.size)} read"
    was, is_now = before.amount(costs.prices), after.amount(costs.prices)
    if was is not None and is_now is not None:
        yield f"{was.quantize(_CENT):,} → {money_text(is_now, costs.currency)}"


def _side_text(load: Load | None, costs: Costs) -> str:
    if load is None or load.runs is None:
        return "how often it runs is not known"
    parts = [f"{_runs_text(load)} runs a month"]
    month = load.month
    if month.time is not None:
        parts.append(hours_text(month.time))
    if month.size is not None:
        parts.append(f"{size_text(month.size)} read")
    if month.time is None and load.estimate is None:
        parts.append("what they take is not known yet")
    amount = month.amount(costs.prices)
    return ", ".join([*parts, *([] if amount is None else [money_text(amount, costs.currency)]), *_unestimated(load)])


def _unestimated(load: Load) -> list[str]:
    estimate = load.estimate
    return [f"what they read is not estimated, because {estimate.because}"] if estimate and estimate.because else []


def _runs_text(load: Load) -> str:
    return "?" if load.runs is None else f"{load.runs:,.0f}" if load.runs >= 10 else f"{load.runs.normalize():.2g}"
