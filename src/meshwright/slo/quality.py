"""Quality: what share of the checks that ran has passed?"""

from collections.abc import Sequence
from datetime import datetime

from meshwright.model.observation import ChecksRan, PortHistory
from meshwright.model.ratio import Ratio
from meshwright.model.slo import Quality, SloState, SloStatus
from meshwright.slo.budget import BURN_WINDOW, WINDOW, budget_left, burn


def quality(slo: Quality, history: PortHistory, now: datetime) -> SloStatus:
    """Hold the checks of a port against the share that it promises to pass."""
    start = max(history.activated_at, now - WINDOW)
    checks = tuple(c for c in history.checks if start <= c.at <= now)
    passed, ran = _count(checks)
    sli = Ratio.of(passed, ran)
    if sli is None:
        reason = "no check has run since it was deployed"
        return SloStatus(history.port, slo, SloState.NO_DATA, reason, history.activated_at)
    good, tried = _count(tuple(c for c in checks if c.at > now - BURN_WINDOW))
    return SloStatus(
        history.port,
        slo,
        SloState.KEPT if sli >= slo.objective else SloState.BROKEN,
        _reason(slo, checks, sli),
        _since(slo, checks),
        sli=sli,
        budget_left=budget_left(ran - passed, ran, slo.objective),
        burn=burn(tried - good, tried, slo.objective),
    )


def _count(checks: Sequence[ChecksRan]) -> tuple[int, int]:
    return sum(c.passed for c in checks), sum(c.ran for c in checks)


def _since(slo: Quality, checks: Sequence[ChecksRan]) -> datetime:
    """Return when the share was last on the other side of the objective, counting from the window's first checks."""
    since, kept = checks[0].at, None
    passed = ran = 0
    for stage in checks:
        passed, ran = passed + stage.passed, ran + stage.ran
        share = Ratio.of(passed, ran)
        now_kept = share is None or share >= slo.objective
        if now_kept is not kept:
            since, kept = stage.at, now_kept
    return since


def _reason(slo: Quality, checks: Sequence[ChecksRan], sli: Ratio) -> str:
    passed, ran = _count(checks)
    share = f"{passed} of {ran} checks passed, {sli}"
    if sli >= slo.objective:
        return share
    last = next((c.failed for c in reversed(checks) if c.failed), ())
    names = ", ".join(f"`{name}`" for name in last)
    return f"{names} failed; {share} where {slo.objective} is promised" if names else share
