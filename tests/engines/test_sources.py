"""Every kind of source gives the same rows on every engine: as declared, of the interval, to the last value."""

import gzip
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
import sqlalchemy as sa
from tests.engine.api import Records, serving
from tests.kafka import kafka, send
from tests.postgres import postgres

from meshwright.engine.protocol import Work
from meshwright.engine.registry import open_engine
from meshwright.model.address import ProductAddress
from meshwright.model.contract import Column, Contract, LogicalType
from meshwright.model.http import HttpSource, LinkedPages
from meshwright.model.identity import Secret
from meshwright.model.kafka import KafkaSource
from meshwright.model.product import (
    CronSchedule,
    DatabaseSource,
    DataProduct,
    FilesSource,
    InputPort,
    OutputPort,
    OutputTable,
    ProductType,
    PublishMode,
    Source,
)
from meshwright.model.ratio import Ratio
from meshwright.model.time import Interval
from meshwright.release.record import Query

DAY = datetime(2013, 1, 1, tzinfo=UTC)
INTERVAL = Interval(DAY, DAY + timedelta(days=2))
MAKER = ProductAddress("a", "maker")
COLUMNS = (
    Column("id", LogicalType.INTEGER),
    Column("price", LogicalType.NUMBER),
    Column("name", LogicalType.STRING),
    Column("at_time", LogicalType.TIMESTAMP),
    Column("more", LogicalType.OBJECT),
)
ROWS = [
    (1, Decimal("1.5"), "NA", DAY, {"a": 1}),
    (2, None, 'ü "quoted",\nand cut', DAY + timedelta(days=1, hours=12), None),
]

CSV = (
    "name,id,at_time,price,more,unknown\n"
    'NA,1,2013-01-01T00:00:00Z,1.5,"{""a"":1}",x\n'
    '"ü ""quoted"",\nand cut",2,2013-01-02 12:00:00,,,x\n'
)
JSON = (
    '{"id": 1, "price": 1.5, "name": "NA", "at_time": "2013-01-01T00:00:00Z", "more": {"a": 1}, "unknown": [1]}\n'
    '{"at_time": "2013-01-02T12:00:00Z", "name": "ü \\"quoted\\",\\nand cut", "id": 2}\n'
)
SQL = """
CREATE TABLE things (id INTEGER, price NUMERIC(10, 2), name TEXT, at_time TIMESTAMP, more {kind}, unknown TEXT);
INSERT INTO things VALUES
  (1, 1.5, 'NA', '2013-01-01 00:00:00', '{{"a":1}}', 'x'),
  (2, NULL, 'ü "quoted",\nand cut', '2013-01-02 12:00:00', NULL, 'x'),
  (9, 9, 'late', '2013-01-03 00:00:00', NULL, '')
"""

RECORDS = [*map(json.loads, JSON.splitlines()), {"id": 9, "at_time": "2013-01-03T00:00:00Z"}]


def write_files(folder: Path) -> None:
    (folder / "all.csv").write_text("\ufeff" + CSV.replace("\n", "\r\n").replace(",\r\nand", ",\nand"))
    (folder / "all.csv.gz").write_bytes(gzip.compress(CSV.encode()))
    (folder / "all.json.gz").write_bytes(gzip.compress(JSON.encode()))
    (folder / "parts").mkdir()
    for n, line in enumerate(JSON.splitlines(keepends=True)):
        (folder / "parts" / f"2013-01-0{n + 1}-shop{n}.json").write_text(line)
    duckdb.sql(
        "SELECT id, price, name, at_time, more FROM (VALUES "
        "(1, 1.5, 'NA', TIMESTAMPTZ '2013-01-01 00:00:00Z', '{\"a\":1}'), "
        "(2, NULL, 'ü \"quoted\",\nand cut', TIMESTAMPTZ '2013-01-02 12:00:00Z', NULL)) "
        "AS t(id, price, name, at_time, more)"
    ).write_parquet(str(folder / "all.parquet"))


def fill(url: str, kind: str) -> None:
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        for statement in SQL.format(kind=kind).split(";"):
            connection.exec_driver_sql(statement)
    engine.dispose()


SOURCES: dict[str, Source] = {
    "csv": FilesSource("files", "all.csv", "csv"),
    "csv_gz": FilesSource("files", "all.csv.gz", "csv"),
    "json_gz": FilesSource("files", "all.json.gz", "json"),
    "json_parts": FilesSource("files", "parts/{start:%Y-%m-%d}-*.json", "json"),
    "parquet": FilesSource("files", "all.parquet", "parquet"),
    "sqlite": DatabaseSource("sqlite", "things", "at_time"),
    "postgresql": DatabaseSource("postgresql", "public.things", "at_time"),
    "http": HttpSource("api", "linked", (("since", "{start:%Y-%m-%d}"),), "", LinkedPages(), "at_time"),
    "kafka": KafkaSource("broker", "things"),
}

EMULATOR_LACKS = {"bigquery": {"parquet"}}
"""It loads Parquet only into tables that are there; BigQuery makes them of the files."""


@pytest.mark.postgres
def test_every_source_gives_the_same_rows(place: tuple[str, str], tmp_path: Path) -> None:
    sources = {name: SOURCES[name] for name in SOURCES if name not in EMULATOR_LACKS.get(place[0], ())}
    write_files(tmp_path)
    sqlite = f"sqlite:///{tmp_path / 'shop.db'}"
    fill(sqlite, "TEXT")
    with postgres() as server, serving(Records(RECORDS)) as api, kafka() as broker:
        send(broker, "things", *RECORDS[:-1])
        fill(server.replace("postgresql://", "postgresql+psycopg://"), "JSONB")
        urls = {"files": tmp_path.as_uri(), "sqlite": sqlite, "postgresql": server, "api": api, "broker": broker}
        opened = open_engine(*place, connections=lambda n: Secret(urls[n]))
        inputs = tuple(InputPort(name, source, columns=COLUMNS) for name, source in sources.items())
        made = (Column("source", LogicalType.STRING), *COLUMNS)
        port = OutputPort("all", "1.0.0", (OutputTable(Contract("all", made), PublishMode.REPLACE),))
        product = DataProduct(MAKER, ProductType.SOURCE_ALIGNED, "", CronSchedule("@daily"), inputs, (port,))
        address = product.port_address(port).table()
        sql = " UNION ALL ".join(f"SELECT '{name}' AS source, * FROM {name}" for name in sources)
        query = Query(address, opened.capabilities.dialect, sql, ())
        staged = opened.stage(Work(product, INTERVAL, (query,)), INTERVAL.end)
        opened.publish(product, staged.publish_id, INTERVAL.end)
    rows = opened.query("SELECT * FROM things ORDER BY source, id", (("things", address),)).rows
    for name in sorted(sources):
        found = [(*row[1:-1], read_json(row[-1])) for row in rows if row[0] == name]
        assert (name, found) == (name, ROWS)


def test_messages_that_can_be_no_rows_are_set_aside_and_the_others_published(place: tuple[str, str]) -> None:
    columns = COLUMNS[:2]
    source = KafkaSource("broker", "poisoned", quarantine=Ratio(Decimal("0.5")))
    table = OutputTable(Contract("things", columns), PublishMode.APPEND)
    port = OutputPort("things", "1.0.0", (table,))
    inputs = (InputPort("things", source, columns=columns),)
    product = DataProduct(MAKER, ProductType.SOURCE_ALIGNED, "", CronSchedule("@daily"), inputs, (port,))
    with kafka() as broker:
        send(broker, "poisoned", {"id": 1}, b"{", {"id": 2}, {"id": 'it\'s \\ "x"'})
        opened = open_engine(*place, connections=lambda _: Secret(broker))
        staged = opened.stage(Work(product, INTERVAL), INTERVAL.end)
        found = {result.check: result for result in opened.check(product, staged.publish_id)}
        publish = opened.publish(product, staged.publish_id, INTERVAL.end)
    rows = opened.query("SELECT id FROM things ORDER BY id", (("things", product.port_address(port).table()),)).rows
    assert rows == ((1,), (2,))
    assert publish.quarantined == found["things-readable"].measured == 2
    assert not found["things-readable"].blocks
    aside = opened.quarantine(MAKER, most=9)
    assert {(row.publish_id, row.table, row.input, row.checks) for row in aside} == {
        (publish.publish_id, None, "things", ("things-readable",))
    }
    kept = [json.loads(row.content) for row in aside]
    assert [(row["offset"], row["message"]) for row in kept] == [(3, '{"id": "it\'s \\\\ \\"x\\""}'), (1, "{")]


def read_json(value: object) -> object:
    """Return what a JSON value is: one engine gives it as text."""
    return json.loads(value) if isinstance(value, str) else value
