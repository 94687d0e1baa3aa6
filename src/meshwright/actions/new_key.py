"""New key: the pair that a person approves with. The private half stays in their folder of keys."""

from meshwright.model.errors import Refused
from meshwright.release.entry import GATE, ROOT
from meshwright.release.keys import SigningKey, kept_key
from meshwright.workspace.workspace import Workspace


def new_key(workspace: Workspace, person: str) -> SigningKey:
    """Return a person's key, made first where there is none. Raises `Refused` for a name that is no person's."""
    keys = workspace.settings.keys
    if keys.resolve().is_relative_to(workspace.root.resolve()):
        raise Refused(f"private keys must not lie in the mesh, but {keys} does", hint="set MESH_KEYS to another folder")
    if person in (GATE, ROOT) or "/" in person or person.startswith("."):
        raise Refused(f"`{person}` cannot be a person's key", hint="give a username of mesh.yaml's `people`")
    return kept_key(keys / f"{person}.key")
