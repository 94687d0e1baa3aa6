"""Explanation: which steps lead from these files to an environment that runs them, and back, and which verb takes them?

They are the steps that the verbs take (`workspace.steps`), as things stand now. Changes nothing itself.
"""

from collections.abc import Iterator
from dataclasses import replace

from meshwright.gate.judge import Allowed, Refused
from meshwright.model.identity import Digest
from meshwright.model.value import value
from meshwright.release.chain import chain
from meshwright.workspace.judged import Judged
from meshwright.workspace.steps import Step, asking, deploying, released_by, releasing, submitting
from meshwright.workspace.submissions import rebased_on
from meshwright.workspace.trust import is_gate_here
from meshwright.workspace.workspace import Workspace


@value
class Stage:
    """What one verb does, in this order."""

    verb: str
    steps: tuple[Step, ...]


def explain(workspace: Workspace, judged: Judged, author: str) -> tuple[Stage, ...]:
    """Return what is done of a plan of `author` until the environment runs it; nothing of one that is refused."""
    if isinstance(judged.verdict, Refused):
        return ()
    store, proposal = workspace.store(), judged.proposal
    submitted = submitting(store, judged, author, at_gate=is_gate_here(workspace))
    made = proposal.base if proposal.plan.is_empty else released_by(submitted)
    released: tuple[Step, ...] = ()
    if made is None:
        released = releasing(store, _once_allowed(judged), author)
        made = released_by(released)
    stages = (
        ("submit", submitted),
        ("approve", asking(judged)),
        ("release", released),
        *_moves(workspace, judged, made),
    )
    return tuple(Stage(verb, tuple(steps)) for verb, steps in stages if steps)


def _moves(workspace: Workspace, judged: Judged, made: Digest | None) -> Iterator[tuple[str, tuple[Step, ...]]]:
    """Yield what moves the environment to a release that was made, and what moves it back."""
    environment, runs = _pointer(workspace, judged)
    if made is not None:
        yield "deploy", deploying(environment, runs, made, rehearsed=True)
    if made is not None and runs not in (None, made):
        yield "rollback", deploying(environment, made, runs, rehearsed=False)


def _once_allowed(judged: Judged) -> Judged:
    """Return a submission as it is released once all have said yes: understood anew on the release that it follows."""
    proposal = judged.proposal
    current, proposed = proposal.current, proposal.plan.proposed
    if current is not None and proposal.base is not None:
        proposed, _ = rebased_on(current, proposed, current)
    verdict = judged.verdict if isinstance(judged.verdict, Allowed) else Allowed()
    return Judged(replace(proposal, plan=replace(proposal.plan, proposed=proposed)), verdict)


def _pointer(workspace: Workspace, judged: Judged) -> tuple[str, Digest | None]:
    """Return the environment, and what it runs."""
    known, environment = judged.proposal.history, workspace.settings.environment
    return environment, None if known is None else chain(known, environment).runs
