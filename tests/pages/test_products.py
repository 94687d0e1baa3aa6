"""Products: the state of each, from what was really delivered."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.actions.shop import HOUR, START, open_shop

from meshwright.model.address import ProductAddress, product_address
from meshwright.model.errors import ChecksFailed
from meshwright.model.identity import PublishId
from meshwright.model.observation import Failure, Reading
from meshwright.model.product import DataProduct, InputsSchedule, ProductType
from meshwright.model.publish import Publish, TableRows
from meshwright.model.ratio import Ratio
from meshwright.model.slo import Freshness, SloState, SloStatus
from meshwright.model.time import Interval, Watermark
from meshwright.observe.histories import Latest
from meshwright.pages.products import ProductState, product_rows, products_json, rows_of

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
ADDRESS = ProductAddress("sales", "orders")
PORT = ADDRESS.port("daily", 1)
PRODUCT = DataProduct(ADDRESS, ProductType.AGGREGATE, "Orders.", InputsSchedule(), (), ())
REAL = Publish(
    ADDRESS, PublishId("p"), None, Interval(NOW, NOW), Watermark(NOW), (), (TableRows(PORT.table(), 7),), NOW
)
MADE_UP = Publish(ADDRESS, PublishId("p"), None, Interval(NOW, NOW), Watermark(NOW), (), (), NOW, synthetic=True)
FAILED = Failure(ADDRESS, NOW, "check", "`unique-id` failed")
SIFTED = replace(REAL, tables=(TableRows(PORT.table(), 7, 2),))
WAITING = Failure(ADDRESS, NOW, "stage", "no file yet", waiting=True)


def status(state: SloState) -> SloStatus:
    return SloStatus(PORT, Freshness(timedelta(hours=2), Ratio.parse("99%")), state, "complete up to noon")


@pytest.mark.parametrize(
    ("latest", "promise", "state", "reason"),
    [
        pytest.param(Latest(REAL), SloState.KEPT, ProductState.OK, "", id="kept"),
        pytest.param(Latest(REAL), None, ProductState.OK, "", id="published, nothing promised"),
        pytest.param(Latest(REAL), SloState.NO_DATA, ProductState.OK, "", id="published, nothing measured"),
        pytest.param(Latest(REAL, WAITING), SloState.KEPT, ProductState.OK, "waiting: no file yet", id="waiting"),
        pytest.param(
            Latest(REAL, FAILED), SloState.KEPT, ProductState.FAILED, "check failed: `unique-id` failed", id="failed"
        ),
        pytest.param(
            Latest(SIFTED), SloState.KEPT, ProductState.OK, "the last publish set 2 rows aside", id="rows set aside"
        ),
        pytest.param(Latest(REAL), SloState.BROKEN, ProductState.BROKEN, "freshness: complete up to noon", id="broken"),
        pytest.param(
            Latest(REAL, FAILED),
            SloState.BROKEN,
            ProductState.BROKEN,
            "freshness: complete up to noon; check failed: `unique-id` failed",
            id="broken because it failed",
        ),
        pytest.param(Latest(), None, ProductState.NO_DATA, "nothing has been published yet", id="never ran"),
        pytest.param(Latest(None, WAITING), None, ProductState.NO_DATA, "waiting: no file yet", id="never had data"),
        pytest.param(
            Latest(None, FAILED), None, ProductState.FAILED, "check failed: `unique-id` failed", id="only failed"
        ),
        pytest.param(
            Latest(MADE_UP), None, ProductState.SYNTHETIC, "made from generated or fixture data", id="synthetic"
        ),
    ],
)
def test_the_state_is_the_gravest_thing_that_is_true(
    latest: Latest, promise: SloState | None, state: ProductState, reason: str
) -> None:
    (row,) = rows_of([PRODUCT], {ADDRESS: latest}, [] if promise is None else [status(promise)])
    assert (row.state, row.reason) == (state, reason)


def test_a_check_that_fails_is_named_and_what_was_published_stays(tmp_path: Path) -> None:
    shop = open_shop(tmp_path)
    shop.deliver("items", 0)
    shop.run(START + HOUR)
    shop.deliver("items", 1, amount=None)
    with pytest.raises(ChecksFailed):
        shop.run(START + 2 * HOUR)
    rows = {str(row.address): row for row in product_rows(shop.workspace, START + 2 * HOUR)}
    bad = rows["stock.items"]
    assert (bad.state, bad.rows, bad.watermark) == (ProductState.BROKEN, 1, START + HOUR)
    assert "`amount-known` failed" in bad.reason
    assert rows["stock.shelf"].state is ProductState.OK
    assert rows["signals.clicks"].state is ProductState.NO_DATA


def test_a_product_says_how_often_each_of_its_ports_was_read_lately(tmp_path: Path) -> None:
    shop = open_shop(tmp_path)
    items, today = product_address("stock.items").port("items", 1), (START + HOUR).date()
    long_ago = today - timedelta(days=29)
    seen = [("ana", today, 1), ("ben", today, 3), ("ana", today - timedelta(days=1), 1), ("ben", long_ago, 9)]
    shop.workspace.observations().record_readings(*(Reading.by(who, items, day, n) for who, day, n in seen))
    rows = {str(row.address): row for row in product_rows(shop.workspace, START + HOUR)}
    assert rows["stock.items"].read == (
        "in the last 28 days `items@1` was read 5 times on 2 days, by 2 readers at most on one"
    )
    assert rows["stock.shelf"].read == "in the last 28 days `shelf@1` was not read"
    assert products_json([rows["stock.items"]])[0]["reads"] == [
        {"port": "stock.items:items@1", "reads": 5, "days": 2, "readersAtMost": 2}
    ]


def test_every_product_is_listed_in_the_documented_shape(tmp_path: Path) -> None:
    shop = open_shop(tmp_path)
    shop.deliver("items", 0)
    shop.run(START + HOUR)
    by_address = {row["address"]: row for row in products_json(product_rows(shop.workspace, START + 1.5 * HOUR))}
    assert list(by_address) == ["insight.trends", "signals.clicks", "signals.visits", "stock.items", "stock.shelf"]
    shelf = by_address["stock.shelf"]
    assert shelf.pop("publishId")
    assert len(shelf.pop("release")) == 64
    took = shelf.pop("took")
    assert took.pop("seconds") > 0
    assert took == {"bytesBilled": None, "slotSeconds": None, "bytesStored": None}
    assert shelf == {
        "address": "stock.shelf",
        "type": "aggregate",
        "description": "What the shop knows of its shelf.",
        "owner": "tomas",
        "state": "ok",
        "reason": "",
        "lastPublish": "2026-03-01T01:00:00Z",
        "rows": 1,
        "quarantined": 0,
        "watermark": "2026-03-01T01:00:00Z",
        "reads": None,
        "slos": [
            {
                "port": "stock.shelf:shelf@1",
                "slo": "freshness",
                "objective": 0.99,
                "state": "kept",
                "reason": "complete up to 2026-03-01T01:00:00Z, 30m ago",
                "since": "2026-03-01T01:00:00Z",
                "sli": 1.0,
                "budgetLeft": 1.0,
                "burn": 0.0,
            },
            {
                "port": "stock.shelf:shelf@1",
                "slo": "quality",
                "objective": 0.9,
                "state": "kept",
                "reason": "3 of 3 checks passed, 100%",
                "since": "2026-03-01T01:00:00Z",
                "sli": 1.0,
                "budgetLeft": 1.0,
                "burn": 0.0,
            },
        ],
    }
    assert by_address["signals.clicks"]["lastPublish"] is None
