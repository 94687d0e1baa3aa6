"""No mistake is silent, and none is reported elsewhere.

Each mutant is one of the example meshes with one mistake. All that is said about it must be said where the mistake is;
a neighbour that nobody touched has nothing to do with it.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.mutants import additions, manifests, queries
from tests.mutants.mutant import MESHES, Mutant, Nursery, sources


def every_mutant(mesh: str) -> list[Mutant]:
    yaml, sql = sources(mesh, ".yaml"), sources(mesh, ".sql")
    return [*manifests.mutants(yaml), *additions.mutants(yaml), *queries.mutants(sql)]


EVERY = {mesh: every_mutant(mesh) for mesh in MESHES}
FEW = {mesh: list({m.spot: m for m in reversed(mutants)}.values())[::-1] for mesh, mutants in EVERY.items()}
"""One mutant for each mistake at each kind of place: each key once, each mistake once in each SQL file."""

PARTS = 12


@pytest.fixture(scope="module")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    nursery = Nursery(tmp_path_factory.mktemp("mutants"))
    yield nursery
    nursery.close()


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("mesh", MESHES)
def test_a_mistake_is_reported_where_it_is_and_nowhere_else(nursery: Nursery, mesh: str, part: int) -> None:
    assert nursery.failing(FEW[mesh][part::PARTS]) == []


@pytest.mark.proof
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("mesh", MESHES)
def test_every_mistake_at_every_place_is_reported_there(nursery: Nursery, mesh: str, part: int) -> None:
    assert nursery.failing(EVERY[mesh][part::PARTS]) == []


def test_there_are_mistakes_of_many_kinds() -> None:
    kinds = Counter(m.kind for mutants in FEW.values() for m in mutants)
    assert len(kinds) > 120
    assert kinds.total() > 3000


def test_nothing_is_said_of_the_examples_themselves(nursery: Nursery) -> None:
    untouched = [
        Mutant("none", s.mesh, s.file, s.text.encode(), "", "", ()) for m in MESHES for s in sources(m, ".sql")
    ]
    assert [nursery.said(m) for m in untouched] == [()] * len(untouched)


def test_a_mistake_that_is_silent_misplaced_or_blamed_on_others_is_seen(tmp_path: Path) -> None:
    nursery = Nursery(tmp_path)
    mesh = next(s for s in sources("artgo", ".yaml") if s.file == "mesh.yaml")
    start = mesh.text.index("people:")
    line = mesh.line(start)
    right, elsewhere = (mesh.mutant("typo", (start, start + 6, "peeple"), "MW0105", n) for n in (line, line + 1))
    silent = mesh.mutant("none", (0, 0, ""), "MW0105", 1)
    faults = nursery.failing([right, elsewhere, silent])
    assert [fault.split("\n    ")[1].split(":")[0] for fault in faults] == ["MISPLACED", "SILENT"]
