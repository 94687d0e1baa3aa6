"""Voices: whose word in the log counts for a plan?

A person's, signed with the key that the mesh knows as theirs. Somebody without a key is spoken for by the gate, which
has seen who they are. The mesh is the one that judges: a key that a proposal brings, or that was taken away, is none.
"""

from meshwright.gate.approvals import Approval
from meshwright.model.identity import Digest
from meshwright.model.mesh import Mesh
from meshwright.release.entry import GATE, Approved, Entry, Released
from meshwright.release.log import History


def approvals(known: History, plan: Digest, mesh: Mesh) -> tuple[Approval, ...]:
    """Return who said yes to a plan, of those whom `mesh` knows.

    An approval lets one release be made. What was rolled back, and is proposed again, is asked about again.
    """
    found: list[Approval] = []
    for entry in known.entries:
        match entry.body:
            case Approved(plan=approved, person=person) if approved == plan and speaks(entry, person, mesh):
                found.append(Approval(person, plan, entry.at))
            case Released(plan=made) if made == plan:
                found.clear()
            case _:
                pass
    return tuple(found)


def speaks(entry: Entry, person: str, mesh: Mesh) -> bool:
    """Tell whether an entry is the word of `person`."""
    known = mesh.person(person)
    own = known.public_key if known else None
    return own is None if entry.signer == GATE else own is not None and entry.key == own
