"""A release: the same bytes for the same mesh, the same mesh from the bytes, and no byte that was not released."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.gate.meshes import (
    MESH,
    NOW,
    RANKING,
    RANKING_ADDRESS,
    RANKING_PORT,
    SALES,
    SALES_ADDRESS,
    edit_column,
    linked,
    with_products,
)

from meshwright.gate.judge import NeedsApproval, judge
from meshwright.gate.plan import plan
from meshwright.model.address import ProductAddress
from meshwright.model.codec import dump
from meshwright.model.contract import Check, LogicalType, Metric, Operator
from meshwright.model.errors import Corrupt, NotFound, Refused
from meshwright.model.identity import Digest
from meshwright.model.product import DataProduct
from meshwright.release.cut import cut, freeze
from meshwright.release.files import record_file
from meshwright.release.frozen import made_of
from meshwright.release.graph import graph_of, listing_of
from meshwright.release.read import read_record
from meshwright.release.record import contents_of
from meshwright.release.shard import read_lines, read_shards
from meshwright.release.store import ReleaseStore

RELEASE = freeze(linked(MESH))


@pytest.fixture
def store(tmp_path: Path) -> ReleaseStore:
    return ReleaseStore(str(tmp_path / "store"))


@pytest.fixture
def folder(tmp_path: Path, store: ReleaseStore) -> Path:
    store.put(RELEASE)
    store.materialise(RELEASE.digest, tmp_path / str(RELEASE.digest))
    return tmp_path / str(RELEASE.digest)


def test_the_same_mesh_gives_the_same_bytes_in_any_order_and_process() -> None:
    turned = replace(MESH, products=MESH.products[::-1])
    assert freeze(linked(turned)) == RELEASE
    program = "from tests.release.test_cut import RELEASE; print(RELEASE.digest)"
    elsewhere = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert elsewhere.stdout.strip() == str(RELEASE.digest)


def test_a_release_gives_back_the_mesh_that_it_was_cut_from(store: ReleaseStore) -> None:
    store.put(RELEASE)
    graph = graph_of(store, RELEASE.digest)
    assert dump(graph.mesh) == dump(linked(MESH).mesh)
    assert dict(graph.analyses) == dict(linked(MESH).analyses)
    assert freeze(graph) == RELEASE
    assert plan(graph, linked(MESH), NOW).is_empty


def test_a_product_is_read_of_a_release_only_when_somebody_looks_at_it(
    store: ReleaseStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put(RELEASE)
    seen: list[str] = []
    file = ReleaseStore.file
    monkeypatch.setattr(ReleaseStore, "file", lambda *words: seen.append(words[2]) or file(*words))
    graph = graph_of(store, RELEASE.digest)
    assert graph.consumers(SALES_ADDRESS) == (RANKING_ADDRESS,)
    assert not [name for name in seen if name.startswith("products/")]
    assert graph.product(RANKING_ADDRESS) == linked(MESH).product(RANKING_ADDRESS)
    assert [name for name in seen if name.startswith("products/")] == [record_file(RANKING_ADDRESS)]


EDITS: dict[str, Callable[[tuple[DataProduct, ...]], tuple[DataProduct, ...]]] = {
    "describe": lambda products: tuple(replace(p, description=f"{p.description}!") for p in products),
    "describe one": lambda products: (replace(products[0], description=f"{products[0].description}?"), *products[1:]),
    "remove": lambda products: products[1:] or products,
    "add": lambda products: (*products, replace(SALES, address=ProductAddress("creators", f"more-{len(products)}"))),
    "rename": lambda products: (*products[:-1], replace(products[-1], address=ProductAddress("music", "renamed"))),
    "make optional": lambda products: tuple(
        replace(p, inputs=tuple(replace(i, required=False) for i in p.inputs)) for p in products
    ),
    "retype": lambda products: tuple(edit_column("price", type=LogicalType.STRING)(p) for p in products),
}
"""What may happen to the products of a mesh."""


@settings(max_examples=30, deadline=None)
@given(edits=st.lists(st.sampled_from(sorted(EDITS)), min_size=1, max_size=4))
def test_a_release_cut_beside_another_has_the_bytes_of_one_that_is_cut_alone(
    tmp_path_factory: pytest.TempPathFactory, edits: list[str]
) -> None:
    store = ReleaseStore(str(tmp_path_factory.mktemp("store")))
    store.put(RELEASE)
    products, base = tuple(MESH.products), RELEASE.digest
    for edit in edits:
        products = EDITS[edit](products)
        graph = linked(replace(MESH, products=products))
        digests = {
            address: made_of(graph, product).hex for address in graph.order if (product := graph.product(address))
        }
        beside, alone = freeze(replace(graph, digests=digests), listing_of(store, base)), freeze(graph)
        assert beside.digest == alone.digest
        assert beside.files.items() <= alone.files.items()
        store.put(beside)
        store.verify(beside.digest)
        base = beside.digest


def test_what_did_not_change_is_not_made_again(store: ReleaseStore) -> None:
    store.put(RELEASE)
    graph = linked(with_products(replace(SALES, description="Sold.")))
    same = {RANKING_ADDRESS: made_of(graph, RANKING).hex}
    changed = freeze(replace(graph, digests=same), listing_of(store, RELEASE.digest))
    assert set(changed.files) == {"mesh.json", "root.json", "shards/marketplace-0.jsonl", record_file(SALES_ADDRESS)}


def test_only_what_the_gate_allows_is_cut() -> None:
    first = plan(None, linked(MESH), NOW)
    assert cut(first, judge(first, ())).digest == RELEASE.digest
    with pytest.raises(Refused):
        cut(first, NeedsApproval(()))


def test_nothing_of_an_environment_or_a_place_on_disk_is_in_a_release() -> None:
    assert all(str(Path.cwd()).encode() not in content for content in RELEASE.files.values())
    assert b"environments" not in RELEASE.files["mesh.json"]


def test_a_worker_reads_one_product_with_its_query(folder: Path) -> None:
    record = read_record(folder, RELEASE.digest, RANKING_ADDRESS)
    assert record.release == RELEASE.digest
    assert record.product.inputs[0].port == SALES.port_address(SALES.outputs[0])
    (query,) = record.queries("duckdb")
    assert query.table == RANKING_PORT.table()
    assert "SUM(price)" in query.sql


def test_a_record_knows_the_columns_of_what_its_product_can_do_without(store: ReleaseStore) -> None:
    (sales,) = RANKING.inputs
    graph = linked(with_products(replace(RANKING, inputs=(replace(sales, required=False),))))
    contents = contents_of(freeze(graph).files[record_file(RANKING_ADDRESS)])
    ((name, columns),) = contents.optional
    assert name == "sales"
    assert [(c.name, c.type) for c in columns[:3]] == [("sale_id", "string"), ("artist", "string"), ("price", "number")]
    assert b"optional" not in RELEASE.files[record_file(RANKING_ADDRESS)]


def test_a_shard_lists_its_products(folder: Path) -> None:
    assert [s["name"] for s in read_shards(folder, RELEASE.digest.hex)] == ["creators-0", "marketplace-0"]
    (line,) = read_lines(folder, RELEASE.digest.hex, "marketplace-0")
    assert line.product == str(SALES_ADDRESS)
    assert line.record == Digest.of(RELEASE.files[record_file(SALES_ADDRESS)]).hex


def test_what_airflow_reads_of_a_product_changes_with_the_product_alone() -> None:
    products = tuple(replace(p, description="Sold.") if p == SALES else p for p in MESH.products)
    changed = freeze(linked(replace(MESH, products=products)))
    shards = [name for name in RELEASE.files if name.startswith("shards/")]
    assert [name for name in shards if changed.files[name] != RELEASE.files[name]] == ["shards/marketplace-0.jsonl"]


def test_what_is_not_in_a_release_is_not_found(folder: Path) -> None:
    for product in ("marketplace.other", "aaa.first", "zzz.last", "creators.aaa"):
        with pytest.raises(NotFound):
            read_record(folder, RELEASE.digest, ProductAddress(*product.split(".")))
    with pytest.raises(NotFound):
        read_lines(folder, RELEASE.digest.hex, "finance-0")


def test_a_domain_of_many_products_is_cut_into_shards_and_each_is_found(tmp_path: Path, store: ReleaseStore) -> None:
    products = tuple(replace(SALES, address=ProductAddress("marketplace", f"p{n:03}")) for n in range(501))
    large = freeze(linked(replace(MESH, products=products)))
    store.put(large)
    store.materialise(large.digest, tmp_path / "large")
    shards = listing_of(store, large.digest).root.shards
    assert [s.name for s in shards] == ["marketplace-0", "marketplace-1", "marketplace-2"]
    for number in (0, 249, 250, 499, 500):
        address = products[number].address
        assert read_record(tmp_path / "large", large.digest, address).product.address == address


@pytest.mark.parametrize("name", ["root.json", "shards/creators-0.jsonl", record_file(RANKING_ADDRESS)])
def test_a_changed_byte_anywhere_on_the_way_is_named(folder: Path, name: str) -> None:
    content = bytearray((folder / name).read_bytes())
    for place in range(0, len(content), max(1, len(content) // 40)):
        content[place] ^= 1
        (folder / name).write_bytes(content)
        with pytest.raises(Corrupt, match=name):
            read_record(folder, RELEASE.digest, RANKING_ADDRESS)
        content[place] ^= 1


def test_the_name_of_another_release_does_not_open_this_one(folder: Path) -> None:
    with pytest.raises(Corrupt, match=r"root\.json"):
        read_record(folder, Digest.of(b"another"), RANKING_ADDRESS)


def test_a_changed_object_in_the_store_is_named_and_nothing_is_laid_out(tmp_path: Path, store: ReleaseStore) -> None:
    store.put(RELEASE)
    digest = Digest.of(RELEASE.files[record_file(SALES_ADDRESS)])
    kept = tmp_path / "store" / "objects" / digest.hex[:2] / digest.hex
    kept.write_bytes(kept.read_bytes().replace(b"sales", b"salez", 1))
    with pytest.raises(Corrupt, match=r"products/marketplace\.artwork-sales\.json"):
        store.verify(RELEASE.digest)
    with pytest.raises(Corrupt):
        store.materialise(RELEASE.digest, tmp_path / "folder")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["store"]


def test_putting_twice_and_laying_out_twice_change_nothing(folder: Path, store: ReleaseStore) -> None:
    before = {p: p.stat().st_mtime_ns for p in folder.rglob("*")}
    store.put(RELEASE)
    store.materialise(RELEASE.digest, folder)
    assert {p: p.stat().st_mtime_ns for p in folder.rglob("*")} == before
    store.verify(RELEASE.digest)


def test_reading_a_record_loads_no_third_party() -> None:
    program = (
        "import sys, meshwright.release.read\n"
        "heavy = {'sqlglot', 'obstore', 'cryptography', 'pydantic', 'yaml', 'duckdb', 'sqlalchemy', 'airflow'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"


def test_a_record_speaks_the_dialect_of_each_engine(store: ReleaseStore, tmp_path: Path) -> None:
    asked = Check(
        "dear", Metric.SQL, Operator.EQUAL, (Decimal(0),), query="SELECT COUNTIF(price > 1) FROM sales WHERE id != ''"
    )
    port = SALES.outputs[0]
    table = port.tables[0]
    checked = replace(table, contract=replace(table.contract, checks=(asked,)))
    product = replace(SALES, outputs=(replace(port, tables=(checked,)), *SALES.outputs[1:]))
    release = freeze(linked(with_products(product)))
    store.put(release)
    store.materialise(release.digest, tmp_path / "folder")
    record = read_record(tmp_path / "folder", release.digest, SALES_ADDRESS)
    found = {}
    for dialect in ("bigquery", "duckdb"):
        (check,) = record.speaking(dialect).outputs[0].tables[0].contract.checks
        assert check.dialect == dialect
        found[dialect] = check.query
        assert check.condition == "id <> '' AND price > 1"
    assert found["bigquery"] == asked.query
    assert "COUNT(CASE WHEN price > 1 THEN 1 END)" in found["duckdb"]
