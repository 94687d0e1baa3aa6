"""What does a change of one product cost in a mesh of many: to plan it, and to have it released?

Whole commands, with all that is kept of the mesh as it was before. It is the SQL of the product that changes, in its
meaning: it is read, understood and held against what was released. How the cost grows with the mesh is to be seen.
"""

import tempfile
from collections.abc import Callable
from itertools import count
from pathlib import Path

from bench.commands import MESH
from bench.harness import Figure, command, cost, seconds
from bench.meshes import write_mesh

SIZES = (100, 1000, 3000)
CHANGED = "domains/domain-12/orders-0062/orders.sql"


def figures() -> list[Figure]:
    return [figure for size in SIZES for figure in _figures(size)]


def _figures(size: int) -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        mesh = Path(folder) / "mesh"
        write_mesh(mesh, size, sql=True)
        verb = _verbs(mesh, Path(folder) / "keys")
        first = cost(verb("submit"))
        verb("deploy")()
        change = _changer(mesh / CHANGED)
        many = f"{size:,} products"
        versus = f"the first release of them took {first:.1f} s, with nothing kept"
        return [
            Figure(f"plan of one change among {many}", seconds(verb("plan"), before=change), "cpu s", 0.5, versus),
            Figure(f"release of {many}, one changed", seconds(verb("submit"), before=change), "cpu s", 1.0, versus),
        ]


def _verbs(mesh: Path, keys: Path) -> Callable[[str], Callable[[], None]]:
    return lambda verb: command(MESH, verb, "--mesh", str(mesh), MESH_KEYS=str(keys))


def _changer(file: Path) -> Callable[[], None]:
    """Return what changes the file each time, so that the query means something else."""
    written, number = file.read_text(), count(1)

    def change() -> None:
        changed = written.replace("quantity > 0", f"quantity > {next(number)}")
        if changed == written:
            raise RuntimeError(f"{file} does not say `quantity > 0`")
        file.write_text(changed)

    return change
