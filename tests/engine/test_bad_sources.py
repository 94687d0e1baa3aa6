"""Bad sources: a clear end, what is published as it was, nothing left behind, and the next run whole."""

import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import duckdb
import pytest
import sqlalchemy as sa
from tests.engine.api import Records, Trouble, serving
from tests.engine.proxy import Line, proxy
from tests.postgres import postgres

from meshwright.engine.protocol import Engine, Work
from meshwright.engine.registry import open_engine
from meshwright.engine.sources.http import ask
from meshwright.model.address import ProductAddress
from meshwright.model.contract import Column, Contract, LogicalType
from meshwright.model.errors import MeshError, SourceBroken, SourceNotReady
from meshwright.model.http import HttpSource, LinkedPages
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
INTERVAL = Interval(DAY, DAY + timedelta(days=1))
COLUMNS = (
    Column("id", LogicalType.INTEGER, primary_key=True),
    Column("price", LogicalType.NUMBER),
    Column("name", LogicalType.STRING),
)
ROWS = [(n, Decimal(n) / 4, f"thing {n}") for n in range(1, 6)]
CSV = "id,price,name\n" + "".join(f"{n},{price},{name}\n" for n, price, name in ROWS)
RECORDS = [{"id": n, "price": float(price), "name": name} for n, price, name in ROWS]
JSON = "".join(json.dumps(record) + "\n" for record in RECORDS)


@dataclass
class Product:
    """A product that passes its one source on, and has published the source's rows as they were at first."""

    data: Path
    url: str
    source: Source
    engine: Engine = field(init=False)

    def __post_init__(self) -> None:
        self.engine = open_engine("duckdb", str(self.data), connections=lambda _: Secret(self.url))
        assert self.run() == ROWS

    def run(self) -> list[tuple[object, ...]]:
        port = OutputPort("things", "1.0.0", (OutputTable(Contract("things", COLUMNS), PublishMode.MERGE),))
        inputs = (InputPort("things", self.source, columns=COLUMNS),)
        made = DataProduct(
            ProductAddress("a", "maker"), ProductType.SOURCE_ALIGNED, "", CronSchedule("@daily"), inputs, (port,)
        )
        staged = self.engine.stage(Work(made, INTERVAL), INTERVAL.end)
        self.engine.publish(made, staged.publish_id, INTERVAL.end)
        return self.rows()

    def rows(self) -> list[tuple[object, ...]]:
        address = ProductAddress("a", "maker").port("things", 1).table()
        return list(self.engine.query("SELECT * FROM things ORDER BY id", (("things", address),)).rows)

    def ends(self, error: type[MeshError], *says: str) -> None:
        """Hold a run against what it should end with; then nothing has changed, and nothing is left behind."""
        published = len(self.engine.publishes(ProductAddress("a", "maker")))
        with pytest.raises(error) as caught:
            self.run()
        assert type(caught.value) is error
        for said in says:
            assert said in caught.value.message
        assert self.rows() == ROWS
        assert len(self.engine.publishes(ProductAddress("a", "maker"))) == published
        assert [p.name for p in self.data.rglob("*") if p.name.startswith(("stage-", ".working-"))] == []


def parquet(path: Path, price: str = "price", kind: str = "DECIMAL(9, 2)", whole: str = "") -> None:
    values = ", ".join(f"({n}{whole}, CAST({p} AS {kind}), '{name}')" for n, p, name in ROWS)
    duckdb.sql(f"SELECT * FROM (VALUES {values}) AS t(id, {price}, name)").write_parquet(str(path))


def text(content: str) -> Callable[[Path], object]:
    return lambda path: path.write_text(content)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-60])


FILES = [
    pytest.param("csv", text(CSV), Path.unlink, SourceNotReady, "does not have `all.csv` yet", id="missing"),
    pytest.param("csv", text(CSV), text(""), SourceBroken, "`things`", id="an empty CSV"),
    pytest.param(
        "csv",
        text(CSV),
        lambda path: path.write_bytes(CSV.encode() + "6,1,café\n".encode() + "7,1,café\n".encode("latin-1")),
        SourceBroken,
        "not utf-8",
        id="a CSV in two encodings",
    ),
    pytest.param("csv", text(CSV), text(CSV.replace("price", "cost")), SourceBroken, "price", id="a column gone"),
    pytest.param("csv", text(CSV), text(CSV + "6,cheap,x\n"), SourceBroken, "cheap", id="a word for a number"),
    pytest.param("csv", text(CSV), text(CSV + "6.5,1,x\n"), SourceBroken, "`id` holds a number", id="half a number"),
    pytest.param("csv", text(CSV), text(CSV + "6,1"), SourceBroken, "`things`", id="a line cut short"),
    pytest.param(
        "csv", text(CSV), text(CSV + '6,1,"' + "x" * 3_000_000), SourceBroken, "`things`", id="a text without end"
    ),
    pytest.param("csv", text(CSV), text("x" * 3_000_000), SourceBroken, "`things`", id="a name without end"),
    pytest.param("json", text(JSON), text(JSON + '{"id": 6, "pri'), SourceBroken, "`things`", id="half a JSON"),
    pytest.param("json", text(JSON), text('{"id": "six"}\n'), SourceBroken, "six", id="JSON of another type"),
    pytest.param("json", text(JSON), text('{"id": 6.5}\n'), SourceBroken, "6.5", id="JSON with half a number"),
    pytest.param("json", text(JSON), text("<html></html>\n"), SourceBroken, "`things`", id="no JSON"),
    pytest.param(
        "json",
        text(JSON),
        text('{"id": 6, "name": ' + "[" * 1_000_000),
        SourceBroken,
        "`things`",
        id="lists without end",
    ),
    pytest.param(
        "json",
        text(JSON),
        text('{"id": 6, "name": "' + "x" * 17_000_000),
        SourceBroken,
        "`things`",
        id="a line without end",
    ),
    pytest.param(
        "json", text(JSON), text('{"id": ' + "9" * 100_000 + "}"), SourceBroken, "`things`", id="digits without end"
    ),
    pytest.param(
        "json", text(JSON), text('[{"id": 6}]\n'), SourceBroken, "`things`", id="a list where lines should be"
    ),
    pytest.param("parquet", parquet, cut, SourceBroken, "`things`", id="a truncated Parquet"),
    pytest.param("parquet", parquet, text("PAR1"), SourceBroken, "`things`", id="no Parquet"),
    pytest.param(
        "parquet", parquet, lambda p: parquet(p, price="cost"), SourceBroken, "price", id="a column of Parquet gone"
    ),
    pytest.param(
        "parquet",
        parquet,
        lambda p: p.write_bytes(p.read_bytes().replace(b"price", b"pri\x80e")),
        SourceBroken,
        "price",
        id="a column of Parquet without a name",
    ),
    pytest.param(
        "parquet",
        parquet,
        lambda p: parquet(p, whole=".5"),
        SourceBroken,
        "not whole",
        id="Parquet retyped",
    ),
    pytest.param(
        "csv.gz",
        lambda path: path.write_bytes(gzip.compress(CSV.encode())),
        lambda path: path.write_bytes(gzip.compress(CSV.encode())[:40]),
        SourceBroken,
        "`things`",
        id="a packed file cut short",
    ),
]


@pytest.mark.parametrize(("kind", "write", "ruin", "error", "says"), FILES)
def test_files(
    tmp_path: Path,
    kind: str,
    write: Callable[[Path], object],
    ruin: Callable[[Path], object],
    error: type[MeshError],
    says: str,
) -> None:
    file = tmp_path / f"all.{kind}"
    write(file)
    product = Product(
        tmp_path / "data", tmp_path.as_uri(), FilesSource("files", file.name, kind.split(".", maxsplit=1)[0])
    )
    ruin(file)
    product.ends(error, says)
    write(file)
    assert product.run() == ROWS


def fill(url: str) -> None:
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE things (id INTEGER, price NUMERIC(9, 2), name TEXT)")
        for n, price, name in ROWS:
            connection.exec_driver_sql(f"INSERT INTO things VALUES ({n}, {price}, '{name}')")
    engine.dispose()


TABLE = DatabaseSource("database", "things")
RETYPED = [
    pytest.param("ALTER TABLE things RENAME price TO cost", "has no column `price`", id="a column gone"),
    pytest.param("ALTER TABLE things RENAME TO others", "is not there", id="a table gone"),
]


def changed(url: str, *statements: str) -> None:
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        *RETYPED,
        pytest.param("INSERT INTO things VALUES ('six', 1, 'x')", "six", id="a word for a number"),
        pytest.param("INSERT INTO things VALUES (6.5, 1, 'x')", "`id` holds a number", id="half a number"),
    ],
)
def test_sqlite(tmp_path: Path, statement: str, says: str) -> None:
    url = f"sqlite:///{tmp_path / 'shop.db'}"
    fill(url)
    product = Product(tmp_path / "data", url, TABLE)
    changed(url, statement)
    product.ends(SourceBroken, says)
    (tmp_path / "shop.db").unlink()
    fill(url)
    assert product.run() == ROWS


@dataclass
class Server:
    """A PostgreSQL server: the way straight to it, and the one over a line that can be cut."""

    url: str
    line: Line
    over_line: str


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with postgres() as url:
        folder = parse_qs(urlsplit(url).query)["host"][0]
        line = Line(f"{folder}/.s.PGSQL.5432")
        with proxy(line) as port:
            straight = url.replace("postgresql://", "postgresql+psycopg://")
            yield Server(straight, line, f"postgresql://postgres@127.0.0.1:{port}/postgres?sslmode=disable")


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("statements", "says"),
    [
        *(pytest.param([p.values[0]], p.values[1], id=p.id) for p in RETYPED),
        pytest.param(
            ["ALTER TABLE things ALTER id TYPE NUMERIC", "INSERT INTO things VALUES (6.5, 1, 'x')"],
            "`id` holds a number",
            id="half a number",
        ),
        pytest.param(["ALTER TABLE things ALTER price TYPE TEXT USING 'cheap'"], "cheap", id="a word for a number"),
        pytest.param(
            [
                "ALTER TABLE things RENAME TO held",
                "CREATE VIEW things AS SELECT id, 1 / (id - id) AS price, name FROM held",
            ],
            "division by zero",
            id="a view that fails half-way",
        ),
    ],
)
def test_postgresql(tmp_path: Path, server: Server, statements: list[str], says: str) -> None:
    clean = ["DROP SCHEMA public CASCADE", "CREATE SCHEMA public"]
    changed(server.url, *clean)
    fill(server.url)
    product = Product(tmp_path / "data", server.over_line, TABLE)
    changed(server.url, *statements)
    product.ends(SourceNotReady if "zero" in says else SourceBroken, says)
    changed(server.url, *clean)
    fill(server.url)
    assert product.run() == ROWS


@pytest.mark.postgres
def test_a_database_that_drops_the_connection_is_read_again_and_whole(tmp_path: Path, server: Server) -> None:
    changed(server.url, "DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
    fill(server.url)
    product = Product(tmp_path / "data", server.over_line, TABLE)
    more = [(n, Decimal(1), "x" * 100) for n in range(6, 20_000)]
    changed(server.url, "INSERT INTO things SELECT n, 1, repeat('x', 100) FROM generate_series(6, 19999) AS n")
    for allowed in (10, 1_000, 20_000, 200_000, 1_000_000):
        server.line.allowed = allowed
        product.ends(SourceNotReady, "table `things` of connection `database` cannot be read")
    server.line.allowed = None
    assert product.run() == [*ROWS, *more]


@pytest.mark.parametrize(
    ("trouble", "error", "says"),
    [
        pytest.param(Trouble(429, {"Retry-After": "0"}), SourceNotReady, "429", id="too many requests"),
        pytest.param(Trouble(500), SourceNotReady, "500", id="a server's fault"),
        pytest.param(Trouble(cut=True), SourceNotReady, "does not answer", id="cut short"),
        pytest.param(Trouble(body=b'{"error": "x"}'), SourceBroken, "not a list", id="no records"),
        pytest.param(Trouble(body=b'[{"id": "six"}]'), SourceBroken, "six", id="another type"),
        pytest.param(Trouble(body=b'[{"id": 6.5}]'), SourceBroken, "not whole", id="half a number"),
        pytest.param(
            Trouble(body=b'[{"id": 6, "price": 1e999}]'), SourceBroken, "without end", id="no end of a number"
        ),
        pytest.param(
            Trouble(body=b'[{"id": 6, "name": "\\ud83d"}]'), SourceBroken, "half a character", id="half a character"
        ),
        pytest.param(Trouble(body=b'[{"id": 6, "id": 7}]'), SourceBroken, "a key twice", id="two ids"),
        pytest.param(Trouble(body=b"[" * 100_000), SourceBroken, "not JSON", id="lists without end"),
        pytest.param(Trouble(body=b" " * 4096, endless=0), SourceBroken, "more than 1 MB at once", id="no end"),
        pytest.param(
            Trouble(headers={"Content-Encoding": "gzip"}, body=gzip.compress(b" " * 2**21)),
            SourceBroken,
            "more than 1 MB at once",
            id="a page that unpacks to a thousand times as much",
        ),
        pytest.param(
            Trouble(headers={"Content-Encoding": "gzip, gzip"}, body=gzip.compress(gzip.compress(b"[]"))),
            SourceBroken,
            "packed as `gzip, gzip`, which it was not asked for",
            id="packed twice",
        ),
    ],
)
def test_an_api(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: Trouble, error: type[MeshError], says: str
) -> None:
    monkeypatch.setattr(ask, "FIRST_WAIT", 0.001)
    monkeypatch.setattr(ask, "LARGEST", 2**20)
    records = Records(RECORDS)
    with serving(records) as url:
        product = Product(tmp_path / "data", url, HttpSource("api", "linked", pages=LinkedPages()))
        times = ask.TRIES if error is SourceNotReady else 1
        records.troubles = [Trouble(), *[trouble] * times]  # in the middle: the first page was good
        product.ends(error, says)
        records.troubles = [Trouble(), trouble] if error is SourceNotReady else []
        assert product.run() == ROWS
