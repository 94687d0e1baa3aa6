"""Budget: how much of what an objective allows to go wrong is left, and how fast it goes."""

from datetime import timedelta

from meshwright.model.ratio import Ratio

WINDOW = timedelta(days=28)
"""What SLIs and budgets look back on: four whole weeks, so that no window has a weekend more than another."""

BURN_WINDOW = timedelta(hours=1)
"""What a burn rate looks back on."""


def budget_left(bad: float, valid: float, objective: Ratio) -> float | None:
    """Return the share of the budget that is left; below 0 when overspent.

    `bad` and `valid` are seconds, or occurrences. None where nothing was measured, or nothing may ever go wrong.
    """
    spent = burn(bad, valid, objective)
    return None if spent is None else 1 - spent


def burn(bad: float, valid: float, objective: Ratio) -> float | None:
    """Return how many times faster than allowed things went wrong; 1 spends the budget exactly in its window."""
    allowed = 1 - float(objective.value)
    return None if valid <= 0 or allowed <= 0 else bad / valid / allowed
