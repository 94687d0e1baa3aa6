"""A product goes back to what it had published, and who reads it hears of that."""

import shutil
import sys
from contextlib import nullcontext
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.actions.shop import HOUR, START, Shop, open_shop, reopened
from tests.engine.dying import dies_before, steps_of

from meshwright.actions.reconcile import GRACE, reconcile
from meshwright.actions.restore import Restored, restore
from meshwright.actions.tick import tick
from meshwright.cli.rollback import command as mesh_rollback
from meshwright.model.address import ProductAddress, product_address
from meshwright.model.errors import NotFound, Refused
from meshwright.runs.coverage import coverage
from meshwright.workspace.deployed import shown

CLICKS, VISITS, TRENDS = (product_address(name) for name in ("signals.clicks", "signals.visits", "insight.trends"))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two hours are built, all the way down."""
    opened = open_shop(tmp_path_factory.mktemp("shop"))
    for hour in range(2):
        opened.deliver("clicks", hour, amount=hour + 1)
        opened.run(START + (hour + 1) * HOUR, hour, only=("signals.clicks", "signals.visits", "insight.trends"))
    return opened.folder


@pytest.fixture
def shop(built: Path, tmp_path: Path) -> Shop:
    return reopened(Path(shutil.copytree(built, tmp_path / "shop")))


NOW = START + 2 * HOUR + timedelta(minutes=1)


def back(shop: Shop, address: ProductAddress = CLICKS, to: str | None = None, now: datetime = NOW) -> Restored:
    return restore(shop.workspace, shown(shop.workspace), address, to, now)


def read(shop: Shop, address: ProductAddress) -> dict[int, int]:
    table = address.port(address.product, 1).table()
    rows = shop.workspace.engine().query("SELECT number, amount FROM it", (("it", table),)).rows
    return {int(str(number)): int(str(amount)) for number, amount in rows}


def log(shop: Shop, address: ProductAddress) -> list[str]:
    return [str(p.publish_id) for p in shop.workspace.engine().publishes(address)]


def test_without_a_name_it_is_the_publish_before(shop: Shop) -> None:
    first, second = log(shop, CLICKS)
    restored = back(shop)
    assert (str(restored.back.publish_id), [str(p.publish_id) for p in restored.taken_back]) == (first, [second])
    assert log(shop, CLICKS) == [first, second, str(restored.publish.publish_id)]


def test_who_was_built_of_what_is_taken_back_is_named(shop: Shop) -> None:
    assert back(shop).holding == (VISITS,)


def test_consumers_are_built_again_and_once_more_when_it_is_published_anew(shop: Shop) -> None:
    back(shop)
    now = NOW + GRACE + timedelta(seconds=1)
    assert [due.product for due in reconcile(shop.workspace, now).due] == [VISITS]
    shop.run(now, only=("signals.visits", "insight.trends"))
    assert reconcile(shop.workspace, now + GRACE).due == ()
    assert read(shop, TRENDS) == {0: 1, 1: 2}, "what is not complete any more stays until it is"
    shop.deliver("clicks", 1, amount=20)
    shop.run(now + HOUR, 1)
    assert read(shop, CLICKS) == read(shop, VISITS) == read(shop, TRENDS) == {0: 1, 1: 20}
    assert reconcile(shop.workspace, now + HOUR + GRACE).due == ()
    products = shown(shop.workspace).mesh.products
    logs = {p.address: shop.workspace.engine().publishes(p.address) for p in products}
    assert coverage(products, logs) == (), "each publish is covered by one of each consumer, those that go back too"


def test_what_drives_a_product_does_not_undo_its_rollback(shop: Shop) -> None:
    back(shop, VISITS)
    assert [due.product for due in reconcile(shop.workspace, NOW + 2 * GRACE).due] == [TRENDS]


def test_said_again_it_goes_no_further(shop: Shop) -> None:
    shop.deliver("clicks", 2)
    shop.run(START + 3 * HOUR, 2, only=("signals.clicks",))
    later = START + 3 * HOUR + timedelta(minutes=1)
    back(shop, now=later)
    with pytest.raises(Refused, match="rolled back already") as refused:
        back(shop, now=later)
    first = log(shop, CLICKS)[0]
    assert first in refused.value.hint
    assert str(back(shop, to=first, now=later).back.publish_id) == first
    with pytest.raises(Refused, match="already"):
        back(shop, to=first, now=later)


def test_said_again_where_nothing_is_further_back_it_was_done_already(shop: Shop) -> None:
    back(shop)
    with pytest.raises(Refused, match="rolled back already") as refused:
        back(shop)
    assert refused.value.hint == "nothing was published before"


def test_a_product_of_other_columns_does_not_go_back(shop: Shop) -> None:
    graph = shown(shop.workspace)
    product = graph.product(CLICKS)
    assert product is not None
    table = product.outputs[0].tables[0]
    column = table.contract.columns[0]
    object.__setattr__(column, "required", True)
    with pytest.raises(Refused, match="other columns or masks"):
        restore(shop.workspace, graph, CLICKS, None, NOW)


def test_who_asks_for_what_is_not_there_hears_what_is(shop: Shop) -> None:
    with pytest.raises(NotFound, match="no product") as unknown:
        back(shop, ProductAddress("signals", "clics"))
    assert "signals.clicks" in unknown.value.hint
    with pytest.raises(NotFound, match="no publishes") as other:
        back(shop, to="1999")
    assert log(shop, CLICKS)[0] in other.value.hint
    with pytest.raises(NotFound, match="nothing was published"):
        back(shop, product_address("stock.items"))


def test_the_monitor_knows_that_it_is_less_complete(shop: Shop) -> None:
    back(shop)
    known = shop.workspace.observations().latest([CLICKS])[CLICKS].publish
    assert known is not None
    assert known.watermark == START + HOUR


def test_an_address_means_its_data_and_any_other_word_a_release(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"MESH_KEYS": str(shop.folder / "keys"), "HOME": str(shop.folder)}.items():
        monkeypatch.setenv(name, value)
    there = ["--mesh", str(shop.workspace.root)]
    data = CliRunner().invoke(mesh_rollback, [*there, "signals.clicks"])
    assert data.exit_code == 0, data.output
    assert "restored signals.clicks" in data.output
    assert "signals.visits was built of that" in data.output
    for words in ([], ["local"]):
        release = CliRunner().invoke(mesh_rollback, [*there, *words])
        assert isinstance(release.exception, NotFound)
        assert "nothing ran in `local` before" in str(release.exception)


def killed(built: Path, folder: Path, line: int) -> bool:
    """Kill a rollback before a line, and say it again; tell whether it was done when it died."""
    shop = reopened(Path(shutil.copytree(built, folder)))
    first, second = log(shop, CLICKS)
    dies_before(line, partial(back, shop))
    done = len(log(shop, CLICKS)) > 2
    assert read(shop, CLICKS) == ({0: 1} if done else {0: 1, 1: 2})
    with pytest.raises(Refused, match="rolled back already") if done else nullcontext():
        back(shop)
    publishes = shop.workspace.engine().publishes(CLICKS)
    assert [str(p.publish_id) for p in publishes[:2]] == [first, second]
    assert [str(p.restores) for p in publishes[2:]] == [first]
    assert read(shop, CLICKS) == {0: 1}
    tick(shop.workspace, shown(shop.workspace), NOW + HOUR)
    known = shop.workspace.observations().latest([CLICKS])[CLICKS].publish
    assert known is not None
    assert known.watermark == START + HOUR, "the monitor has found what was not recorded"
    shutil.rmtree(folder)
    return done


@pytest.mark.proof
@pytest.mark.timeout(3600)
def test_a_rollback_that_is_killed_before_any_line_is_done_once(built: Path, tmp_path: Path) -> None:
    count = steps_of(lambda: back(reopened(Path(shutil.copytree(built, tmp_path / "counted")))))
    late = [killed(built, tmp_path / str(line), line) for line in range(1, count + 1)]
    assert set(late) == {True, False}
    sys.stdout.write(f"{count} kills of a rollback, {sum(late)} of them after it was done\n")
