"""The small values: addresses, intervals, ratios, digests, ids, secrets."""

import pickle
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshwright.model.address import ColumnAddress, PortAddress, ProductAddress, TableAddress, parse, product_address
from meshwright.model.contract import Contract
from meshwright.model.errors import NotFound
from meshwright.model.identity import Digest, PublishId, Secret
from meshwright.model.naming import asset_uri, connection_variable, mesh_table, query_table, stored_table
from meshwright.model.product import OutputPort, OutputTable, PublishMode
from meshwright.model.ratio import Ratio
from meshwright.model.time import Interval, instant, instant_text, interval

SALES = ProductAddress("marketplace", "artwork-sales")


@pytest.mark.parametrize(
    "text",
    [
        "a.b",
        "a.b:c",
        "a.b:c@2",
        "a.b:c.price",
        "a.b:c@2.price",
        "a.b:c.lines.price",
        "a.b:c@2.Lines.price",
        "marketplace.artwork-sales:sales@1.Price_EUR",
    ],
)
def test_an_address_is_written_as_it_was_read(text: str) -> None:
    assert str(parse(text)) == text


@pytest.mark.parametrize(
    "text",
    ["", "a", "A.b", "a.b:", "a.b@1", "a..b", "a.b:c@", "a.b:c@x", "../etc.passwd", "a.b\n", "a.b:c.d.e.f", "a.b:c..d"],
)
def test_what_is_no_address_is_refused_with_a_hint(text: str) -> None:
    with pytest.raises(NotFound) as refused:
        parse(text)
    assert "domain.product" in refused.value.hint


def test_a_port_is_no_product() -> None:
    with pytest.raises(NotFound, match="names a port"):
        product_address("a.b:c")


@pytest.mark.parametrize(
    ("port", "table", "uri"),
    [
        (SALES.port("sales", 1), "sales", "mesh://marketplace/artwork-sales/sales/v1"),
        (SALES.port("daily-sales", 2), "daily_sales_v2", "mesh://marketplace/artwork-sales/daily-sales/v2"),
    ],
)
def test_generated_names(port: PortAddress, table: str, uri: str) -> None:
    assert stored_table(port.table()) == table
    assert asset_uri(port) == uri
    assert mesh_table(port.table()) == ("marketplace", "artwork_sales", table)
    assert str(ColumnAddress(port.table(), "price")) == f"{port}.price"


def test_a_connection_is_looked_up_under_one_name() -> None:
    assert connection_variable("orders-db") == "MESH_CONN_ORDERS_DB"


def test_an_interval_is_half_open_utc_and_aware() -> None:
    day = interval("2013-01-01/2013-01-02")
    assert str(day) == "2013-01-01T00:00:00Z/2013-01-02T00:00:00Z"
    assert day.covers(Interval(day.start, day.end))
    with pytest.raises(ValueError, match="aware"):
        Interval(datetime(2013, 1, 1), datetime(2013, 1, 2))
    with pytest.raises(ValueError, match="before it starts"):
        Interval(day.end, day.start)
    with pytest.raises(ValueError, match="start/end"):
        interval("2013-01-01")


@given(st.datetimes(timezones=st.timezones()))
def test_an_instant_survives_its_text(moment: datetime) -> None:
    assert instant(instant_text(moment)) == moment.astimezone(UTC)


@pytest.mark.parametrize(("text", "value"), [("99.9%", "0.999"), ("0%", "0"), ("100 %", "1"), ("95%", "0.95")])
def test_a_percentage_is_exact(text: str, value: str) -> None:
    assert Ratio.parse(text) == Ratio(Decimal(value))


@pytest.mark.parametrize("text", ["99.9", "101%", "-1%", "x%", "%"])
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="%"):
        Ratio.parse(text)


def test_a_share_of_nothing_is_no_share() -> None:
    assert Ratio.of(0, 0) is None
    assert str(Ratio.of(1, 3)) == "33.33%"


def test_a_digest_is_sha_256() -> None:
    assert Digest.of(b"").hex.startswith("e3b0c44298fc")
    with pytest.raises(ValueError, match="not a SHA-256"):
        Digest("abc")


def test_publish_ids_sort_by_time_and_never_repeat() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert PublishId.mint(now) < PublishId.mint(now + timedelta(microseconds=1))
    assert PublishId.mint(now) != PublishId.mint(now)


def test_a_secret_cannot_be_printed_or_pickled() -> None:
    secret = Secret("hunter2")
    assert "hunter2" not in f"{secret} {secret!r} {[secret]}"
    assert secret.reveal() == "hunter2"
    with pytest.raises(TypeError):
        pickle.dumps(secret)


BOUGHT = ProductAddress("shop", "orders").port("daily-orders", 2)


@pytest.mark.parametrize(
    ("table", "address", "stored", "asked"),
    [
        (BOUGHT.table(), "shop.orders:daily-orders@2", "daily_orders_v2", "shop__orders__daily_orders_v2"),
        (
            BOUGHT.table("Lines"),
            "shop.orders:daily-orders@2.Lines",
            "daily_orders_v2__lines",
            "shop__orders__daily_orders_v2__lines",
        ),
    ],
)
def test_a_table_has_a_name_where_its_port_has_several(
    table: TableAddress, address: str, stored: str, asked: str
) -> None:
    assert (str(table), stored_table(table), query_table(table)) == (address, stored, asked)
    assert str(table.column("price")) == f"{address}.price"
    assert table.column("price").port == BOUGHT


def test_tables_are_told_by_name_only_where_there_are_several() -> None:
    one, two = (OutputTable(Contract(name, ()), PublishMode.REPLACE) for name in ("orders", "lines"))
    port = OutputPort("orders", "1.0.0", (one,))
    assert (port.named, port.table(), port.table("orders")) == ((("", one),), one, None)
    port = OutputPort("orders", "1.0.0", (one, two))
    assert (port.table("lines"), port.table(), [name for name, _ in port.named]) == (two, None, ["orders", "lines"])
