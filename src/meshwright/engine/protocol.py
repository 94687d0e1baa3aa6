"""Engine: what every engine does for a product, and the values that go in and out.

A run is `stage → check → publish`, or `discard`. Each verb may run in a process of its own: between them travels the
publish id alone, the staged data waits in the engine's store.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import field
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from meshwright.engine.attendant import ALONE, Attendant
from meshwright.engine.capabilities import Capabilities
from meshwright.engine.described import DescribedTable
from meshwright.engine.referred import to_inputs
from meshwright.model.address import ProductAddress, TableAddress
from meshwright.model.contract import Column
from meshwright.model.errors import FinalError, MeshError
from meshwright.model.estimate import Estimate
from meshwright.model.identity import Digest, PublishId, Secret
from meshwright.model.naming import sql_name
from meshwright.model.observation import Reading
from meshwright.model.product import DataProduct, InputPort, VirtualSource
from meshwright.model.publish import CheckResult, Publish, Quarantined, Staged
from meshwright.model.time import Interval
from meshwright.model.value import value
from meshwright.release.record import Query


@value
class StandIns:
    """What to read where an input cannot be reached: a fixture in `folder`, else rows generated from its columns.

    A fixture is called by an input's local name. `only` names the inputs that are to be stood in for even though they
    could be reached.
    """

    folder: Path
    only: frozenset[str] = frozenset()


@value
class Work:
    """One product to be built for one interval. A table without a query passes its one input on as it is.

    Without `stand_ins` an input that cannot be reached stops the stage, unless it is not required and its `columns` are
    known: those of inputs, by local names (`orders`, or `orders.lines` for one of several tables). `instead_of` is the
    stage of the same run that somebody else's publish has overtaken.
    """

    product: DataProduct
    interval: Interval
    queries: tuple[Query, ...] = ()
    release: Digest | None = None
    columns: Mapping[str, tuple[Column, ...]] = field(default_factory=dict)
    stand_ins: StandIns | None = None
    instead_of: PublishId | None = None

    @property
    def is_bounded(self) -> bool:
        """Tell whether what is built is that of the interval: a source is read by it, or a query asks for it."""
        sources = (p.source for p in self.product.inputs)
        return any(q.parameters for q in self.queries) or any(s is not None and s.is_bounded for s in sources)

    def query(self, table: TableAddress) -> Query | None:
        """Return the query that makes a table."""
        return next((q for q in self.queries if q.table == table), None)

    def tables_of(self, port: InputPort) -> tuple[str, ...]:
        """Return the tables that queries and references read of an input: by name, or its only one, which has none."""
        local = f"{sql_name(port.name)}."
        read = [name for query in self.queries for name in query.reads]
        read += [to.table for _, table in self.product.tables() for _, to in to_inputs(table)]
        return tuple(sorted({name.removeprefix(local) for name in read if name.startswith(local)})) or ("",)

    def passed_on(self, table: TableAddress) -> InputPort:
        """Return the input that is a table without SQL: the only one, or the one of its port's name."""
        inputs = self.product.inputs
        found = inputs[0] if len(inputs) == 1 else self.product.input(table.port.name)
        if found is None:
            raise FinalError(
                f"`{table}` has no SQL, and the product has {len(inputs)} inputs",
                hint=f"write `{table.port.name}.sql`, or name the input `{table.port.name}`",
            )
        return found

    def value(self, parameter: str) -> datetime:
        """Return what a parameter of a query is bound to."""
        match parameter:
            case "interval_start":
                return self.interval.start
            case "interval_end":
                return self.interval.end
            case _:
                raise FinalError(
                    f"`{self.product.address}` asks for the parameter `{parameter}`, which no run has",
                    hint="there are interval_start and interval_end",
                )


@value
class Rows:
    """The answer to a question: its columns' names, and its rows as plain Python values."""

    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]


@value
class Recent:
    """What a product has published lately, oldest first; or why that cannot be read."""

    product: ProductAddress
    publishes: tuple[Publish, ...] = ()
    error: MeshError | None = None


class Estimator(Protocol):
    """Tells beforehand what queries of an engine are billed for."""

    DIALECT: str

    def estimate(self, data: str, works: Sequence[Work]) -> tuple[Estimate, ...]:
        """Return an estimate of one run of each product. What cannot be estimated says why; nothing is raised."""


class Describer(Protocol):
    """Tells what a store says of a table that it serves."""

    def describe(self, source: VirtualSource, url: Secret, data: str) -> DescribedTable:
        """Return what the store at `url` says of a table, asked as an environment on `data` would ask, if it can.

        Raises `NotFound` where it is not there, `Refused` without the right to read it.
        """


class Grantor(Protocol):
    """Lets people read what an engine holds."""

    def grant(self, data: str, product: DataProduct, attendant: Attendant = ALONE) -> None:
        """Let those read a product who may, and nobody else of the mesh."""


class ReaderLog(Protocol):
    """Tells who has read what an engine holds, by themselves."""

    def readings(
        self, data: str, products: Iterable[DataProduct], days: Collection[date], attendant: Attendant = ALONE
    ) -> tuple[Reading, ...]:
        """Return who has read ports of products on these days. Raises `Refused` without the right to ask."""


class Engine(Protocol):
    """Builds products and keeps what they published. Every method raises from the tree of `model.errors`."""

    @property
    def capabilities(self) -> Capabilities:
        """What this engine can do."""

    def stage(self, work: Work, now: datetime) -> Staged:
        """Build all output ports privately, under a new publish id."""

    def staged(self, product: DataProduct, publish_id: PublishId) -> Staged:
        """Return what was staged under an id. Raises `NotFound` when it was published or discarded."""

    def check(self, product: DataProduct, publish_id: PublishId) -> tuple[CheckResult, ...]:
        """Hold what was staged against its contracts: each table in one scan. Changes nothing that is published."""

    def check_published(
        self, product: DataProduct, tables: Collection[TableAddress], interval: Interval
    ) -> tuple[CheckResult, ...]:
        """Hold what consumers read of some of a product's tables against their contracts, as `check` does.

        SQL that asks for an interval is given this one. Raises `NotFound` where nothing is published yet.
        """

    def publish(self, product: DataProduct, publish_id: PublishId, now: datetime) -> Publish:
        """Make all staged ports visible at once, and log it with them. Does nothing when the log has the id already.

        Raises `Overtaken` when somebody has published since they were staged.
        """

    def discard(self, product: DataProduct, publish_id: PublishId) -> None:
        """Forget a stage. Does nothing when there is none."""

    def restorable(self, product: ProductAddress) -> tuple[Publish, ...]:
        """Return the earlier publishes whose data can be brought back, oldest first; none where nothing is kept."""

    def restore(self, product: ProductAddress, to: PublishId, now: datetime) -> Publish:
        """Make the data of an earlier publish visible again, as a publish of its own. Raises `NotFound` for another."""

    def publishes(self, product: ProductAddress) -> tuple[Publish, ...]:
        """Return the product's publish log, oldest first; empty where nothing was published."""

    def quarantine(self, product: ProductAddress, most: int) -> tuple[Quarantined, ...]:
        """Return the published product's rows that were set aside last, the newest first, and so many at most."""

    def recent(self, products: Iterable[ProductAddress], since: datetime) -> tuple[Recent, ...]:
        """Return what those products that ever published have published after `since`, and the last publish of each."""

    def query(self, sql: str, tables: tuple[tuple[str, TableAddress], ...]) -> Rows:
        """Answer one SELECT over published tables, each under the name that the SQL uses for it. Reads only."""
