"""Steps: what do submit, release and deploy do, one thing after the other?

The actions take the steps that are made here, in this order, and `mesh plan --explain` tells the same ones: so what is
told beforehand is what is done. A step is a value: it says what is done, and does nothing itself.
"""

from collections.abc import Iterable
from dataclasses import field

from meshwright.gate.approvals import Need
from meshwright.gate.judge import Allowed, NeedsApproval, Refused
from meshwright.model.identity import Digest
from meshwright.model.value import value
from meshwright.release.cut import Release, cut, freeze
from meshwright.release.entry import Pointed, Released, Submitted
from meshwright.release.graph import Files, Listing, listing_of
from meshwright.workspace.against import Base
from meshwright.workspace.judged import Judged
from meshwright.workspace.submissions import is_waiting


@value
class Keep:
    """Put the files of a release into the store; those that are there already are left as they are."""

    release: Release = field(repr=False)


@value
class Record:
    """Append a signed record to the log."""

    body: Submitted | Released | Pointed


@value
class Ask:
    """Wait until one of those who are asked says yes."""

    need: Need


@value
class Verify:
    """Read all of a release, and hold each byte against its digest."""

    release: Digest


@value
class Rehearse:
    """Let Airflow build the DAGs in which a release differs from the one that runs."""

    release: Digest
    before: Digest | None


@value
class Activate:
    """Let the promises of a release count."""

    release: Digest


Writing = Keep | Record
"""What submit and release do."""

Deploying = Verify | Rehearse | Record | Activate
"""What deploy does."""

Step = Writing | Ask | Deploying


def submitting(files: Files, judged: Judged, author: str, *, at_gate: bool) -> tuple[Writing, ...]:
    """Return what submit does: a release where the gate's key is and nobody is missing, else a submission."""
    proposal = judged.proposal
    plan, start = proposal.plan, Base(proposal.history, proposal.base, proposal.current)
    match judged.verdict:
        case Refused():
            return ()
        case Allowed() if plan.is_empty:
            return ()
        case Allowed() if at_gate:
            return releasing(files, judged, author)
        case _ if is_waiting(start, plan.digest, author):
            return ()
        case _:
            frozen = freeze(plan.proposed, _listing(files, judged))
            return Keep(frozen), Record(Submitted(plan.digest, author, proposal.base, frozen.digest, plan.parts))


def asking(judged: Judged) -> tuple[Ask, ...]:
    """Return whose word a plan waits for."""
    return tuple(map(Ask, judged.verdict.missing)) if isinstance(judged.verdict, NeedsApproval) else ()


def releasing(files: Files, judged: Judged, author: str) -> tuple[Writing, ...]:
    """Return what makes a release of a plan. Raises `Refused` when it is not allowed."""
    plan, base, verdict = judged.proposal.plan, judged.proposal.base, judged.verdict
    made = cut(plan, verdict, _listing(files, judged))
    given = verdict.approvals if isinstance(verdict, Allowed) else ()
    people = tuple(sorted({a.person for a in given}))
    return Keep(made), Record(Released(made.digest, base, plan.digest, author, plan.parts, people))


def deploying(environment: str, before: Digest | None, release: Digest, *, rehearsed: bool) -> tuple[Deploying, ...]:
    """Return what lets an environment run a release: the pointer moves after all that may refuse it."""
    if release == before:
        return Verify(release), Activate(release)
    rehearsal = (Rehearse(release, before),) if rehearsed else ()
    return Verify(release), *rehearsal, Record(Pointed(environment, release)), Activate(release)


def released_by(steps: Iterable[Step]) -> Digest | None:
    """Return the release that steps make; None where they make none."""
    made = (s.body.release for s in steps if isinstance(s, Record) and isinstance(s.body, Released))
    return next(made, None)


def _listing(files: Files, judged: Judged) -> Listing | None:
    base = judged.proposal.base
    return None if base is None else listing_of(files, base)
