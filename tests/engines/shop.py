"""Shop: a product that reads a file of sales an hour, and the engine that builds it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlglot

from meshwright.engine.protocol import Engine, Work
from meshwright.model.address import ProductAddress, TableAddress
from meshwright.model.contract import Check, Column, Contract, LogicalType
from meshwright.model.errors import ChecksFailed, Refused
from meshwright.model.identity import Connections, Secret
from meshwright.model.product import (
    QUARANTINE_AT_MOST,
    CronSchedule,
    DataProduct,
    FilesSource,
    InputPort,
    OnFail,
    OutputPort,
    OutputTable,
    ProductType,
    PublishMode,
    Retention,
)
from meshwright.model.publish import Publish
from meshwright.model.ratio import Ratio
from meshwright.model.time import Interval
from meshwright.release.record import Query
from meshwright.sql.checks import bind_check

EMBEDDED = ("duckdb",)
"""The engines that run in this process: quick enough for storms of hundreds of runs."""

ENGINES = (*EMBEDDED, "bigquery")
START = datetime(2013, 1, 1, tzinfo=UTC)
NOW = datetime(2013, 2, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
SALES = ProductAddress("marketplace", "sales")
PORT = SALES.port("sales", 1)
TABLE = PORT.table()
COLUMNS = (
    Column("sale_id", LogicalType.STRING, required=True, primary_key=True),
    Column("price", LogicalType.NUMBER),
    Column("sold_at", LogicalType.TIMESTAMP),
)

Row = tuple[str, int]


def spoken(sql: str, dialect: str) -> str:
    """Return SQL of DuckDB in another dialect."""
    if dialect == "duckdb":
        return sql
    try:
        return ";".join(sqlglot.transpile(sql, read="duckdb", write=dialect))
    except sqlglot.ParseError:
        return sql


@dataclass
class Shop:
    """A product that reads a file of sales an hour, and the engine that builds it."""

    engine: Engine
    feed: Path
    mode: PublishMode = PublishMode.REPLACE
    checks: tuple[Check, ...] = ()
    columns: tuple[Column, ...] = COLUMNS
    path: str = "{start:%H}.json"
    sql: str = "SELECT sale_id, price, sold_at FROM orders"
    parameters: tuple[str, ...] = ()
    partitions: tuple[str, ...] = ("sold_at",)
    quarantine: tuple[str, ...] = ()
    at_most: Ratio = QUARANTINE_AT_MOST
    retention: Retention | None = None
    address: ProductAddress = SALES
    now: datetime = field(default=NOW)

    @property
    def connections(self) -> Connections:
        return {"shop": Secret(self.feed.as_uri())}.get

    @property
    def product(self) -> DataProduct:
        partitions = self.partitions if self.mode is PublishMode.PARTITION else ()
        on_fail = tuple((check, OnFail.QUARANTINE) for check in self.quarantine)
        checks = tuple(map(self._spoken_check, self.checks))
        table = OutputTable(
            Contract("sales", self.columns, checks),
            self.mode,
            None,
            None,
            on_fail,
            partitions,
            self.at_most,
            self.retention,
        )
        port = OutputPort("sales", "1.0.0", (table,))
        source = FilesSource("shop", self.path, "json", HOUR)
        orders = InputPort("orders", source, columns=COLUMNS)
        return DataProduct(
            self.address, ProductType.SOURCE_ALIGNED, "Sales.", CronSchedule("@hourly"), (orders,), (port,)
        )

    @property
    def table(self) -> TableAddress:
        return self.address.port("sales", 1).table()

    def _spoken_check(self, check: Check) -> Check:
        """Return a check as a release has bound it for the engine; what nobody can bind stays as it is."""
        if not check.query:
            return check
        dialect = self.engine.capabilities.dialect
        spoken = replace(check, query=self.spoken(check.query), dialect=dialect)
        try:
            bound, condition = bind_check(spoken.query or "", dialect, {"sales"}, dialect)
        except Refused:
            return spoken
        return replace(spoken, query=bound.sql, parameters=bound.parameters, condition=condition)

    def deliver(self, hour: int, rows: Iterable[Row]) -> Interval:
        """Have the source hold these sales of an hour."""
        at = (START + hour * HOUR).isoformat()
        lines = [json.dumps({"sale_id": sale, "price": price, "sold_at": at}) for sale, price in rows]
        (self.feed / f"{hour:02}.json").write_text("\n".join(lines) + "\n")
        return Interval(START + hour * HOUR, START + (hour + 1) * HOUR)

    def work(self, interval: Interval) -> Work:
        query = Query(self.table, self.engine.capabilities.dialect, self.spoken(self.sql), self.parameters)
        return Work(self.product, interval, (query,))

    def run(self, interval: Interval) -> Publish:
        """Stage, check, publish; a failed check stops it."""
        staged = self.engine.stage(self.work(interval), self.now)
        results = self.engine.check(self.product, staged.publish_id)
        failed = [r for r in results if not r.passed and r.consequence is OnFail.BLOCK]
        if failed:
            self.engine.discard(self.product, staged.publish_id)
            raise ChecksFailed("; ".join(r.message for r in failed))
        return self.engine.publish(self.product, staged.publish_id, self.now)

    def sell(self, hour: int, rows: Iterable[Row]) -> Publish:
        """Deliver an hour and build it."""
        return self.run(self.deliver(hour, rows))

    def spoken(self, sql: str) -> str:
        """Return the tests' SQL, which is DuckDB's, as the engine speaks it; what no dialect has stays as it is."""
        return spoken(sql, self.engine.capabilities.dialect)

    def ask(self, sql: str, table: TableAddress | None = None, name: str = "sales") -> list[tuple[object, ...]]:
        return list(self.engine.query(self.spoken(sql), ((name, table or self.table),)).rows)

    def sales(self) -> list[Row]:
        """Return what consumers read."""
        return [
            (str(s), int(str(p))) for s, p in self.ask("SELECT sale_id, CAST(price AS BIGINT) FROM sales ORDER BY 1, 2")
        ]
