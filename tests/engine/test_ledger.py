"""A ledger names the first entry that is not what it was, whatever was done to it."""

import hashlib
import re
from pathlib import Path

import duckdb
import pytest
from tests.engines.shop import Shop

from meshwright.model.errors import ChecksFailed, Corrupt
from meshwright.model.product import PublishMode


@pytest.fixture
def ledger(shop: Shop) -> Shop:
    shop.mode = PublishMode.LEDGER
    for hour in range(3):
        shop.sell(hour, [(f"{hour}-{n}", n) for n in range(3)])
    return shop


def file_of(shop: Shop) -> Path:
    return shop.feed.parent / "data" / "marketplace" / "sales" / "data.duckdb"


def tamper(shop: Shop, sql: str) -> None:
    with duckdb.connect(str(file_of(shop))) as connection:
        connection.execute(sql)


def test_entries_are_chained_as_documented(ledger: Shop) -> None:
    rows = ledger.ask("SELECT sale_id, price, sequence, previous_hash, entry_hash FROM sales ORDER BY sequence")
    before = "0" * 64
    for place, (sale, price, sequence, previous, entry) in enumerate(rows, 1):
        assert sequence == place
        assert previous == before
        at = f"2013-01-01T0{str(sale)[0]}:00:00.000000Z"
        text = f"price=11:{price:.9f};sale_id=3:{sale};sequence=1:{place};sold_at=27:{at};"
        before = hashlib.sha256((before + text).encode()).hexdigest()
        assert entry == before


@pytest.mark.parametrize(
    ("sql", "names"),
    [
        pytest.param(
            "UPDATE held.sales SET sale_id = '0-X' WHERE sale_id = '0-1'", "sequence 2, `sale_id` 0-X", id="one byte"
        ),
        pytest.param(
            "UPDATE held.sales SET price = 9 WHERE sale_id = '1-0'", "sequence 4, `sale_id` 1-0", id="a number"
        ),
        pytest.param(
            "UPDATE held.sales SET sold_at = NULL WHERE sequence = 9", "`sale_id` 2-2", id="a value taken away"
        ),
        pytest.param("DELETE FROM held.sales WHERE sequence = 5", "sequence 6, `sale_id` 1-2", id="an entry taken out"),
        pytest.param(
            "UPDATE held.sales SET price = 7, entry_hash = sha256(previous_hash || 'price=11:7.000000000;sale_id=3:0-0;"
            "sequence=1:1;sold_at=27:2013-01-01T00:00:00.000000Z;') WHERE sequence = 1",
            "sequence 2, `sale_id` 0-1",
            id="an entry hashed anew",
        ),
        pytest.param(
            "DELETE FROM held.sales WHERE sequence > 7", "2 of the last entries are gone", id="the end cut off"
        ),
    ],
)
def test_an_old_entry_that_was_changed_is_found_and_named(ledger: Shop, sql: str, names: str) -> None:
    tamper(ledger, sql)
    before = ledger.sales()
    with pytest.raises(ChecksFailed, match=names):
        ledger.sell(3, [("3-0", 0)])
    assert ledger.sales() == before


def test_a_byte_changed_in_the_file_is_found_too(ledger: Shop) -> None:
    file = file_of(ledger)
    content = bytearray(file.read_bytes())
    *_, found = re.finditer(rb"(?<![0-9])1-2(?![0-9])", content)
    at = found.start()
    content[at] ^= 1
    file.write_bytes(content)
    with pytest.raises((Corrupt, ChecksFailed)):
        ledger.sell(3, [("3-0", 0)])


def test_an_untouched_ledger_goes_on(ledger: Shop) -> None:
    ledger.sell(3, [("3-0", 0)])
    assert ledger.ask("SELECT max(sequence), count(DISTINCT entry_hash) FROM sales") == [(10, 10)]
