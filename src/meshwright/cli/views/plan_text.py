"""Plan as text: what changes, for whom, and what it waits for, as people read it on a terminal."""

from collections.abc import Iterator
from itertools import groupby

import click

from meshwright.actions.plan import Judged
from meshwright.cli.console import diagnostic_text
from meshwright.gate.changes import subject_of
from meshwright.gate.consumers import Consumer
from meshwright.gate.describe import describe, sign
from meshwright.gate.judge import Allowed, NeedsApproval, Refused
from meshwright.gate.plan import Effect
from meshwright.gate.version import Part
from meshwright.model.diagnostic import Location
from meshwright.model.mesh import Mesh

_COLOUR = {"+": "green", "−": "red", "~": "yellow"}
_WIDTH = 100


def plan_text(judged: Judged, environment: str) -> str:
    """Return a plan as people read it: changes with whom they break, findings, what it waits for."""
    plan = judged.proposal.plan
    mesh = plan.proposed.mesh
    blocks = ["\n".join(_head(judged, environment)), *_changes(plan.effects, mesh)]
    blocks += [diagnostic_text(d) for d in plan.findings]
    blocks += ["\n".join(_verdict(judged))]
    return "\n\n".join(b for b in blocks if b)


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
    for subject, group in groupby(effects, key=lambda e: str(subject_of(e.change) or mesh.name)):
        lines = [click.style(subject, bold=True)]
        for effect in sorted(group, key=lambda e: -e.part):
            lines += _effect(effect, mesh)
        yield "\n".join(lines)


def _effect(effect: Effect, mesh: Mesh) -> Iterator[str]:
    mark, said = sign(effect.change), describe(effect.change)
    part = click.style(effect.part.word, fg="red" if effect.is_breaking else None, bold=effect.is_breaking)
    gap = " " * max(2, _WIDTH - len(said) - 10)
    show_part = effect.part is not Part.PATCH
    yield f"  {click.style(mark, fg=_COLOUR[mark])} {said}{gap + part if show_part else ''}"
    for _, group in groupby(effect.consumers, key=lambda c: c.product):
        places = list(group)
        yield f"      {click.style('breaks', fg='red', bold=True)} {reader(places[0], mesh)}"
        yield from (f"      {line}" for consumer in places for line in source(consumer.at))


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
