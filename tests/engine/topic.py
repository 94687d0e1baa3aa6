"""Topic: a product that is made of the messages of a topic of its own, on DuckDB."""

import itertools
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.kafka import send

from meshwright.engine.protocol import Engine, Work
from meshwright.engine.registry import open_engine
from meshwright.model.address import ProductAddress
from meshwright.model.contract import Column, Contract, LogicalType
from meshwright.model.identity import Secret
from meshwright.model.kafka import KafkaSource
from meshwright.model.product import (
    CronSchedule,
    DataProduct,
    InputPort,
    OutputPort,
    OutputTable,
    ProductType,
    PublishMode,
    Retention,
)
from meshwright.model.publish import Publish, Staged
from meshwright.model.time import Interval

COLUMNS = (Column("id", LogicalType.INTEGER, primary_key=True), Column("price", LogicalType.NUMBER))
START = datetime(2013, 1, 1, tzinfo=UTC)
NUMBERS = itertools.count()


def day(number: int, days: int = 1) -> Interval:
    return Interval(START + timedelta(days=number), START + timedelta(days=number + days))


class Shop:
    """A product that appends what a topic of its own gives it."""

    def __init__(self, url: str, folder: Path) -> None:
        self.topic = f"topic-{next(NUMBERS)}"
        self.url, self.folder = url, folder
        self.urls: dict[str, str] = {}
        self.mode = PublishMode.APPEND
        self.columns: tuple[Column, ...] = COLUMNS
        self.retention: Retention | None = None
        self.source = KafkaSource("broker", self.topic)
        send(url, self.topic)

    @property
    def product(self) -> DataProduct:
        tables = (OutputTable(Contract("things", self.columns), self.mode, retention=self.retention),)
        inputs = (InputPort("things", self.source, columns=COLUMNS),)
        port = OutputPort("things", "1.0.0", tables)
        address = ProductAddress("shop", "things")
        return DataProduct(address, ProductType.SOURCE_ALIGNED, "", CronSchedule("@daily"), inputs, (port,))

    @property
    def engine(self) -> Engine:
        return open_engine("duckdb", str(self.folder), connections=self._url)

    def _url(self, connection: str) -> Secret | None:
        url = self.url if connection == self.source.connection else self.urls.get(connection)
        return None if url is None else Secret(url)

    def send(self, *messages: object, partition: int = 0) -> None:
        send(self.url.partition("?")[0], self.topic, *messages, partition=partition)

    def send_ids(self, *ids: int, partition: int = 0) -> None:
        self.send(*({"id": n} for n in ids), partition=partition)

    def stage(self, interval: Interval, now: datetime | None = None) -> Staged:
        return self.engine.stage(Work(self.product, interval), now or interval.end)

    def publish(self, interval: Interval, now: datetime | None = None) -> Publish:
        staged = self.stage(interval, now)
        return self.engine.publish(self.product, staged.publish_id, now or interval.end)

    def run(self, interval: Interval, now: datetime | None = None) -> list[int]:
        self.publish(interval, now)
        return self.ids

    @property
    def ids(self) -> list[int]:
        address = self.product.port_address(self.product.outputs[0]).table()
        return [row[0] for row in self.engine.query("SELECT id FROM t ORDER BY 1", (("t", address),)).rows]  # type: ignore[misc]
