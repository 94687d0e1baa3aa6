"""All SQL of the examples is understood, and DuckDB can run it."""

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from tests.sql.test_types import DUCKDB

from meshwright.actions.compilation import schemas
from meshwright.manifest.load import load
from meshwright.sql.analyse import analyse
from meshwright.sql.bind import bind

EXAMPLES = Path(__file__).parents[2] / "examples"
MESHES = {path.parent.name: load(path.parent).mesh for path in sorted(EXAMPLES.glob("*/mesh.yaml"))}
PORTS = [
    pytest.param(mesh, product, port, id=f"{name} {product.port_address(port)}")
    for name, mesh in MESHES.items()
    for product in mesh.products
    for port in product.outputs
]


@pytest.mark.parametrize(("mesh", "product", "port"), PORTS)
def test_a_port_of_the_examples_is_understood(mesh, product, port):
    analysis = analyse(product, port, schemas(mesh.output, product))
    assert analysis.diagnostics == ()
    if port.virtual is None:
        assert [c.name for c in analysis.columns] == [c.name for c in port.contract.columns]
        assert analysis.inputs


@pytest.mark.parametrize(("mesh", "product", "port"), PORTS)
def test_a_transform_of_the_examples_runs_on_duckdb(mesh, product, port):
    if port.transform is None:
        return
    query = bind(port.transform, "duckdb")
    with duckdb.connect() as session:
        session.execute("set TimeZone = 'UTC'")
        for table, columns in schemas(mesh.output, product).items():
            shape = ", ".join(f'"{c.name}" {DUCKDB[c.type]}' for c in columns)
            session.execute(f'create table "{table}" ({shape})')
        bounds = dict.fromkeys(query.parameters, datetime(2013, 1, 1, tzinfo=UTC))
        assert session.execute(query.sql, bounds).fetchall() == []
