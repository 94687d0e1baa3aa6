"""People: who is meant by a name that a command was given?"""

from meshwright.compiler.compilation import read_mesh
from meshwright.model.errors import NotFound
from meshwright.workspace.against import base_of
from meshwright.workspace.workspace import Workspace


def person_named(workspace: Workspace, name: str) -> str:
    """Return the username of a person; `@handle` is how the host of the repositories knows them.

    What runs says whose handle it is, before the files here do: a proposal cannot be brought in another's name.
    """
    if not name.startswith("@"):
        return name
    current = base_of(workspace, None).current
    people = current.mesh.people if current else read_mesh(workspace.root, workspace.cache).mesh.people
    handle = name.removeprefix("@")
    found = [p.username for p in people if p.handle == handle] or [p.username for p in people if p.username == handle]
    if not found:
        raise NotFound(f"nobody of this mesh has the handle `{handle}`", hint=f"say `handle: {handle}` in mesh.yaml")
    return found[0]
