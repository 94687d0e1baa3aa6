"""How the page shows what is known."""

from datetime import UTC, datetime, timedelta

import pytest

from meshwright.model.address import ProductAddress
from meshwright.model.identity import PublishId
from meshwright.model.product import ProductType
from meshwright.model.publish import Publish, TableRows
from meshwright.model.ratio import Ratio
from meshwright.model.slo import Freshness, SloState, SloStatus
from meshwright.model.time import Interval, Watermark
from meshwright.pages.products import ProductRow, ProductState
from meshwright.pages.render import Filter, Place, products_page

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
THEN = NOW - timedelta(minutes=95)
PLACE = Place("local", base="/mesh")


def row(address: str = "sales.orders", state: ProductState = ProductState.OK, reason: str = "") -> ProductRow:
    domain, product = address.split(".")
    port = ProductAddress(domain, product).port("daily", 1)
    publish = Publish(
        port.product,
        PublishId("p"),
        None,
        Interval(THEN, THEN),
        Watermark(THEN),
        (),
        (TableRows(port.table(), 12345),),
        THEN,
    )
    promise = SloStatus(port, Freshness(timedelta(hours=2), Ratio.parse("99%")), SloState.KEPT, "complete up to 10:25")
    return ProductRow(port.product, ProductType.AGGREGATE, "All <orders>.", "nadia", state, reason, publish, (promise,))


def test_a_product_is_shown_with_all_that_is_known() -> None:
    page = products_page([row()], Filter(), PLACE, NOW)
    for text in (
        '<a href="/dags/sales.orders" data-airflow>sales.orders</a>',
        "All &lt;orders&gt;.",
        "nadia",
        '<span class="badge good">ok</span>',
        '<time datetime="2026-03-10T10:25:00Z" title="2026-03-10T10:25:00Z">1h 35m ago</time>',
        "12,345",
        "at most 2h old, 99%",
    ):
        assert text in page


def test_a_reason_sets_names_apart_and_nothing_else() -> None:
    page = products_page([row(reason="check `a<b` failed")], Filter(), PLACE, NOW)
    assert "check <code>a&lt;b</code> failed" in page
    assert "one ` alone" in products_page([row(reason="one ` alone")], Filter(), PLACE, NOW)


ROWS = [row("sales.orders"), row("sales.refunds", ProductState.BROKEN, "late"), row("stock.items", ProductState.OK)]


@pytest.mark.parametrize(
    ("wanted", "shown"),
    [
        pytest.param(Filter(), ["sales.orders", "sales.refunds", "stock.items"], id="all"),
        pytest.param(Filter(text="REFUND"), ["sales.refunds"], id="by a part of the name"),
        pytest.param(Filter(text="nadia"), ["sales.orders", "sales.refunds", "stock.items"], id="by owner"),
        pytest.param(Filter(domain="sales"), ["sales.orders", "sales.refunds"], id="by domain"),
        pytest.param(Filter(state="broken"), ["sales.refunds"], id="by state"),
        pytest.param(Filter(text="items", domain="sales"), [], id="by what none is"),
    ],
)
def test_a_filter_leaves_what_matches(wanted: Filter, shown: list[str]) -> None:
    page = products_page(ROWS, wanted, PLACE, NOW)
    assert [a for a in ("sales.orders", "sales.refunds", "stock.items") if f"/dags/{a}" in page] == shown
    assert ("No product matches" in page) == (not shown)


def test_the_page_counts_the_states_of_all() -> None:
    page = products_page(ROWS, Filter(domain="stock"), PLACE, NOW)
    assert "1 of 3" in page
    assert ">2 ok</a>" in page
    assert ">1 broken</a>" in page


def test_a_mesh_without_products_says_so() -> None:
    assert "Nothing has been released here yet" in products_page([], Filter(), PLACE, NOW)
