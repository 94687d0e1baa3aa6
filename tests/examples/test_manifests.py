"""The examples' manifests: the first that a newcomer reads, so nothing in them may be wrong or missing."""

from pathlib import Path

import pytest
from tests.examples.running import EXAMPLES

from meshwright.compiler.compilation import compile_mesh
from meshwright.model.address import product_address
from meshwright.model.mesh import Mesh
from meshwright.model.product import DataProduct

NAMES = ("artgo", "flights")


@pytest.fixture(scope="module", params=NAMES)
def mesh(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Mesh:
    compiled = compile_mesh(EXAMPLES / request.param, tmp_path_factory.mktemp(request.param))
    assert compiled.diagnostics == ()
    return compiled.graph.mesh


def missing(mesh: Mesh, product: DataProduct) -> list[str]:
    """Name what a reader would look for in a product's manifest and not find."""
    purpose = next((p for p in mesh.purposes if p.name == product.purpose), None)
    found = {
        "description": product.description,
        "product owner": mesh.person(product.owner),
        "technical owner": any(m.role == "technicalOwner" and mesh.person(m.username) for m in product.team),
        "support": product.support,
        "purpose with a budget": purpose and purpose.budget,
        "director": purpose and mesh.person(purpose.director),
    }
    found |= {f"{port.name}: SLO": port.slos for port in product.outputs}
    for address, table in product.tables():
        found |= {f"{address}: description": table.contract.description, f"{address}: primary key": table.contract.key}
        found |= {f"{address}.{column.name}: description": column.description for column in table.contract.columns}
    return [what for what, value in found.items() if not value]


def test_every_product_says_all_that_a_reader_looks_for(mesh: Mesh) -> None:
    assert {str(p.address): missing(mesh, p) for p in mesh.products if missing(mesh, p)} == {}


def test_every_domain_is_described_and_has_a_steward(mesh: Mesh) -> None:
    assert [d.name for d in mesh.domains if not d.description or not mesh.person(d.steward)] == []


def test_teams_differ_between_domains(mesh: Mesh) -> None:
    assert len({p.owner for p in mesh.products}) >= 3


@pytest.mark.parametrize("name", NAMES)
def test_an_example_has_all_that_is_to_be_shown(name: str, tmp_path: Path) -> None:
    products = compile_mesh(EXAMPLES / name, tmp_path).graph.mesh.products
    assert len(products) >= 5
    assert len({p.address.domain for p in products}) >= 3
    assert {p.type.value for p in products} == {"sourceAligned", "aggregate", "consumerAligned"}


def test_the_dossier_does_not_depend_on_engagement(tmp_path: Path) -> None:
    graph = compile_mesh(EXAMPLES / "artgo", tmp_path).graph
    behind = {str(a) for a in graph.upstream(product_address("insight.provenance-dossier"))}
    assert "marketplace.provenance" in behind
    assert not any(address.startswith("engagement.") for address in behind)


def test_trending_artists_are_two_hops_below_the_events(tmp_path: Path) -> None:
    graph = compile_mesh(EXAMPLES / "artgo", tmp_path).graph
    events, trending = product_address("engagement.events"), product_address("insight.trending-artists")
    assert events in graph.upstream(trending)
    assert events not in graph.inputs(trending)
