"""How long a table keeps its rows, where its data may lie, and what no publish could ever delete by."""

from pathlib import Path

import pytest
from tests.manifest.samples import DOMAIN, MESH, ORDERS, product, write

from meshwright.manifest.load import load
from meshwright.model.address import ProductAddress

COLUMNS = "{name: order_id, logicalType: string, primaryKey: true}, {name: sold_on, logicalType: date}"
DATED = f"{{name: orders, properties: [{COLUMNS}]}}"
ADDRESS = ProductAddress("shop", "orders")


def kept(root: Path, retention: str, more: str = "") -> tuple[list[str], list[str]]:
    """Return how long each table of a port keeps its rows, and what is wrong."""
    port = f"retention: {retention}" + (f"\n    {more}" if more else "")
    found = load(write(root, {ORDERS: product(port=port, schema=DATED)}))
    orders = found.mesh.product(ADDRESS)
    tables = () if orders is None else orders.outputs[0].tables
    return [str(table.retention) for table in tables], [f"{d.message}; {d.hint}" for d in found.diagnostics]


@pytest.mark.parametrize(
    ("retention", "more", "says"),
    [
        pytest.param("{keep: 104w}", "", "for 728d", id="by the interval that published it"),
        pytest.param("{keep: 730d, by: sold_on}", "", "for 730d by `sold_on`", id="by a column"),
        pytest.param("{keep: 7d, by: {orders: sold_on}}", "", "for 7d by `sold_on`", id="of each table"),
        pytest.param("{keep: 1h, by: sold_on}", "publish: {mode: replace}", "for 1h by `sold_on`", id="replaced"),
    ],
)
def test_rows_are_kept_as_long_as_the_port_says(tmp_path: Path, retention: str, more: str, says: str) -> None:
    assert kept(tmp_path, retention, more) == ([says], [])


@pytest.mark.parametrize(
    ("retention", "more", "wrong"),
    [
        pytest.param("{keep: 7d, by: sold_at}", "", "there is no column `sold_at`; did you mean `sold_on`?", id="none"),
        pytest.param(
            "{keep: 7d, by: order_id}",
            "",
            "`order_id` is a string, which tells no age; name a date or a timestamp",
            id="no time",
        ),
        pytest.param(
            "{keep: 7d}",
            "publish: {mode: replace}",
            "what is replaced as a whole is all of the last interval, and no row older than another; "
            "write `by`: the column that says how old a row is",
            id="replaced",
        ),
        pytest.param(
            "{keep: 7d}",
            "publish: {mode: ledger}",
            "a ledger keeps each entry: the next is chained to it; remove `retention`, or publish by `append`",
            id="a ledger",
        ),
        pytest.param(
            "{keep: 7d, by: {lines: sold_on}}",
            "",
            "the port has no table `lines`; it is `orders`",
            id="of no table",
        ),
        pytest.param(
            "{keep: 7d, by: sold_on}",
            "columns: {sold_on: {mask: {redact: none}}}",
            "`sold_on` is redacted, and tells no age; truncate it to the month or year, or name another column",
            id="redacted",
        ),
    ],
)
def test_what_no_publish_can_delete_by_is_told(tmp_path: Path, retention: str, more: str, wrong: str) -> None:
    assert wrong in kept(tmp_path, retention, more)[1]


@pytest.mark.parametrize("retention", ["7d", "{by: sold_on}", "{keep: forever}", "{keep: 7d, until: 8d}"])
def test_what_cannot_be_read_is_told(tmp_path: Path, retention: str) -> None:
    assert kept(tmp_path, retention)[1] != []


@pytest.mark.parametrize(
    ("mesh", "domain", "head", "regions"),
    [
        pytest.param("", "", "", (), id="anywhere"),
        pytest.param("regions: [eu]\n", "", "", ("eu",), id="the mesh's"),
        pytest.param("regions: [eu]\n", "regions: [us]\n", "", ("us",), id="the domain's"),
        pytest.param("regions: [eu]\n", "regions: [us]\n", "regions: [us, eu, us]", ("eu", "us"), id="its own"),
    ],
)
def test_data_may_lie_where_the_nearest_says(
    tmp_path: Path, mesh: str, domain: str, head: str, regions: tuple[str, ...]
) -> None:
    files = {"mesh.yaml": MESH + mesh, "domains/shop/domain.yaml": DOMAIN + domain, ORDERS: product(head)}
    found = load(write(tmp_path, files))
    orders = found.mesh.product(ADDRESS)
    assert found.diagnostics == ()
    assert orders is not None
    assert orders.regions == regions


@pytest.mark.parametrize("regions", ["eu", "[]", "[EU]", "[7]"])
def test_regions_that_cannot_be_read_are_told(tmp_path: Path, regions: str) -> None:
    assert load(write(tmp_path, {ORDERS: product(f"regions: {regions}")})).diagnostics != ()
