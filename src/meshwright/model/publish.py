"""Publish: what was staged, checked and made visible to consumers, and what it was made from."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from meshwright.model.address import PortAddress, ProductAddress, TableAddress
from meshwright.model.identity import Digest, PublishId
from meshwright.model.kafka import TopicRead
from meshwright.model.product import OnFail
from meshwright.model.time import Interval, Watermark
from meshwright.model.value import value


@value(order=True)
class KeyUsed:
    """The key by which pseudonyms of a subject space were made, by its fingerprint, which does not tell the key."""

    space: str
    fingerprint: str


@value
class InputRead:
    """One input as it was read, in the same snapshot as the data. A source has no publish id.

    Without a `watermark` it is a port that was never published, which was read as empty.
    `keys` are those by which it holds its pseudonyms, `topic` is what was read of a topic. The newest of a source's
    files was `written` then. `quarantined` is how much of what a source gave could be no row, and was set aside.
    """

    input: str
    port: PortAddress | None
    publish_id: PublishId | None
    watermark: Watermark | None
    keys: tuple[KeyUsed, ...] = ()
    topic: TopicRead | None = None
    written: datetime | None = None
    quarantined: int = 0


@value
class Partitions:
    """The partitions that a publish wrote, or took rows from: how many, and their names; none where they are many."""

    number: int
    names: tuple[str, ...] = ()


@value
class TableRows:
    """How many rows one table has been given by a stage, or holds after a publish; `quarantined` were set aside.

    `partitions` is None until it is published, and where the table has none with names.
    """

    table: TableAddress
    rows: int
    quarantined: int = 0
    partitions: Partitions | None = None


@value
class Quarantined:
    """A row that was set aside instead of published, by which checks; `content` is its columns as JSON.

    What an `input` gave that could be no row belongs to no `table`; its `content` says where it was, and why.
    """

    publish_id: PublishId
    table: TableAddress | None
    checks: tuple[str, ...]
    content: str
    input: str = ""

    @property
    def origin(self) -> str:
        """The table that it was to be in, or the input that it came from."""
        return str(self.table) if self.table is not None else f"input {self.input}"


@value
class Staged:
    """All output ports of a product, built privately. `synthetic`: some input was generated or a fixture."""

    product: ProductAddress
    publish_id: PublishId
    release: Digest | None
    interval: Interval
    watermark: Watermark
    inputs: tuple[InputRead, ...]
    tables: tuple[TableRows, ...]
    staged_at: datetime
    synthetic: bool = False
    keys: tuple[KeyUsed, ...] = ()


@value
class WrongRow:
    """A row that a check finds wrong, by what tells it from others: values of columns that anybody may see, as text."""

    values: tuple[tuple[str, str | None], ...]

    def __str__(self) -> str:
        return ", ".join(f"{column} {'null' if value is None else f'`{value}`'}" for column, value in self.values)


@value
class CheckResult:
    """One check of one table, held against what was staged, published, or is served by another store.

    `wrong` are some of the rows that a failed check finds wrong.
    """

    table: TableAddress
    check: str
    passed: bool
    consequence: OnFail
    measured: Decimal | None
    expected: str
    message: str
    wrong: tuple[WrongRow, ...] = ()

    @property
    def blocks(self) -> bool:
        """Tell whether it keeps what was staged from being published."""
        return not self.passed and self.consequence is OnFail.BLOCK

    @property
    def text(self) -> str:
        """What was found, and some of the rows that are wrong."""
        rows = "; ".join(map(str, self.wrong))
        return f"{self.message}, such as {rows}" if rows else self.message


@value
class Spent:
    """What a run took of an engine that bills it: the bytes that its queries were billed for, and seconds of slots.

    `stored` are the bytes that the product's tables held before it published.
    """

    billed: int = 0
    slots: float = 0.0
    stored: int = 0

    def __add__(self, other: "Spent") -> "Spent":
        """Return what both took."""
        return Spent(self.billed + other.billed, round(self.slots + other.slots, 3), self.stored + other.stored)

    def __sub__(self, other: "Spent") -> "Spent":
        """Return what one took without what the other did."""
        return Spent(self.billed - other.billed, round(self.slots - other.slots, 3), self.stored - other.stored)


@value
class Publish:
    """One entry of a product's `publish_log`, written in the transaction that made the data visible.

    `tables` counts the rows that each table holds afterwards; `seconds` is what stage, check and publish took, and
    `spent` what they cost where the engine bills it: in the log without the transaction that wrote it.
    `is_part`: it made its interval's part of the data, beside those of other publishes; else all of the data anew.
    `keys` are those by which all pseudonyms of the product are held since; only a rotation of a key alters an entry.
    `restores` is the earlier publish whose data it brought back, and `shape` names the columns that the tables have.
    """

    product: ProductAddress
    publish_id: PublishId
    release: Digest | None
    interval: Interval
    watermark: Watermark
    inputs: tuple[InputRead, ...]
    tables: tuple[TableRows, ...]
    published_at: datetime
    synthetic: bool = False
    seconds: float = 0.0
    is_part: bool = False
    keys: tuple[KeyUsed, ...] = ()
    spent: Spent | None = None
    restores: PublishId | None = None
    shape: Digest | None = None

    @property
    def rows(self) -> int:
        """The rows that all tables hold together."""
        return sum(t.rows for t in self.tables)

    @property
    def quarantined(self) -> int:
        """The rows that were set aside, and what could be none."""
        return sum(t.quarantined for t in self.tables) + sum(i.quarantined for i in self.inputs)

    @property
    def ports(self) -> dict[PortAddress, int]:
        """The rows that the tables of each port hold together."""
        found: dict[PortAddress, int] = {}
        for counted in self.tables:
            found[counted.table.port] = found.get(counted.table.port, 0) + counted.rows
        return found

    def partitions(self, port: PortAddress) -> Partitions:
        """Return the partitions that were written of a port's tables; not named where those of one are too many."""
        written = [t.partitions for t in self.tables if t.table.port == port and t.partitions is not None]
        if any(len(partitions.names) < partitions.number for partitions in written):
            return Partitions(max(partitions.number for partitions in written))
        names = sorted({name for partitions in written for name in partitions.names})
        return Partitions(len(names), tuple(names))


@value
class _Standing:
    """A publish, and what stood when it was made."""

    publish: Publish
    before: "_Standing | None"


def standing(log: Sequence[Publish]) -> tuple[Publish, ...]:
    """Return those publishes of a log, oldest first, that made what is published now: none that was taken back.

    What brings an earlier one back is not among them, for it made nothing.
    """
    if all(publish.restores is None for publish in log):
        return tuple(log)
    last: _Standing | None = None
    then: dict[PublishId, _Standing | None] = {}
    for publish in log:
        last = _Standing(publish, last) if publish.restores is None else then.get(publish.restores)
        then[publish.publish_id] = last
    found: list[Publish] = []
    while last is not None:
        found.append(last.publish)
        last = last.before
    return tuple(reversed(found))
