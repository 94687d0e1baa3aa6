import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.graph.meshes import address, linked, names, product

from meshwright.graph.build import build
from meshwright.model.mesh import Mesh

ORDERS = {
    "nothing": ([], []),
    "one product": (["a"], ["a"]),
    "inputs first": (["a < c", "b", "c < b"], ["b", "c", "a"]),
    "else by address": (["c", "a", "b"], ["a", "b", "c"]),
    "a diamond": (
        ["top < left right", "left < bottom", "right < bottom", "bottom"],
        ["bottom", "left", "right", "top"],
    ),
    "an input from elsewhere": (["a < elsewhere"], ["a"]),
}


@pytest.mark.parametrize(("lines", "order"), ORDERS.values(), ids=list(ORDERS))
def test_products_stand_after_what_they_are_made_of(lines, order):
    graph = linked(*lines)
    assert names(graph.order) == order
    assert graph.diagnostics == ()


CYCLES = {
    "itself": (["a < a"], ["`d.a` → `d.a`: it waits for itself"], ["domains/d/a/product.yaml:1:3"]),
    "two": (
        ["a < b", "b < a"],
        ["these products wait for each other: `d.a` → `d.b` → `d.a`"],
        ["domains/d/a/product.yaml:1:3"],
    ),
    "three, with others before and after": (
        ["first", "a < first c", "b < a", "c < b", "last < c"],
        ["these products wait for each other: `d.a` → `d.b` → `d.c` → `d.a`"],
        ["domains/d/a/product.yaml:2:3"],
    ),
    "two cycles": (
        ["a < b", "b < a", "y < z", "z < y"],
        [
            "these products wait for each other: `d.a` → `d.b` → `d.a`",
            "these products wait for each other: `d.y` → `d.z` → `d.y`",
        ],
        ["domains/d/a/product.yaml:1:3", "domains/d/y/product.yaml:1:3"],
    ),
}


@pytest.mark.parametrize(("lines", "messages", "places"), CYCLES.values(), ids=list(CYCLES))
def test_a_cycle_is_told_as_a_path_at_the_input_that_closes_it(lines, messages, places):
    graph = linked(*lines)
    assert [d.message for d in graph.diagnostics] == messages
    assert [str(d.at) for d in graph.diagnostics] == places
    assert all(d.code == "MW0301" and d.hint for d in graph.diagnostics)


def test_of_a_long_cycle_the_beginning_and_the_end_are_told():
    (found,) = linked("p0 < p9", *(f"p{n} < p{n - 1}" for n in range(1, 10))).diagnostics
    assert found.message == (
        "these products wait for each other: "
        "`d.p0` → `d.p1` → `d.p2` → `d.p3` → 3 more → `d.p7` → `d.p8` → `d.p9` → `d.p0`"
    )


def test_a_cycle_hides_no_product():
    graph = linked("a < b", "b < a", "c < a")
    assert names(graph.order) == ["a", "b", "c"]
    assert names(graph.upstream(address("c"))) == ["a", "b"]


LETTERS = "abcdefgh"
EDGES = st.sets(st.tuples(st.sampled_from(LETTERS), st.sampled_from(LETTERS)))


def of(edges: set[tuple[str, str]], *, acyclic: bool):
    kept = [(a, b) for a, b in edges if a > b or not acyclic]
    return linked(*(f"{name} < {' '.join(sorted(b for a, b in kept if a == name))}" for name in LETTERS))


@settings(deadline=None)
@given(EDGES)
def test_the_order_respects_every_input(edges):
    graph = of(edges, acyclic=True)
    position = {a: n for n, a in enumerate(graph.order)}
    assert all(position[i] < position[p] for p in graph.order for i in graph.inputs(p))
    assert graph.diagnostics == ()


@settings(deadline=None)
@given(EDGES)
def test_up_is_the_inverse_of_down(edges):
    graph = of(edges, acyclic=False)
    assert sorted(names(graph.order)) == sorted(LETTERS)
    up = {(p, q) for p in graph.order for q in graph.inputs(p)}
    down = {(p, q) for q in graph.order for p in graph.consumers(q)}
    assert up == down


def test_ten_thousand_products_are_linked_in_a_moment():
    inputs = [{n // 2, n // 3, n // 5} - {n} for n in range(10_000)]
    mesh = Mesh("m", tuple(product(f"p{n}", *(f"p{i}" for i in sorted(reads))) for n, reads in enumerate(inputs)))
    start = time.process_time()
    graph = build(mesh, {})
    assert time.process_time() - start < 2
    assert (len(graph.order), graph.diagnostics) == (10_000, ())
