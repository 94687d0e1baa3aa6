import duckdb
import pytest

from meshwright.model.address import PortAddress, ProductAddress
from meshwright.sql.across import across

SALES = PortAddress(ProductAddress("market-place", "artwork-sales"), "sales", 1).table()
SALES_2 = PortAddress(ProductAddress("market-place", "artwork-sales"), "sales", 2).table()
LIKES = PortAddress(ProductAddress("engagement", "likes"), "daily", 1).table()
TABLES = (SALES, SALES_2, LIKES)


def answer(select: str) -> list[tuple]:
    query = across(select, TABLES)
    assert query.diagnostics == ()
    with duckdb.connect() as session:
        for alias, table in query.tables:
            session.execute(f"create table \"{alias}\" as select '{table}' as id, {table.port.major} as price")
        return session.execute(query.sql).fetchall()


@pytest.mark.parametrize(
    ("select", "rows"),
    [
        ("select price from market_place.artwork_sales.sales_v2", [(2,)]),
        ("select sales.price from market_place.artwork_sales.sales", [(1,)]),
        ("select market_place.artwork_sales.sales.price from market_place.artwork_sales.sales", [(1,)]),
        (
            "select s.id from Market_Place.artwork_sales.sales as s -- whose?\n;",
            [("market-place.artwork-sales:sales@1",)],
        ),
        (
            "select a.price + b.price from market_place.artwork_sales.sales a, market_place.artwork_sales.sales_v2 b",
            [(3,)],
        ),
        ("with d as (select * from engagement.likes.daily) select count(*) from d, d as e", [(1,)]),
        (
            (
                "select count(*) from engagement.likes.daily"
                " where price in (select price from market_place.artwork_sales.sales)"
            ),
            [(1,)],
        ),
    ],
)
def test_a_question_is_asked_over_the_ports_of_all_domains(select, rows):
    assert answer(select) == rows


def test_only_the_ports_that_are_read_are_named():
    assert across("select 1 from engagement.likes.daily", TABLES).tables == (("engagement__likes__daily", LIKES),)


@pytest.mark.parametrize(
    ("select", "message", "hint"),
    [
        (
            "select * from engagement.likes.dayly",
            "`engagement.likes.dayly` is not a port of this mesh",
            "did you mean `engagement.likes.daily`?",
        ),
        ("select * from daily", "`daily` is not a port of this mesh", "did you mean `engagement.likes.daily`?"),
        ("drop table x", "`drop` does not begin a SELECT", "write one SELECT; it may begin with WITH"),
        ("attach 'x.db'", "`attach` does not begin a SELECT", "write one SELECT; it may begin with WITH"),
        ("select 1; select 2", "a second statement begins here", "write one SELECT; it may begin with WITH"),
        (
            "select * from read_text('x')",
            "`read_text` reads what no input port declares",
            "declare the source as an input port",
        ),
        ("select $x", "nothing gives `$x` a value", "write the value itself"),
        (
            "select 1 from engagement.likes.daily, engagement.likes.daily",
            "two tables are called `daily` here",
            "give one of them another alias",
        ),
    ],
)
def test_a_question_can_read_ports_and_nothing_else(select, message, hint):
    query = across(select, TABLES)
    assert (query.sql, query.tables) == ("", ())
    assert [(d.message, d.hint) for d in query.diagnostics] == [(message, hint)]


def test_who_writes_an_address_into_a_question_is_told_how_sql_spells_it() -> None:
    port = PortAddress(ProductAddress("shop", "web-orders"), "lines", 1)
    (found,) = across("select * from shop.web-orders.lines", [port.table()]).diagnostics
    assert found.hint == "SQL knows no `-` in a name: write `shop.web_orders.lines`"


BOUGHT = PortAddress(ProductAddress("shop", "orders"), "orders", 1)
SEVERAL = (*TABLES, BOUGHT.table("orders"), BOUGHT.table("Lines"))


@pytest.mark.parametrize(
    ("select", "rows"),
    [
        ("select lines.id from shop.orders.orders.lines", [("shop.orders:orders@1.Lines",)]),
        ("select shop.orders.orders.lines.id from shop.orders.orders.lines", [("shop.orders:orders@1.Lines",)]),
        ("select count(*) from shop.orders.orders.orders o join shop.orders.orders.lines l using (price)", [(1,)]),
    ],
)
def test_a_table_of_several_has_four_words(select: str, rows: list[tuple]) -> None:
    query = across(select, SEVERAL)
    assert query.diagnostics == ()
    with duckdb.connect() as session:
        for alias, table in query.tables:
            session.execute(f"create table \"{alias}\" as select '{table}' as id, 1 as price")
        assert session.execute(query.sql).fetchall() == rows


def test_a_port_with_several_tables_is_none_itself() -> None:
    (found,) = across("select 1 from shop.orders.orders", SEVERAL).diagnostics
    assert found.message == "`shop.orders.orders` has several tables, and the question does not say which"
    assert found.hint == "write `shop.orders.orders.lines` or `shop.orders.orders.orders`"


def test_a_field_of_a_column_stays_what_it_is() -> None:
    query = across("select s.a.b from (select {'a': {'b': price}} as s from market_place.artwork_sales.sales)", TABLES)
    with duckdb.connect() as session:
        session.execute('create table "market_place__artwork_sales__sales" as select 7 as price')
        assert session.execute(query.sql).fetchall() == [(7,)]


def test_a_question_may_be_in_the_dialect_of_another_engine() -> None:
    query = across("select safe_divide(price, 2) from `engagement`.likes.daily where id = 'a'", TABLES, "bigquery")
    assert (query.diagnostics, query.tables) == ((), (("engagement__likes__daily", LIKES),))
    assert query.sql == "SELECT SAFE_DIVIDE(price, 2) FROM `engagement__likes__daily` AS daily WHERE id = 'a'"
