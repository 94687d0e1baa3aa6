"""Virtual products: what another store serves is checked and read where it is, on every engine."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from tests.engines.shop import spoken

from meshwright.engine.protocol import Engine, Work
from meshwright.engine.registry import open_engine
from meshwright.model.address import ProductAddress
from meshwright.model.contract import Check, Column, Contract, LogicalType, Metric, Operator
from meshwright.model.errors import FinalError, SourceNotReady
from meshwright.model.identity import Secret
from meshwright.model.product import (
    CronSchedule,
    DataProduct,
    InputPort,
    InputsSchedule,
    OutputPort,
    OutputTable,
    ProductType,
    PublishMode,
    VirtualSource,
)
from meshwright.model.publish import CheckResult
from meshwright.model.time import Interval
from meshwright.release.record import Query

DAY = datetime(2013, 1, 1, tzinfo=UTC)
INTERVAL = Interval(DAY, DAY + timedelta(days=1))
NOW = DAY + timedelta(days=2)
OFFICE, FLOORS = ProductAddress("office", "people"), ProductAddress("office", "floors")
PEOPLE = OFFICE.port("people", 1).table()
COUNTED = FLOORS.port("floors", 1).table()
COLUMNS = (Column("badge", LogicalType.INTEGER, primary_key=True), Column("floor", LogicalType.INTEGER))
LOW = Check("low", Metric.SQL, Operator.EQUAL, (Decimal(0),), query="SELECT COUNT(*) FROM people WHERE floor > 9")


@dataclass
class Office:
    """A store that is the domain's own, whose table `people` is a virtual product; and a product that reads that."""

    engine: Engine
    url: str
    at: str

    def says(self, *statements: str) -> None:
        """Have the store itself do something; `{people}` is its table."""
        for statement in statements:
            told = statement.format(people=self.at)
            if self.engine.capabilities.dialect == "duckdb":
                with duckdb.connect(self.url.removeprefix("duckdb:///")) as store:
                    store.execute(told)
            else:
                self.engine.session.warehouse.run(told)  # type: ignore[attr-defined]  # BigQuery's own

    @property
    def people(self) -> DataProduct:
        dialect = self.engine.capabilities.dialect
        low = Check(**{**_fields(LOW), "query": spoken(LOW.query or "", dialect), "dialect": dialect})
        served = VirtualSource("office", "people" if dialect == "duckdb" else self.at.strip("`"))
        table = OutputTable(Contract("people", COLUMNS, (low,)), PublishMode.REPLACE, virtual=served)
        ports = (OutputPort("people", "1.0.0", (table,)),)
        return DataProduct(OFFICE, ProductType.SOURCE_ALIGNED, "", CronSchedule("@daily"), (), ports)

    def publish(self) -> dict[str, CheckResult]:
        staged = self.engine.stage(Work(self.people, INTERVAL), NOW)
        results = self.engine.check(self.people, staged.publish_id)
        self.engine.publish(self.people, staged.publish_id, NOW)
        return {result.check: result for result in results}

    def check(self) -> dict[str, CheckResult]:
        results = self.engine.check_published(self.people, [PEOPLE], INTERVAL)
        return {result.check: result for result in results}

    def rows(self) -> list[tuple[object, ...]]:
        return list(self.engine.query("SELECT badge, floor FROM p ORDER BY 1", (("p", PEOPLE),)).rows)

    def floors(self, *inputs: InputPort) -> list[tuple[object, ...]]:
        """Build a product that counts people by their floor."""
        made = (Column("floor", LogicalType.INTEGER), Column("people", LogicalType.INTEGER))
        ports = (OutputPort("floors", "1.0.0", (OutputTable(Contract("floors", made), PublishMode.REPLACE),)),)
        product = DataProduct(FLOORS, ProductType.CONSUMER_ALIGNED, "", InputsSchedule(), inputs, ports)
        sql = "SELECT floor, COUNT(*) AS people FROM people GROUP BY floor"
        query = Query(COUNTED, self.engine.capabilities.dialect, sql, ())
        staged = self.engine.stage(Work(product, INTERVAL, (query,)), NOW)
        self.engine.publish(product, staged.publish_id, NOW)
        return list(self.engine.query("SELECT floor, people FROM f ORDER BY 1", (("f", COUNTED),)).rows)


def _fields(check: Check) -> dict[str, object]:
    return {name: getattr(check, name) for name in check.__slots__}


@pytest.fixture
def office(place: tuple[str, str], tmp_path: Path) -> Office:
    name, data = place
    own = f"own_{uuid.uuid4().hex[:8]}"
    urls = {"duckdb": f"duckdb:///{tmp_path / 'office.duckdb'}", "bigquery": "bigquery://demo"}
    office = Office(
        open_engine(name, data, connections={"office": Secret(urls[name]), "other": Secret("oracle://x")}.get),
        urls[name],
        "people" if name == "duckdb" else f"`{own}.people`",
    )
    if name == "bigquery":
        office.says(f"CREATE SCHEMA {own}")
    office.says("CREATE TABLE {people} AS SELECT 1 AS badge, 3 AS floor, 'ann' AS secret UNION ALL SELECT 2, 3, 'ben'")
    return office


def test_what_is_served_is_checked_and_read_where_it_is(office: Office) -> None:
    assert all(result.passed for result in office.publish().values())
    assert [tables.rows for publish in office.engine.publishes(OFFICE) for tables in publish.tables] == [2]
    office.says("INSERT INTO {people} (badge, floor) VALUES (3, 12)")
    assert office.rows() == [(1, 3), (2, 3), (3, 12)], "nothing was copied"
    found = office.check()
    assert (found["low"].measured, found["low"].passed) == (1, False)
    assert found["primary-key-unique"].passed
    office.says("DROP TABLE {people}", "CREATE TABLE {people} AS SELECT 1 AS badge, 3 AS storey")
    assert office.check()["schema"].message == "there is no column `floor`"


def test_a_product_reads_what_is_served_as_it_reads_any_other(office: Office) -> None:
    office.publish()
    assert office.floors(InputPort("people", port=PEOPLE.port)) == [(3, 2)]
    (read,) = office.engine.publishes(FLOORS)[-1].inputs
    assert read.publish_id == office.engine.publishes(OFFICE)[-1].publish_id
    served = next(table.virtual for _, table in office.people.tables())
    assert office.floors(InputPort("people", served, columns=COLUMNS)) == [(3, 2)], "or as a source of its own"


def test_a_store_that_cannot_be_read_is_named(office: Office) -> None:
    missing, unknown, other = (
        VirtualSource("office", "x.no"),
        VirtualSource("no", "people"),
        VirtualSource("other", "p"),
    )
    with pytest.raises((SourceNotReady, FinalError), match=r"x\.no"):
        office.floors(InputPort("people", missing, columns=COLUMNS))
    with pytest.raises(SourceNotReady, match="connection `no`"):
        office.floors(InputPort("people", unknown, columns=COLUMNS))
    with pytest.raises(FinalError, match="connection `other` is no"):
        office.floors(InputPort("people", other, columns=COLUMNS))
