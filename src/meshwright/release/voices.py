"""Voices: whose word in the log counts, and what waits for a word?

A person's, signed with the key that the mesh knows as theirs. Somebody without a key is spoken for by the gate, which
has seen who they are. The mesh is the one that judges: a key that a proposal brings, or that was taken away, is none.
"""

from datetime import datetime

from meshwright.gate.approvals import Approval
from meshwright.model.identity import Digest
from meshwright.model.mesh import Mesh
from meshwright.model.value import value
from meshwright.release.entry import GATE, Approved, Entry, Rejected, Released, Submitted
from meshwright.release.log import History


@value
class Waiting:
    """A submission that is neither released nor rejected, nor replaced by a later one of the same parts."""

    asked: Submitted
    since: datetime
    number: int


def approvals(known: History, plan: Digest, mesh: Mesh) -> tuple[Approval, ...]:
    """Return who said yes to a plan, of those whom `mesh` knows.

    An approval lets one release be made: what was rolled back, and is proposed again, is asked about again. A rejection
    spends it, too.
    """
    found: list[Approval] = []
    for entry in known.entries:
        match entry.body:
            case Approved(plan=approved, person=person, roles=roles) if approved == plan and speaks(entry, mesh):
                found.append(Approval(person, plan, roles, entry.at))
            case Released(plan=ended) if ended == plan:
                found.clear()
            case Rejected(plan=ended) if ended == plan and speaks(entry, mesh):
                found.clear()
            case _:
                pass
    return tuple(found)


def waiting(known: History, mesh: Mesh) -> tuple[Waiting, ...]:
    """Return the submissions that wait, oldest first.

    Whoever releases something else of the same parts has changed their mind; when others do, the author must say.
    """
    found: dict[Digest, Waiting] = {}
    for entry in known.entries:
        match entry.body:
            case Submitted() as asked if speaks(entry, mesh):
                found = {p: w for p, w in found.items() if not _meets(w, asked.parts)}
                found[asked.plan] = Waiting(asked, entry.at, entry.sequence)
            case Released(plan=plan, author=author, parts=parts):
                replaced = {p for p, w in found.items() if w.asked.author == author and _meets(w, parts)}
                found = {p: w for p, w in found.items() if p not in {plan, *replaced}}
            case Rejected(plan=plan) if speaks(entry, mesh):
                found.pop(plan, None)
            case _:
                pass
    return tuple(found.values())


def _meets(one: Waiting, parts: tuple[str, ...]) -> bool:
    return not set(one.asked.parts).isdisjoint(parts)


def speaks(entry: Entry, mesh: Mesh) -> bool:
    """Tell whether an entry is the word of the person whom it names.

    What is proposed, or taken back, may be brought by the gate for anybody: only a yes must be a person's own.
    """
    match entry.body:
        case Approved(person=person):
            for_all = False
        case Rejected(person=person) | Submitted(author=person):
            for_all = True
        case _:
            return False
    known = mesh.person(person)
    own = known.public_key if known else None
    if entry.signer == GATE:
        return for_all or own is None
    return own is not None and entry.key == own
