"""Plan as a document: its stable JSON for programs, its Markdown for pull requests."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from meshwright.actions.plan import Judged
from meshwright.cli.console import diagnostic_plain
from meshwright.cli.views.plan_text import beside, reader
from meshwright.gate.approvals import Need
from meshwright.gate.changes import subject_of
from meshwright.gate.describe import describe, sign
from meshwright.gate.judge import Allowed, NeedsApproval, Refused, Verdict
from meshwright.gate.plan import Effect
from meshwright.model.mesh import Mesh


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
        "missing": [need_plain(n) for n in _missing(judged.verdict)],
        "dags": {
            "new": [str(p) for p in plan.dags.new],
            "changed": [str(p) for p in plan.dags.changed],
            "retired": [str(p) for p in plan.dags.retired],
        },
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


def plan_markdown(judged: Judged, environment: str) -> str:
    """Return a plan as a comment for a pull request."""
    plan, against = judged.proposal.plan, beside(judged, environment)
    lines = [f"## Plan `{plan.digest.short}`", "", f"Against {against}. **{_sentence(judged.verdict)}**", ""]
    lines += ["Nothing would change." if not plan.effects else "| | where | change | version |"]
    lines += ["|---|---|---|---|"] if plan.effects else []
    lines += [line for e in plan.effects for line in _effect_row(e)]
    broken = [line for e in plan.effects for line in _broken(e, plan.proposed.mesh)]
    lines += ["", "### Who it breaks", "", *broken] if broken else []
    findings = [f"- **{d.code}** `{d.at}` {d.message}{f' (hint: {d.hint})' if d.hint else ''}" for d in plan.findings]
    lines += ["", "### Findings", "", *findings] if findings else []
    needed = [f"- {n.role} ({', '.join(n.people) or 'nobody known'}): {'; '.join(n.reasons)}" for n in plan.needs]
    lines += ["", "### Approvals", "", *needed] if needed else []
    return "\n".join(lines)


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


def _missing(verdict: Verdict) -> tuple[Need, ...]:
    return verdict.missing if isinstance(verdict, NeedsApproval) else ()


def _sentence(verdict: Verdict) -> str:
    match verdict:
        case Allowed():
            return "Allowed."
        case NeedsApproval(missing=missing):
            return f"Waits for {len(missing)} approval{'s' if len(missing) > 1 else ''}."
        case Refused(findings=findings):
            return f"Refused: {len(findings)} error{'s' if len(findings) > 1 else ''}."


def _effect_row(effect: Effect) -> Iterator[str]:
    subject = subject_of(effect.change) or "mesh"
    said = describe(effect.change).replace("|", "\\|")
    part = f"**{effect.part.word}**" if effect.is_breaking else effect.part.word
    yield f"| {sign(effect.change)} | `{subject}` | {said} | {part} |"


def _broken(effect: Effect, mesh: Mesh) -> Iterator[str]:
    for _, group in groupby(effect.consumers, key=lambda c: c.product):
        places = list(group)
        yield f"- {reader(places[0], mesh)}: {describe(effect.change)}"
        yield from (f"  - `{c.at}`: `{c.at.text.strip()}`" for c in places)
