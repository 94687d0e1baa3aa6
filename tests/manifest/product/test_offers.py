"""How long a port is offered, and to whom."""

from pathlib import Path

import pytest
from tests.manifest.samples import ORDERS, product, write

from meshwright.manifest.load import load
from meshwright.model.product import OutputPort


def read(root: Path, port: str) -> tuple[list[OutputPort], list[str]]:
    loaded = load(write(root, {ORDERS: product(port=port)}))
    ports = [port for made in loaded.mesh.products for port in made.outputs]
    return ports, [f"{d.message} ({d.hint})" for d in loaded.diagnostics if d.code != "MW0119"]


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("{until: 2027-03-01}", "until 2027-03-01"),
        ("{until: 2027-03-01, use: orders@2}", "until 2027-03-01, use shop.orders:orders@2"),
        ('{until: 2027-03-01, use: "shop.sales:sales@1"}', "until 2027-03-01, use shop.sales:sales@1"),
    ],
)
def test_a_port_says_until_when_it_is_served_and_what_to_read_instead(tmp_path: Path, said: str, text: str) -> None:
    ports, wrong = read(tmp_path, f"deprecated: {said}")
    assert (wrong, [str(port.deprecated) for port in ports]) == ([], [text])


def test_a_port_says_which_domains_may_read_it(tmp_path: Path) -> None:
    ports, _ = read(tmp_path, "access: {domains: [insight, engagement]}")
    assert [port.readers for port in ports] == [("engagement", "insight")]


def test_a_port_says_which_rows_the_people_of_other_domains_see(tmp_path: Path) -> None:
    rows = "{insight: {sold_on: [2026-02-01, '20260131'], order_id: [b, a, b]}, engagement: {pieces: [2]}}"
    kinds = {"order_id": "string", "sold_on": "date", "pieces": "integer"}
    columns = ", ".join(f"{{name: {name}, logicalType: {kind}}}" for name, kind in kinds.items())
    schema = f"{{name: orders, properties: [{columns}]}}"
    loaded = load(write(tmp_path, {ORDERS: product(port=f"access: {{rows: {rows}}}", schema=schema)}))
    ((port,),) = (made.outputs for made in loaded.mesh.products)
    assert port.readers == ()
    assert [(grant.domain, str(grant)) for grant in port.rows] == [
        ("engagement", "pieces is 2"),
        ("insight", "order_id is a or b and sold_on is 2026-01-31 or 2026-02-01"),
    ]


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("deprecated: {until: soon}", "`soon` is not an instant"),
        ("deprecated: {use: orders@2}", "`until` is missing"),
        ("deprecated: {until: 2027-03-01, use: orders}", "`orders` is not the address of an output port"),
        ("deprecated: {until: 2027-03-01, use: orders@1}", "cannot be read instead of itself"),
        ("access: {domains: []}", "`domains` is empty"),
        ("access: {domains: [Insight]}", "`Insight` is not a name"),
    ],
)
def test_what_cannot_be_meant_is_said(tmp_path: Path, said: str, message: str) -> None:
    ports, (wrong, *_) = read(tmp_path, said)
    assert message in wrong
    assert ports == []
