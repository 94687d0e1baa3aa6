"""A ledger names the first entry that is not what it was, whatever was done to it."""

import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from tests.engines.shop import COLUMNS, TABLE, Shop

from meshwright.model.contract import Column, LogicalType
from meshwright.model.errors import ChecksFailed, Corrupt
from meshwright.model.product import PublishMode

OpenShop = Callable[..., Any]
ANEW = "price=11:7.000000000;sale_id=3:0-0;sequence=1:1;sold_at=27:2013-01-01T00:00:00.000000Z;"


@pytest.fixture
def ledger(open_shop: OpenShop) -> Shop:
    shop: Shop = open_shop(mode=PublishMode.LEDGER)
    for hour in range(3):
        shop.sell(hour, [(f"{hour}-{n}", n) for n in range(3)])
    return shop


def hashed(before: str, text: str) -> str:
    return hashlib.sha256((before + text).encode()).hexdigest()


def file_of(shop: Shop) -> Path:
    return shop.feed.parent / "data" / "marketplace" / "sales" / "data.duckdb"


def tamper(shop: Shop, change: str) -> None:
    """Change entries behind the engine's back."""
    if shop.engine.capabilities.dialect == "duckdb":
        with duckdb.connect(str(file_of(shop))) as connection:
            connection.execute(change.format(ledger="held.sales"))
    else:
        session = shop.engine.session  # type: ignore[attr-defined]  # BigQuery's own
        session.warehouse.run(change.format(ledger=session.held(TABLE)))


def test_entries_are_chained_as_documented(ledger: Shop) -> None:
    rows = ledger.ask("SELECT sale_id, price, sequence, previous_hash, entry_hash FROM sales ORDER BY sequence")
    before = "0" * 64
    for place, (sale, price, sequence, previous, entry) in enumerate(rows, 1):
        assert sequence == place
        assert previous == before
        at = f"2013-01-01T0{str(sale)[0]}:00:00.000000Z"
        before = hashed(before, f"price=11:{price:.9f};sale_id=3:{sale};sequence=1:{place};sold_at=27:{at};")
        assert entry == before
    ledger.sell(3, [("3-0", 0)])
    assert ledger.ask("SELECT max(sequence), count(DISTINCT entry_hash) FROM sales") == [(10, 10)]


@pytest.mark.parametrize(
    ("tampering", "names"),
    [
        pytest.param(
            "UPDATE {ledger} SET sale_id = '0-X' WHERE sale_id = '0-1'", "sequence 2, `sale_id` 0-X", id="one byte"
        ),
        pytest.param("UPDATE {ledger} SET price = 9 WHERE sale_id = '1-0'", "sequence 4, `sale_id` 1-0", id="a number"),
        pytest.param("UPDATE {ledger} SET sold_at = NULL WHERE sequence = 9", "`sale_id` 2-2", id="a value taken away"),
        pytest.param("DELETE FROM {ledger} WHERE sequence = 5", "sequence 6, `sale_id` 1-2", id="an entry taken out"),
        pytest.param(
            f"UPDATE {{ledger}} SET price = 7, entry_hash = '{hashed('0' * 64, ANEW)}' WHERE sequence = 1",
            "sequence 2, `sale_id` 0-1",
            id="an entry hashed anew",
        ),
        pytest.param("DELETE FROM {ledger} WHERE sequence > 7", "2 of the last entries are gone", id="the end cut off"),
        pytest.param(
            "INSERT INTO {ledger} SELECT * FROM {ledger} WHERE sequence = 9", "sequence 9, `sale_id` 2-2", id="twice"
        ),
    ],
)
def test_an_old_entry_that_was_changed_is_found_and_named(ledger: Shop, tampering: str, names: str) -> None:
    tamper(ledger, tampering)
    before = ledger.sales()
    with pytest.raises(ChecksFailed, match=names):
        ledger.sell(3, [("3-0", 0)])
    assert ledger.sales() == before


def test_columns_added_later_leave_earlier_entries_as_they_are(open_shop: OpenShop) -> None:
    shop: Shop = open_shop(mode=PublishMode.LEDGER)
    shop.sell(0, [("a", 1)])
    shop.columns = (*COLUMNS, Column("more", LogicalType.OBJECT), Column("note", LogicalType.STRING))
    shop.sql = "SELECT *, '{\"paid\": 1}' AS more, 'new' AS note FROM orders"
    shop.sell(1, [("b", 2)])
    assert shop.ask("SELECT sequence, note FROM sales ORDER BY 1") == [(1, None), (2, "new")]


@pytest.mark.parametrize("open_shop", ["duckdb"], indirect=True)
def test_a_byte_changed_in_the_file_is_found_too(ledger: Shop) -> None:
    file = file_of(ledger)
    content = bytearray(file.read_bytes())
    *_, found = re.finditer(rb"(?<![0-9])1-2(?![0-9])", content)
    at = found.start()
    content[at] ^= 1
    file.write_bytes(content)
    with pytest.raises((Corrupt, ChecksFailed)):
        ledger.sell(3, [("3-0", 0)])
