"""Outlook: what will run because of a plan, what stays as it was built, and what it costs, each in a sentence.

The sentences are the same on a terminal and in a pull request; names stand between backticks, commands on lines alone.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from meshwright.gate.approvals import Need
from meshwright.gate.effects.cost_words import load_text, purpose_text
from meshwright.gate.effects.runs import Rebuild, Run
from meshwright.gate.judge import NeedsApproval, Verdict
from meshwright.gate.plan import Plan
from meshwright.model.naming import dag_id
from meshwright.model.time import instant_text

SHOWN = 12
"""Of more lines than these the rest is counted."""


def outlook(plan: Plan) -> Iterator[tuple[str, list[str]]]:
    """Yield the headings and sentences of what follows from a plan; nothing where nothing does."""
    run = [*(run_text(r) for r in plan.runs.touched), *(f"`{p}` runs no more" for p in plan.dags.retired)]
    after = named(plan.runs.following)
    lines = folded(run) + ([f"then, when those have published: {after}"] if after else [])
    if lines:
        yield "What will run", lines
    if plan.migrations:
        yield "What becomes of stored tables", folded([f"`{m.table}` {m.step}" for m in plan.migrations])
    stays = [line for r in plan.runs.touched if r.rebuild for line in rebuild_text(r.rebuild)]
    if stays:
        yield "What stays as it was built", stays
    costs = [f"`{c.product}`: {load_text(c, plan.costs)}" for c in plan.costs.products]
    purposes = [f"purpose `{p.purpose.name}`: {purpose_text(p, plan.costs)}" for p in plan.costs.purposes]
    if costs or purposes:
        yield "What it costs", folded(costs) + folded(purposes)


def run_text(run: Run) -> str:
    """Say when a product runs next, and what is caught up."""
    if run.clock is None:
        return f"`{run.product}` when its inputs publish"
    if run.at is None:
        return f"`{run.product}` never: `{run.clock.cron}` names no moment"
    caught = run.catch_up
    past = f"; first it catches up {count(caught.intervals, 'interval')}" if caught else ""
    since = f" from {_moment(caught.first.start, run.clock.timezone)} on" if caught else ""
    return f"`{run.product}` at {_moment(run.at, run.clock.timezone)}{past}{since}"


def rebuild_text(rebuild: Rebuild) -> Iterator[str]:
    """Say which tables keep what older SQL has built, and yield the commands that build it again."""
    keep = "keeps" if len(rebuild.tables) == 1 else "keep"
    yield f"{named(rebuild.tables)} {keep} what older SQL has built, until its intervals run again:"
    for product in rebuild.dags:
        start, end = (instant_text(at.replace(microsecond=0)) for at in (rebuild.span.start, rebuild.span.end))
        yield (
            f"`airflow backfill create --dag-id {dag_id(product)} --from-date {start} --to-date {end} "
            "--reprocess-behavior completed`"
        )


def summary(plan: Plan, waits_for: int) -> str:
    """Say a plan in a line: `3 changes, 1 breaking for 2 consumers, waits for 1 approval`."""
    breaking = [e for e in plan.effects if e.is_breaking]
    reached = {c.product for e in breaking for c in e.consumers}
    parts = [count(len(plan.effects), "change")]
    if breaking:
        parts.append(f"{len(breaking)} breaking" + (f" for {count(len(reached), 'consumer')}" if reached else ""))
    if waits_for:
        parts.append(f"waits for {count(waits_for, 'approval')}")
    return ", ".join(parts)


def awaited(verdict: Verdict) -> tuple[Need, ...]:
    """Return the approvals that a plan waits for."""
    return verdict.missing if isinstance(verdict, NeedsApproval) else ()


def folded(lines: Sequence[str], most: int = SHOWN) -> list[str]:
    """Return the first of many lines, and how many more there are."""
    left = len(lines) - most
    return list(lines) if left <= 1 else [*lines[:most], f"and {left:,} more"]


def named(things: Sequence[object], most: int = SHOWN) -> str:
    """Return a list of names, of many the first and how many more."""
    left = len(things) - most
    shown = ", ".join(f"`{t}`" for t in (things if left <= 1 else things[:most]))
    return shown if left <= 1 else f"{shown} and {left:,} more"


def count(number: int, noun: str) -> str:
    """Count things: `1 change`, `2 changes`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _moment(at: datetime, timezone: str) -> str:
    zone = UTC if timezone == "UTC" else ZoneInfo(timezone)
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M} {timezone}"
