"""A product that a team described for its catalogue becomes a product of the mesh, and stays described."""

import contextlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.interop.standard import exported, plain, said

from meshwright.interop.foreign import Foreign
from meshwright.interop.odps.merge import merged
from meshwright.interop.odps.read import NearbyContract, Surroundings, drafted
from meshwright.interop.spelled import role_of, version_of
from meshwright.manifest.standards.product_file import read_product
from meshwright.manifest.text.problems import Problems
from meshwright.manifest.text.writing import yaml_text
from meshwright.model.address import ProductAddress
from meshwright.model.errors import MeshError, NotFound, Refused
from meshwright.model.mesh import Mesh, Person

DATA = Path(__file__).parents[1] / "data" / "odps"
ORDERS = plain(DATA / "orders.odps.yaml")
ADDRESS = ProductAddress("shop-sales", "web-orders")
FOLDER = "domains/shop-sales/web-orders"


@pytest.fixture
def root(shop: Path) -> Path:
    """A mesh where somebody offers visits, and the team's documents beside it."""
    said("new", "domain", "shop-sales")
    said("new", "product", "shop-sales.visits")
    shutil.copytree(DATA, shop.parent / "theirs")
    return shop


def imported(*words: str) -> Any:
    done = said("import", "odps", "../theirs/orders.odps.yaml", "--format", "json", *words)
    return {"status": done.return_value, **json.loads(done.stdout)}


def test_what_is_written_is_what_the_document_says(root: Path) -> None:
    assert imported()["written"] == [
        f"{FOLDER}/product.yaml",
        f"{FOLDER}/product.odps.yaml",
        f"{FOLDER}/orders.odcs.yaml",
    ]
    assert plain(root / FOLDER / "product.yaml") == {
        "apiVersion": "meshwright/v1",
        "kind": "DataProduct",
        "description": {
            "purpose": "Every order of the web shop.",
            "limitations": "Orders by telephone are not in it.",
        },
        "tags": ["orders"],
        "team": {"members": [{"username": "ben@example.com", "role": "productOwner"}]},
        "support": [{"channel": "#orders", "tool": "slack", "url": "https://chat.example.com/orders"}],
        "inputPorts": [{"name": "visits", "from": "shop-sales.visits:visits@1"}, {"name": "payments"}],
        "outputPorts": [
            {
                "name": "orders",
                "version": "1.2.0",
                "virtual": {"connection": "shop-store", "table": "sales.web_orders"},
                "contract": "orders.odcs.yaml",
            },
            {"name": "orders", "version": "2.0.0"},
        ],
    }
    for name in ("orders.odps.yaml", "orders.odcs.yaml"):
        kept = "product.odps.yaml" if "odps" in name else name
        assert (root / FOLDER / kept).read_bytes() == (DATA / name).read_bytes()


def test_what_is_left_is_told_and_validate_points_at_it(root: Path) -> None:
    told = imported()
    assert told["status"] == 1
    assert told["left"] == [
        "`ben@example.com` of the team is not among the mesh's people: add them to mesh.yaml",
        "`payments`: say where it is read `from`, or its `source`: no port has its contract `payments-of-the-bank`",
        "set MESH_CONN_SHOP_STORE to the URL of the server `shop-store` (postgres)",
        "`orders`: write its `contract`, or import it with the `.odcs.yaml` of `orders-contract-2` beside the document",
        "`orders`: say which store serves it (`virtual`), or write its SELECT into `orders@2.sql`",
    ]
    assert [(d["code"], d["message"]) for d in told["diagnostics"]] == [
        ("MW0106", "`contract` is missing in `outputPorts`")
    ]


@pytest.fixture
def complete(root: Path) -> Path:
    """The product, with what was left done."""
    imported()
    manifest = plain(root / FOLDER / "product.yaml")
    manifest["inputPorts"][1]["source"] = {"block": "database", "connection": "bank", "table": "payments"}
    manifest["outputPorts"][1] |= {
        "virtual": {"connection": "shop-store", "table": "orders_2"},
        "contract": {"schema": [{"name": "orders", "properties": [{"name": "order_id", "logicalType": "string"}]}]},
    }
    (root / FOLDER / "product.yaml").write_text(yaml_text(manifest))
    people = root / "mesh.yaml"
    people.write_text(people.read_text().replace("people:\n", "people:\n  - {username: ben@example.com, name: Ben}\n"))
    return root


def changed(root: Path, old: str, new: str) -> dict[str, Any]:
    manifest = root / FOLDER / "product.yaml"
    assert manifest.read_text().count(old) == 1
    manifest.write_text(manifest.read_text().replace(old, new))
    return exported(root, str(ADDRESS))


def test_an_untouched_product_is_exported_as_its_document_says_it(complete: Path) -> None:
    whole = exported(complete, str(ADDRESS))
    for key in set(ORDERS) - {"apiVersion", "inputPorts", "outputPorts", "managementPorts", "customProperties"}:
        assert whole[key] == ORDERS[key], key
    assert whole["outputPorts"][0]["name"] == "orders"
    assert [p["version"] for p in whole["outputPorts"]] == ["v1.2", "2.0.0"]
    assert [p["contractId"] for p in whole["outputPorts"]] == ["orders-contract", "orders-contract-2"]
    assert whole["outputPorts"][0]["sbom"] == ORDERS["outputPorts"][0]["sbom"]
    assert whole["outputPorts"][0]["inputContracts"] == [
        {"id": "payments-of-the-bank", "version": "1.0.0"},
        {"id": "shop-sales.visits:visits-v1", "version": "1.0.0"},
    ]
    assert (whole["inputPorts"][0]["name"], whole["inputPorts"][0]["tags"]) == ("Visits", ["web"])
    assert whole["managementPorts"][0] == ORDERS["managementPorts"][0]
    assert whole["customProperties"][0] == ORDERS["customProperties"][0]


def test_what_the_manifest_says_anew_goes_before_the_document(complete: Path) -> None:
    whole = changed(complete, "purpose: Every order of the web shop.", "purpose: Orders of the shop.")
    assert whole["description"]["purpose"] == "Orders of the shop."
    assert whole["description"]["authoritativeDefinitions"] == ORDERS["description"]["authoritativeDefinitions"]
    assert changed(complete, "2.0.0", "2.2.0")["outputPorts"][1]["version"] == "2.2.0"
    assert exported(complete, str(ADDRESS))["version"] == "2.2.0"
    members = changed(complete, "role: productOwner", "role: technicalOwner")["team"]["members"]
    assert [(m["name"], m["role"]) for m in members] == [("Ben", "technicalOwner"), ("Zoe", "owner")]
    assert "tags" not in changed(complete, "tags: [orders]\n", "")


def test_a_document_that_is_wrong_is_not_taken_over(root: Path) -> None:
    document = root.parent / "theirs" / "orders.odps.yaml"
    document.write_text(document.read_text().replace("tenant:", "tennant:"))
    told = imported()
    assert (told["status"], told["written"]) == (1, [])
    assert [(d["code"], d["line"], d["hint"]) for d in told["diagnostics"]] == [("MW0602", 9, "did you mean `tenant`?")]


def test_a_kept_document_that_becomes_wrong_is_found(complete: Path) -> None:
    kept = complete / FOLDER / "product.odps.yaml"
    kept.write_text(kept.read_text().replace("version: 2.0.0, contractId", "version: v1.2, contractId"))
    found = json.loads(said("validate", "--format", "json").stdout)["diagnostics"]
    assert [(d["code"], d["file"], d["message"]) for d in found] == [
        ("MW0606", f"{FOLDER}/product.odps.yaml", "the output port `orders` of version v1.2 is there twice")
    ]


def test_names_and_domain_can_be_chosen(root: Path) -> None:
    said("new", "domain", "web")
    assert imported("--product", "web.orders")["written"][0] == "domains/web/orders/product.yaml"


def test_there_must_be_a_place_for_it(root: Path) -> None:
    with pytest.raises(NotFound, match="no domain `web`"):
        imported("--product", "web.orders")
    imported()
    with pytest.raises(Refused, match="exists already"):
        imported()
    assert imported("--force")["written"]


@pytest.mark.parametrize(
    ("text", "version"),
    [("v1.2", "1.2.0"), ("3", "3.0.0"), ("1.2.3", "1.2.3"), ("", "1.0.0"), ("2024-Q1", ""), ("1.2.3.4", "")],
)
def test_a_version_is_read_as_people_write_it(text: str, version: str) -> None:
    assert version_of(text) == version


@pytest.mark.parametrize(
    ("text", "role"),
    [("Data Product Owner", "productOwner"), ("tech lead", "technicalOwner"), ("steward", "steward"), ("", "member")],
)
def test_a_role_is_read_as_people_write_it(text: str, role: str) -> None:
    assert role_of(text) == role


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield path
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in parts:
        yield from places(inner, (*path, key))


def broken(path: tuple[str | int, ...], value: object) -> Any:
    whole = {"document": json.loads(json.dumps(ORDERS))}
    inner: Any = whole
    for key in ("document", *path)[:-1]:
        inner = inner[key]
    inner[("document", *path)[-1]] = value
    return whole["document"]


OURS = {
    "name": "web-orders",
    "domain": "shop-sales",
    "type": "sourceAligned",
    "version": "1.0.0",
    "description": {},
    "inputPorts": [{"name": "visits", "contractId": "x"}],
    "outputPorts": [{"name": "orders", "version": "1.2.0", "inputContracts": [{"id": "x", "version": "1.0.0"}]}],
    "managementPorts": [{"name": "dag"}],
    "support": [{"channel": "#orders"}],
    "team": {"members": [{"username": "ben@example.com", "role": "productOwner"}]},
}


@given(st.sampled_from(list(places(ORDERS))), JSON)
def test_no_structure_makes_it_fail_unforeseen(path: tuple[str | int, ...], value: object) -> None:
    document = Foreign(broken(path, value))
    around = Surroundings({"orders-contract": NearbyContract(b"", Foreign(value))}, {}, (Person("ben"),))
    with contextlib.suppress(MeshError):
        drafted(document, b"", ADDRESS, around)
    merged(document, OURS, Mesh("shop", ()))


@given(st.sampled_from(list(places(ORDERS))), JSON)
def test_no_file_makes_reading_it_fail(tmp_path_factory: pytest.TempPathFactory, path: Any, value: object) -> None:
    file = tmp_path_factory.mktemp("odps") / "product.odps.yaml"
    file.write_text(json.dumps(broken(path, value)))
    problems = Problems()
    assert (read_product(file, file.name, problems) is None) == problems.stop
