"""What a plan is about: its contents on both sides, and nothing that others change beside it."""

from dataclasses import replace

from tests.gate.meshes import MESH, NOW, SALES, edit_port, linked, with_products

from meshwright.gate.changes.rebase import rebase
from meshwright.gate.plan import plan
from meshwright.graph.graph import MeshGraph
from meshwright.model.mesh import Mesh, Person, Term

LOOSER = with_products(edit_port(slos=())(SALES))
WORD = Term("size", "How large it is")
HIRED = Person("zoe")


def beside(mesh: Mesh) -> Mesh:
    """Let others define a word and hire somebody."""
    return replace(mesh, glossary=(*mesh.glossary, WORD), people=(*mesh.people, HIRED))


def rebased(before: Mesh, proposed: Mesh, now: Mesh) -> MeshGraph:
    return linked(rebase(linked(before), linked(proposed), linked(now)).mesh)


def test_what_others_change_beside_it_makes_no_other_plan_of_it() -> None:
    before = plan(linked(MESH), linked(LOOSER), NOW)
    after = plan(linked(beside(MESH)), rebased(MESH, LOOSER, beside(MESH)), NOW)
    assert (after.digest, after.parts) == (before.digest, before.parts) == (after.digest, (str(SALES.address),))


def test_any_part_that_it_changes_too_makes_another_plan_of_it() -> None:
    digests = {
        plan(linked(MESH), linked(mesh), NOW).digest
        for mesh in (
            MESH,
            LOOSER,
            beside(LOOSER),
            replace(LOOSER, people=(*MESH.people, HIRED)),
            with_products(edit_port(slos=(), version="1.3.0")(SALES)),
        )
    }
    assert len(digests) == 5


def test_the_same_proposal_on_other_contents_is_another_plan() -> None:
    elsewhere = with_products(edit_port(version="1.2.1")(SALES))
    assert plan(linked(MESH), linked(LOOSER), NOW).digest != plan(linked(elsewhere), linked(LOOSER), NOW).digest


def test_a_rebase_takes_over_what_was_changed_added_and_removed_and_keeps_all_else() -> None:
    without = replace(MESH, products=MESH.products[:1], purposes=())
    made = rebased(MESH, without, beside(MESH)).mesh
    assert made == replace(beside(MESH), products=MESH.products[:1], purposes=())
    assert rebased(MESH, MESH, LOOSER).mesh == linked(LOOSER).mesh
    assert rebased(MESH, LOOSER, MESH).mesh == linked(LOOSER).mesh
