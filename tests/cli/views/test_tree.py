"""Trees: what is unfolded where, and that every node and edge is shown."""

from hypothesis import given
from hypothesis import strategies as st

from meshwright.cli.views.mermaid import Chart, Node
from meshwright.cli.views.tree import tree


def drawn(**following: str) -> list[str]:
    return list(tree("a", {node: list(others) for node, others in following.items()}))


def test_branches_are_drawn_below_each_other() -> None:
    assert drawn(a="bc", b="d") == ["├─ b", "│  └─ d", "└─ c"]


def test_what_is_reached_on_several_ways_is_unfolded_where_it_is_nearest() -> None:
    assert drawn(a="bc", b="c", c="d") == ["├─ b", "│  └─ c (see below)", "└─ c", "   └─ d"]
    assert drawn(a="bc", b="d", c="d", d="e") == ["├─ b", "│  └─ d", "│     └─ e", "└─ c", "   └─ d (see above)"]


def test_a_leaf_needs_no_reference() -> None:
    assert drawn(a="bc", b="d", c="d") == ["├─ b", "│  └─ d", "└─ c", "   └─ d"]


def test_a_cycle_is_named_where_it_closes() -> None:
    assert drawn(a="b", b="c", c="ba") == ["└─ b", "   └─ c", "      ├─ b (a cycle)", "      └─ a (a cycle)"]


def test_a_long_chain_is_drawn() -> None:
    chain = {n: [n + 1] for n in range(3000)}
    assert sum(1 for _ in tree(0, chain)) == 3000


GRAPHS = st.dictionaries(st.sampled_from("abcdef"), st.lists(st.sampled_from("abcdef"), unique=True, max_size=4))


@given(GRAPHS)
def test_every_node_that_can_be_reached_is_unfolded_once(graph: dict[str, list[str]]) -> None:
    reached, waiting = {"a"}, ["a"]
    while waiting:
        new = [n for n in graph.get(waiting.pop(), []) if n not in reached]
        reached.update(new)
        waiting += new
    lines = list(tree("a", graph))
    assert len(lines) == sum(len(graph.get(node, [])) for node in reached)
    assert {line.split("─ ")[1][0] for line in lines} | {"a"} == reached


def test_a_chart_has_a_box_for_each_group_and_a_look_for_each_style() -> None:
    nodes = {"x": Node("x", "one"), "y": Node("y", "two", "bad"), "z": Node("z", "one")}
    chart = Chart(nodes, [("x", "y"), ("z", "y")], {"bad": "stroke:red", "good": "stroke:green"})
    assert list(chart.lines()) == [
        "flowchart LR",
        '    subgraph g0["one"]',
        '        n0["x"]',
        '        n2["z"]',
        "    end",
        '    subgraph g1["two"]',
        '        n1["y"]',
        "    end",
        "    n0 --> n1",
        "    n2 --> n1",
        "    classDef bad stroke:red",
        "    class n1 bad",
    ]


def test_a_chart_that_mermaid_refuses_is_known_to_be_large() -> None:
    nodes = {n: Node(str(n), "g") for n in range(502)}
    assert not Chart(nodes, [(n, n + 1) for n in range(500)]).is_large
    assert Chart(nodes, [(n, n + 1) for n in range(501)]).is_large
