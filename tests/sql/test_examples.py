"""All SQL of the examples is understood, and DuckDB can run it."""

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from tests.sql.test_types import DUCKDB

from meshwright.compiler.analyses import schemas
from meshwright.manifest.load import load
from meshwright.model.product import Transform
from meshwright.sql.analyse import analyse
from meshwright.sql.bind import bind

EXAMPLES = Path(__file__).parents[2] / "examples"
MESHES = {path.parent.name: load(path.parent).mesh for path in sorted(EXAMPLES.glob("*/mesh.yaml"))}
TABLES = [
    pytest.param(mesh, product, table, id=f"{name} {address}")
    for name, mesh in MESHES.items()
    for product in mesh.products
    for address, table in product.tables()
]


@pytest.mark.parametrize(("mesh", "product", "table"), TABLES)
def test_a_table_of_the_examples_is_understood(mesh, product, table):
    analysis = analyse(product, table, schemas(mesh.output, product))
    assert analysis.diagnostics == ()
    if table.virtual is None:
        assert [c.name for c in analysis.columns] == [c.name for c in table.contract.columns]
        assert analysis.inputs


@pytest.mark.parametrize(("mesh", "product", "table"), TABLES)
def test_a_transform_of_the_examples_runs_on_duckdb(mesh, product, table):
    if not isinstance(table.transform, Transform):
        return
    query = bind(table.transform, "duckdb")
    with duckdb.connect() as session:
        session.execute("set TimeZone = 'UTC'")
        for name, columns in schemas(mesh.output, product).items():
            shape = ", ".join(f'"{c.name}" {DUCKDB[c.type]}' for c in columns)
            session.execute(f'create table "{name}" ({shape})')
        bounds = dict.fromkeys(query.parameters, datetime(2013, 1, 1, tzinfo=UTC))
        assert session.execute(query.sql, bounds).fetchall() == []
