"""Data product: what a domain reads, makes and offers. Resolved: every default is filled in."""

from collections.abc import Iterator
from dataclasses import field
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum

from meshwright.model.address import PortAddress, ProductAddress, TableAddress
from meshwright.model.code import Code, CodeTransform
from meshwright.model.contract import LEDGER_COLUMNS, Column, Contract, LogicalType
from meshwright.model.diagnostic import Location, Severity
from meshwright.model.http import HttpSource
from meshwright.model.kafka import KafkaSource
from meshwright.model.offer import Deprecation, RowGrant
from meshwright.model.ratio import Ratio
from meshwright.model.slo import Slo
from meshwright.model.time import length_text
from meshwright.model.value import value


class ProductType(StrEnum):
    """The archetypes of a data product, and of the domain that makes such (ODPS's spelling)."""

    SOURCE_ALIGNED = "sourceAligned"
    AGGREGATE = "aggregate"
    CONSUMER_ALIGNED = "consumerAligned"


@value
class FilesSource:
    """Files below a connection's folder.

    `path` may hold `{start:%Y-%m-%d}`: it is expanded once for each step of `every` in the interval, and every file
    must be there (`SourceNotReady` otherwise); a path without a placeholder is one file, read whole. `format` is
    csv, json (one object a line) or parquet.
    """

    connection: str
    path: str
    format: str
    every: timedelta = timedelta(days=1)

    @property
    def is_bounded(self) -> bool:
        """Tell whether it is read by intervals, not whole."""
        return "{" in self.path


@value
class DatabaseSource:
    """A table of a database. With a `cursor` column only the rows inside the interval are read, else all."""

    connection: str
    table: str
    cursor: str | None = None

    @property
    def is_bounded(self) -> bool:
        """Tell whether it is read by intervals, not whole."""
        return self.cursor is not None


@value
class VirtualSource:
    """The product's own store already serves the table: it is checked and monitored in place, never copied."""

    connection: str
    table: str

    @property
    def is_bounded(self) -> bool:
        """Tell whether it is read by intervals: never, the store is asked for all it has."""
        return False


CopiedSource = FilesSource | DatabaseSource | HttpSource | KafkaSource
"""What is brought to the engine that builds the product; a virtual source is read where it is."""

Source = CopiedSource | VirtualSource


@value
class InputPort:
    """What a product reads: a source of its own domain, or an output port of another product.

    Exactly one of `source` and `port` is set. `columns` are those that a source is declared to have, empty where
    nothing is declared.
    """

    name: str
    source: Source | None = None
    port: PortAddress | None = None
    columns: tuple[Column, ...] = ()
    required: bool = True
    at: Location | None = field(default=None, compare=False)

    @property
    def quarantine(self) -> Ratio | None:
        """The share of what its source gives that may be set aside; None where nothing may."""
        return self.source.quarantine if isinstance(self.source, KafkaSource) else None


@value
class Transform:
    """One SELECT over the input ports, by their local names. `file` is relative to the mesh's root."""

    sql: str
    dialect: str
    file: str = field(default="", compare=False)


class PublishMode(StrEnum):
    """How what was staged meets what is published."""

    REPLACE = "replace"
    APPEND = "append"
    MERGE = "merge"
    PARTITION = "partition"
    LEDGER = "ledger"


QUARANTINE_AT_MOST = Ratio(Decimal("0.05"))
"""The share of a table's rows that may be set aside where nobody says otherwise."""


class OnFail(StrEnum):
    """What a failed check does: stop the publish, set the rows aside that it finds wrong, or say so and go on."""

    BLOCK = "block"
    QUARANTINE = "quarantine"
    WARN = "warn"


@value
class Sample:
    """A query that works, for consumers to copy. `at` is where its text begins."""

    title: str
    sql: str
    at: Location | None = field(default=None, compare=False)


@value
class Retention:
    """How long rows are kept: none is kept that is older than `keep` behind the watermark of its product.

    `by` is the column that says how old a row is, a date or a timestamp; a row that has none in it is kept. Without
    `by`, a row is as old as the end of the interval that published it.
    """

    keep: timedelta
    by: str | None = None

    def __str__(self) -> str:
        return f"for {length_text(self.keep)}" + (f" by `{self.by}`" if self.by else "")


@value
class OutputTable:
    """One table that an output port offers: what is promised of it, how it is made and how it is published.

    `transform` is SQL or the product's code, None where one input is passed on as it is. `on_fail` holds the
    consequences that the manifest gives to checks by their names. `partitions` are the columns whose values tell apart
    what is replaced as a whole, `quarantine` is the share of rows that may be set aside; beyond it nothing
    is published. Without `retention` rows are kept for good.
    """

    contract: Contract
    mode: PublishMode
    transform: Transform | CodeTransform | None = None
    virtual: VirtualSource | None = None
    on_fail: tuple[tuple[str, OnFail], ...] = ()
    partitions: tuple[str, ...] = ()
    quarantine: Ratio = QUARANTINE_AT_MOST
    retention: Retention | None = None
    at: Location | None = field(default=None, compare=False)

    @property
    def name(self) -> str:
        """What its contract calls it."""
        return self.contract.table

    @property
    def replaced_by(self) -> tuple[str, ...]:
        """The columns by which new rows find those that they replace: a key, or what tells partitions apart."""
        return self.partitions if self.mode is PublishMode.PARTITION else self.contract.key

    @property
    def partition(self) -> Column | None:
        """The one column whose values name the partitions for all to see, where there is such.

        It holds dates, instants or texts; no text that is classified, for names of partitions go where data does not.
        """
        if self.mode is not PublishMode.PARTITION or self.virtual or len(self.partitions) != 1:
            return None
        column = next(c for c in self.contract.columns if c.name == self.partitions[0])
        if column.type is LogicalType.STRING:
            return None if column.classification or column.mask else column
        return column if column.type in (LogicalType.DATE, LogicalType.TIMESTAMP) else None

    @property
    def made_columns(self) -> tuple[Column, ...]:
        """The columns that the transform makes: those of the contract, but not what a ledger adds to them."""
        added = {c.name for c in LEDGER_COLUMNS} if self.mode is PublishMode.LEDGER and not self.virtual else set()
        return tuple(c for c in self.contract.columns if c.name not in added)

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns that consumers find: those of the contract, and what a ledger adds to them."""
        if self.mode is not PublishMode.LEDGER or self.virtual:
            return self.contract.columns
        return (*self.made_columns, *LEDGER_COLUMNS)

    @property
    def sets_aside(self) -> bool:
        """Tell whether rows may be set aside."""
        return any(consequence is OnFail.QUARANTINE for _, consequence in self.on_fail)

    def consequence(self, check_name: str, severity: Severity) -> OnFail:
        """Return what the failure of a check does: what the manifest says, else by ODCS's severity."""
        default = OnFail.BLOCK if severity is Severity.ERROR else OnFail.WARN
        return dict(self.on_fail).get(check_name, default)


@value
class OutputPort:
    """What a product offers: one table or several, published together under one version (`major.minor.patch`).

    `readers` are the domains that may read it, beside its own and those below them; None: every domain may. The people
    of some others see `rows` of it.
    """

    name: str
    version: str
    tables: tuple[OutputTable, ...]
    slos: tuple[Slo, ...] = ()
    samples: tuple[Sample, ...] = ()
    deprecated: Deprecation | None = None
    readers: tuple[str, ...] | None = None
    rows: tuple[RowGrant, ...] = ()
    at: Location | None = field(default=None, compare=False)

    @property
    def major(self) -> int:
        """The version that consumers pin."""
        return int(self.version.split(".", 1)[0])

    @property
    def named(self) -> tuple[tuple[str, OutputTable], ...]:
        """The tables by their names in addresses and SQL; the only one has none."""
        if len(self.tables) == 1:
            return (("", self.tables[0]),)
        return tuple((table.name, table) for table in self.tables)

    @property
    def is_partitioned(self) -> bool:
        """Tell whether the port has partitions with names: all its tables have, by a column of one name."""
        columns = {table.partition.name if table.partition else None for table in self.tables}
        return len(columns) == 1 and None not in columns

    def table(self, name: str = "") -> OutputTable | None:
        """Return the table of that name in addresses; without one, the only table."""
        return next((table for own, table in self.named if own == name), None)


@value
class CronSchedule:
    """Runs at the end of each of the cron's intervals, in its zone; waits for its inputs at most `wait_at_most`."""

    cron: str
    timezone: str = "UTC"
    wait_at_most: timedelta = timedelta(hours=1)


class When(StrEnum):
    """Which inputs must have news before a product runs."""

    ALL = "all"
    ANY = "any"


@value
class InputsSchedule:
    """Runs when its inputs publish."""

    when: When = When.ALL


Schedule = CronSchedule | InputsSchedule


@value
class Effort:
    """How hard a run tries: how often each task is tried again, and how long it may work; None for ever.

    `pool` is the pool of the mesh whose slots its tasks take. A run that has not ended `alert_after` it was queued is
    told to its people.
    """

    retries: int = 3
    timeout: timedelta | None = None
    pool: str | None = None
    alert_after: timedelta | None = None


@value
class Member:
    """A person in a team, with the role that the product gives them (ODPS)."""

    username: str
    role: str


@value
class SupportChannel:
    """Where to ask (ODPS)."""

    channel: str
    tool: str = ""
    url: str = ""


@value
class DataProduct:
    """A product, resolved. `file` is its manifest, relative to the mesh's root; `code` makes the tables that say so.

    `regions` are those in which its data may lie; none: anywhere.
    """

    address: ProductAddress
    type: ProductType
    description: str
    schedule: Schedule
    inputs: tuple[InputPort, ...]
    outputs: tuple[OutputPort, ...]
    team: tuple[Member, ...] = ()
    support: tuple[SupportChannel, ...] = ()
    purpose: str | None = None
    tags: tuple[str, ...] = ()
    effort: Effort = Effort()
    code: Code | None = None
    regions: tuple[str, ...] = ()
    file: str = field(default="", compare=False)

    @property
    def owner(self) -> str | None:
        """The username of the product owner."""
        return next((m.username for m in self.team if m.role == "productOwner"), None)

    @property
    def clock(self) -> CronSchedule | None:
        """The schedule that it is built by; None where inputs drive it, or another store serves it."""
        return self.schedule if isinstance(self.schedule, CronSchedule) and not self.is_virtual else None

    @property
    def is_virtual(self) -> bool:
        """Tell whether the product's own store serves it."""
        return any(table.virtual is not None for _, table in self.tables())

    def input(self, name: str) -> InputPort | None:
        """Return the input port of that local name."""
        return next((p for p in self.inputs if p.name == name), None)

    def output(self, name: str, major: int | None = None) -> OutputPort | None:
        """Return the output port of that name; without a major, the newest."""
        ports = [p for p in self.outputs if p.name == name and major in (None, p.major)]
        return max(ports, key=lambda p: p.major, default=None)

    def port_address(self, port: OutputPort) -> PortAddress:
        """Return where consumers find one of the output ports."""
        return self.address.port(port.name, port.major)

    def tables(self) -> Iterator[tuple[TableAddress, OutputTable]]:
        """Yield every table of every output port, with where consumers find it."""
        for port in self.outputs:
            address = self.port_address(port)
            for name, table in port.named:
                yield address.table(name), table

    def table(self, address: TableAddress) -> OutputTable | None:
        """Return the table at an address."""
        port = self.output(address.port.name, address.port.major)
        return None if port is None or address.port.product != self.address else port.table(address.name)
