"""Plan as text: what changes, for whom, and what it waits for, as people read it on a terminal."""

import shutil
import sys
from collections.abc import Iterable, Iterator
from itertools import groupby

import click

from meshwright.cli.console import diagnostic_text
from meshwright.cli.views.plan_outlook import awaited, count, outlook, summary
from meshwright.gate.changes.change import subject_of
from meshwright.gate.changes.describe import describe, sign
from meshwright.gate.effects.consumers import Consumer
from meshwright.gate.effects.version import Part
from meshwright.gate.judge import Allowed, NeedsApproval, Refused
from meshwright.gate.plan import Effect
from meshwright.model.diagnostic import Location, errors
from meshwright.model.mesh import Mesh
from meshwright.workspace.judged import Judged

_COLOUR = {"+": "green", "−": "red", "~": "yellow"}
_WIDTH = 100
_GROUPS, _EFFECTS, _READERS, _PLACES, _FINDINGS = 40, 30, 12, 6, 30
"""How many of a kind are shown; beyond them they are counted, and JSON has them all."""


def plan_text(judged: Judged, environment: str, more: Iterable[tuple[str, list[str]]] = ()) -> str:
    """Return a plan as people read it: changes with whom they break, findings, more that is told, what it waits for."""
    plan = judged.proposal.plan
    mesh = plan.proposed.mesh
    blocks = ["\n".join(_head(judged, environment)), *_changes(plan.effects, mesh)]
    stopping = errors(plan.findings)
    told = [*stopping, *(d for d in plan.findings if d not in stopping)]
    blocks += [diagnostic_text(d) for d in told[:_FINDINGS]]
    blocks += [f"and {count(len(told) - _FINDINGS, 'finding')} more"] if len(told) > _FINDINGS else []
    if not isinstance(judged.verdict, Refused):
        blocks += [_outlook_block(heading, lines) for heading, lines in outlook(plan)]
    blocks += [_outlook_block(heading, lines) for heading, lines in more]
    blocks += ["\n".join(_verdict(judged))]
    return "\n\n".join(b for b in blocks if b)


def _outlook_block(heading: str, lines: list[str]) -> str:
    """Return sentences below their heading; a command stands on a line of its own, to be copied."""
    shown = [line.strip("`") if line.count("`") == 2 and line[0] == line[-1] == "`" else line for line in lines]
    return "\n".join([click.style(heading, bold=True), *(f"  {line}" for line in shown)])


def _head(judged: Judged, environment: str) -> Iterator[str]:
    yield f"{click.style(judged.proposal.plan.proposed.mesh.name, bold=True)} against {beside(judged, environment)}"
    if judged.proposal.untouched:
        names = ", ".join(f"`{d}`" for d in judged.proposal.untouched)
        yield f"from other repositories, and left as they run: {names}"


def beside(judged: Judged, against: str) -> str:
    """Say what a plan was compared with: what was asked for is the name of an environment, a release or a folder."""
    base = judged.proposal.base
    if base is None:
        return f"`{against}`, where nothing runs yet" if judged.proposal.plan.first else f"the files in `{against}`"
    return f"release {base.short}" if base.hex.startswith(against) else f"what `{against}` runs (release {base.short})"


def _changes(effects: tuple[Effect, ...], mesh: Mesh) -> Iterator[str]:
    """Yield the changes by what they are of, those that break somebody first; of many the rest is counted."""
    groups = [list(group) for _, group in groupby(effects, key=lambda e: str(subject_of(e.change) or mesh.name))]
    groups.sort(key=lambda group: (not any(e.consumers for e in group), not any(e.is_breaking for e in group)))
    for group in groups[:_GROUPS]:
        lines = [click.style(str(subject_of(group[0].change) or mesh.name), bold=True)]
        shown = sorted(group, key=lambda e: (not e.consumers, -e.part))
        for effect in shown[:_EFFECTS]:
            lines += _effect(effect, mesh)
        lines += [f"  and {count(len(shown) - _EFFECTS, 'change')} more"] if len(shown) > _EFFECTS else []
        yield "\n".join(lines)
    left = [e for group in groups[_GROUPS:] for e in group]
    if left:
        places = count(len(groups) - _GROUPS, "more place")
        yield f"and {count(len(left), 'change')} in {places}: `--format json` has them all"


def _effect(effect: Effect, mesh: Mesh) -> Iterator[str]:
    mark, said = sign(effect.change), " ".join(describe(effect.change).split())
    part = click.style(effect.part.word, fg="red" if effect.is_breaking else None, bold=effect.is_breaking)
    gap = " " * max(2, _width() - len(said) - 10)
    show_part = effect.part is not Part.PATCH
    yield f"  {click.style(mark, fg=_COLOUR[mark])} {said}{gap + part if show_part else ''}"
    readers = [list(group) for _, group in groupby(effect.consumers, key=lambda c: c.product)]
    for places in readers[:_READERS]:
        yield f"      {click.style('breaks', fg='red', bold=True)} {reader(places[0], mesh)}"
        yield from (f"      {line}" for consumer in places[:_PLACES] for line in source(consumer.at))
        if len(places) > _PLACES:
            yield f"        and at {count(len(places) - _PLACES, 'place')} more"
    if len(readers) > _READERS:
        yield f"      and {count(len(readers) - _READERS, 'consumer')} more"


def _width() -> int:
    """Return how wide lines may be: as wide as the terminal, where it is a narrow one."""
    return min(_WIDTH, shutil.get_terminal_size((_WIDTH, 24)).columns) if sys.stdout.isatty() else _WIDTH


def reader(consumer: Consumer, mesh: Mesh) -> str:
    """Say who reads: the product, its team, and who owns it."""
    person = mesh.person(consumer.owner)
    owner = f", owned by {person.name or person.username}" if person else ""
    return f"`{consumer.product}` of the {consumer.product.domain} team{owner}"


def source(at: Location) -> Iterator[str]:
    """Yield the place and the line that would have to change, what is read underlined."""
    yield f"  --> {at}"
    if at.text:
        gutter = " " * len(str(at.line))
        yield f"{gutter} |"
        yield f"{at.line} | {at.text}"
        yield f"{gutter} | {' ' * (at.column - 1)}{click.style('^' * at.width, fg='red')}"


def _verdict(judged: Judged) -> Iterator[str]:
    plan = judged.proposal.plan
    if plan.is_empty and not plan.findings:
        yield "Nothing would change."
        return
    if plan.effects:
        yield f"{summary(plan, len(awaited(judged.verdict)))}."
    match judged.verdict:
        case Refused(findings=findings):
            many = f"the {len(findings)} errors above are" if len(findings) > 1 else "the error above is"
            yield f"{click.style('Refused', fg='red', bold=True)} until {many} mended."
        case NeedsApproval(missing=missing):
            yield f"{click.style('Waits', fg='yellow', bold=True)} for the approval of plan {plan.digest.short} by"
            for need in missing:
                who = " or ".join(need.people) or "nobody who is known: say who in mesh.yaml, and release that first"
                yield f"  {need.role}: {click.style(who, bold=True)}"
                yield from (f"    {reason}" for reason in need.reasons)
        case Allowed(approvals=given):
            asked = f"approved by {', '.join(a.person for a in given)}" if given else "nobody has to be asked"
            asked = "the first release here, so nobody has to be asked" if plan.first else asked
            yield f"{click.style('Allowed', fg='green', bold=True)}: {asked}."
