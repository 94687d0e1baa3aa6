"""What becomes of published pseudonyms when a key is followed by another."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.engines.shop import NOW, SALES, Shop
from tests.engines.test_masks import KEY, KEYSETS, pseudonym, sold

from meshwright.engine.protocol import Work
from meshwright.model.address import ProductAddress
from meshwright.model.contract import Check, Column, Contract, LogicalType, Metric, Operator
from meshwright.model.errors import Busy, ChecksFailed, FinalError, InputsNotReady, Refused
from meshwright.model.identity import Secret
from meshwright.model.mask import Pseudonym, Redact
from meshwright.model.product import (
    DataProduct,
    InputPort,
    InputsSchedule,
    OutputPort,
    OutputTable,
    ProductType,
    PublishMode,
)
from meshwright.release.record import Query

OpenShop = Callable[..., Shop]
NEW, NEWER = (f"a-{age}-key-of-thirty-two-characters,-or-more" for age in ("new", "newer"))
VISITS = ProductAddress("marketplace", "visits")
KEPT = pytest.mark.parametrize("mode", [PublishMode.APPEND, PublishMode.MERGE, PublishMode.PARTITION])
pytestmark = KEYSETS


def opened(open_shop: OpenShop, *keys: str, **more: object) -> Shop:
    """Open a shop whose sales have a buyer, by a pseudonym of these keys, the oldest first."""
    settings = {"mode": PublishMode.MERGE, **sold(Pseudonym("sale")), **more}
    return open_shop(**settings | {"keys": {"sale": Secret(" ".join(keys))}.get})


def buyers(shop: Shop) -> list[object]:
    return [buyer for (buyer,) in shop.ask("SELECT buyer FROM sales ORDER BY sale_id")]


def chained(sale: str, *keys: str) -> str:
    made = f"ann of {sale}"
    for key in keys:
        made = pseudonym(made, key=key)
    return made


@KEPT
def test_what_is_published_comes_to_the_new_key_with_the_next_run(open_shop: OpenShop, mode: PublishMode) -> None:
    opened(open_shop, KEY, mode=mode).sell(0, [("a", 1), ("none", 2)])
    shop = opened(open_shop, KEY, NEW, mode=mode)
    shop.sell(1, [("b", 1)])
    assert buyers(shop) == [chained("a", KEY, NEW), chained("b", KEY, NEW), None]
    opened(open_shop, KEY, NEW, NEWER, mode=mode).sell(2, [("c", 1)])
    assert buyers(shop) == [*(chained(sale, KEY, NEW, NEWER) for sale in "abc"), None]


def test_a_version_that_comes_back_has_come_to_the_new_key_too(open_shop: OpenShop) -> None:
    shop = opened(open_shop, KEY)
    shop.sell(0, [("a", 1)])
    shop.sell(1, [("a", 2)])
    opened(open_shop, KEY, NEW).sell(1, [("b", 2)])
    assert buyers(shop) == [chained("a", KEY, NEW), chained("b", KEY, NEW)]


def joined(shop: Shop) -> list[tuple[object, ...]]:
    sql = "SELECT one.sale_id, other.sale_id FROM one JOIN other ON one.buyer = other.buyer ORDER BY 1, 2"
    tables = tuple((name, address.port("sales", 1).table()) for name, address in (("one", SALES), ("other", VISITS)))
    return list(shop.engine.query(shop.spoken(sql), tables).rows)


def test_joins_across_products_survive_a_rotation(open_shop: OpenShop) -> None:
    for address in (SALES, VISITS):
        opened(open_shop, KEY, address=address).sell(0, [("a", 1), ("b", 1)])
    sales, visits = (opened(open_shop, KEY, NEW, address=address) for address in (SALES, VISITS))
    assert joined(sales) == [("a", "a"), ("b", "b")]
    sales.sell(1, [("c", 1)])
    visits.sell(1, [("c", 1)])
    assert joined(sales) == [("a", "a"), ("b", "b"), ("c", "c")]


def both(shop: Shop) -> Work:
    """Return the work of a product that joins the two."""
    inputs = tuple(
        InputPort(name, port=address.port("sales", 1)) for name, address in (("one", SALES), ("other", VISITS))
    )
    table = OutputTable(Contract("met", (Column("buyer", LogicalType.STRING),)), PublishMode.REPLACE)
    address = ProductAddress("marketplace", "met")
    ports = (OutputPort("met", "1.0.0", (table,)),)
    product = DataProduct(address, ProductType.AGGREGATE, "Who met.", InputsSchedule(), inputs, ports)
    query = Query(
        address.port("met", 1).table(),
        shop.engine.capabilities.dialect,
        "SELECT one.buyer FROM one JOIN other USING (buyer)",
    )
    return Work(product, shop.deliver(0, []), (query,))


def test_whoever_joins_them_waits_until_all_have_come_to_the_new_key(open_shop: OpenShop) -> None:
    for address in (SALES, VISITS):
        opened(open_shop, KEY, address=address).sell(0, [("a", 1)])
    shop = opened(open_shop, KEY, NEW)
    shop.sell(1, [("b", 1)])
    with pytest.raises(InputsNotReady, match="the pseudonyms of `sale` by different keys"):
        shop.engine.stage(both(shop), NOW)
    opened(open_shop, KEY, NEW, address=VISITS).sell(1, [("b", 1)])
    assert shop.engine.stage(both(shop), NOW).tables[0].rows == 2


def test_a_subject_is_found_to_be_there_already_whichever_key_it_was_published_by(open_shop: OpenShop) -> None:
    once = Check("once", Metric.DUPLICATE_VALUES, Operator.EQUAL, (0,), ("buyer",))
    sql = "SELECT sale_id, price, sold_at, 'ann' AS buyer FROM orders"
    settings = {"mode": PublishMode.APPEND, "checks": (once,), "sql": sql}
    opened(open_shop, KEY, **settings).sell(0, [("a", 1)])
    with pytest.raises(ChecksFailed, match="the same `buyer`"):
        opened(open_shop, KEY, NEW, **settings).sell(1, [("b", 1)])


def test_a_stage_by_the_key_before_is_turned_away(open_shop: OpenShop) -> None:
    before = opened(open_shop, KEY)
    before.sell(0, [("a", 1)])
    staged = before.engine.stage(before.work(before.deliver(1, [("b", 1)])), NOW)
    shop = opened(open_shop, KEY, NEW)
    shop.engine.discard(shop.product, shop.engine.stage(shop.work(shop.deliver(1, [("b", 1)])), NOW).publish_id)
    with pytest.raises(Busy):
        before.engine.publish(before.product, staged.publish_id, NOW)
    assert buyers(shop) == [chained("a", KEY, NEW)]


@KEPT
def test_a_key_in_the_place_of_another_is_refused_and_nothing_changes(open_shop: OpenShop, mode: PublishMode) -> None:
    shop = opened(open_shop, KEY, mode=mode)
    shop.sell(0, [("a", 1)])
    with pytest.raises(FinalError, match="made by a key that is not known here") as raised:
        opened(open_shop, NEW, mode=mode).sell(1, [("b", 1)])
    assert "MESH_KEY_SALE" in raised.value.hint
    assert NEW not in f"{raised.value.message} {raised.value.hint}"
    assert buyers(shop) == [chained("a", KEY)]


def test_what_is_made_anew_takes_any_key(open_shop: OpenShop) -> None:
    opened(open_shop, KEY, mode=PublishMode.REPLACE).sell(0, [("a", 1)])
    shop = opened(open_shop, NEW, mode=PublishMode.REPLACE)
    shop.sell(1, [("b", 1)])
    assert buyers(shop) == [chained("b", NEW)]


def test_a_ledger_keeps_its_key(open_shop: OpenShop) -> None:
    shop = opened(open_shop, KEY, mode=PublishMode.LEDGER)
    shop.sell(0, [("a", 1)])
    with pytest.raises(Refused, match="is a ledger"):
        opened(open_shop, KEY, NEW, mode=PublishMode.LEDGER).sell(1, [("b", 1)])
    assert buyers(shop) == [chained("a", KEY)]


def test_what_was_published_under_another_mask_stays_as_it_is(open_shop: OpenShop) -> None:
    shop = opened(open_shop, KEY)
    shop.sell(0, [("a", 1)])
    shop.columns = (*shop.columns[:-1], replace(shop.columns[-1], mask=Redact("nobody")))
    shop.sell(1, [("b", 1)])
    opened(open_shop, KEY, NEW).sell(2, [("c", 1)])
    assert buyers(shop) == [chained("a", KEY, NEW), "nobody", chained("c", KEY, NEW)]


def test_the_log_tells_keys_apart_and_does_not_tell_them(open_shop: OpenShop) -> None:
    before = opened(open_shop, KEY).sell(0, [("a", 1)])
    shop = opened(open_shop, KEY, NEW)
    after = shop.sell(1, [("b", 1)])
    held = [publish.keys for publish in shop.engine.publishes(SALES)]
    assert held == [after.keys, after.keys], "the first has come to the new key"
    assert [key.space for key in after.keys] == ["sale"]
    assert before.keys != after.keys
    assert not {KEY, NEW} & {key.fingerprint for key in (*before.keys, *after.keys)}
