"""A real dbt project as the transform of a product: models are ports, tests are checks. dbt takes ten seconds a run."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from meshwright.engine.protocol import Work
from meshwright.engine.registry import open_engine
from meshwright.model.address import ProductAddress
from meshwright.model.code import Code, CodeFile, CodeTransform, Language
from meshwright.model.contract import Column, Contract, LogicalType
from meshwright.model.errors import FinalError
from meshwright.model.identity import Secret
from meshwright.model.product import (
    CronSchedule,
    DataProduct,
    FilesSource,
    InputPort,
    OnFail,
    OutputPort,
    OutputTable,
    ProductType,
    PublishMode,
)
from meshwright.model.publish import CheckResult
from meshwright.model.time import Interval
from meshwright.release.queries import queries_of

PROJECT = Path(__file__).parents[1] / "data" / "spenders"
DAY = datetime(2013, 1, 1, tzinfo=UTC)
INTERVAL = Interval(DAY, DAY + timedelta(days=1))
NOW = DAY + timedelta(days=2)
SPENDERS = ProductAddress("shop", "spenders")
PORT = SPENDERS.port("spenders", 1)
ORDERS = (Column("customer_id", LogicalType.STRING), Column("amount", LogicalType.NUMBER))
MADE = (Column("customer_id", LogicalType.STRING, primary_key=True), Column("spent", LogicalType.NUMBER))


@dataclass
class Shop:
    """A product whose dbt project sums up orders."""

    folder: Path

    def run(self, rows: list[tuple[str | None, float | None]], **changed: str) -> dict[str, CheckResult]:
        """Stage and check; return what the project's own tests have found."""
        feed = self.folder / "feed"
        feed.mkdir(exist_ok=True)
        lines = (json.dumps({"customer_id": customer, "amount": amount}) for customer, amount in rows)
        (feed / "orders.json").write_text("\n".join(lines) + "\n")
        self.engine = open_engine("duckdb", str(self.folder / "data"), connections={"feed": Secret(feed.as_uri())}.get)
        self.product = spenders(changed)
        queries = tuple(q for a, t in self.product.tables() for q in queries_of(a, t, None, ("duckdb",)))
        self.staged = self.engine.stage(Work(self.product, INTERVAL, queries), NOW)
        return {r.check: r for r in self.engine.check(self.product, self.staged.publish_id)}

    def published(self) -> list[tuple[object, ...]]:
        self.engine.publish(self.product, self.staged.publish_id, NOW)
        return list(self.engine.query("SELECT * FROM s ORDER BY 1", (("s", PORT.table()),)).rows)


def spenders(changed: dict[str, str]) -> DataProduct:
    paths = sorted(p for p in PROJECT.rglob("*") if p.is_file())
    texts = {p.relative_to(PROJECT).as_posix(): p.read_text() for p in paths}
    texts |= {f"dbt/models/{name}.sql": text for name, text in changed.items()}
    code = Code(Language.DBT, "dbt", tuple(CodeFile(path, text) for path, text in texts.items()))
    table = OutputTable(Contract("spenders", MADE), PublishMode.REPLACE, CodeTransform("dbt"))
    source = InputPort("orders", FilesSource("feed", "orders.json", "json"), columns=ORDERS)
    ports, clock = (OutputPort("spenders", "1.0.0", (table,)),), CronSchedule("@daily")
    return DataProduct(SPENDERS, ProductType.SOURCE_ALIGNED, "Spenders.", clock, (source,), ports, code=code)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def test_models_become_ports_and_tests_checks_of_their_tables(shop: Shop) -> None:
    results = shop.run([("ana", 1.5), ("ana", 2), (None, 3), ("ben", None)])
    told = {name: (r.table, r.passed, r.consequence, r.measured, r.message) for name, r in results.items()}
    table, one = PORT.table(), "dbt's test finds 1 row"
    assert told["unique_spenders_customer_id"] == (table, True, OnFail.BLOCK, 0, "")
    assert told["not_null_spenders_customer_id"] == (table, False, OnFail.BLOCK, 1, one)
    assert told["not_null_bought_amount"] == (table, False, OnFail.WARN, 1, one)
    assert not results["customer_id-required"].passed, "the contract is checked all the same"
    assert shop.published() == [("ana", Decimal("3.5")), ("ben", None), (None, Decimal(3))]


def test_what_goes_wrong_is_said_in_dbts_words_with_the_file(shop: Shop) -> None:
    with pytest.raises(FinalError, match=r"spenders/dbt/models/spenders\.sql failed: (?s:.*)\"nobody\" not found"):
        shop.run([("ana", 1)], spenders="select nobody from {{ ref('bought') }}")


MISTAKES = {
    "a source that is no input": (
        {"bought": "select * from {{ source('shop', 'returns') }}"},
        r"domains/shop/spenders/dbt failed: (?s:.*)source named 'shop.returns' which was not found",
    ),
    "no such model": (
        {"spenders": "{{ config(materialized='ephemeral') }} select 1 as x"},
        "domains/shop/spenders/dbt failed: the project has no model `spenders`, or it makes no table of it",
    ),
}


@pytest.mark.proof
@pytest.mark.parametrize(("changed", "message"), MISTAKES.values(), ids=MISTAKES)
def test_every_mistake_in_a_project_is_told(shop: Shop, changed: dict[str, str], message: str) -> None:
    with pytest.raises(FinalError, match=message):
        shop.run([("ana", 1)], **changed)
