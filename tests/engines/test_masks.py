"""What consumers read of a masked column, and what they never do."""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engines.shop import COLUMNS, NOW, Shop

from meshwright.engine.protocol import StandIns
from meshwright.engine.pseudonyms import Keyring
from meshwright.model.contract import Check, Column, LogicalType, Metric, Operator
from meshwright.model.errors import FinalError
from meshwright.model.identity import Secret
from meshwright.model.mask import Mask, Pseudonym, Redact, TimeUnit, TruncateText, TruncateTime
from meshwright.model.product import PublishMode

OpenShop = Callable[..., Shop]
KEY = "a-key-of-thirty-two-characters,-at-least"
KEYSETS = pytest.mark.emulator_lacks("has no AEAD functions")


def pseudonym(value: str, space: str = "sale", key: str = KEY) -> str:
    return hmac.new(key.encode(), f"{space}:{value}".encode(), hashlib.sha256).hexdigest()


def sold(mask: Mask | None, **more: object) -> dict[str, object]:
    """Return the settings of a shop whose sales have one more column, `buyer`, masked so."""
    buyer = Column("buyer", LogicalType.STRING, mask=mask)
    sql = "SELECT sale_id, price, sold_at, CASE sale_id WHEN 'none' THEN NULL ELSE 'ann of ' || sale_id END AS buyer "
    return {"columns": (*COLUMNS, buyer), "sql": f"{sql} FROM orders", "keys": {"sale": Secret(KEY)}.get, **more}


@pytest.mark.parametrize(
    ("mask", "left"),
    [
        pytest.param(Redact(), None, id="redacted"),
        pytest.param(Redact("somebody"), "somebody", id="redacted to a text"),
        pytest.param(Redact('it\'s \\ "nobody"'), 'it\'s \\ "nobody"', id="to any text"),
        pytest.param(TruncateText(2), "an", id="truncated"),
        pytest.param(TruncateText(99), "ann of a", id="truncated to more than there is"),
        pytest.param(Pseudonym("sale"), pseudonym("ann of a"), id="a pseudonym", marks=KEYSETS),
    ],
)
@pytest.mark.parametrize("mode", list(PublishMode))
def test_of_a_text_is_left_what_its_mask_leaves(
    open_shop: OpenShop, mode: PublishMode, mask: Mask, left: str | None
) -> None:
    shop = open_shop(mode=mode, **sold(mask))
    shop.sell(0, [("a", 1), ("none", 2)])
    assert shop.ask("SELECT sale_id, buyer FROM sales ORDER BY 1") == [("a", left), ("none", None)]


@pytest.mark.parametrize(
    ("kind", "unit", "left"),
    [
        pytest.param(LogicalType.TIMESTAMP, TimeUnit.HOUR, datetime(2013, 5, 17, 13, tzinfo=UTC), id="hour"),
        pytest.param(LogicalType.TIMESTAMP, TimeUnit.DAY, datetime(2013, 5, 17, tzinfo=UTC), id="day"),
        pytest.param(LogicalType.TIMESTAMP, TimeUnit.YEAR, datetime(2013, 1, 1, tzinfo=UTC), id="year"),
        pytest.param(LogicalType.DATE, TimeUnit.MONTH, date(2013, 5, 1), id="month of a date"),
        pytest.param(LogicalType.DATE, TimeUnit.YEAR, date(2013, 1, 1), id="year of a date"),
    ],
)
def test_a_time_is_the_beginning_of_its_unit(
    open_shop: OpenShop, kind: LogicalType, unit: TimeUnit, left: date
) -> None:
    born = Column("born", kind, mask=TruncateTime(unit))
    sql = "SELECT sale_id, price, TIMESTAMPTZ '2013-05-17 13:45:10Z' AS born FROM orders"
    shop = open_shop(columns=(*COLUMNS[:2], born), sql=sql)
    shop.sell(0, [("a", 1)])
    assert shop.ask("SELECT born FROM sales") == [(left,)]


@KEYSETS
@pytest.mark.parametrize("mode", [PublishMode.MERGE, PublishMode.LEDGER])
def test_rows_are_told_apart_by_the_pseudonyms_of_their_keys(open_shop: OpenShop, mode: PublishMode) -> None:
    columns = (replace(COLUMNS[0], mask=Pseudonym("sale")), *COLUMNS[1:])
    shop = open_shop(mode=mode, columns=columns, keys={"sale": Secret(KEY)}.get)
    shop.sell(0, [("a", 1), ("b", 2)])
    shop.sell(0, [("b", 2), ("a", 1)])
    assert shop.sales() == sorted([(pseudonym("a"), 1), (pseudonym("b"), 2)])


def test_checks_see_what_consumers_will(open_shop: OpenShop) -> None:
    short = Check("short", Metric.INVALID_VALUES, Operator.EQUAL, (Decimal(0),), ("buyer",), pattern="^.{2}$")
    shop = open_shop(checks=(short,), **sold(TruncateText(2)))
    assert shop.sell(0, [("a", 1)]).rows == 1


@KEYSETS
def test_the_same_subject_has_the_same_pseudonym_in_every_product_of_its_space(open_shop: OpenShop) -> None:
    keys = {"person": Secret(KEY), "order": Secret(KEY)}.get
    found = []
    for space in ("person", "person", "order"):
        shop = open_shop(**sold(Pseudonym(space), keys=keys))
        shop.sell(0, [("a", 1)])
        found += shop.ask("SELECT buyer FROM sales")
    assert found[0] == found[1] != found[2], "spaces have nothing in common, even with one key"


@given(values=st.sets(st.text(max_size=9), min_size=2, max_size=2), space=st.sampled_from(["email", "customer"]))
def test_pseudonyms_are_keyed_hashes(values: set[str], space: str) -> None:
    one, other = values
    make = made_by(space, KEY)
    assert make(one) == pseudonym(one, space) == made_by(space, KEY)(one)
    assert len({make(one), make(other), made_by(f"{space}-2", KEY)(one), made_by(space, KEY[::-1])(one)}) == 4


def made_by(space: str, key: str) -> Callable[[str], str]:
    return Keyring(space, (Secret(key),)).pseudonymise


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        pytest.param({}, "`sale` is not known here", id="none"),
        pytest.param({"sale": Secret("too short")}, "`sale` is (shorter than 32|no keyset)", id="no key"),
    ],
)
def test_without_a_key_nothing_real_is_published(open_shop: OpenShop, keys: dict[str, Secret], says: str) -> None:
    shop = open_shop(**sold(Pseudonym("sale"), keys=keys.get))
    with pytest.raises(FinalError, match=says) as raised:
        shop.sell(0, [("a", 1)])
    assert "too short" not in f"{raised.value.message} {raised.value.hint}"
    assert "MESH_KEY_SALE" in raised.value.hint or "openssl rand -hex 32" in raised.value.hint


def test_what_is_made_up_needs_no_key_and_still_joins(open_shop: OpenShop, tmp_path: Path) -> None:
    shop = open_shop(**sold(Pseudonym("sale"), keys={}.get))
    work = replace(shop.work(shop.deliver(0, [])), stand_ins=StandIns(tmp_path, only=frozenset({"orders"})))
    found = []
    for _ in range(2):
        staged = shop.engine.stage(work, NOW)
        shop.engine.publish(shop.product, staged.publish_id, NOW)
        found.append(shop.ask("SELECT buyer FROM sales ORDER BY 1"))
    assert found[0] == found[1]
    assert all(len(str(buyer)) == 64 for (buyer,) in found[0])


@KEYSETS
@pytest.mark.parametrize("mode", list(PublishMode))
def test_neither_the_key_nor_what_is_masked_is_in_any_file(
    open_shop: OpenShop, tmp_path: Path, mode: PublishMode
) -> None:
    shop = open_shop(mode=mode, **sold(Pseudonym("sale")))
    shop.sell(0, [("a", 1)])
    staged = shop.engine.stage(shop.work(shop.deliver(1, [("b", 1)])), NOW)
    shop.engine.check(shop.product, staged.publish_id)
    content = b"".join(path.read_bytes() for path in (tmp_path / "data").rglob("*") if path.is_file())
    assert pseudonym("ann of a").encode() in content, "it is looked for in the right files"
    for secret in (KEY, "ann of"):
        assert secret.encode() not in content


@KEYSETS
def test_sql_that_is_not_ours_cannot_call_what_makes_pseudonyms(open_shop: OpenShop) -> None:
    called = "(SELECT function_name FROM duckdb_functions() WHERE function_name LIKE 'pseudonym%') AS buyer"
    who = Column("who", LogicalType.STRING, mask=Pseudonym("sale"))
    settings = sold(None, sql=f"SELECT sale_id, price, sold_at, {called}, 'a' AS who FROM orders")
    shop = open_shop(**settings | {"columns": (*COLUMNS, Column("buyer", LogicalType.STRING), who)})
    names = []
    for _ in range(2):
        shop.sell(0, [("a", 1)])
        names += shop.ask("SELECT buyer FROM sales")
    assert names[0] != names[1], "it has another name in every stage"


@KEYSETS
def test_sql_that_fails_tells_no_key(open_shop: OpenShop) -> None:
    sql = "SELECT sale_id, price, sold_at, error('no') AS buyer FROM orders"
    with pytest.raises(FinalError) as raised:
        open_shop(**sold(Pseudonym("sale")) | {"sql": sql}).sell(0, [("a", 1)])
    assert KEY not in repr(raised.value)
