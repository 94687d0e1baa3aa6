"""Audit: who did what when, and is all of it as it was?

`trail` reads the log as it stands; `verify` trusts nothing: it reads every byte of every release, makes each plan anew
from the releases on both sides, and looks whether those who had to agree to it had agreed by then.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache

from meshwright.gate.judge import NeedsApproval, judge
from meshwright.gate.plan import plan
from meshwright.graph.graph import MeshGraph
from meshwright.model.errors import MeshError
from meshwright.model.identity import Digest
from meshwright.model.value import value
from meshwright.release.entry import Approved, Entry, Pointed, Rejected, Released, Revoked, Submitted
from meshwright.release.graph import graph_of
from meshwright.release.log import History
from meshwright.release.voices import approvals
from meshwright.workspace.trust import history
from meshwright.workspace.workspace import Workspace


@value
class Wanted:
    """Which records are asked for; None: all."""

    product: str | None = None
    person: str | None = None
    release: str | None = None
    environment: str | None = None


@value
class Verified:
    """How much was verified, and what is wrong with it, by the number of the record."""

    records: int
    releases: int
    files: int
    problems: tuple[tuple[int, str], ...]


def trail(workspace: Workspace, wanted: Wanted) -> tuple[Entry, ...]:
    """Return the records that are asked for, oldest first, all signatures verified. Raises `NotFound` or `Corrupt`."""
    known = history(workspace)
    plans = {e.body.plan for e in known.entries if isinstance(e.body, Submitted | Released) and _is_about(e, wanted)}
    releases = {e.body.release for e in known.entries if isinstance(e.body, Released) and _is_about(e, wanted)}
    return tuple(e for e in known.entries if _is_wanted(e, wanted, plans, releases))


def verify(workspace: Workspace) -> Verified:
    """Verify the log, every file of every release, and that each release had the approvals that it needed.

    Raises `NotFound` or `Corrupt` for a log that cannot be trusted: what hangs on it then says nothing.
    """
    known = history(workspace)
    store = workspace.store()
    problems: list[tuple[int, str]] = []
    seen: set[Digest] = set()
    read = lru_cache(maxsize=8)(lambda release: graph_of(store, release))
    for entry in known.entries:
        if isinstance(entry.body, Released):
            try:
                store.verify(entry.body.release, seen)
                problems += ((entry.sequence, what) for what in _judged(known, entry, entry.body, read))
            except MeshError as error:
                problems.append((entry.sequence, error.message))
    releases = {e.body.release for e in known.entries if isinstance(e.body, Released)}
    pointed = ((e.sequence, e.body) for e in known.entries if isinstance(e.body, Pointed))
    problems += ((n, f"release {b.release.short} was never made") for n, b in pointed if b.release not in releases)
    return Verified(len(known.entries), len(releases), len(seen), tuple(sorted(problems)))


def _judged(known: History, entry: Entry, made: Released, read: Callable[[Digest], MeshGraph]) -> Iterator[str]:
    """Yield what is wrong with how a release came to be, as far as the log and both releases tell."""
    if made.base is None:
        return
    current, proposed = read(made.base), read(made.release)
    found = plan(current, proposed, entry.at)
    if found.digest != made.plan:
        yield f"it changes something else than plan {made.plan.short}, which was allowed"
        return
    before = History(known.entries[: entry.sequence], known.gate_key)
    given = approvals(before, made.plan, current.mesh)
    verdict = judge(replace(found, findings=()), given, author=made.author)
    if isinstance(verdict, NeedsApproval):
        yield f"it was made without the approval of {'; '.join(need.role for need in verdict.missing)}"


def _is_about(entry: Entry, wanted: Wanted) -> bool:
    """Tell whether a record proposes or makes a change of the product that is asked for."""
    match entry.body:
        case Submitted(parts=parts) | Released(parts=parts):
            return wanted.product is None or wanted.product in parts
        case _:
            return False


_Facts = tuple[bool, str | None, Digest | None, str | None]
"""Whether a record is about the product that is asked for; who spoke; which release, and which environment it names."""


def _is_wanted(entry: Entry, wanted: Wanted, plans: set[Digest], releases: set[Digest]) -> bool:
    match entry.body:
        case Submitted(plan=plan, author=person):
            facts: _Facts = (plan in plans, person, None, None)
        case Approved(plan=plan, person=person) | Rejected(plan=plan, person=person):
            facts = (plan in plans, person, None, None)
        case Released(release=release, author=person):
            facts = (release in releases, person, release, None)
        case Pointed(environment=environment, release=release):
            facts = (release in releases, None, release, environment)
        case Revoked(release=release):
            facts = (release in releases, None, release, None)
        case _:
            facts = (False, None, None, None)
    about, who, named, where = facts
    return (
        (wanted.product is None or about)
        and (wanted.person in (None, who))
        and (wanted.release is None or (named is not None and named.hex.startswith(wanted.release)))
        and (wanted.environment in (None, where))
    )
