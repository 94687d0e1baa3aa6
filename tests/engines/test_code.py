"""A domain's own code reads the same of its inputs on every engine, and what it makes is published as it made it."""

import json
import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path

import pytest
from tests.engine import test_code as python
from tests.engine import test_dbt as dbt
from tests.engines.emulator import PROJECT
from tests.engines.slow import Slow, serving

from meshwright.engine.attendant import ALONE, Attendant
from meshwright.engine.protocol import Work
from meshwright.engine.registry import open_engine
from meshwright.model.address import ProductAddress, TableAddress
from meshwright.model.code import Code, CodeFile, Language
from meshwright.model.contract import Column, Contract, LogicalType
from meshwright.model.errors import FinalError, Underway
from meshwright.model.identity import PublishId, Secret
from meshwright.model.product import DataProduct, InputPort, OutputTable
from meshwright.release.queries import queries_of

DAY = datetime(2013, 1, 1, tzinfo=UTC)
MADE = tuple(Column(kind.value, kind) for kind in LogicalType)
EVERY_KIND = """\
from datetime import date, datetime, time
from decimal import Decimal

import pyarrow as pa


def transform(inputs, interval):
    photos = inputs["photos"]
    said = [str(photos.schema.types), str(photos.to_pylist()), interval.start.isoformat()]
    return {"colours": pa.table({
        "integer": pa.array([1, 2, None], pa.int16()),
        "string": pa.array(said).dictionary_encode(),
        "number": pa.array([Decimal("1.5"), Decimal("-0.125"), None], pa.decimal128(20, 9)),
        "boolean": [True, False, None],
        "date": [date(2013, 1, 2), None, None],
        "timestamp": pa.array([datetime(2013, 1, 2, 3, 4, 5, 6), None, None], pa.timestamp("ns")),
        "time": pa.array([time(1, 2, 3), None, None], pa.time32("s")),
        "object": [{"a": 1, "b": [None, "ü"]}, None, None],
        "array": [[1, 2], [], None],
    })}
"""


def photos(text: str, made: tuple[Column, ...] = MADE) -> DataProduct:
    files = (CodeFile("colours.py", text), CodeFile("requirements.lock", python.LOCK))
    product = python.photos(Code(Language.PYTHON, "colours.py", files))
    return having(product, made)


def having(product: DataProduct, made: tuple[Column, ...]) -> DataProduct:
    (port,), ((_, table),) = product.outputs, product.tables()
    offered: OutputTable = replace(table, contract=Contract("colours", made))
    return replace(product, outputs=(replace(port, tables=(offered,)),))


class Shop:
    """The products of one engine that are made by code."""

    def __init__(self, place: tuple[str, str], feed: Path, attendant: Attendant = ALONE) -> None:
        self.feed = feed
        feed.mkdir(exist_ok=True)
        self.engine = open_engine(*place, connections={"feed": Secret(feed.as_uri())}.get, attendant=attendant)

    def delivers(self, file: str, *rows: dict[str, object]) -> None:
        (self.feed / file).write_text("".join(json.dumps(row) + "\n" for row in rows))

    def builds(self, product: DataProduct, **columns: tuple[Column, ...]) -> list[str]:
        """Stage, check and publish; return the names of the checks that fail."""
        dialects = (self.engine.capabilities.dialect,)
        queries = tuple(q for a, t in product.tables() for q in queries_of(a, t, None, dialects))
        staged = self.engine.stage(Work(product, python.INTERVAL, queries, columns=columns), python.NOW)
        results = self.engine.check(product, staged.publish_id)
        self.engine.publish(product, staged.publish_id, python.NOW)
        return sorted(result.check for result in results if not result.passed)

    def rows(self, address: ProductAddress, port: str) -> list[tuple[object, ...]]:
        table: TableAddress = address.port(port, 1).table()
        return sorted(self.engine.query("SELECT * FROM made", (("made", table),)).rows, key=str)


@pytest.fixture
def shop(place: tuple[str, str], tmp_path: Path) -> Shop:
    return Shop(place, tmp_path / "feed")


def test_code_reads_and_makes_values_of_every_type(shop: Shop) -> None:
    shop.delivers("photos.json", {"id": 7, "price": "1.25", "taken_at": "2013-01-01T00:00:00Z", "tags": ["a"]})
    assert shop.builds(photos(EVERY_KIND)) == []
    columns = [column.name for column in MADE]
    made = [dict(zip(columns, row, strict=True)) for row in shop.rows(python.PHOTOS, "colours")]
    said = {str(row["string"]) for row in made}
    types = (
        "[DataType(int64), Decimal128Type(decimal128(38, 9)), TimestampType(timestamp[us, tz=UTC]), DataType(string)]"
    )
    assert said >= {types, "2013-01-01T00:00:00+00:00"}
    (first,) = (row for row in made if row["integer"] == 1)
    assert (first["number"], first["boolean"], first["date"]) == (Decimal("1.5"), True, date(2013, 1, 2))
    assert first["timestamp"] == datetime(2013, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
    assert first["time"] == time(1, 2, 3)
    assert [_read(first[kind]) for kind in ("object", "array")] == [{"a": 1, "b": [None, "ü"]}, [1, 2]]
    (second,) = (row for row in made if row["integer"] == 2)
    assert (second["number"], _read(second["array"])) == (Decimal("-0.125"), [])
    assert "'price': Decimal('1.250000000')" in str(second["string"])


def test_code_reads_an_optional_input_that_was_never_published_as_an_empty_table(shop: Shop) -> None:
    shop.delivers("photos.json", {"id": 7})
    said = python.saying("(inputs['more'].num_rows, inputs['more'].schema.names, photos.schema.types, "
                         "inputs['more'].schema.types)")  # fmt: skip
    product = photos(said, python.MADE)
    more = InputPort("more", port=ProductAddress("shop", "more").port("photos", 1), required=False)
    product = replace(product, inputs=(*product.inputs, more))
    assert shop.builds(product, more=python.GIVEN) == []
    ((_, text),) = shop.rows(python.PHOTOS, "colours")
    types = (
        "[DataType(int64), Decimal128Type(decimal128(38, 9)), TimestampType(timestamp[us, tz=UTC]), DataType(string)]"
    )
    assert text == f"(0, ['id', 'price', 'taken_at', 'tags'], {types}, {types})"


def _read(value: object) -> object:
    """Return what a JSON value is: one engine gives it as text."""
    return json.loads(value) if isinstance(value, str) else value


def test_code_whose_columns_are_not_those_of_the_contract_publishes_nothing(shop: Shop) -> None:
    shop.delivers("photos.json", {"id": 7})
    other = (
        'import pyarrow as pa\n\n\ndef transform(inputs, interval):\n    return {"colours": pa.table({"sad": [1]})}\n'
    )
    with pytest.raises(FinalError, match="lacks `id`, `said` and has, beyond the contract, `sad`"):
        shop.builds(photos(other, python.MADE))
    assert shop.engine.publishes(python.PHOTOS) == ()


@pytest.mark.xdist_group("bigquery")
def test_code_runs_once_however_often_its_stage_is_gone_on_with(bigquery: str, tmp_path: Path) -> None:
    ran, begun = tmp_path / "ran", list[PublishId]()
    text = python.saying(f"open({str(ran)!r}, 'a').write('once')")
    with serving(Slow(bigquery, ends_at_once=False)) as slow:
        place = "bigquery", f"bigquery://{PROJECT}/t{uuid.uuid4().hex[:8]}?endpoint={slow.url}"
        shop = Shop(place, tmp_path / "feed", Attendant(patience=0.1, remember=begun.append))
        shop.delivers("photos.json", {"id": 7})
        with pytest.raises(Underway):
            shop.builds(photos(text, python.MADE))
        slow.end_jobs()
        slow.ends_at_once = True
        assert Shop(place, tmp_path / "feed", Attendant(begun=begun[0])).builds(photos(text, python.MADE)) == []
    assert ran.read_text() == "once"


def test_a_dbt_projects_models_are_tables_and_its_tests_are_checks(shop: Shop) -> None:
    shop.delivers("orders.json", {"customer_id": "ana", "amount": 1.5}, {"customer_id": "ana", "amount": 2}, {})
    failing = shop.builds(dbt.spenders({}))
    assert failing == ["customer_id-required", "not_null_bought_amount", "not_null_spenders_customer_id"]
    assert shop.rows(dbt.SPENDERS, "spenders") == [("ana", Decimal("3.5")), (None, None)]
