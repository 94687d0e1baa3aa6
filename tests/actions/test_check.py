"""`mesh check`: what consumers read, held against its contracts where it is."""

import json
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result

from meshwright.cli.check import command
from meshwright.cli.run import command as mesh_run
from meshwright.workspace.workspace import open_workspace

MESH = {
    "mesh.yaml": "apiVersion: meshwright/v1\nkind: Mesh\nname: shop\n",
    "domains/shop/domain.yaml": "apiVersion: meshwright/v1\nkind: Domain\ndescription: A shop.\n",
    "domains/shop/orders/product.yaml": """\
apiVersion: meshwright/v1
kind: DataProduct
description: {purpose: Every order.}
schedule: {cron: "0 0 * * *"}
inputPorts:
  - {name: feed, source: {block: files, connection: till, path: orders.csv, format: csv}}
outputPorts:
  - name: orders
    version: 1.0.0
    contract:
      schema:
        - name: orders
          properties:
            - {name: order_id, logicalType: string, primaryKey: true}
            - {name: price, logicalType: number}
          quality:
            - name: dear
              type: sql
              query: SELECT COUNT(*) FROM {object} WHERE price > 100
              mustBe: 0
              severity: warning
""",
    "domains/shop/people/product.yaml": """\
apiVersion: meshwright/v1
kind: DataProduct
description: {purpose: Who works here.}
outputPorts:
  - name: people
    version: 1.0.0
    virtual: {connection: office, table: people}
    contract:
      schema:
        - name: people
          properties:
            - {name: badge, logicalType: integer, primaryKey: true}
            - {name: person, logicalType: string, classification: personal, required: true}
            - {name: since, logicalType: date}
            - {name: floor, logicalType: integer, required: true}
          quality:
            - {name: some, metric: rowCount, mustBeGreaterThan: 1}
""",
}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, content in MESH.items():
        path = tmp_path / "mesh" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    (tmp_path / "orders.csv").write_text("order_id,price\na,1.5\nb,200\n")
    with duckdb.connect(str(tmp_path / "office.duckdb")) as office:
        office.execute(
            "CREATE TABLE people AS FROM (VALUES (1::INTEGER, 'ann', '2020-01-01'), (2, NULL, '2021-01-01'), "
            "(2, 'bob', NULL)) AS _(badge, person, since)"
        )
    monkeypatch.setenv("MESH_CONN_TILL", tmp_path.as_uri())
    monkeypatch.setenv("MESH_CONN_OFFICE", f"duckdb:///{tmp_path / 'office.duckdb'}")
    monkeypatch.chdir(tmp_path / "mesh")
    return tmp_path / "mesh"


def mesh_check(*words: str) -> Result:
    return CliRunner().invoke(command, words, standalone_mode=False)


@pytest.mark.usefixtures("root")
def test_what_is_published_is_checked_and_warnings_are_no_failure() -> None:
    CliRunner().invoke(mesh_run, ["shop.orders"], standalone_mode=False, catch_exceptions=False)
    result = mesh_check("shop.orders:orders")
    assert result.return_value == 0, result.output
    assert "warns   1 of 2 rows, which should be 0, such as order_id `b`" in result.output
    assert "3 of 4 checks passed" in result.output


@pytest.mark.usefixtures("root")
def test_what_another_store_serves_is_checked_in_place_without_telling_who_is_in_it() -> None:
    result = mesh_check("shop.people", "--format", "json")
    assert result.return_value == 1
    told = json.loads(result.stdout)
    found = {check["check"]: check for check in told["checks"]}
    assert not told["passed"]
    assert found["schema"]["message"] == "`since` is VARCHAR, not date; there is no column `floor`"
    assert found["floor-required"]["message"] == "there is no column `floor`"
    assert found["some"]["passed"]
    assert found["person-required"]["wrong"] == [{"values": [["badge", "2"]]}]
    assert found["primary-key-unique"]["wrong"] == [{"values": [["badge", "2"]]}]
    assert "ann" not in result.output
    assert "bob" not in result.output


@pytest.mark.usefixtures("root")
def test_a_key_that_is_gone_hides_nothing_else(root: Path) -> None:
    with duckdb.connect(str(root.parent / "office.duckdb")) as office:
        office.execute("ALTER TABLE people DROP COLUMN badge")
    found = {
        check["check"]: check for check in json.loads(mesh_check("shop.people", "--format", "json").stdout)["checks"]
    }
    assert found["primary-key-unique"]["message"] == "there is no column `badge`"
    assert found["person-required"]["message"] == "1 of 3 rows without a value in `person`, which should be 0"
    assert "wrong" not in found["person-required"]


def test_what_is_found_is_remembered_each_time(root: Path) -> None:
    for _ in range(2):
        mesh_check("shop.people")
    observations = open_workspace(root, {}, {}).observations()
    with observations._database.reading() as connection:
        rows = connection.exec_driver_sql("SELECT count(*), count(DISTINCT publish_id) FROM check_result").one()
    assert tuple(rows) == (12, 2)


@pytest.mark.usefixtures("root")
def test_a_forge_shows_what_fails_beside_the_lines() -> None:
    result = mesh_check("shop.people", "--format", "github")
    lines = [line for line in result.output.splitlines() if line.startswith("::")]
    assert len(lines) == 4
    assert lines[0].startswith("::error file=domains/shop/people/product.yaml,line=")
    assert "title=shop.people%3Apeople@1%3A schema::" in lines[0]


@pytest.mark.usefixtures("root")
def test_what_was_never_published_cannot_be_checked() -> None:
    result = mesh_check("shop.orders")
    assert "`shop.orders:orders@1` is not published yet" in str(result.exception)
