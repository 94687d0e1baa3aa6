"""A mesh that is compared by what is remembered of it gives the plan, and the release, of one that is read anew."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.gate.meshes import NOW

from meshwright.compiler.comparable import comparable
from meshwright.compiler.compilation import compile_mesh
from meshwright.gate.plan import plan
from meshwright.graph.graph import MeshGraph
from meshwright.model.errors import MeshError
from meshwright.model.products import Products
from meshwright.release.cut import freeze
from meshwright.release.graph import graph_of, listing_of
from meshwright.release.store import ReleaseStore

CORNER_SHOP = Path(__file__).parents[1] / "data" / "corner-shop"
SHOP = Path("domains/shop")
Edit = Callable[[Path], object]


def swapped(file: str, before: str, after: str) -> Edit:
    """Put one text in the place of another, and back the next time."""

    def edit(mesh: Path) -> None:
        path = mesh / file
        text = path.read_text() if path.exists() else ""
        changed = text.replace(after, before) if after in text else text.replace(before, after)
        if changed != text:
            path.write_text(changed)

    return edit


def moved(before: str, after: str) -> Edit:
    """Rename a folder, and back the next time."""

    def edit(mesh: Path) -> None:
        old, new = mesh / SHOP / before, mesh / SHOP / after
        old, new = (old, new) if old.exists() else (new, old)
        if old.exists():
            old.rename(new)

    return edit


def copied(before: str, after: str) -> Edit:
    """Add a product that is like another one, and take it away the next time."""

    def edit(mesh: Path) -> None:
        if (mesh / SHOP / after).exists():
            shutil.rmtree(mesh / SHOP / after)
        elif (mesh / SHOP / before).exists():
            shutil.copytree(mesh / SHOP / before, mesh / SHOP / after)

    return edit


def touched(file: str) -> Edit:
    return lambda mesh: (mesh / file).touch() if (mesh / file).exists() else None


MASKED = "version: 1.0.0\n    columns: {customer_id: {mask: {pseudonym: customer}}}"
EDITS: dict[str, Edit] = {
    "nothing": lambda _: None,
    "touch a manifest": touched("domains/shop/orders/product.yaml"),
    "touch SQL": touched("domains/shop/revenue/revenue.sql"),
    "comment a manifest": swapped("domains/shop/orders/product.yaml", "kind: DataProduct", "kind: DataProduct # ours"),
    "describe": swapped("domains/shop/orders/product.yaml", "What they paid.", "What they have paid."),
    "retype a column": swapped(
        "domains/shop/orders/product.yaml", "amount, logicalType: number", "amount, logicalType: integer"
    ),
    "rename a column": swapped("domains/shop/orders/product.yaml", "name: amount", "name: total"),
    "mask a column": swapped(
        "domains/shop/customers/product.yaml",
        "version: 1.0.0",
        MASKED,
    ),
    "raise a major": swapped("domains/shop/orders/product.yaml", "version: 1.0.0", "version: 2.0.0"),
    "misspell a key": swapped("domains/shop/orders/product.yaml", "kind: DataProduct", "kin: DataProduct"),
    "break SQL": swapped("domains/shop/customers/customers.sql", "SELECT", "SELEKT"),
    "comment SQL": swapped("domains/shop/revenue/revenue.sql", "SELECT\n", "SELECT -- at last\n"),
    "read another column": swapped("domains/shop/customers/customers.sql", "  country", "  UPPER(country) AS country"),
    "read another port": swapped("domains/shop/revenue/product.yaml", "shop.orders:orders", "shop.more:orders"),
    "carry another term": swapped("domains/shop/revenue/product.yaml", "term: income", "term: residence"),
    "add a product": copied("orders", "more"),
    "remove a product": moved("customers", "_customers"),
    "rename a product": moved("suppliers", "makers"),
    "hand a domain over": swapped("domains/shop/domain.yaml", "username: ana", "username: ben"),
    "break a domain": swapped("domains/shop/domain.yaml", "description:", "descriptions:"),
    "describe a term": swapped("mesh.yaml", "What came in.", "What was paid."),
    "classify a term": swapped("mesh.yaml", "classification: internal", "classification: public"),
}
"""What teams do to the files of a mesh; most is undone when it is done again."""

UNSEEN = {"nothing", "touch a manifest", "touch SQL", "comment a manifest"}


def unnamed(graph: MeshGraph) -> MeshGraph:
    """Forget what products are made of: each is looked at."""
    return replace(graph, digests={})


@settings(max_examples=25, deadline=None)
@given(edits=st.lists(st.sets(st.sampled_from(sorted(EDITS)), min_size=1, max_size=2), min_size=1, max_size=4))
@example(edits=[{name} for name in EDITS])
@example(edits=[{name} for name in reversed(EDITS)])
def test_after_any_edits_plan_and_release_are_those_of_an_empty_cache(
    tmp_path_factory: pytest.TempPathFactory, edits: list[set[str]]
) -> None:
    folder = tmp_path_factory.mktemp("edited")
    mesh, store = shutil.copytree(CORNER_SHOP, folder / "mesh"), ReleaseStore(str(folder / "store"))
    first = freeze(comparable(mesh, folder / "cache").graph)
    store.put(first)
    current, base = graph_of(store, first.digest), listing_of(store, first.digest)
    for number, together in enumerate(edits):
        for name in sorted(together):
            EDITS[name](mesh)
        kept, fresh = comparable(mesh, folder / "cache"), comparable(mesh, folder / f"fresh-{number}")
        assert kept.diagnostics == fresh.diagnostics
        assert repr(kept.loaded) == repr(fresh.loaded)  # repr() shows places, too
        assert kept.graph.digests == fresh.graph.digests
        assert kept.graph == fresh.graph
        made, whole = plan(current, kept.graph, NOW), plan(unnamed(current), unnamed(fresh.graph), NOW)
        assert (made, [e.change.at for e in made.effects]) == (whole, [e.change.at for e in whole.effects])
        assert cut(kept.graph, base) == cut(unnamed(fresh.graph), None)


def cut(graph: MeshGraph, base: object) -> object:
    """Return the release's digest; or, where SQL cannot be read and nothing would be released, what is said."""
    try:
        return freeze(graph, base).digest  # type: ignore[arg-type]
    except MeshError as error:
        return error.message


@pytest.mark.parametrize("name", sorted(EDITS.keys() - UNSEEN))
def test_each_edit_changes_what_is_read(tmp_path: Path, name: str) -> None:
    mesh = shutil.copytree(CORNER_SHOP, tmp_path / "mesh")

    def read() -> tuple[object, ...]:
        compiled = compile_mesh(mesh, tmp_path / "cache")
        return repr(compiled.loaded), dict(compiled.graph.analyses), compiled.diagnostics

    before = read()
    EDITS[name](mesh)
    assert read() != before


def test_a_column_may_be_masked_and_read(tmp_path: Path) -> None:
    mesh = shutil.copytree(CORNER_SHOP, tmp_path / "mesh")
    EDITS["mask a column"](mesh)
    assert [d.code for d in compile_mesh(mesh, tmp_path / "cache").diagnostics] == []


def test_a_plan_of_one_change_looks_at_that_product_alone(tmp_path: Path) -> None:
    mesh, store = shutil.copytree(CORNER_SHOP, tmp_path / "mesh"), ReleaseStore(str(tmp_path / "store"))
    first = freeze(comparable(mesh, tmp_path / "cache").graph)
    store.put(first)
    EDITS["describe"](mesh)
    current, proposed = graph_of(store, first.digest), comparable(mesh, tmp_path / "cache").graph
    plan(current, proposed, NOW)
    for graph in (current, proposed):
        assert isinstance(graph.mesh.products, Products)
        assert {str(address) for address in graph.mesh.products._known} == {"shop.orders"}
