"""Plan as Markdown: the comment of a pull request, within what GitHub takes; what breaks comes first."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from meshwright.cli.views.markdown import LIMIT, Section, code, document, said
from meshwright.cli.views.plan_outlook import awaited, count, outlook, summary
from meshwright.cli.views.plan_text import beside, reader
from meshwright.gate.changes.change import subject_of
from meshwright.gate.changes.describe import describe, sign
from meshwright.gate.judge import Allowed, NeedsApproval, Refused, Verdict
from meshwright.gate.plan import Effect, Plan
from meshwright.model.diagnostic import errors
from meshwright.model.mesh import Mesh
from meshwright.workspace.judged import Judged


def plan_markdown(judged: Judged, against: str, more: Iterable[tuple[str, list[str]]] = (), limit: int = LIMIT) -> str:
    """Return a plan as a comment for a pull request, in at most `limit` bytes."""
    plan = judged.proposal.plan
    line = summary(plan, len(awaited(judged.verdict))) if plan.effects else "Nothing would change."
    head = f"## Plan `{plan.digest.short}`\n\nAgainst {said(beside(judged, against))}. **{_sentence(judged.verdict)}**"
    untouched = [f"- {code(d)}" for d in judged.proposal.untouched]
    sections = [*_sections(plan, refused=isinstance(judged.verdict, Refused))]
    sections += [_listed(heading, [f"- {said(line)}" for line in lines], "step") for heading, lines in more]
    if untouched:
        sections.append(_listed("From other repositories, and left as they run", untouched, "domain"))
    return document(f"{head}\n\n{line}", tuple(sections), limit)


def _sections(plan: Plan, *, refused: bool) -> Iterator[Section]:
    effects = sorted(plan.effects, key=lambda e: -e.part)
    broken = [line for e in effects for line in _broken(e, plan.proposed.mesh)]
    if broken:
        yield _listed("Who it breaks", broken, "line")
    if plan.needs:
        needed = [_need(n.role, n.people, n.reasons) for n in plan.needs]
        yield _listed("Approvals", needed, "approval")
    if plan.findings:
        found = sorted(plan.findings, key=lambda d: d not in errors(plan.findings))
        rows = [f"- **{d.code}** {code(str(d.at))} {said(d.message)}{_hint(d.hint)}" for d in found]
        yield _listed("Findings", rows, "finding")
    if effects:
        head = ("### Changes", "", "| | where | change | version |", "|---|---|---|---|")
        yield Section(head, tuple(map(_effect_row, effects)), "change")
    for heading, lines in () if refused else outlook(plan):
        yield _listed(heading, [f"- {said(line)}" for line in lines], "line")


def _listed(heading: str, rows: list[str], noun: str) -> Section:
    return Section((f"### {heading}", ""), tuple(rows), noun)


def _need(role: str, people: tuple[str, ...], reasons: tuple[str, ...]) -> str:
    who = ", ".join(code(p) for p in people) or "nobody known"
    return f"- {said(role)} ({who}): {'; '.join(map(said, reasons))}"


def _hint(hint: str) -> str:
    return f" (hint: {said(hint)})" if hint else ""


def _sentence(verdict: Verdict) -> str:
    match verdict:
        case Allowed():
            return "Allowed."
        case NeedsApproval(missing=missing):
            return f"Waits for {count(len(missing), 'approval')}."
        case Refused(findings=findings):
            return f"Refused: {count(len(findings), 'error')}."


def _effect_row(effect: Effect) -> str:
    subject = code(str(subject_of(effect.change) or "mesh"))
    part = f"**{effect.part.word}**" if effect.is_breaking else effect.part.word
    return f"| {sign(effect.change)} | {subject} | {said(describe(effect.change))} | {part} |"


def _broken(effect: Effect, mesh: Mesh) -> Iterator[str]:
    for _, group in groupby(effect.consumers, key=lambda c: c.product):
        places = list(group)
        yield f"- {said(reader(places[0], mesh))}: {said(describe(effect.change))}"
        yield from (f"  - {code(str(c.at))}: {code(c.at.text.strip())}" for c in places)
