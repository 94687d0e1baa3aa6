"""What is kept changes no answer: after any edit a mesh compiles to what it would without a cache."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshwright.compiler import compilation
from meshwright.compiler.cache import FILE
from meshwright.compiler.compilation import compile_mesh, diagnose

CORNER_SHOP = Path(__file__).parents[1] / "data" / "corner-shop"
MANIFESTS = ["manifest" for _ in CORNER_SHOP.glob("domains/*/*/product.yaml")]
EDITS = (
    ("mesh.yaml", "name: corner-shop", "name: corner-store"),
    ("domains/shop/domain.yaml", "description:", "descriptions:"),
    ("domains/shop/orders/product.yaml", "kind: DataProduct", "kind: Product"),
    ("domains/shop/orders/product.yaml", "logicalType: string", "logicalType: integer"),
    ("domains/shop/orders/product.yaml", "kind: DataProduct", "kind: DataProduct\n"),
    ("domains/shop/customers/customers.sql", "SELECT", "SELECT nothing,"),
    ("domains/shop/revenue/revenue.sql", "SELECT", "SELECT -- at last\n"),
    ("domains/shop/revenue/revenue.sql", "FROM", "FROM /* password=correct-horse */"),
    ("domains/shop/revenue/product.yaml", "shop.orders:", "shop.order:"),
    ("domains/shop/domain.yaml", "description:", "# said better\ndescription:"),
)
"""Places, and what becomes of what stands there: each of them is done and undone."""


@pytest.fixture
def mesh(tmp_path: Path) -> Path:
    return shutil.copytree(CORNER_SHOP, tmp_path / "mesh")


def edit(mesh: Path, file: str, before: str, after: str) -> None:
    text = (mesh / file).read_text()
    (mesh / file).write_text(text.replace(after, before) if after in text else text.replace(before, after, 1))


@pytest.mark.parametrize("change", EDITS, ids=lambda change: f"{change[0]}: {change[2]!r}")
def test_each_edit_changes_something(mesh: Path, tmp_path: Path, change: tuple[str, str, str]) -> None:
    before = (mesh / change[0]).read_text()
    edit(mesh, *change)
    assert (mesh / change[0]).read_text() != before
    edit(mesh, *change)
    assert (mesh / change[0]).read_text() == before


@settings(max_examples=15, deadline=None)
@given(edits=st.lists(st.sampled_from(EDITS), min_size=1, max_size=6))
def test_after_any_edits_the_answer_is_that_of_an_empty_cache(
    tmp_path_factory: pytest.TempPathFactory, edits: list[tuple[str, str, str]]
) -> None:
    folder = tmp_path_factory.mktemp("edited")
    mesh = shutil.copytree(CORNER_SHOP, folder / "mesh")
    diagnose(mesh, folder / "cache")
    for number, change in enumerate(edits):
        edit(mesh, *change)
        fresh = compile_mesh(mesh, folder / f"fresh-{number}")
        assert diagnose(mesh, folder / "cache") == fresh.diagnostics
        kept = compile_mesh(mesh, folder / "cache")
        # repr() shows places, too.
        assert repr(kept.loaded) == repr(fresh.loaded)
        assert kept.graph.analyses == fresh.graph.analyses


@pytest.mark.parametrize(
    ("change", "seen"),
    [
        (("domains/shop/revenue/revenue.sql", "SELECT", "SELECT -- at last\n"), ["SQL"]),
        (("domains/shop/revenue/product.yaml", "kind", "# at last\nkind"), ["documents", "manifest", "SQL"]),
        (("domains/shop/domain.yaml", "description", "# at last\ndescription"), ["documents", *MANIFESTS]),
        (("mesh.yaml", "kind", "# at last\nkind"), ["documents", *MANIFESTS]),
    ],
    ids=["SQL", "a manifest", "a domain", "the mesh"],
)
def test_only_what_a_change_reaches_is_read_and_analysed_again(
    mesh: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: tuple[str, str, str], seen: list[str]
) -> None:
    from meshwright.manifest import documents
    from meshwright.sql import select

    def noted(what: str, function: Callable[..., Any]) -> Callable[..., Any]:
        return lambda subject, *rest: found.append(what) or function(subject, *rest)

    compile_mesh(mesh, tmp_path)
    found: list[str] = []
    monkeypatch.setattr(documents, "read_domains", noted("documents", documents.read_domains))
    monkeypatch.setattr(documents, "resolve", noted("manifest", documents.resolve))
    monkeypatch.setattr(select, "understood", noted("SQL", select.understood))
    edit(mesh, *change)
    compile_mesh(mesh, tmp_path)
    assert found == seen


def test_columns_that_others_read_may_be_masked(mesh: Path, tmp_path: Path) -> None:
    edit(
        mesh,
        "domains/shop/customers/product.yaml",
        "    contract:\n",
        "    columns: {country: {mask: redact}}\n    contract:\n",
    )
    assert compile_mesh(mesh, tmp_path).graph.analyses == compile_mesh(mesh, tmp_path / "fresh").graph.analyses


def test_a_mesh_that_did_not_change_is_not_read_at_all(
    mesh: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = diagnose(mesh, tmp_path)
    monkeypatch.setattr(compilation, "compile_with", None)
    assert diagnose(mesh, tmp_path) == found


def test_a_file_that_is_touched_is_read_again_and_found_to_be_the_same(mesh: Path, tmp_path: Path) -> None:
    found = diagnose(mesh, tmp_path)
    size = (tmp_path / FILE).stat().st_size
    os.utime(mesh / "domains/shop/revenue/revenue.sql", ns=(1, 1))
    assert diagnose(mesh, tmp_path) == found
    assert (tmp_path / FILE).stat().st_size - size <= 4096  # one page of the database: what was found, once more


def test_a_link_to_a_folder_is_followed_each_time(mesh: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    shutil.move(mesh / "domains/shop/revenue/revenue.sql", outside / "revenue.sql")
    (mesh / "domains/shop/revenue/queries").symlink_to(outside)
    manifest = mesh / "domains/shop/revenue/product.yaml"
    manifest.write_text(manifest.read_text() + "    transform: {sql: queries/revenue.sql}\n")
    assert not compile_mesh(mesh, tmp_path / "cache").diagnostics
    (outside / "revenue.sql").write_text("SELECT nothing")
    assert compile_mesh(mesh, tmp_path / "cache").diagnostics


def test_a_folder_behind_a_link_is_looked_into_each_time(mesh: Path, tmp_path: Path) -> None:
    outside = shutil.move(mesh / "domains/shop", tmp_path / "shop")
    (mesh / "domains/shop").symlink_to(outside)
    assert diagnose(mesh, tmp_path / "cache") == ()
    edit(mesh, "domains/shop/orders/product.yaml", "kind: DataProduct", "kind: Product")
    assert [d.code for d in diagnose(mesh, tmp_path / "cache")] == ["MW0108"]


def test_a_change_is_seen_although_size_and_time_of_the_file_are_as_before(mesh: Path, tmp_path: Path) -> None:
    sql = mesh / "domains/shop/revenue/revenue.sql"
    before = sql.stat()
    assert diagnose(mesh, tmp_path / "cache") == ()
    sql.write_text(sql.read_text().replace("SELECT", "SELEKT"))
    os.utime(sql, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert [d.code for d in diagnose(mesh, tmp_path / "cache")] == ["MW0202"]


def test_what_is_no_file_and_goes_away_is_noticed(mesh: Path, tmp_path: Path) -> None:
    (mesh / "domains/shop/stray.yaml").symlink_to("nowhere")
    assert [d.code for d in diagnose(mesh, tmp_path / "cache")] == ["MW0116"]
    (mesh / "domains/shop/stray.yaml").unlink()
    assert diagnose(mesh, tmp_path / "cache") == ()


@pytest.mark.parametrize("file", ["product.yaml", "revenue.sql", "other.txt"])
def test_nobody_waits_for_a_pipe(mesh: Path, tmp_path: Path, file: str) -> None:
    (mesh / "domains/shop/revenue" / file).unlink(missing_ok=True)
    os.mkfifo(mesh / "domains/shop/revenue" / file)
    found = [(d.at.file, d.message) for d in diagnose(mesh, tmp_path / "cache")]
    refused = (f"domains/shop/revenue/{file}", "this is no file, but a pipe or a device")
    assert found == ([] if file == "other.txt" else [refused])


def test_a_name_that_is_no_text_is_said(mesh: Path, tmp_path: Path) -> None:
    (mesh / "domains" / "shop" / "caf\udce9").mkdir()
    (mesh / "domains" / "shop" / "caf\udce9" / "notes.txt").touch()
    for _ in range(2):
        assert [d.code for d in diagnose(mesh, tmp_path / "cache")] == ["MW0101"]


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is closed to root")
@pytest.mark.parametrize("folder", ["domains", "domains/shop", "domains/shop/orders", "domains/shop/orders/fixtures"])
def test_a_folder_that_cannot_be_listed_is_said_and_never_remembered(mesh: Path, tmp_path: Path, folder: str) -> None:
    (mesh / folder).mkdir(exist_ok=True)
    (mesh / folder).chmod(0)
    try:
        found = [d.message for d in diagnose(mesh, tmp_path / "cache")]
    finally:
        (mesh / folder).chmod(0o755)
    said = f"the folder `{folder}` cannot be read: permission denied"
    assert (said in found) is not folder.endswith("fixtures")  # where nothing is read
    assert diagnose(mesh, tmp_path / "cache") == ()


@pytest.mark.parametrize("mask", ["{redact: secret}", "{truncate: 2}", "{pseudonym: customer}"])
def test_a_port_whose_columns_are_masked_is_read_like_any_other(mesh: Path, tmp_path: Path, mask: str) -> None:
    slo = f"    columns: {{customer_id: {{mask: {mask}}}}}\n    slo:"
    edit(mesh, "domains/shop/orders/product.yaml", "    slo:", slo)
    assert diagnose(mesh, tmp_path / "cache") == ()
