"""Code of a domain: run in a process and an environment of its own, bounded, and blamed in its own lines."""

import ast
import json
import logging
import os
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from meshwright.engine.code import environment as environments
from meshwright.engine.code.environment import environment
from meshwright.engine.code.task import MEMORY, size
from meshwright.engine.protocol import Work
from meshwright.engine.registry import open_engine
from meshwright.model.address import ProductAddress
from meshwright.model.code import Code, CodeFile, CodeTransform, Language
from meshwright.model.contract import Column, Contract, LogicalType
from meshwright.model.errors import FinalError, SourceNotReady
from meshwright.model.identity import Secret
from meshwright.model.product import (
    CronSchedule,
    DataProduct,
    Effort,
    FilesSource,
    InputPort,
    OutputPort,
    OutputTable,
    ProductType,
    PublishMode,
)
from meshwright.model.publish import Staged
from meshwright.model.time import Interval
from meshwright.release.queries import queries_of

LOCK = (Path(__file__).parents[2] / "examples/artgo/domains/assets/palettes/requirements.lock").read_text()
DAY = datetime(2013, 1, 1, tzinfo=UTC)
INTERVAL = Interval(DAY, DAY + timedelta(days=1))
NOW = DAY + timedelta(days=2)
PHOTOS = ProductAddress("shop", "photos")
GIVEN = (
    Column("id", LogicalType.INTEGER),
    Column("price", LogicalType.NUMBER),
    Column("taken_at", LogicalType.TIMESTAMP),
    Column("tags", LogicalType.ARRAY),
)
MADE = (Column("id", LogicalType.INTEGER, primary_key=True), Column("said", LogicalType.STRING))
SECRETS = {"models": "https://me:pass%2Fword@models.example", "other": "https://other:hidden@other.example"}

IMPORTS = "import os\nimport pyarrow as pa\n\n\n"
"""Four lines: what follows is from line 5 on."""


def saying(expression: str) -> str:
    """Return code that makes one row of what an expression says."""
    return (
        f"{IMPORTS}def transform(inputs, interval):\n"
        f'    photos = inputs["photos"]\n    said = {expression}\n'
        f'    return {{"colours": pa.table({{"id": [1], "said": [str(said)]}})}}\n'
    )


@dataclass
class Shop:
    """A product whose code reads photos and makes colours."""

    folder: Path

    def __post_init__(self) -> None:
        feed = self.folder / "feed"
        feed.mkdir()
        photo = {"id": 7, "price": "1.25", "taken_at": "2013-01-01T00:00:00Z", "tags": ["a"]}
        (feed / "photos.json").write_text(json.dumps(photo) + "\n")
        self.urls = SECRETS | {"feed": feed.as_uri()}

    def stage(self, code: str, effort: Effort | None = None, memory: str | None = None, **more: str) -> Staged:
        files = (CodeFile("colours.py", code), *(CodeFile(f"{n}.py", t) for n, t in more.items()))
        connections = {n: Secret(url) for n, url in self.urls.items()}
        engine = open_engine("duckdb", str(self.folder / "data"), connections=connections.get, memory=memory, threads=1)
        product = photos(
            Code(Language.PYTHON, "colours.py", (*files, CodeFile("requirements.lock", LOCK)), ("models",))
        )
        product = replace(product, effort=effort or Effort())
        queries = tuple(q for a, t in product.tables() for q in queries_of(a, t, None, ("duckdb",)))
        staged = engine.stage(Work(product, INTERVAL, queries), NOW)
        engine.publish(product, staged.publish_id, NOW)
        self.rows = engine.query("SELECT * FROM made", (("made", PHOTOS.port("colours", 1).table()),)).rows
        return staged

    def said(self, expression: str) -> object:
        """Return what code says of an expression."""
        self.stage(saying(expression))
        return self.rows[0][1]


def photos(code: Code) -> DataProduct:
    table = OutputTable(Contract("colours", MADE), PublishMode.REPLACE, CodeTransform(code.path))
    source = InputPort("photos", FilesSource("feed", "photos.json", "json"), columns=GIVEN)
    ports = (OutputPort("colours", "1.0.0", (table,)),)
    clock = CronSchedule("@daily")
    return DataProduct(PHOTOS, ProductType.SOURCE_ALIGNED, "Photos.", clock, (source,), ports, code=code)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def test_code_reads_arrow_tables_of_its_inputs_and_knows_its_interval(shop: Shop) -> None:
    assert shop.said("photos.schema.types") == (
        "[DataType(int64), Decimal128Type(decimal128(38, 9)), TimestampType(timestamp[us, tz=UTC]), DataType(string)]"
    )
    assert shop.said("photos.to_pylist()[0]['price'], *(end.isoformat() for end in interval)") == (
        "(Decimal('1.250000000'), '2013-01-01T00:00:00+00:00', '2013-01-02T00:00:00+00:00')"
    )


def test_code_has_a_clean_environment_and_only_its_own_connections(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("MESH_CONN_OTHER", "hidden")
    caplog.set_level(logging.INFO, "meshwright")
    long = "'pass/word', 'pass%2Fword', 1934 * 'x', 'pass/word'"  # the last one is where a line is cut
    said = shop.said(f"(sorted(os.environ), os.getcwd(), print(os.environ['MESH_CONN_MODELS'], {long}))")
    names, folder, _ = ast.literal_eval(str(said))
    assert set(names) - {"LC_CTYPE"} == {"HOME", "LANG", "MESH_CONN_MODELS", "PATH", "TMPDIR", "TZ"}
    assert Path(folder).is_relative_to(shop.folder)
    assert not Path(folder).exists(), "its folder is gone with the run"
    assert f"shop.photos: *** *** *** {1934 * 'x'} ***" in caplog.messages


def test_code_may_be_in_several_files_and_give_batches_one_by_one(shop: Shop) -> None:
    code = (
        f"{IMPORTS}import shades\n\ndef transform(inputs, interval):\n"
        '    schema = pa.schema({"id": pa.int64(), "said": pa.string()})\n'
        '    batches = (pa.record_batch({"id": [n], "said": [shades.name]}) for n in range(3))\n'
        '    return {"colours": pa.RecordBatchReader.from_batches(schema, batches)}\n'
    )
    shop.stage(code, shades="name = 'grey'\n")
    assert sorted(shop.rows) == [(0, "grey"), (1, "grey"), (2, "grey")]


TWICE = f"""\
{IMPORTS}def transform(inputs, interval):
    return {{"colours": pa.table([[1], ["a"], ["b"]], ["id", "said", "said"])}}
"""

FAILURES = {
    "its own error, in its own lines": (
        saying("photos.column('idd')"),
        (
            "domains/shop/photos/colours.py failed: KeyError: 'Field \"idd\" does not exist in schema'\n"
            "  domains/shop/photos/colours.py:7, in transform\n    said = photos.column('idd')"
        ),
    ),
    "the secret that it was given": (
        saying("1 / 0 if not os.environ else int(os.environ['MESH_CONN_MODELS'])"),
        (
            "domains/shop/photos/colours.py failed: ValueError: invalid literal for int() with base 10: '***'\n"
            "  domains/shop/photos/colours.py:7, in transform\n"
            "    said = 1 / 0 if not os.environ else int(os.environ['MESH_CONN_MODELS'])"
        ),
    ),
    "what is not locked": (
        f"import numpy\n{saying('1')}",
        (
            "domains/shop/photos/colours.py failed: ModuleNotFoundError: No module named 'numpy'\n"
            "  domains/shop/photos/colours.py:1, in <module>\n    import numpy"
        ),
    ),
    "nothing": (
        "def transform(inputs, interval):\n    pass\n",
        "domains/shop/photos/colours.py failed: it returned nothing, not a dict of a table for each port",
    ),
    "no table": (
        'def transform(inputs, interval):\n    return {"colours": [1]}\n',
        (
            "domains/shop/photos/colours.py failed: it returned a list for `colours`, "
            "not a table of pyarrow or its reader"
        ),
    ),
    "another port": (
        'def transform(inputs, interval):\n    return {"colors": 1}\n',
        "domains/shop/photos/colours.py failed: it returned `colors`, which is no port of the product",
    ),
    "other columns": (
        f'{IMPORTS}def transform(inputs, interval):\n    return {{"colours": pa.table({{"id": [1], "sad": [1]}})}}\n',
        "what `colours.py` made for `shop.photos:colours@1` lacks `said` and has, beyond the contract, `sad`",
    ),
    "a column twice": (
        TWICE,
        "what `colours.py` made for `shop.photos:colours@1` has, beyond the contract, `said_1`",
    ),
    "another type": (
        saying("1").replace("[1]", '["x"]'),
        "what code made for `shop.photos:colours@1` failed: Could not convert string 'x' to INT64",
    ),
    "a process that ends itself": (
        f"{IMPORTS}def transform(inputs, interval):\n    os._exit(3)\n",
        "domains/shop/photos/colours.py ended with status 3",
    ),
}


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
def test_what_goes_wrong_is_said_in_the_authors_own_words(shop: Shop, failure: tuple[str, str]) -> None:
    code, message = failure
    with pytest.raises(FinalError) as caught:
        shop.stage(code)
    assert caught.value.message.partition(" when casting")[0] == message


def test_code_that_takes_too_long_is_stopped_with_all_that_it_started(shop: Shop, tmp_path: Path) -> None:
    child = f"import time; time.sleep(3); open({str(tmp_path / 'alive')!r}, 'w')"
    code = saying(f"__import__('subprocess').run(['python3', '-c', {child!r}])")
    with pytest.raises(FinalError, match="it ran for longer than 2s"):
        shop.stage(code, Effort(timeout=timedelta(seconds=2)))
    assert not (tmp_path / "alive").exists()


def test_code_that_needs_too_much_memory_is_told_so(shop: Shop) -> None:
    with pytest.raises(FinalError, match="MemoryError") as caught:
        shop.stage(saying("bytearray(10 ** 9)"), memory="600MB")
    assert caught.value.hint == "it may take 600 MB: go batch by batch, or raise `MESH_MEMORY`"


@pytest.mark.parametrize(
    ("text", "bytes_"),
    [("2GB", 2 * 10**9), ("512MiB", 512 * 2**20), (" 1.5 gb", 1.5 * 10**9), ("80%", MEMORY), (None, MEMORY)],
)
def test_a_size_is_read_as_duckdb_reads_it(text: str | None, bytes_: int) -> None:
    assert size(text) == bytes_


def test_a_connection_that_is_not_known_here_stops_the_code(shop: Shop) -> None:
    del shop.urls["models"]
    with pytest.raises(SourceNotReady, match=r"connection `models`, which `colours\.py` is given, is not known here"):
        shop.stage(saying("1"))


def test_an_environment_is_made_once_for_each_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("UV_CACHE_DIR", os.environ.get("UV_CACHE_DIR", str(Path.home() / ".cache/uv")))
    code = Code(Language.PYTHON, "a.py", (CodeFile("requirements.lock", LOCK),))
    python = environment(code)
    assert python.is_file()
    assert list(python.parents[1].rglob("pyarrow/**/*.pyc")), "no run compiles what it imports"
    monkeypatch.setattr(environments, "_uv", lambda: pytest.fail("it is there already"))
    assert environment(replace(code, path="b.py")) == python


def test_an_environment_that_cannot_be_made_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    lock = f"pyarrow==0.0.1 \\\n    --hash=sha256:{'0' * 64}\n"
    with pytest.raises(FinalError, match=r"the environment that `requirements\.lock` names cannot be made: .*pyarrow"):
        environment(Code(Language.PYTHON, "a.py", (CodeFile("requirements.lock", lock),)))
    assert not list(tmp_path.rglob(".made"))
