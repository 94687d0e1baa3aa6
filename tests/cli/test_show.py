"""`show` and the lists: every value with its origin, and the words that a mesh agreed on."""

import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from tests.manifest.samples import product, write

from meshwright.cli.main import mesh
from meshwright.model.errors import NotFound

TWELVE_LINES = """apiVersion: meshwright/v1
kind: DataProduct
description: {purpose: One row per completed sale of an artwork.}
inputPorts:
  - name: orders
    source: {block: database, connection: marketplace_db, table: public.orders}
outputPorts:
  - name: sales
    version: 1.0.0
    contract:
      schema:
        - {name: sales, properties: [{name: sale_id, logicalType: string, primaryKey: true}]}
"""
HERE = "domains/marketplace/artwork-sales/product.yaml"
DOMAIN = "domains/marketplace/domain.yaml"


def run(root: Path, *words: str) -> Result:
    return CliRunner().invoke(mesh, [*words, "--mesh", str(root)], standalone_mode=False)


def rows(done: Result) -> list[str]:
    assert done.exception is None, done.exception
    return [" | ".join(c.strip() for c in line.split("  ") if c) for line in click.unstyle(done.stdout).splitlines()]


def test_twelve_lines_are_shown_with_every_default(tmp_path: Path) -> None:
    assert len(TWELVE_LINES.splitlines()) == 12
    root = write(tmp_path, {DOMAIN: "description: Sales.\n", HERE: TWELVE_LINES})
    assert rows(run(root, "show", "marketplace.artwork-sales")) == [
        "KEY | VALUE | FROM",
        "name | artwork-sales | its folder",
        "domain | marketplace | its folder",
        f"description | One row per completed sale of an artwork. | {HERE}:3",
        f"inputPorts.orders | public.orders of marketplace_db | {HERE}:6",
        "inputPorts.orders.required | true | default",
        "type | sourceAligned | its inputs",
        "schedule.cron | 0 * * * * | default",
        "schedule.timezone | UTC | default",
        "schedule.waitAtMost | 1h | default",
        "run.retries | 3 | default",
        "run.timeout | none | default",
        "run.alertAfter | none | default",
        "run.pool | none | default",
        f"outputPorts.sales@1.version | 1.0.0 | {HERE}:9",
        f"outputPorts.sales@1.contract | 1 column, 0 checks | {HERE}:10",
        "outputPorts.sales@1.publish.mode | merge | its primary key",
        "outputPorts.sales@1.transform | orders as it is | its inputs",
        "outputPorts.sales@1.retention | for good | default",
        "outputPorts.sales@1.slo | none | default",
        "team | nobody | default",
        "support | nowhere | default",
        "purpose | none | default",
        "regions | anywhere | default",
        "",
        "marketplace.artwork-sales:sales@1",
        "COLUMN | TYPE | PROMISE | TERM | MEANING | FROM",
        f"sale_id | string | key | {HERE}:12",
        "",
        "CHECK | OF | MUST | ELSE | FROM",
        f"sale_id-required | nullValues sale_id | be 0 | block | {HERE}:12",
        f"primary-key-unique | duplicateValues sale_id | be 0 | block | {HERE}:12",
    ]


TEAM = "team: {members: [{username: nadia, role: productOwner}]}"
MESH = f"""name: artgo
people: [{{username: nadia}}]
purposes: [{{name: growth, director: nadia}}]
slo: {{quality: {{objective: 99%}}}}
dialect: duckdb
policies: {{documented: {{severity: error}}}}
{TEAM}
"""
TRADE = """description: What is traded.
steward: nadia
type: sourceAligned
support: [{channel: "#trade"}]
schedule: {cron: "5 * * * *"}
policies: {feasible: {severity: error}}
"""
MARKET = """description: Sales.
parent: trade
purpose: growth
schedule: {timezone: Europe/Brussels}
slo: {freshness: {maxAge: 2h, objective: 95%}}
"""


@pytest.fixture
def family(tmp_path: Path) -> Path:
    """A domain that is a part of another, in a mesh that says something for all."""
    sql = "domains/marketplace/artwork-sales/sales.sql"
    files = {"mesh.yaml": MESH, "domains/trade/domain.yaml": TRADE, DOMAIN: MARKET, HERE: TWELVE_LINES}
    return write(tmp_path, {**files, sql: "select id as sale_id from orders\n"})


def test_what_a_product_has_from_above_says_from_whom(family: Path) -> None:
    shown = rows(run(family, "show", "marketplace.artwork-sales"))
    assert {
        "schedule.cron | 5 * * * * | domains/trade/domain.yaml:5",
        f"schedule.timezone | Europe/Brussels | {DOMAIN}:4",
        "schedule.waitAtMost | 1h | default",
        "run.retries | 3 | default",
        "run.timeout | none | default",
        "run.alertAfter | none | default",
        "run.pool | none | default",
        "outputPorts.sales@1.transform.sql | sales.sql | its folder",
        "outputPorts.sales@1.transform.dialect | duckdb | mesh.yaml:5",
        f"outputPorts.sales@1.slo.freshness | at most 2h old, 95% of the time | {DOMAIN}:5",
        "outputPorts.sales@1.slo.quality | 99% of the checks pass | mesh.yaml:4",
        "team | nadia (productOwner) | mesh.yaml:7",
        "support | #trade | domains/trade/domain.yaml:4",
        f"purpose | growth | {DOMAIN}:3",
    } <= set(shown)


def test_a_domain_is_shown_with_all_that_it_says_for_its_products(family: Path) -> None:
    assert rows(run(family, "show", "marketplace")) == [
        "KEY | VALUE | FROM",
        "name | marketplace | its folder",
        f"description | Sales. | {DOMAIN}:1",
        "type | none | default",
        f"parent | trade | {DOMAIN}:2",
        "steward | nadia | domains/trade/domain.yaml:2",
        "team | nadia (productOwner) | mesh.yaml:7",
        "support | #trade | domains/trade/domain.yaml:4",
        f"purpose | growth | {DOMAIN}:3",
        "schedule.cron | 5 * * * * | domains/trade/domain.yaml:5",
        f"schedule.timezone | Europe/Brussels | {DOMAIN}:4",
        "schedule.waitAtMost | 1h | default",
        "schedule.when | all | default",
        "run.retries | 3 | default",
        "run.timeout | none | default",
        "run.alertAfter | none | default",
        "run.pool | none | default",
        f"slo.freshness | at most 2h old, 95% of the time | {DOMAIN}:5",
        "slo.landing | none | default",
        "slo.completeness | none | default",
        "slo.quality | 99% of the checks pass | mesh.yaml:4",
        "dialect | duckdb | mesh.yaml:5",
        "policies.documented | error | mesh.yaml:6",
        "policies.feasible | error | domains/trade/domain.yaml:6",
        "",
        "ADDRESS | TYPE | PORTS | OWNER | SCHEDULE",
        "marketplace.artwork-sales | sourceAligned | sales@1 | nadia | 5 * * * * Europe/Brussels",
    ]


def test_a_domain_is_shown_to_programs(family: Path) -> None:
    told = json.loads(run(family, "show", "marketplace", "--format", "json").stdout)
    assert told["address"] == "marketplace"
    assert told["domain"]["parent"] == "trade"
    assert told["products"] == ["marketplace.artwork-sales"]
    assert {"key": "parent", "value": "trade", "origin": f"{DOMAIN}:2"} in told["origins"]


def test_a_domain_that_does_not_exist_is_guessed_and_one_with_errors_shown_by_them(family: Path) -> None:
    missing = run(family, "show", "market-place")
    assert isinstance(missing.exception, NotFound)
    assert missing.exception.hint == "did you mean `marketplace`?"
    write(family, {"mesh.yaml": MESH, DOMAIN: "description: Sales.\nparents: trade\n"})
    faulty = run(family, "show", "marketplace")
    assert faulty.return_value == 1
    assert "there is no key `parents` here" in faulty.stderr


GLOSSARY = """name: tiny
people: [{username: nadia}]
communities:
  - {name: pricing, description: What things cost., lead: nadia}
glossary:
  - name: buyer
    description: Who pays.
    classification: personal
  - name: sale-price
    description: What a buyer pays.
    logicalType: number
    unit: EUR
    kpi: {formula: sum of all prices in a month, owner: nadia, target: 1000000}
"""
PRICED = """{name: orders, properties: [
            {name: order_id, logicalType: string, primaryKey: true},
            {name: price, logicalType: number},
            {name: paid_by, logicalType: string, description: Who paid in the end.}]}"""
COLUMNS = "columns: {price: {term: sale-price}, paid_by: {term: buyer}}"


@pytest.fixture
def vocabulary(tmp_path: Path) -> Path:
    """A mesh with a glossary, of which a product's columns carry two terms."""
    orders = product(port=COLUMNS, schema=PRICED)
    return write(tmp_path, {"mesh.yaml": GLOSSARY, "domains/shop/orders/product.yaml": orders})


def test_what_a_column_has_of_its_term_is_shown_as_the_glossary_s(vocabulary: Path) -> None:
    shown = rows(run(vocabulary, "show", "shop.orders"))
    key, here = "outputPorts.orders@1.columns", "domains/shop/orders/product.yaml"
    assert {
        f"{key}.price.term | sale-price | {here}:9",
        f"{key}.price.description | What a buyer pays. | mesh.yaml:9",
        f"{key}.paid_by.classification | personal | mesh.yaml:6",
        f"price | number | sale-price | What a buyer pays. | {here}:14",
        f"paid_by | string | personal | buyer | Who paid in the end. | {here}:15",
    } <= set(shown)
    assert not any(row.startswith(f"{key}.paid_by.description") for row in shown)


def test_the_terms_of_the_glossary_are_listed_with_the_columns_that_carry_them(vocabulary: Path) -> None:
    assert rows(run(vocabulary, "list", "--terms")) == [
        "TERM | TYPE | UNIT | CLASSIFICATION | COLUMNS | KPI | MEANING",
        "buyer | personal | 1 | Who pays.",
        "sale-price | number | EUR | 1 | sum of all prices in a month (1000000) | What a buyer pays.",
    ]
    buyer, price = json.loads(run(vocabulary, "list", "--terms", "--format", "json").stdout)
    assert (buyer["columns"], buyer["kpi"]) == (["shop.orders:orders@1.paid_by"], None)
    assert price["kpi"] == {"formula": "sum of all prices in a month", "owner": "nadia", "target": "1000000"}
    assert (price["type"], price["file"], price["line"]) == ("number", "mesh.yaml", 9)


def test_communities_and_domains_are_listed(vocabulary: Path, family: Path) -> None:
    assert vocabulary == family
    write(family, {"mesh.yaml": GLOSSARY, "domains/shop/domain.yaml": "description: The shop.\nparent: trade\n"})
    assert rows(run(family, "list", "--communities")) == [
        "COMMUNITY | LEAD | MEMBERS | MEANING",
        "pricing | nadia | What things cost.",
    ]
    assert rows(run(family, "list", "--domains"))[1:] == [
        "marketplace | trade | nadia | 1 | Sales.",
        "shop | trade | nadia | 1 | The shop.",
        "trade | sourceAligned | nadia | 0 | What is traded.",
    ]


def test_domains_are_listed_with_their_parts(family: Path) -> None:
    parts = json.loads(run(family, "list", "--domains", "--domain", "trade", "--format", "json").stdout)
    assert [(d["domain"], d["parent"], d["products"]) for d in parts] == [
        ("marketplace", "trade", 1),
        ("trade", None, 0),
    ]
    assert parts[1]["policies"] == {"feasible": {"severity": "error"}}


def test_a_community_belongs_to_no_domain(vocabulary: Path) -> None:
    refused = run(vocabulary, "list", "--communities", "--domain", "shop")
    assert isinstance(refused.exception, click.UsageError)
    (told,) = json.loads(run(vocabulary, "list", "--communities", "--format", "json").stdout)
    pricing = {"community": "pricing", "description": "What things cost.", "lead": "nadia", "members": []}
    assert told == pricing
    write(vocabulary, {})
    assert run(vocabulary, "list", "--communities").stdout == "There are no communities.\n"
