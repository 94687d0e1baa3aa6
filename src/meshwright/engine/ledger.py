"""Ledger: how entries are chained by hashes, so that none can be changed, removed or slipped in unseen.

The canonical text of an entry is, for each of its own columns and `sequence` in the order of their names (in lower
case), where there is a value: `name=length:value;` (the length in bytes of UTF-8). Instants are written
`2013-01-01T00:00:00.000000Z`, numbers with nine decimals, everything else as the engine writes it. An absent value adds
nothing, so a column added later leaves the hashes of earlier entries as they are.

    entry_hash = sha256(previous_hash + text), in hexadecimal; the first entry's previous_hash is 64 zeros

Each entry holds the hash before its own. So verification is one scan, while making the chain walks it row by row.
Knows no engine.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal

from meshwright.engine.judgement import judged
from meshwright.model.address import TableAddress
from meshwright.model.contract import LEDGER_COLUMNS, Check, Column
from meshwright.model.product import OutputTable
from meshwright.model.publish import CheckResult
from meshwright.model.value import value

GENESIS = "0" * 64

ADDED = frozenset(c.name for c in LEDGER_COLUMNS)
"""The columns that a ledger adds to those of its entries."""

_SEQUENCE = LEDGER_COLUMNS[0]

Link = tuple[int, str, str]
"""What chains an entry: its `sequence`, `previous_hash` and `entry_hash`."""


@value
class ChainState:
    """What a verified chain looks like: how many entries are broken, and the first of them, by its key.

    `lost` entries were published according to the log, but are not there: a chain cannot miss its end.
    """

    broken: int = 0
    first: str | None = None
    lost: int = 0


def links(entries: Iterable[tuple[int, str]], before: str) -> Iterator[Link]:
    """Chain entries, each its sequence and its canonical text, onto the hash `before` them."""
    for sequence, entry in entries:
        own = entry_hash(before, entry)
        yield sequence, before, own
        before = own


def entry_hash(before: str, entry: str) -> str:
    """Return the hash of an entry's canonical text after the hash before it."""
    return hashlib.sha256((before + entry).encode()).hexdigest()


def hashed(columns: Iterable[Column]) -> list[Column]:
    """Return what the canonical text of an entry with these columns is made of, in its order."""
    own = {c.name.lower(): c for c in columns if c.name not in ADDED} | {_SEQUENCE.name: _SEQUENCE}
    return [own[name] for name in sorted(own)]


def told(table: OutputTable, address: TableAddress, check: Check, state: ChainState) -> CheckResult:
    """Judge what a verification has found."""
    result = judged(table, address, check, Decimal(state.broken + state.lost), 0)
    if result.passed:
        return replace(result, message="every entry is what its hash says")
    where = f"; the first is {state.first}" if state.first else ""
    gone = f"; {state.lost} of the last entries are gone" if state.lost else ""
    return replace(result, message=f"{state.broken} entries are not what their hashes say{where}{gone}")


def first_broken(sequence: int | None, by_key: str | None) -> str:
    """Name an entry by its place and its key: `sequence 4, `sale_id` b`."""
    return f"sequence {sequence}" + (f", {by_key}" if by_key else "")
