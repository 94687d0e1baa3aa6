"""Mesh and domains: what they declare, and what domains have from those that they are a part of."""

from decimal import Decimal
from pathlib import Path

from tests.manifest.samples import product, write

from meshwright.manifest.load import Loaded, load
from meshwright.model.contract import LogicalType
from meshwright.model.mesh import Community, Kpi, Organisation, Pool, Purpose, Term
from meshwright.model.product import CronSchedule, ProductType
from meshwright.model.slo import slo_text

SHOP_ABOVE = """description: All that is sold.
steward: nadia
purpose: growth
dialect: duckdb
schedule: {cron: "5 * * * *", timezone: Europe/Brussels}
slo: {freshness: {maxAge: 2h, objective: 99%}}
policies: {documented: {severity: error}}
"""


def family(tmp_path: Path, online: str = "") -> Loaded:
    """Load three domains of which each is a part of the next: returns, online, shop."""
    files: dict[str, str | bytes] = {
        "mesh.yaml": "name: tiny\npurposes: [{name: growth, director: nadia}]\nslo: {quality: {objective: 95%}}\n",
        "domains/shop/domain.yaml": SHOP_ABOVE,
        "domains/online/domain.yaml": f"description: What is sold online.\nparent: shop\n{online}",
        "domains/returns/domain.yaml": "description: What comes back.\ntype: sourceAligned\nparent: online\n",
        "domains/returns/orders/product.yaml": product(),
    }
    return load(write(tmp_path, files))


def test_what_a_domain_does_not_say_the_domains_above_it_say(tmp_path: Path) -> None:
    loaded = family(tmp_path, "schedule: {cron: '7 * * * *'}\n")
    (made,) = loaded.mesh.products
    assert loaded.diagnostics == ()
    assert made.purpose == "growth"
    assert made.schedule == CronSchedule("7 * * * *", "Europe/Brussels")
    assert [slo_text(s) for s in made.outputs[0].slos] == ["at most 2h old, 99% of the time", "95% of the checks pass"]


def test_a_domain_knows_its_parent_and_has_its_steward(tmp_path: Path) -> None:
    mesh = family(tmp_path).mesh
    returns = mesh.domain("returns")
    assert returns is not None
    assert (returns.type, returns.parent, returns.steward) == (ProductType.SOURCE_ALIGNED, "online", "nadia")


def test_what_is_decided_of_policies_is_kept_as_it_is_written(tmp_path: Path) -> None:
    mesh = family(tmp_path, "policies: {feasible: error, documented: {share: 80%, severity: error}}\n").mesh
    online, shop = mesh.domain("online"), mesh.domain("shop")
    assert online is not None
    assert shop is not None
    assert [(d.policy, d.text) for d in online.policies] == [("documented", "error, share 80%"), ("feasible", "error")]
    assert [(d.policy, d.text) for d in shop.policies] == [("documented", "error")]


def test_mesh_yaml_declares_what_belongs_to_no_domain(tmp_path: Path) -> None:
    text = """name: tiny
organisation: {name: Tiny, url: https://tiny.example, contact: data@tiny.example}
currency: EUR
people: [{username: nadia}, {username: tom}]
purposes: [{name: growth, director: nadia, budget: 100.5}]
communities: [{name: pricing, description: What things cost., lead: tom, members: [nadia]}]
pools: [{name: warehouse, slots: 4, description: What the warehouse can take.}]
glossary:
  - name: margin
    description: What is left of a sale.
    logicalType: number
    unit: percent
    classification: internal
    kpi: {formula: (price - cost) / price, owner: tom, target: 30}
policies: {owned: {severity: warning}}
"""
    mesh = load(write(tmp_path, {"mesh.yaml": text})).mesh
    assert mesh.organisation == Organisation("Tiny", "https://tiny.example", "data@tiny.example")
    assert (mesh.currency, mesh.purposes) == ("EUR", (Purpose("growth", "nadia", Decimal("100.5")),))
    assert mesh.communities == (Community("pricing", "What things cost.", "tom", ("nadia",)),)
    assert mesh.pools == (Pool("warehouse", 4, "What the warehouse can take."),)
    kpi = Kpi("(price - cost) / price", "tom", "30")
    assert mesh.term("margin") == Term(
        "margin", "What is left of a sale.", LogicalType.NUMBER, "internal", "percent", kpi
    )
    assert [(d.policy, d.text) for d in mesh.policies] == [("owned", "warning")]
