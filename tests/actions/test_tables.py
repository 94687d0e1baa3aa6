"""Ports with several tables, and majors of one port side by side: from the manifest to what people ask."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.manifest.samples import write

from meshwright.actions import run
from meshwright.cli.main import mesh
from meshwright.compiler.compilation import compile_mesh, compile_sound
from meshwright.engine.protocol import Engine
from meshwright.gate.judge import Allowed
from meshwright.gate.plan import plan
from meshwright.model.address import ProductAddress
from meshwright.model.product import PublishMode
from meshwright.release.cut import cut
from meshwright.release.graph import graph_of
from meshwright.release.store import ReleaseStore
from meshwright.sql.across import across
from meshwright.workspace.workspace import Workspace, open_workspace

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ORDERS, REPORT = ProductAddress("shop", "orders"), ProductAddress("shop", "report")
RAW = """\
apiVersion: meshwright/v1
kind: DataProduct
description: {purpose: What was ordered.}
inputPorts:
  - name: raw
    source: {block: database, connection: shop-db, table: orders}
    contract:
      schema:
        - name: raw
          properties:
            - {name: order_id, logicalType: string, primaryKey: true, examples: [a, b]}
            - {name: line, logicalType: integer, primaryKey: true, examples: [1, 2]}
            - {name: price, logicalType: number, examples: [10]}
outputPorts:
"""
ORDER = "{name: order_id, logicalType: string, primaryKey: true}"
TABLES = f"""\
  - name: orders
    version: 1.0.0
    contract:
      schema:
        - {{name: orders, properties: [{ORDER}, {{name: total, logicalType: number}}]}}
        - name: lines
          properties: [{{name: order_id, logicalType: string}}, {{name: price, logicalType: number}}]
"""
TABLES_SQL = {
    "orders.orders.sql": "select order_id, sum(price) as total from raw group by order_id",
    "orders.lines.sql": "select order_id, price from raw",
}
MAJOR = """\
  - name: orders
    version: {version}
    contract:
      schema:
        - name: orders
          properties: [{order}, {{name: {column}, logicalType: number}}]
          quality: [{{name: as-it-says, type: sql, query: "select min({column}) from orders", mustBe: {least}}}]
"""
MAJORS = "".join(
    MAJOR.format(version=version, order=ORDER, column=column, least=least)
    for version, column, least in (("1.4.0", "price", 10), ("2.0.0", "cents", 1000))
)
MAJORS_SQL = {
    "orders.sql": "select order_id, any_value(price) as price from raw group by order_id",
    "orders@2.sql": "select order_id, any_value(price) * 100 as cents from raw group by order_id",
}
READER = """\
apiVersion: meshwright/v1
kind: DataProduct
description: {{purpose: Read again.}}
inputPorts:
{inputs}
outputPorts:
  - name: report
    version: 1.0.0
    contract:
      schema:
        - {{name: report, properties: [{{name: order_id, logicalType: string, primaryKey: true}}{more}]}}
"""


def reader(*inputs: str, **columns: str) -> str:
    more = "".join(f", {{name: {name}, logicalType: {kind}}}" for name, kind in columns.items())
    return READER.format(inputs="\n".join(f"  - {{{one}}}" for one in inputs), more=more)


def folder(root: Path, ports: str, sql: dict[str, str], report: str, report_sql: str) -> Path:
    files: dict[str, str | bytes] = {f"domains/shop/orders/{name}": text for name, text in sql.items()}
    files |= {"mesh.yaml": "name: tiny\ndialect: duckdb\n", "domains/shop/orders/product.yaml": RAW + ports}
    files |= {"domains/shop/report/product.yaml": report, "domains/shop/report/report.sql": report_sql}
    return write(root / "mesh", files)


def built(root: Path) -> Workspace:
    """Build both products, as `mesh run --upstream` does."""
    workspace = open_workspace(root, {}, {})
    graph = compile_sound(root, workspace.cache)
    for address in (ORDERS, REPORT):
        run.run(workspace, graph, address, None, NOW)
    return workspace


def ask(root: Path, engine: Engine, sql: str) -> list[tuple[object, ...]]:
    products = compile_mesh(root, root / ".mesh").graph.mesh.products
    question = across(sql, (address for product in products for address, _ in product.tables()))
    assert question.diagnostics == ()
    return list(engine.query(question.sql, question.tables).rows)


@pytest.fixture
def several(tmp_path: Path) -> Path:
    report = reader("name: bought, from: shop.orders:orders@1", total="number", lines="integer")
    sql = (
        "select o.order_id, any_value(o.total) as total, count(*) as lines "
        "from bought.orders o join bought.lines using (order_id) group by o.order_id"
    )
    return folder(tmp_path, TABLES, TABLES_SQL, report, sql)


def test_tables_are_built_read_and_asked_by_name(several: Path) -> None:
    engine = built(several).engine()
    assert ask(several, engine, "select count(*) from shop.orders.orders.lines") == [(100,)]
    both = "select o.total - sum(l.price) from shop.orders.orders.orders o join shop.orders.orders.lines l "
    assert set(ask(several, engine, f"{both} using (order_id) group by o.order_id, o.total")) == {(0,)}
    assert ask(several, engine, "select sum(lines) from shop.report.report") == [(100,)]


def test_a_fixture_stands_in_for_one_table(several: Path) -> None:
    fixtures = several / "domains/shop/report/fixtures"
    fixtures.mkdir()
    (fixtures / "bought.lines.csv").write_text("order_id,price\nx,1\nx,2\n")
    (fixtures / "bought.orders.csv").write_text("order_id,total\nx,3\n")
    workspace = open_workspace(several, {}, {})
    run.run(workspace, compile_sound(several, workspace.cache), REPORT, None, NOW)
    assert ask(several, workspace.engine(), "select order_id, lines from shop.report.report") == [("x", 2)]


def test_a_release_runs_tables_as_they_were_when_it_was_cut(several: Path, tmp_path: Path) -> None:
    graph = compile_sound(several, several / ".mesh")
    release = cut(plan(None, graph, NOW), Allowed(()))
    store = ReleaseStore(str(tmp_path / "store"))
    store.put(release)
    released = graph_of(store, release.digest)
    assert dict(released.analyses) == dict(graph.analyses)
    product = released.product(ORDERS)
    assert product is not None
    assert [table.mode for _, table in product.tables()] == [PublishMode.MERGE, PublishMode.REPLACE]


def test_tables_that_are_passed_on_are_those_of_the_same_names(tmp_path: Path) -> None:
    passed = TABLES.replace("name: orders\n    version", "name: again\n    version")
    report = reader("name: bought, from: shop.orders:orders@1").partition("outputPorts:")[0] + "outputPorts:\n" + passed
    root = folder(tmp_path, TABLES, TABLES_SQL, report, "")
    (root / "domains/shop/report/report.sql").unlink()
    engine = built(root).engine()
    assert ask(root, engine, "select count(*) from shop.report.again.lines") == [(100,)]
    assert ask(root, engine, "select count(*) from shop.report.again.orders") == [(2,)]


@pytest.fixture
def majors(tmp_path: Path) -> Path:
    report = reader(
        "name: old, from: shop.orders:orders@1", "name: new, from: shop.orders:orders@2", price="number", cents="number"
    )
    sql = "select old.order_id, old.price, new.cents from old join new using (order_id)"
    return folder(tmp_path, MAJORS, MAJORS_SQL, report, sql)


def test_majors_of_one_port_live_side_by_side_each_with_its_sql_its_checks_and_its_consumers(majors: Path) -> None:
    engine = built(majors).engine()
    prices = [("a", 10, 1000), ("b", 10, 1000)]
    assert sorted(ask(majors, engine, "select order_id, price, cents from shop.report.report")) == prices
    both = "select a.order_id, price, cents from shop.orders.orders a join shop.orders.orders_v2 b using (order_id)"
    assert sorted(ask(majors, engine, both)) == prices


def test_the_command_line_knows_tables(several: Path) -> None:
    def said(*words: str) -> str:
        return CliRunner().invoke(mesh, [*words, "--mesh", str(several)], standalone_mode=False).stdout

    assert "orders@1 (orders, lines)" in said("list")
    assert "shop.orders:orders@1.lines\nCOLUMN" in said("show", "shop.orders")
    assert json.loads(said("lineage", "shop.orders:orders.lines", "--format", "json"))["down"] == [
        {"from": "shop.orders:orders@1.lines", "to": "shop.report:report@1"}
    ]
    column = json.loads(said("lineage", "shop.report:report.total", "--format", "json"))
    assert {"from": "shop.orders:orders@1.orders.total", "to": "shop.report:report@1.total"} in column["up"]
    assert "shop.orders:orders@1.lines" in said("run", "shop.orders")
