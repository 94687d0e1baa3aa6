"""Plan as JSON, for programs: the stable shape that docs/plan.md describes."""

from datetime import timedelta
from typing import Any

from meshwright.cli.console import diagnostic_plain
from meshwright.cli.views.plan_outlook import awaited
from meshwright.gate.approvals import Need
from meshwright.gate.changes.change import subject_of
from meshwright.gate.changes.describe import describe
from meshwright.gate.effects.cost import Costs, DomainCost, PurposeCost
from meshwright.gate.effects.load import Load, Taken
from meshwright.gate.effects.runs import Run, Runs
from meshwright.gate.judge import Allowed, NeedsApproval, Refused, Verdict
from meshwright.gate.plan import Effect
from meshwright.model.time import instant_text
from meshwright.workspace.judged import Judged


def plan_plain(judged: Judged) -> dict[str, Any]:
    """Return a plan in its documented JSON shape."""
    plan, base = judged.proposal.plan, judged.proposal.base
    return {
        "plan": str(plan.digest),
        "against": None if base is None else str(base),
        "first": plan.first,
        "untouched": list(judged.proposal.untouched),
        "verdict": verdict_word(judged.verdict),
        "changes": [_effect_plain(e) for e in plan.effects],
        "findings": [diagnostic_plain(d) for d in plan.findings],
        "approvals": [need_plain(n) for n in plan.needs],
        "missing": [need_plain(n) for n in awaited(judged.verdict)],
        "dags": {
            "new": [str(p) for p in plan.dags.new],
            "changed": [str(p) for p in plan.dags.changed],
            "retired": [str(p) for p in plan.dags.retired],
        },
        "migrations": [{"table": str(m.table), "description": m.step} for m in plan.migrations],
        "runs": _runs_plain(plan.runs),
        "costs": _costs_plain(plan.costs),
    }


def verdict_word(verdict: Verdict) -> str:
    """Return the word for a verdict in JSON."""
    match verdict:
        case Allowed():
            return "allowed"
        case NeedsApproval():
            return "needsApproval"
        case Refused():
            return "refused"


def _effect_plain(effect: Effect) -> dict[str, Any]:
    subject = subject_of(effect.change)
    return {
        "kind": type(effect.change).__name__,
        "address": None if subject is None else str(subject),
        "description": describe(effect.change),
        "version": effect.part.word,
        "breaking": effect.is_breaking,
        "file": effect.change.at.file,
        "line": effect.change.at.line,
        "consumers": [
            {
                "product": str(c.product),
                "owner": c.owner,
                "table": None if c.table is None else str(c.table),
                "column": c.column,
                "file": c.at.file,
                "line": c.at.line,
                "position": c.at.column,
                "text": c.at.text,
            }
            for c in effect.consumers
        ],
    }


def need_plain(need: Need) -> dict[str, Any]:
    """Return an approval that is needed in its documented JSON shape."""
    return {"role": need.role, "people": list(need.people), "reasons": list(need.reasons)}


def _runs_plain(runs: Runs) -> dict[str, Any]:
    return {
        "touched": [_run_plain(r) for r in runs.touched],
        "following": [str(p) for p in runs.following],
    }


def _run_plain(run: Run) -> dict[str, Any]:
    caught, rebuild = run.catch_up, run.rebuild
    return {
        "product": str(run.product),
        "at": None if run.at is None else instant_text(run.at),
        "catchUp": None if caught is None else {"intervals": caught.intervals, "first": str(caught.first)},
        "rebuild": None
        if rebuild is None
        else {
            "tables": [str(t) for t in rebuild.tables],
            "dags": [str(d) for d in rebuild.dags],
            "span": str(rebuild.span),
        },
    }


def _costs_plain(costs: Costs) -> dict[str, Any]:
    return {
        "currency": costs.currency or None,
        "products": [
            {
                "product": str(c.product),
                "purpose": c.purpose,
                "before": _load_plain(c.before, costs),
                "after": _load_plain(c.after, costs),
            }
            for c in costs.products
        ],
        "purposes": [
            {
                "purpose": p.purpose.name,
                "budget": None if p.purpose.budget is None else float(p.purpose.budget),
                **_total_plain(p, costs),
            }
            for p in costs.purposes
        ],
        "domains": [{"domain": d.domain, **_total_plain(d, costs)} for d in costs.domains],
    }


def _total_plain(total: PurposeCost | DomainCost, costs: Costs) -> dict[str, Any]:
    return {
        "before": _taken_plain(total.before, costs),
        "after": _taken_plain(total.after, costs),
        "unknown": [str(u) for u in total.unknown],
    }


def _load_plain(load: Load | None, costs: Costs) -> dict[str, Any] | None:
    if load is None:
        return None
    because = load.estimate.because if load.estimate else ""
    return {
        "runs": None if load.runs is None else float(load.runs),
        **_taken_plain(load.month, costs),
        "notEstimated": because or None,
    }


def _taken_plain(taken: Taken, costs: Costs) -> dict[str, Any]:
    amount = taken.amount(costs.prices)
    return {
        "hours": None if taken.time is None else round(taken.time / timedelta(hours=1), 4),
        "bytes": None if taken.size is None else int(taken.size),
        "amount": None if amount is None else round(float(amount), 2),
    }
