"""Contracts come into a mesh from ODCS, and go out as ODCS."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.examples.running import EXAMPLES

from meshwright.cli.console import ExitCode
from meshwright.cli.main import mesh
from meshwright.manifest.standards.contract_file import read_contract
from meshwright.manifest.text.problems import Problems
from meshwright.model.errors import MeshError, Refused

CONTRACT = """\
# Orders, as the warehouse has them.
apiVersion: v3.1.0
kind: DataContract
id: orders-contract
name: Customer Orders
version: v1.2
status: active
domain: Shop
description: {purpose: Each order of a customer., usage: Ask first.}
tags: [sales]
team:
  name: orders
  members:
    - {username: ann, role: Owner}
    - {username: ben, role: steward, dateOut: "2025-01-01"}
support: [{channel: "#orders", tool: slack}]
price: {priceAmount: 9.95, priceCurrency: "${CURRENCY:-EUR}"}
servers:
  - {server: warehouse-prod, type: postgres, host: db, port: 5432, database: shop, schema: sales}
slaProperties:
  - {property: latency, value: 4, unit: h}
schema:
  - name: orders
    physicalName: orders_v1
    properties:
      - {name: order id, physicalName: order_id, logicalType: string, primaryKey: true, description: Its number.}
      - {name: placed_at, physicalType: TIMESTAMP(3), description: When.}   # in UTC
    quality:
      - {metric: rowCount, mustBeGreaterThan: 0}
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "mesh.yaml").write_text("name: ours\n")
    (tmp_path / "domains" / "shop").mkdir(parents=True)
    (tmp_path / "domains" / "shop" / "domain.yaml").write_text("description: The shop.\n")
    (tmp_path / "contract.yaml").write_bytes(CONTRACT.replace("\n", "\r\n").encode())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def said(*words: str) -> Result:
    return CliRunner().invoke(mesh, [*words], catch_exceptions=False, standalone_mode=True)


def refused(*words: str) -> MeshError:
    with pytest.raises(MeshError) as error:
        CliRunner().invoke(mesh, [*words], catch_exceptions=False, standalone_mode=False)
    return error.value


def test_a_contract_becomes_a_product_that_validates(root: Path) -> None:
    done = said("import", "odcs", "contract.yaml")
    assert done.exit_code == 0
    assert [line.split() for line in done.stdout.splitlines()][:2] == [
        ["wrote", "domains/shop/customer-orders/product.yaml"],
        ["wrote", "domains/shop/customer-orders/orders.odcs.yaml"],
    ]
    assert "set MESH_CONN_WAREHOUSE_PROD to the URL of the server `warehouse-prod` (postgres)" in done.stderr
    assert "how often its data may be older than promised: the SLO says 99%" in done.stderr
    folder = root / "domains" / "shop" / "customer-orders"
    assert (folder / "orders.odcs.yaml").read_bytes() == (root / "contract.yaml").read_bytes()
    assert (folder / "product.yaml").read_text() == (
        "# yaml-language-server: $schema=../../../schemas/product.json\n"
        "apiVersion: meshwright/v1\n"
        "kind: DataProduct\n"
        "description: {purpose: Each order of a customer., usage: Ask first.}\n"
        "tags: [sales]\n"
        "team:\n"
        "  members:\n"
        "    - {username: ann, role: productOwner}\n"
        "support:\n"
        '  - {channel: "#orders", tool: slack}\n'
        "outputPorts:\n"
        "  - name: orders\n"
        "    version: 1.2.0\n"
        "    virtual: {connection: warehouse-prod, table: sales.orders_v1}\n"
        "    contract: orders.odcs.yaml\n"
        "    slo: {freshness: {maxAge: 4h, objective: 99%}}\n"
    )
    assert said("validate").stdout == "found nothing wrong\n"


def test_what_is_exported_is_the_contract_word_for_word_with_lines_as_they_end_everywhere(root: Path) -> None:
    said("import", "odcs", "contract.yaml")
    assert said("export", "odcs", "shop.customer-orders").stdout_bytes == CONTRACT.encode()
    newer = said("export", "odcs", "shop.customer-orders:orders@1", "--version", "v3.2.0").stdout_bytes
    assert newer == CONTRACT.replace("v3.1.0", "v3.2.0").encode()


def test_a_contract_of_several_tables_becomes_a_port_of_several(root: Path) -> None:
    lines = "  - name: order-lines\n    properties: [{name: line_id, logicalType: integer, primaryKey: true}]\n"
    (root / "contract.yaml").write_text(CONTRACT + lines)
    assert said("import", "odcs", "contract.yaml").exit_code == 0
    manifest = (root / "domains" / "shop" / "customer-orders" / "product.yaml").read_text()
    assert "table: {orders: sales.orders_v1, order_lines: sales.order-lines}" in manifest
    assert said("validate").stdout == "found nothing wrong\n"
    assert said("export", "odcs", "shop.customer-orders").stdout == CONTRACT + lines


def test_nothing_is_written_over_unasked(root: Path) -> None:
    said("import", "odcs", "contract.yaml")
    manifest = root / "domains" / "shop" / "customer-orders" / "product.yaml"
    manifest.write_text("ours")
    assert isinstance(refused("import", "odcs", "contract.yaml"), Refused)
    assert manifest.read_text() == "ours"
    assert said("import", "odcs", "contract.yaml", "--force").exit_code == 0


def test_a_contract_that_is_wrong_becomes_nothing(root: Path) -> None:
    (root / "contract.yaml").write_text(CONTRACT.replace("primaryKey", "primarykey"))
    done = CliRunner().invoke(mesh, ["import", "odcs", "contract.yaml"], standalone_mode=False)
    assert done.return_value == ExitCode.FINDINGS
    assert "error[MW0602]: there is no key `primarykey` here\n  --> contract.yaml:26:71" in done.stderr
    assert "did you mean `primaryKey`?" in done.stderr
    assert not (root / "domains" / "shop" / "customer-orders").exists()
    plain = json.loads(said("import", "odcs", "contract.yaml", "--format", "json").stdout)
    assert (plain["written"], plain["diagnostics"][0]["code"]) == ([], "MW0602")


@pytest.mark.parametrize(
    ("change", "message", "hint"),
    [
        (("domain: Shop\n", ""), "the contract does not say which product of which domain", "say `--product"),
        (("domain: Shop", "domain: shopp"), "there is no domain `shopp`", "did you mean `shop`?"),
    ],
    ids=["no domain", "an unknown domain"],
)
def test_who_a_contract_belongs_to_is_asked(root: Path, change: tuple[str, str], message: str, hint: str) -> None:
    (root / "contract.yaml").write_text(CONTRACT.replace(*change))
    error = refused("import", "odcs", "contract.yaml")
    assert message in error.message
    assert hint in error.hint
    assert said("import", "odcs", "contract.yaml", "--product", "shop.orders").exit_code == 0


def test_what_only_a_later_version_can_say_is_written_in_it_and_said_so(root: Path) -> None:
    newer = CONTRACT.replace("v3.1.0", "v3.2.0").replace("primaryKey: true", "primaryKey: true, enum: [{value: a}]")
    (root / "contract.yaml").write_text(newer)
    said("import", "odcs", "contract.yaml")
    done = said("export", "odcs", "shop.customer-orders")
    assert done.stdout == newer
    assert "is written as v3.2.0: v3.1.0 cannot say what it says at `schema/0/properties/0`" in done.stderr


@pytest.mark.parametrize("example", ["artgo", "flights"])
def test_every_contract_of_the_examples_is_exported_valid(example: str, tmp_path: Path) -> None:
    words = ("export", "odcs", "--mesh", str(EXAMPLES / example), "--into", str(tmp_path))
    files = [Path(line) for line in said(*words).stdout.splitlines()]
    assert len(files) >= 5
    assert sorted(files) == sorted(tmp_path.iterdir())
    for version in ("v3.1.0", "v3.2.0"):
        said(*words, "--version", version)
        for file in files:
            problems = Problems()
            found = read_contract(file, file.name, problems)
            assert problems.found == ()
            assert found is not None
            assert found.version == version


def test_a_contract_tells_who_answers_and_what_is_promised() -> None:
    done = said("export", "odcs", "marketplace.sales", "--mesh", str(EXAMPLES / "artgo"))
    head = done.stdout.partition("schema:")[0]
    assert head.startswith(
        "apiVersion: v3.1.0\nkind: DataContract\nid: marketplace.sales:sales-v1\nname: sales\nversion: 1.0.0\n"
    )
    assert "\nteam:\n  members:\n" in done.stdout
    assert "{property: latency, value: " in done.stdout


@pytest.mark.parametrize(
    ("words", "said_so"),
    [
        ((), "say `--into` which folder"),
        (("marketplace.sales:sales.sale_id",), "is a column: a contract is a port's"),
    ],
)
def test_it_is_said_what_is_wanted(words: tuple[str, ...], said_so: str) -> None:
    done = said("export", "odcs", *words, "--mesh", str(EXAMPLES / "artgo"))
    assert done.exit_code == 2
    assert said_so in done.stderr
