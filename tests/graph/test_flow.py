"""What is followed by the index is what is found step by step, in meshes of any shape."""

from hypothesis import given
from hypothesis import strategies as st
from tests.graph.meshes import linked, made, out

from meshwright.graph.graph import MeshGraph
from meshwright.model.address import ColumnAddress
from meshwright.model.analysis import Analysis

NAMES = ("a", "b", "c", "d", "e")
COLUMNS = ("x", "y", "z")

analyses = st.fixed_dictionaries(
    {},
    optional={
        column: st.sets(st.tuples(st.sampled_from(NAMES), st.sampled_from(COLUMNS)), max_size=3)
        for column in ("x", "y", "where")
    },
)
meshes = st.fixed_dictionaries(dict.fromkeys(NAMES, analyses))


def graph_of(mesh: dict[str, dict[str, set[tuple[str, str]]]]) -> MeshGraph:
    """Link products that read each other as their columns say, in circles, too."""
    made_of = {
        name: made(**{c: " ".join(map(".".join, s)) for c, s in columns.items()}) for name, columns in mesh.items()
    }
    lines = [" ".join([f"{name} <", *analysis.inputs]) for name, analysis in made_of.items()]
    by_table: dict = {out(name).table(): analysis for name, analysis in made_of.items()}
    return linked(*lines, analyses=by_table)


def step_by_step(graph: MeshGraph, column: ColumnAddress) -> set[ColumnAddress]:
    found = {column}
    for _ in range(len(NAMES) * len(COLUMNS)):
        found |= {target for known in found for target in graph.targets(known)}
    return found


@given(meshes, st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(COLUMNS)), min_size=1, max_size=4))
def test_the_impact_is_who_reads_any_of_them_whatever_was_asked_before(
    mesh: dict[str, dict[str, set[tuple[str, str]]]], asked: list[tuple[str, str]]
) -> None:
    graph = graph_of(mesh)
    for name, column in asked:
        start = out(name).table().column(column)
        flow = step_by_step(graph, start)
        assert set(graph.impact(start)) == {reader.product for part in flow for reader in graph.readers(part)}


def test_an_impact_is_in_topological_order() -> None:
    by_table: dict = {out("b").table(): made(x="c.x"), out("a").table(): made(x="b.x c.x")}
    graph = linked("c", "b < c", "a < b c", analyses=by_table)
    assert [p.product for p in graph.impact(out("c").table().column("x"))] == ["b", "a"]


def test_nobody_feels_what_nobody_reads() -> None:
    assert linked("a").impact(out("a").table().column("x")) == ()
    assert linked("a", analyses={out("a").table(): Analysis((), (), ())}).impact(out("z").table().column("x")) == ()
