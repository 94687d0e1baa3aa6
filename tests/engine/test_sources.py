"""Sources: files of every format, SQLite and PostgreSQL; read as declared, and blamed for what is wrong with them."""

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
import sqlalchemy as sa
from tests.postgres import postgres

from meshwright.engine.duckdb.readers import file_relation
from meshwright.engine.protocol import StandIns, Work
from meshwright.engine.registry import open_engine
from meshwright.model.address import ProductAddress
from meshwright.model.contract import Column, Contract, LogicalType
from meshwright.model.errors import FinalError, InputsNotReady, MeshError, SourceBroken, SourceNotReady
from meshwright.model.identity import Secret
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
from meshwright.model.time import Interval

DAY = datetime(2013, 1, 1, tzinfo=UTC)
INTERVAL = Interval(DAY, DAY + timedelta(days=2))
NOW = DAY + timedelta(days=3)
MAKER = ProductAddress("a", "maker")
COLUMNS = (
    Column("id", LogicalType.INTEGER, primary_key=True),
    Column("price", LogicalType.NUMBER),
    Column("name", LogicalType.STRING),
    Column("at_time", LogicalType.TIMESTAMP),
)
EXPECTED = [
    (1, Decimal("1.5"), "NA", datetime(2013, 1, 1, tzinfo=UTC)),
    (2, None, "ü", datetime(2013, 1, 2, 12, tzinfo=UTC)),
]


@dataclass
class Reader:
    """A product that passes its one source on."""

    data: Path
    urls: dict[str, str]
    synthetic: bool = False

    def read(self, source: Source | None, columns: tuple[Column, ...] = COLUMNS) -> list[tuple[object, ...]]:
        engine = open_engine(
            "duckdb", str(self.data), connections=lambda n: Secret(self.urls[n]) if n in self.urls else None
        )
        inputs = (InputPort("things", source, columns=columns),)
        port = OutputPort("things", "1.0.0", (OutputTable(Contract("things", COLUMNS), PublishMode.REPLACE),))
        product = DataProduct(MAKER, ProductType.SOURCE_ALIGNED, "", CronSchedule("@daily"), inputs, (port,))
        stand_ins = StandIns(self.data / "fixtures") if self.synthetic else None
        staged = engine.stage(Work(product, INTERVAL, stand_ins=stand_ins), NOW)
        assert staged.synthetic is self.synthetic
        engine.publish(product, staged.publish_id, NOW)
        address = product.port_address(port).table()
        return list(engine.query("SELECT * FROM things ORDER BY id", (("things", address),)).rows)


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    return Reader(tmp_path / "data", {"files": tmp_path.as_uri()})


CSV = "name,id,at_time,price,more\n"
LINES = ("NA,1,2013-01-01T00:00:00Z,1.5,x\n", "ü,2,2013-01-02 12:00:00,,\n")


@pytest.mark.parametrize(
    ("kind", "write"),
    [
        pytest.param("csv", lambda p, n: p.write_text(CSV + LINES[n]), id="csv"),
        pytest.param(
            "json",
            lambda p, n: p.write_text(
                '{"id": 1, "price": 1.5, "name": "NA", "at_time": "2013-01-01T00:00:00Z", "more": {}}\n'
                if n == 0
                else '{"at_time": "2013-01-02T12:00:00Z", "name": "ü", "id": 2}\n'
            ),
            id="json",
        ),
        pytest.param(
            "parquet",
            lambda p, n: duckdb.sql(
                "SELECT 'x' AS more, 'NA' AS name, 1 AS id, 1.5 AS price, TIMESTAMP '2013-01-01' AS at_time"
                if n == 0
                else "SELECT '' AS more, 'ü' AS name, 2 AS id, NULL AS price, TIMESTAMP '2013-01-02 12:00' AS at_time"
            ).write_parquet(str(p)),
            id="parquet",
        ),
    ],
)
def test_files_are_read_by_name_and_as_declared(
    reader: Reader, tmp_path: Path, kind: str, write: Callable[[Path, int], object]
) -> None:
    for n in range(2):
        write(tmp_path / f"things-{n + 1:02}.{kind}", n)
    source = FilesSource("files", f"things-{{start:%d}}.{kind}", kind)
    assert reader.read(source) == EXPECTED


@pytest.mark.parametrize(
    ("kind", "write"),
    [
        pytest.param("csv", lambda p: p.write_text("id\n1356998400000.0\n9007199254740993\n"), id="csv"),
        pytest.param("json", lambda p: p.write_text('{"id": 1356998400000.0}\n{"id": 9007199254740993}\n'), id="json"),
        pytest.param(
            "parquet",
            lambda p: duckdb.sql("FROM (VALUES (1356998400000.0::DOUBLE), (2.0::DOUBLE ^ 53)) AS t(id)").write_parquet(
                str(p)
            ),
            id="parquet",
        ),
    ],
)
def test_a_whole_number_of_any_size_may_be_written_with_a_point(
    tmp_path: Path, kind: str, write: Callable[[Path], object]
) -> None:
    write(tmp_path / "all")
    found = duckdb.sql(file_relation([tmp_path / "all"], kind, COLUMNS[:1])).fetchall()
    assert found == [(1356998400000,), (2**53 + (kind != "parquet"),)]


def test_a_compressed_file_is_read_too(reader: Reader, tmp_path: Path) -> None:
    (tmp_path / "all.csv.gz").write_bytes(gzip.compress((CSV + "".join(LINES)).encode()))
    assert reader.read(FilesSource("files", "all.csv.gz", "csv")) == EXPECTED


def test_an_undeclared_csv_is_text_until_the_contract_says_otherwise(reader: Reader, tmp_path: Path) -> None:
    (tmp_path / "all.csv").write_text(CSV + "".join(LINES))
    assert reader.read(FilesSource("files", "all.csv", "csv"), columns=()) == EXPECTED


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param("", "things", id="an empty file"),
        pytest.param(CSV + LINES[0] + "ü,2,2013-01-02", "things", id="a line cut short"),
        pytest.param(CSV + '"NA,1,2013-01-01T00:00:00Z,1.5,x\n', "things", id="a quote that never ends"),
        pytest.param(CSV + "NA,one,2013-01-01T00:00:00Z,1.5,x\n", "one", id="a word for a number"),
        pytest.param("name,id,at_time\nNA,1,2013-01-01\n", "price", id="a column missing"),
        pytest.param("\x00\x01\x02\xff" * 50, "things", id="garbage"),
    ],
)
def test_a_broken_file_is_named_with_the_reason(reader: Reader, tmp_path: Path, content: str, says: str) -> None:
    (tmp_path / "all.csv").write_text(content)
    with pytest.raises(SourceBroken, match="`things`") as caught:
        reader.read(FilesSource("files", "all.csv", "csv"))
    assert says in caught.value.message


@pytest.mark.parametrize(
    ("source", "error", "says"),
    [
        pytest.param(FilesSource("files", "none-{start:%d}.csv", "csv"), SourceNotReady, "none-01.csv", id="missing"),
        pytest.param(FilesSource("files", "../secret.csv", "csv"), FinalError, "outside", id="outside its folder"),
        pytest.param(FilesSource("files", "{end}.csv", "csv"), FinalError, "not a path", id="unknown placeholder"),
        pytest.param(FilesSource("nowhere", "a.csv", "csv"), SourceNotReady, "nowhere", id="unknown connection"),
        pytest.param(DatabaseSource("files", "t"), FinalError, "not", id="a folder is no database"),
    ],
)
def test_what_cannot_be_read_is_said(reader: Reader, source: Source, error: type[MeshError], says: str) -> None:
    with pytest.raises(error, match=says):
        reader.read(source)


TABLE = "CREATE TABLE things (id INTEGER, price {number}, name TEXT, at_time {time}, more TEXT)"
ROWS = "INSERT INTO things VALUES (1, 1.5, 'NA', '2013-01-01T00:00:00Z', ''), (2, NULL, 'ü', '2013-01-02 12:00:00', '')"
OUTSIDE = "INSERT INTO things VALUES (9, 9, 'late', '2013-01-03 00:00:00', '')"


def fill(url: str, number: str, time: str) -> None:
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text("SET TIME ZONE 'UTC'")) if url.startswith("postgresql") else None
        connection.execute(sa.text("DROP TABLE IF EXISTS things"))
        for statement in (TABLE.format(number=number, time=time), ROWS, OUTSIDE):
            connection.execute(sa.text(statement))
    engine.dispose()


@pytest.fixture
def sqlite(reader: Reader, tmp_path: Path) -> Reader:
    reader.urls["database"] = f"sqlite:///{tmp_path / 'shop.db'}"
    fill(reader.urls["database"], "NUMERIC", "TEXT")
    return reader


@pytest.mark.parametrize("columns", [pytest.param(COLUMNS, id="declared"), pytest.param((), id="undeclared")])
def test_sqlite_gives_the_rows_of_the_interval(sqlite: Reader, columns: tuple[Column, ...]) -> None:
    assert sqlite.read(DatabaseSource("database", "things", cursor="at_time"), columns) == EXPECTED


@pytest.mark.parametrize("table", ['"things"', "main.things", '"main"."things"', "main.`things`"])
def test_a_table_may_be_quoted_and_named_with_its_schema(sqlite: Reader, table: str) -> None:
    assert len(sqlite.read(DatabaseSource("database", table))) == 3


def test_without_a_cursor_all_rows_are_read(sqlite: Reader) -> None:
    assert [row[0] for row in sqlite.read(DatabaseSource("database", "things"))] == [1, 2, 9]


@pytest.mark.parametrize(
    ("source", "says"),
    [
        pytest.param(DatabaseSource("database", "nothing"), "not there", id="no such table"),
        pytest.param(DatabaseSource("database", "things", "when"), "no column `when`", id="no such cursor"),
        pytest.param(DatabaseSource("database", "things", "id"), "not a time", id="a cursor that is no time"),
        pytest.param(DatabaseSource("database", "things; DROP TABLE things"), "not there", id="a name that is SQL"),
    ],
)
def test_a_table_that_is_not_as_declared_is_broken(sqlite: Reader, source: DatabaseSource, says: str) -> None:
    with pytest.raises(SourceBroken, match=says):
        sqlite.read(source)
    assert len(sqlite.read(DatabaseSource("database", "things"))) == 3


def test_a_time_that_cannot_be_read_is_not_passed_over(sqlite: Reader) -> None:
    engine = sa.create_engine(sqlite.urls["database"])
    with engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO things (id, at_time) VALUES (4, '01/02/2013'), (5, NULL)"))
    engine.dispose()
    with pytest.raises(SourceBroken, match="holds `01/02/2013`, which is not a time"):
        sqlite.read(DatabaseSource("database", "things", cursor="at_time"))


def test_a_folder_may_be_called_anything(reader: Reader, tmp_path: Path) -> None:
    folder = tmp_path / "50%20 #1?"
    folder.mkdir()
    url = sa.URL.create("sqlite", database=str(folder / "shop.db")).render_as_string()
    (tmp_path / "shop.db").touch()
    fill(f"sqlite:///{tmp_path / 'shop.db'}", "NUMERIC", "TEXT")
    (tmp_path / "shop.db").rename(folder / "shop.db")
    reader.urls["database"] = url
    assert len(reader.read(DatabaseSource("database", "things"))) == 3


def test_a_url_that_cannot_be_read_is_not_told(reader: Reader) -> None:
    reader.urls["database"] = "postgresql://somebody:hunter2 host/db:x"
    with pytest.raises(FinalError, match="is not the URL of a database") as caught:
        reader.read(DatabaseSource("database", "things"))
    assert "hunter2" not in str(caught.value)


def test_a_folder_whose_url_is_none_is_not_told(reader: Reader) -> None:
    reader.urls["files"] = "file://[hunter2"
    with pytest.raises(FinalError, match="connection `files` is no URL") as caught:
        reader.read(FilesSource("files", "a.csv", "csv"))
    assert "hunter2" not in f"{caught.value} {caught.value.hint}"


def test_a_database_that_is_not_there_yet_is_not_made(reader: Reader, tmp_path: Path) -> None:
    reader.urls["database"] = f"sqlite:///{tmp_path / 'later.db'}"
    with pytest.raises(SourceNotReady):
        reader.read(DatabaseSource("database", "things"))
    assert not (tmp_path / "later.db").exists()


@pytest.mark.postgres
@pytest.mark.parametrize("time", ["TIMESTAMPTZ", "TIMESTAMP"])
def test_postgresql_gives_the_rows_of_the_interval(reader: Reader, time: str) -> None:
    with postgres() as url:
        fill(url.replace("postgresql://", "postgresql+psycopg://"), "NUMERIC(10, 2)", time)
        reader.urls["database"] = url
        assert reader.read(DatabaseSource("database", "public.things", cursor="at_time")) == EXPECTED


def test_a_database_that_does_not_answer_is_not_ready_and_its_password_stays_secret(reader: Reader) -> None:
    reader.urls["database"] = "postgresql://somebody:hunter2@127.0.0.1:1/none"
    with pytest.raises(SourceNotReady) as caught:
        reader.read(DatabaseSource("database", "things"))
    assert "hunter2" not in caught.value.message


def test_a_fixture_stands_in_for_what_cannot_be_reached(reader: Reader) -> None:
    reader.synthetic = True
    (reader.data / "fixtures").mkdir(parents=True)
    (reader.data / "fixtures" / "things.csv").write_text(CSV + "".join(LINES))
    assert reader.read(DatabaseSource("nowhere", "things")) == EXPECTED


def test_rows_are_made_up_the_same_way_every_time(reader: Reader) -> None:
    reader.synthetic = True
    first = reader.read(DatabaseSource("nowhere", "things"))
    assert reader.read(DatabaseSource("nowhere", "things")) == first
    assert len({row[0] for row in first}) == len(first) == 100
    assert all(INTERVAL.start <= row[3] < INTERVAL.end for row in first)  # type: ignore[operator]  # a time


def test_an_unpublished_input_is_waited_for(reader: Reader) -> None:
    engine = open_engine("duckdb", str(reader.data))
    upstream = ProductAddress("a", "upstream").port("rows", 1)
    port = OutputPort("things", "1.0.0", (OutputTable(Contract("things", COLUMNS), PublishMode.REPLACE),))
    inputs = (InputPort("rows", port=upstream),)
    product = DataProduct(MAKER, ProductType.AGGREGATE, "", CronSchedule("@daily"), inputs, (port,))
    with pytest.raises(InputsNotReady, match="rows@1"):
        engine.stage(Work(product, INTERVAL), NOW)
