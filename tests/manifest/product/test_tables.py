"""A port with several tables: what each is made by, how each is published, what its checks do, where it is served."""

import re
from pathlib import Path

import pytest
from tests.manifest.samples import ORDERS, product, write

from meshwright.manifest.load import load
from meshwright.model.address import ProductAddress, TableAddress
from meshwright.model.product import OnFail, OutputTable, PublishMode, VirtualSource

ADDRESS = ProductAddress("shop", "orders")
SCHEMA = """{name: orders, properties: [{name: order_id, logicalType: string, primaryKey: true}]}
        - name: Lines
          description: One row per line.
          properties: [{name: order_id, logicalType: string, required: true}]"""


def tables(root: Path, port: str = "", version: str = "1.0.0", **sql: str) -> dict[str, OutputTable]:
    manifest = product(port=port, schema=SCHEMA).replace("version: 1.0.0", f"version: {version}")
    beside = {f"domains/shop/orders/{name}.sql": text for name, text in sql.items()}
    found = load(write(root, {ORDERS: manifest, **beside}))
    assert found.diagnostics == ()
    (one,) = found.mesh.products
    return {str(address).removeprefix("shop.orders:orders@"): table for address, table in one.tables()}


BOTH = {"orders.orders": "select 'o'", "orders.Lines": "select 'l'"}


@pytest.mark.parametrize(
    ("port", "version", "sql"),
    [
        pytest.param("", "1.0.0", BOTH, id="by the names of port and table"),
        pytest.param("", "2.0.0", {**BOTH, "orders@2.Lines": "select 'l'", "orders.Lines": "--"}, id="of its major"),
        pytest.param(
            "transform: {sql: {orders: a.sql, Lines: b.sql}}",
            "1.0.0",
            {"a": "select 'o'", "b": "select 'l'"},
            id="as it says",
        ),
        pytest.param(
            "transform: {sql: {orders: a.sql}}",
            "1.0.0",
            {"a": "select 'o'", "orders.Lines": "select 'l'"},
            id="one as it says",
        ),
    ],
)
def test_each_table_has_sql_of_its_own(tmp_path: Path, port: str, version: str, sql: dict[str, str]) -> None:
    if "orders@2.Lines" in sql:
        del sql["orders.Lines"]
    made = tables(tmp_path, port, version, **sql)
    assert [t.transform and t.transform.sql for t in made.values()] == ["select 'o'", "select 'l'"]


@pytest.mark.parametrize(
    ("port", "modes"),
    [
        ("", [PublishMode.MERGE, PublishMode.REPLACE]),
        ("publish: {mode: append}", [PublishMode.APPEND, PublishMode.APPEND]),
        ("publish: {mode: {Lines: ledger}}", [PublishMode.MERGE, PublishMode.LEDGER]),
        ("publish: {mode: {orders: replace, Lines: append}}", [PublishMode.REPLACE, PublishMode.APPEND]),
    ],
)
def test_each_table_is_published_in_its_own_way(tmp_path: Path, port: str, modes: list[PublishMode]) -> None:
    assert [t.mode for t in tables(tmp_path, port, **BOTH).values()] == modes


@pytest.mark.parametrize(
    ("said", "consequences"),
    [
        ("{Lines.order_id-required: warn}", [(), (("order_id-required", OnFail.WARN),)]),
        ("{orders.order_id-required: warn}", [(("order_id-required", OnFail.WARN),), ()]),
        ("{primary-key-unique: warn}", [(("primary-key-unique", OnFail.WARN),), ()]),
    ],
)
def test_a_check_of_one_table_is_told_by_its_name(tmp_path: Path, said: str, consequences: list[object]) -> None:
    assert [t.on_fail for t in tables(tmp_path, f"onFail: {said}", **BOTH).values()] == consequences


def test_each_table_is_served_where_the_store_has_it(tmp_path: Path) -> None:
    port = "virtual: {connection: office, table: {orders: public.orders, Lines: public.order_lines}}"
    served = [t.virtual for t in tables(tmp_path, port).values()]
    assert served == [VirtualSource("office", "public.orders"), VirtualSource("office", "public.order_lines")]


def test_a_key_may_name_the_only_table_too(tmp_path: Path) -> None:
    manifest = product(port="transform: {sql: {orders: a.sql}}")
    found = load(write(tmp_path, {ORDERS: manifest, "domains/shop/orders/a.sql": "select 1"}))
    assert found.diagnostics == ()
    assert found.mesh.table(TableAddress(ADDRESS.port("orders", 1))) is not None


def test_what_is_said_of_each_is_known_by_its_name(tmp_path: Path) -> None:
    tables(tmp_path, "publish: {mode: {Lines: append}}", **BOTH)
    origins = {r.key: r.origin for r in load(tmp_path).origins[ADDRESS]}
    assert {key: origin for key, origin in origins.items() if ".Lines." in key} == {
        "outputPorts.orders@1.Lines.contract": f"{ORDERS}:13",
        "outputPorts.orders@1.Lines.contract.description": f"{ORDERS}:14",
        "outputPorts.orders@1.Lines.publish.mode": f"{ORDERS}:9",
        "outputPorts.orders@1.Lines.transform.sql": "its folder",
        "outputPorts.orders@1.Lines.transform.dialect": "default",
        "outputPorts.orders@1.Lines.retention": "default",
    }


def test_a_table_of_another_product_s_port_may_be_passed_on(tmp_path: Path) -> None:
    inputs = ("from: shop.other:orders@1",)
    files: dict[str, str | bytes] = {ORDERS: product(inputs=inputs, schema=SCHEMA)}
    files |= {"domains/shop/other/product.yaml": product(schema=SCHEMA)}
    files |= {f"domains/shop/other/{name}.sql": text for name, text in BOTH.items()}
    assert load(write(tmp_path, files)).diagnostics == ()


def test_the_page_s_example_is_sound(tmp_path: Path) -> None:
    page = (Path(__file__).parents[3] / "docs" / "manifest.md").read_text()
    (ports,) = re.findall(r"## Several tables.*?```yaml\n(.*?)```", page, re.DOTALL)
    head = product().partition("outputPorts:")[0]
    files: dict[str, str | bytes] = {ORDERS: head + ports}
    files |= {f"domains/shop/orders/orders.{name}.sql": "select 1" for name in ("orders", "lines")}
    found = load(write(tmp_path, files))
    assert found.diagnostics == ()
    assert [t.mode for _, t in found.mesh.products[0].tables()] == [PublishMode.MERGE, PublishMode.APPEND]
