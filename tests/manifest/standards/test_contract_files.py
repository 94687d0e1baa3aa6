"""Contracts in files of their own: what a port takes over, and what is said of the rest."""

from pathlib import Path

import pytest
from tests.manifest.samples import ORDERS, product, write
from tests.manifest.samples import SCHEMA as INLINE
from tests.manifest.standards.samples import HEAD, SCHEMA

from meshwright.manifest.load import Loaded, load
from meshwright.model.contract import LogicalType, Metric, OfInput, Unit
from meshwright.model.diagnostic import Severity, errors

CONTRACT = "domains/shop/orders/orders.odcs.yaml"
BLOCK = f"    contract:\n      schema:\n        - {INLINE}\n"


def loaded(root: Path, contract: str, port: str = "", name: str = "orders.odcs.yaml") -> Loaded:
    manifest = product(port=port)
    assert BLOCK in manifest
    return load(write(root, {ORDERS: manifest.replace(BLOCK, f"    contract: {name}\n"), CONTRACT: contract}))


def told(found: Loaded) -> list[str]:
    return [f"{d.at} {d.code} {d.message}" for d in found.diagnostics]


def test_a_port_promises_what_its_file_says(tmp_path: Path) -> None:
    found = loaded(tmp_path, HEAD + SCHEMA)
    assert told(found) == []
    promised = found.mesh.products[0].outputs[0].tables[0].contract
    assert [(c.name, c.type) for c in promised.columns] == [
        ("order_id", LogicalType.STRING),
        ("placed_at", LogicalType.TIMESTAMP),
    ]
    assert promised.key == ("order_id",)
    assert str(promised.columns[1].at) == f"{CONTRACT}:10:16"


def test_checks_of_every_spelling_are_executed(tmp_path: Path) -> None:
    text = f"""{HEAD.replace("v3.1.0", "v3.0.2")}
schema:
  - name: orders
    physicalName: sales.orders
    quality:
      - {{type: sql, query: "SELECT COUNT(*) FROM {{object}}", mustBeGreaterThan: 0}}
      - {{rule: rowCount, mustBeGreaterThan: 0, severity: info}}
    properties:
      - name: order id
        physicalName: order_id
        physicalType: VARCHAR(10)
        quality: [{{rule: nullCheck, mustBe: 0}}, {{type: library, rule: validValues, validValues: [a, b], mustBe: 0}}]
"""
    found = loaded(tmp_path, text, port="publish: {mode: replace}")
    assert told(found) == []
    promised = found.mesh.products[0].outputs[0].tables[0].contract
    assert [(c.name, c.type) for c in promised.columns] == [("order_id", LogicalType.STRING)]
    assert [(c.metric, c.columns, c.severity) for c in promised.checks] == [
        (Metric.NULL_VALUES, ("order_id",), Severity.ERROR),
        (Metric.INVALID_VALUES, ("order_id",), Severity.ERROR),
        (Metric.SQL, (), Severity.ERROR),
        (Metric.ROW_COUNT, (), Severity.WARNING),
    ]
    assert promised.checks[1].valid_values == ("a", "b")
    assert promised.checks[2].query == "SELECT COUNT(*) FROM orders"


def test_checks_of_our_own_are_valid_odcs(tmp_path: Path) -> None:
    own = "{type: custom, engine: meshwright, implementation: %s}"
    found = loaded(
        tmp_path,
        f"""{HEAD}schema:
  - name: orders
    quality:
      - {own % "{lostRows: in-0, by: [order_id], atMost: 1%}"}
      - {own % "{inputAge: in-0, by: placed_at, atMost: 2h}"}
    properties: [{{name: order_id, logicalType: string, primaryKey: true}}]
""",
    )
    assert told(found) == []
    lost, age = found.mesh.products[0].outputs[0].tables[0].contract.checks
    assert (lost.name, lost.metric, lost.unit, lost.columns) == (
        "lost-rows",
        Metric.LOST_ROWS,
        Unit.PERCENT,
        ("order_id",),
    )
    assert (age.threshold, age.of_input) == ((7200,), OfInput("in_0", ("placed_at",)))


def test_relationships_inside_a_contract_are_looked_up(tmp_path: Path) -> None:
    text = f"""{HEAD}schema:
  - name: orders
    id: o
    properties:
      - {{name: order_id, id: i, logicalType: string, primaryKey: true}}
      - {{name: shop, logicalType: string, primaryKey: true}}
      - {{name: before, logicalType: string, relationships: [{{to: orders.order_id}}]}}
      - {{name: first, logicalType: string, relationships: [{{to: schema/o/properties/i}}]}}
      - {{name: place id, physicalName: place_id, logicalType: string, relationships: [{{to: places.id}}]}}
    relationships:
      - {{from: [orders.before, orders.shop], to: [orders.order_id, orders.shop]}}
  - name: places
    physicalName: all_places
    properties:
      - {{name: id, logicalType: string, primaryKey: true}}
      - {{name: owner, logicalType: string, relationships: [{{to: all_places.id}}, {{to: "people.yaml#/schema/p"}}]}}
"""
    served = "virtual: {connection: store, table: {orders: orders, places: all_places}}"
    found = loaded(tmp_path, text, port=served)
    assert [d.message for d in found.diagnostics if d.code == "MW0609"] == ["nothing checks relationships of `owner`"]
    assert errors(found.diagnostics) == ()
    orders, places = (t.contract for t in found.mesh.products[0].outputs[0].tables)
    assert [(c.name, str(c.refers_to), c.at and c.at.line) for c in orders.checks] == [
        ("before-references", "orders.order_id", 12),
        ("first-references", "orders.order_id", 13),
        ("place_id-references", "places.id", 14),
        ("before-shop-references", "orders.order_id, orders.shop", 16),
    ]
    assert places.checks == ()


def test_what_nobody_holds_is_said_where_it_is_promised(tmp_path: Path) -> None:
    text = f"""{HEAD}price: {{priceAmount: 1, priceCurrency: EUR}}
slaProperties:
  - {{property: latency, value: 4, unit: d}}
  - {{property: retention, value: 3, unit: y}}
schema:
  - name: orders
    quality:
      - {{type: custom, engine: soda, name: fresh, implementation: "checks: []"}}
    properties:
      - {{name: order_id, logicalType: string, primaryKey: true, logicalTypeOptions: {{maxLength: 9}}}}
      - {{name: placed_at, logicalType: timestamp, logicalTypeOptions: {{timezone: true}}}}
"""
    found = loaded(tmp_path, text)
    assert errors(found.diagnostics) == ()
    assert told(found) == [
        f"{CONTRACT}:8:6 MW0609 `latency` of 4d is promised, and no SLO holds it",
        f"{CONTRACT}:9:6 MW0609 `retention` of 3 y is promised, and the port says no such retention",
        f"{CONTRACT}:13:10 MW0609 the check `fresh` is for the engine `soda`",
        f"{CONTRACT}:15:65 MW0609 nothing checks the limits under `logicalTypeOptions` of `order_id`",
    ]


@pytest.mark.parametrize(
    ("keep", "said"),
    [("1095d", []), ("3d", ["`retention` of 3 y is promised, and the port says no such retention"])],
)
def test_a_retention_is_the_port_s_or_is_not(tmp_path: Path, keep: str, said: list[str]) -> None:
    text = f"{HEAD}slaProperties: [{{property: retention, value: 3, unit: y}}]\n{SCHEMA}"
    found = loaded(tmp_path, text, port=f"retention: {{keep: {keep}}}")
    assert [d.message for d in found.diagnostics] == said


@pytest.mark.parametrize(
    ("max_age", "said"),
    [("4d", []), ("1h", []), ("5d", ["`latency` of 4d is promised, and the port's SLO is 5d"])],
)
def test_an_slo_holds_what_is_promised_or_does_not(tmp_path: Path, max_age: str, said: list[str]) -> None:
    text = f"{HEAD}slaProperties: [{{property: latency, value: 4, unit: d}}]\n{SCHEMA}"
    found = loaded(tmp_path, text, port=f"slo: {{freshness: {{maxAge: {max_age}, objective: 99%}}}}")
    assert [d.message for d in found.diagnostics] == said


BRUSSELS = 'slo: {landing: {by: "07:00", timezone: Europe/Brussels, objective: 95%}}'


@pytest.mark.parametrize(
    ("promised", "port", "said"),
    [
        ("07:00", BRUSSELS, []),
        ("09:30", BRUSSELS, []),
        ("06:59", BRUSSELS, ["by 06:59 is promised, and the port's SLO is 07:00 Europe/Brussels"]),
        ("07:00+01:00", BRUSSELS, []),
        ("07:00+02:00", BRUSSELS, ["by 07:00+02:00 is promised, and the port's SLO is 07:00 Europe/Brussels"]),
        ("06:00Z", BRUSSELS, []),
        ("09:00-08:00", "", ["by 09:00-08:00 is promised, and no SLO holds it"]),
        ("Mondays", "", None),
    ],
    ids=["it does", "with room", "later", "a zone's winter", "only in summer", "in UTC", "none", "not an hour"],
)
def test_a_landing_holds_the_hour_that_is_promised_or_does_not(
    tmp_path: Path, promised: str, port: str, said: list[str] | None
) -> None:
    text = f'{HEAD}slaProperties: [{{property: timeOfAvailability, value: "{promised}"}}]\n{SCHEMA}'
    found = [d.message for d in loaded(tmp_path, text, port=port).diagnostics]
    if said is None:
        assert found == ["nothing measures `timeOfAvailability`"]
    else:
        assert found == [f"`timeOfAvailability` {words}" for words in said]


@pytest.mark.parametrize(
    ("version", "said"),
    [
        ("1.0.0", []),
        ("v1.0", []),
        ('"1"', []),
        ("draft", []),
        ("1.0.1", ["MW0608 the port has version 1.0.0, and its contract 1.0.1"]),
        ("v2", ["MW0608 the port has version 1.0.0, and its contract 2"]),
    ],
)
def test_the_port_has_the_version_of_its_contract(tmp_path: Path, version: str, said: list[str]) -> None:
    found = loaded(tmp_path, HEAD.replace("version: 1.0.0", f"version: {version}") + SCHEMA)
    assert [f"{d.code} {d.message}" for d in found.diagnostics] == said


def test_a_file_that_is_not_there_is_looked_for_among_those_that_are(tmp_path: Path) -> None:
    found = loaded(tmp_path, HEAD + SCHEMA, name="order.odcs.yaml")
    first = found.diagnostics[-1]
    assert (first.code, first.message) == ("MW0101", "there is no file `order.odcs.yaml` beside the manifest")
    assert first.hint == "did you mean `orders.odcs.yaml`?"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD, ["1:1 MW0610 the contract describes no table"]),
        ("", ["1:1 MW0604 the file is empty"]),
        (
            HEAD + SCHEMA.replace("logicalType: timestamp", "logicalType: timestmp"),
            ["10:40 MW0604 `logicalType` cannot be"],
        ),
        (
            HEAD + SCHEMA.replace(", logicalType: timestamp", ""),
            ["10:10 MW0106 `logicalType` is missing"],
        ),
    ],
    ids=["no table", "empty", "a type that is none", "no type"],
)
def test_a_contract_that_cannot_be_used_is_told_in_its_own_file(tmp_path: Path, text: str, said: list[str]) -> None:
    found = loaded(tmp_path, text)
    assert found.mesh.products == ()
    assert [line[: len(CONTRACT) + 1 + len(start)] for line, start in zip(told(found), said, strict=True)] == [
        f"{CONTRACT}:{start}" for start in said
    ]
