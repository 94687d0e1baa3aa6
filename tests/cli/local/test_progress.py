"""What was published since the last look, and what is left to be done."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from meshwright.cli.local.activity import Activity
from meshwright.cli.local.progress import Progress, State
from meshwright.model.address import ProductAddress
from meshwright.model.identity import PublishId
from meshwright.model.observation import Failure
from meshwright.model.product import CronSchedule, DataProduct, InputPort, InputsSchedule, ProductType
from meshwright.model.publish import Publish, TableRows
from meshwright.model.time import Interval, Watermark
from meshwright.workspace.workspace import Workspace, open_workspace

NOW = datetime(2026, 3, 10, 12, 20, tzinfo=UTC)
NOON, ELEVEN = NOW.replace(minute=0), NOW.replace(hour=11, minute=0)
HOURLY = DataProduct(
    ProductAddress("shop", "orders"), ProductType.SOURCE_ALIGNED, "", CronSchedule("0 * * * *"), (), ()
)
ORDERS = InputPort("orders", port=HOURLY.address.port("daily", 1))
DRIVEN = replace(HOURLY, address=ProductAddress("shop", "trends"), schedule=InputsSchedule(), inputs=(ORDERS,))
REST, WAITS = Activity(frozenset(), frozenset()), Activity(frozenset(), frozenset({"shop.orders"}))


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "mesh.yaml").write_text("apiVersion: meshwright/v1\nkind: Mesh\nname: shop\n")
    return open_workspace(tmp_path, {"HOME": str(tmp_path)}, {})


def published(product: DataProduct, watermark: datetime, number: int = 1) -> Publish:
    rows = (TableRows(product.address.port("daily", 1).table(), 3),)
    interval = Interval(watermark - timedelta(hours=1), watermark)
    return Publish(product.address, PublishId(f"p{number}"), None, interval, Watermark(watermark), (), rows, NOW)


def test_what_was_there_before_is_no_news(workspace: Workspace) -> None:
    workspace.observations().record_publish(published(HOURLY, ELEVEN))
    progress = Progress(workspace, (HOURLY,))
    assert list(progress.news()) == []
    after = published(HOURLY, NOON, 2)
    workspace.observations().record_publish(after)
    assert list(progress.news()) == [after]
    assert list(progress.news()) == []


def test_a_failure_is_news_once(workspace: Workspace) -> None:
    progress = Progress(workspace, (HOURLY,))
    failure = Failure(HOURLY.address, NOW, "check", "2 rows")
    workspace.observations().record_failure(failure)
    assert list(progress.news()) == [failure]
    assert list(progress.news()) == []


@pytest.mark.parametrize(
    ("publishes", "activity", "state"),
    [
        pytest.param(
            (), REST, State(frozenset({"shop.orders", "shop.trends"}), frozenset({"shop.orders"})), id="at the start"
        ),
        pytest.param(
            (published(HOURLY, ELEVEN), published(DRIVEN, ELEVEN, 2)),
            REST,
            State(frozenset(), frozenset({"shop.orders"})),
            id="an hour is left",
        ),
        pytest.param(
            (published(HOURLY, ELEVEN), published(DRIVEN, ELEVEN, 2)),
            WAITS,
            State(frozenset(), frozenset()),
            id="an hour is waited for",
        ),
        pytest.param(
            (published(HOURLY, NOON), published(DRIVEN, ELEVEN, 2)),
            REST,
            State(frozenset(), frozenset({"shop.trends"})),
            id="an input has news",
        ),
        pytest.param(
            (published(HOURLY, NOON), published(DRIVEN, NOON, 2)), REST, State(frozenset(), frozenset()), id="all done"
        ),
    ],
)
def test_what_is_left_to_be_done(
    workspace: Workspace, publishes: tuple[Publish, ...], activity: Activity, state: State
) -> None:
    workspace.observations().record_publish(*publishes)
    assert Progress(workspace, (HOURLY, DRIVEN)).state(activity, NOW) == state


def test_a_product_that_failed_is_not_behind(workspace: Workspace) -> None:
    workspace.observations().record_publish(published(HOURLY, ELEVEN))
    workspace.observations().record_failure(Failure(HOURLY.address, NOW + timedelta(minutes=1), "check", "2 rows"))
    assert Progress(workspace, (HOURLY,)).state(REST, NOW).behind == frozenset()
