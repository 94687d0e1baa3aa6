"""What each policy finds, and what it leaves alone: edits of a mesh in which none finds anything, and what it says."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from meshwright.compiler.compilation import compile_sound
from meshwright.gate.codes import MEANING, Code
from meshwright.gate.policies.policy import Level
from meshwright.gate.policies.registry import POLICIES
from meshwright.gate.policies.rulings import decided, found_by, rulings
from meshwright.model.mesh import Mesh

FAIR = Path(__file__).parent / "mesh"
MESH, SHOP, FINANCE = "mesh.yaml", "domains/shop/domain.yaml", "domains/finance/domain.yaml"
ORDERS, INCOME = "domains/shop/orders/product.yaml", "domains/finance/income/product.yaml"
Edit = tuple[str, str, str]
"""In this file, this text becomes that."""


@dataclass(frozen=True)
class Case:
    """Edits, and what the policy, decided so, then says."""

    edits: tuple[Edit, ...]
    says: tuple[str, ...] = ()
    parameters: dict[str, object] | None = None


NO_OWNER = (FINANCE, "{username: ben, role: productOwner}, ", "")
NO_DAY = (INCOME, ", description: The day.", "")
NO_SUM = (INCOME, ", description: What was paid.", "")
UNMASKED = (ORDERS, "{mask: {pseudonym: email}}", "{}")
AGGREGATE = (INCOME, "type: consumerAligned", "type: aggregate")
SOURCE = (INCOME, "type: consumerAligned", "type: sourceAligned")
TAGS = "finance.income` has tags that nobody has agreed on: `crm`"
IN_EU = (SHOP, "purpose: growth", "purpose: growth\nregions: [eu]")
STAYS = (FINANCE, "purpose: growth", "purpose: growth\nregions: [eu]")
KEYLESS = (INCOME, "primaryKey: true, description: The day", "description: The day")
DATABASE = "block: database, connection: shop-db, table: orders"
TOPIC = "block: kafka, connection: shop-kafka, topic: orders, quarantine: {atMost: 20%}"
QUARANTINE = "    slo: {freshness: {maxAge: 2h"

CASES: dict[str, dict[str, Case]] = {
    "owned": {
        "no owner": Case((NO_OWNER,), ("`finance.income` has no product owner",)),
    },
    "documented": {
        "a silent column": Case((NO_DAY,), ("`finance.income:income@1` does not say what it holds in `day`",)),
        "enough are described": Case((NO_DAY,), (), {"share": "50%"}),
        "too few are": Case(
            (NO_DAY, NO_SUM),
            ("does not say what it holds in `day`: 50% of its columns are described, and 80% are asked for",),
            {"share": "80%"},
        ),
    },
    "classified": {
        "silence about personal data": Case(
            ((ORDERS, "classification: personal, description", "description"),),
            ("`email` is made of `shop.orders ← source.email`, which is personal, and has no classification",),
        ),
        "another class": Case(((ORDERS, "personal, description", "internal, description"),)),
    },
    "feasible": {
        "fresher than its input": Case(
            ((INCOME, "maxAge: 3h", "maxAge: 1h"),),
            ("promises to be at most 1h old, but `shop.orders:orders@1` may be 2h old",),
        ),
    },
    "staffed": {
        "nobody mends it": Case(
            ((SHOP, ", {username: ben, role: technicalOwner}", ""),),
            ("nobody in the team of `shop.orders` is technicalOwner",),
        ),
        "a role of the council's": Case(
            (), ("is analyst or steward", "is analyst or steward"), {"roles": ["steward", "analyst"]}
        ),
        "no role": Case(((SHOP, ", {username: ben, role: technicalOwner}", ""),), (), {"roles": []}),
    },
    "supported": {
        "nowhere to ask": Case(
            ((SHOP, 'support: [{channel: "#data-shop", tool: slack}]\n', ""),),
            ("`shop.orders` does not say where to ask about it",),
        ),
    },
    "collective": {
        "one mailbox": Case(
            ((SHOP, '"#data-shop", tool: slack', "Ben@fair.example, tool: email"),),
            ("support of `shop.orders` is the mailbox of `ben` alone",),
        ),
        "one mailbox behind a link": Case(
            ((SHOP, '"#data-shop", tool: slack', 'us, url: "mailto:ana@fair.example"'),),
            ("support of `shop.orders` is the mailbox of `ana` alone",),
        ),
        "a mailbox of many": Case(((SHOP, '"#data-shop", tool: slack', "data-shop@fair.example, tool: email"),)),
    },
    "purposed": {
        "no purpose": Case(
            ((SHOP, "purpose: growth\n", ""),), ("`shop.orders` does not say for which purpose it is made",)
        ),
        "a mesh without purposes": Case(
            (
                (MESH, "purposes: [{name: growth, director: ana}]\n", ""),
                (SHOP, "purpose: growth\n", ""),
                (FINANCE, "purpose: growth\n", ""),
            )
        ),
    },
    "named": {
        "a column in another style": Case(
            (), ("the column's name `order_id` is not like `[a-z]+`",), {"column": "[a-z]+"}
        ),
        "a product's and a port's": Case(
            (),
            (
                "the product's name `income` is not like `.*-v[0-9]`",
                "the port's name `income` is not like `main`",
                "the product's name `orders` is not like `.*-v[0-9]`",
                "the port's name `orders` is not like `main`",
            ),
            {"product": ".*-v[0-9]", "port": "main"},
        ),
        "part of a name is not enough": Case((), ("`orders`",), {"product": "income|order"}),
    },
    "explained": {
        "one word": Case(((ORDERS, "One row per order.", "Orders."),), ("`shop.orders` is described in 1 of 3 words",)),
        "more is asked": Case((), ("4 of 5 words",), {"words": 5}),
    },
    "keyed": {
        "no key": Case((KEYLESS,), ("`finance.income:income@1` does not say which columns tell its rows apart",)),
        "what grows": Case((KEYLESS, (INCOME, "    contract:", "    publish: {mode: append}\n    contract:"))),
        "a ledger": Case((KEYLESS, (INCOME, "    contract:", "    publish: {mode: ledger}\n    contract:"))),
    },
    "recognised": {
        "a source's column": Case(
            ((ORDERS, "email, logicalType: string, classification: personal}", "email, logicalType: string}"),),
            ("`email` is called like personal data, `email`, and has no classification",),
        ),
        "made of personal data, which is another policy's": Case(
            ((ORDERS, "classification: personal, description", "description"),)
        ),
        "in other words": Case((), ("`amount` is called like personal data, `amount`",) * 2, {"words": ["amount"]}),
        "a part of a part": Case((), (), {"words": ["mail", "amoun", "order_i"]}),
        "several parts": Case(
            (), ("`order_id` is called like personal data, `order_id`",) * 2, {"words": ["order_id"]}
        ),
    },
    "protected": {
        "read as it is": Case(
            (UNMASKED,),
            ("`shop.orders:orders@1.email` is personal and not masked, and `finance.income` is of another domain",),
        ),
        "offered, and not read": Case(
            (UNMASKED, (INCOME.replace("product.yaml", "income.sql"), "WHERE email IS NOT NULL\n", ""))
        ),
    },
    "stewarded": {
        "nobody is asked": Case(((SHOP, "steward: ana\n", ""),), ("nobody is the steward of `shop`",)),
        "who looks after the whole": Case(
            ((SHOP, "steward: ana\n", "parent: finance\n"), (FINANCE, "team:", "steward: ben\nteam:"))
        ),
        "nothing personal": Case(
            ((SHOP, "steward: ana\n", ""), (ORDERS, "personal, description", "internal, description"))
        ),
    },
    "promised": {
        "what others read": Case(
            ((ORDERS, "    slo: {freshness: {maxAge: 2h, objective: 99%}}\n", ""),),
            ("`shop.orders:orders@1`, which `finance.income` reads, does not promise how old it may be",),
        ),
        "what nobody reads": Case(((INCOME, "    slo: {freshness: {maxAge: 3h, objective: 99%}}\n", ""),)),
        "by an hour": Case(((ORDERS, "freshness: {maxAge: 2h,", 'landing: {by: "07:00",'),)),
    },
    "realistic": {
        "five nines": Case(
            ((INCOME, "objective: 99%", "objective: 99.999%"),),
            ("`finance.income:income@1` promises freshness with an objective of 99.999%, more than 99.95%",),
        ),
        "half the time": Case(((INCOME, "objective: 99%", "objective: 50%"),), ("an objective of 50%, less than 80%",)),
        "the council's": Case((), ("more than 98%",) * 2, {"highest": "98%"}),
    },
    "checked": {
        "nothing but keys": Case(
            ((INCOME, "          quality:\n            - {name: some, metric: rowCount, mustBeGreaterThan: 0}\n", ""),),
            ("`finance.income:income@1` has no check beyond its keys",),
        ),
        "more are asked": Case((), ("1 of 2 checks",) * 2, {"checks": 2}),
    },
    "paced": {
        "each minute": Case(
            ((SHOP, "0 * * * *", "* * * * *"),),
            ("`shop.orders` runs every 1m, by `* * * * *`, and two runs are to be 5m apart",),
        ),
        "twice within minutes, once a day": Case(((SHOP, "0 * * * *", "0,2 6 * * *"),), ("runs every 2m",)),
        "the council's": Case((), ("two runs are to be 1d apart",), {"apart": "1d"}),
    },
    "narrow": {
        "too many columns": Case((), ("`shop.orders:orders@1` has 3 columns, more than 2",), {"columns": 2}),
        "too many inputs": Case((), ("reads 1 inputs, more than 0",) * 2, {"inputs": 0}),
    },
    "sampled": {
        "none": Case(
            ((INCOME, "    samples: [{title: All of it, sql: SELECT SUM(income) AS income FROM income}]\n", ""),),
            ("`finance.income:income@1` shows no sample of how it is asked",),
        ),
        "more are asked": Case((), ("shows 1 of 2 samples",) * 2, {"samples": 2}),
    },
    "used": {
        "made for nobody": Case((AGGREGATE,), ("no product reads `finance.income`, and it is aggregate",)),
    },
    "tagged": {
        "another word": Case((), (TAGS,), {"allowed": ["customers"]}),
        "the words": Case((), (), {"allowed": ["crm"]}),
        "too few": Case((), ("`shop.orders` has 0 of 1 tags",), {"tags": 1}),
    },
    "sourced": {
        "of another domain": Case((SOURCE,), ("`finance.income` is source-aligned, and reads `shop.orders:orders@1`",)),
    },
    "downstream": {
        "against the flow": Case(
            ((ORDERS, "kind: DataProduct", "kind: DataProduct\ntype: consumerAligned"), AGGREGATE),
            ("`finance.income` is aggregate, and reads `shop.orders:orders@1`, which is consumerAligned",),
        ),
        "of the same kind": Case(((ORDERS, "kind: DataProduct", "kind: DataProduct\ntype: consumerAligned"),)),
    },
    "ledgered": {
        "published otherwise": Case(
            (),
            ("`finance.income:income@1` is published by merge, and what is tagged `crm` is kept",),
            {"tags": ["crm"]},
        ),
        "a ledger": Case(
            ((INCOME, "    contract:", "    publish: {mode: ledger}\n    contract:"),), (), {"tags": ["crm"]}
        ),
        "another tag": Case((), (), {"tags": ["proof"]}),
    },
    "termed": {
        "a figure without a word": Case(
            ((INCOME, "{income: {term: income}}", "{}"),),
            ("`finance.income:income@1` does not say which word of the glossary it means by `income`",),
        ),
        "not asked of others": Case(((INCOME, "{income: {term: income}}", "{}"), AGGREGATE)),
    },
    "bounded": {
        "a quarter": Case(
            ((ORDERS, QUARANTINE, f"    quarantine: {{atMost: 25%}}\n{QUARANTINE}"),),
            ("`shop.orders:orders@1` may set aside 25% of its rows, more than 10%",),
        ),
        "the council's": Case((), ("may set aside 5% of its rows, more than 2%",), {"share": "2%"}),
        "messages": Case(
            ((ORDERS, DATABASE, TOPIC),), ("`shop.orders` may set aside 20% of what `source` gives, more than 10%",)
        ),
    },
    "resident": {
        "what is made of it goes further": Case(
            (IN_EU,),
            ("may lie in any region, and are made of `shop.orders:orders@1`, which may lie in `eu` only",),
        ),
        "in one region of two": Case(((SHOP, "purpose: growth", "purpose: growth\nregions: [eu, us]"), STAYS)),
        "in another region": Case(
            (IN_EU, (FINANCE, "purpose: growth", "purpose: growth\nregions: [us]")),
            ("may lie in `us`, and are made of `shop.orders:orders@1`, which may lie in `eu` only",),
        ),
        "where nobody says": Case((), ("`finance.income` does not say", "`shop.orders` does not"), {"allowed": ["eu"]}),
        "where it is not allowed": Case(
            (IN_EU, STAYS),
            ("`finance.income` may lie in `eu`, which is not", "`shop.orders` may lie in `eu`"),
            {"allowed": ["us"]},
        ),
    },
    "retained": {
        "for good": Case(
            ((ORDERS, "    retention: {keep: 730d}\n", ""),),
            ("`shop.orders:orders@1` keeps personal data (`email`) for good",),
        ),
        "too long": Case((), ("for 730d, more than 365d",), {"longest": "365d"}),
        "long enough": Case((), (), {"longest": "730d"}),
        "nothing personal": Case(
            (
                (ORDERS, "email, logicalType: string, classification: personal}", "email, logicalType: string}"),
                (ORDERS, "classification: personal, description", "description"),
                (ORDERS, "    retention: {keep: 730d}\n", ""),
            )
        ),
    },
}
"""By policy. In the mesh as it is, none of them finds anything."""

ELSEWHERE = {"retired", "affordable"}
"""What looks at what goes, and at what becomes dearer: tests/gate/test_plan.py and effects/test_cost.py show it."""

TABLE = [pytest.param(policy, case, id=f"{policy}: {name}") for policy in CASES for name, case in CASES[policy].items()]


def found(root: Path, policy: str, parameters: dict[str, object] | None, cache: Path) -> list[str]:
    graph = compile_sound(root, cache)
    mesh = Mesh("fair", (), policies=(decided(policy, {"severity": "error", **(parameters or {})}),))
    ruling = rulings(mesh)[policy]
    return [f.message for p in graph.mesh.products for f in found_by(ruling, graph, p)]


@pytest.mark.parametrize(("policy", "case"), TABLE)
def test_a_policy_finds_what_it_is_there_for(policy: str, case: Case, tmp_path: Path) -> None:
    root = shutil.copytree(FAIR, tmp_path / "mesh")
    for file, old, new in case.edits:
        text = (root / file).read_text()
        assert text.count(old) == 1, (file, old)
        (root / file).write_text(text.replace(old, new))
    said = found(root, policy, case.parameters, tmp_path / "cache")
    assert len(said) == len(case.says), said
    assert all(part in message for part, message in zip(case.says, said, strict=True)), said


def test_a_fair_mesh_has_no_findings(tmp_path: Path) -> None:
    assert [(p, message) for p in POLICIES for message in found(FAIR, p, None, tmp_path)] == []


def test_every_policy_has_cases_a_code_and_a_reason() -> None:
    assert list(CASES) == [name for name in POLICIES if name not in ELSEWHERE]
    assert all(any(case.says for case in cases.values()) for cases in CASES.values())
    assert [p.code for p in POLICIES.values()] == sorted({p.code for p in POLICIES.values()})
    assert set(MEANING) == set(Code)
    assert all(Code(p.code) in MEANING and p.title.endswith(".") for p in POLICIES.values())
    assert len(POLICIES) >= 25
    assert sum(p.severity is not Level.IGNORE for p in POLICIES.values()) >= 20


@pytest.mark.parametrize("example", ["artgo", "flights"])
def test_the_examples_keep_to_what_is_asked_where_nobody_decides(example: str, tmp_path: Path) -> None:
    root = Path(__file__).parents[3] / "examples" / example
    graph = compile_sound(root, tmp_path)
    wrong: Any = [
        (ruling.policy.name, f.message)
        for p in graph.mesh.products
        for ruling in rulings(graph.mesh, p.address.domain).values()
        if ruling.level is not Level.IGNORE
        for f in found_by(ruling, graph, p)
    ]
    assert wrong == []
