"""Inputs to ask about, one of them undeclared, one of two tables, and a table that is made of them."""

from meshwright.model.address import ProductAddress
from meshwright.model.analysis import Analysis
from meshwright.model.contract import Column, Contract, LogicalType
from meshwright.model.product import (
    DataProduct,
    InputPort,
    InputsSchedule,
    OutputTable,
    ProductType,
    PublishMode,
    Transform,
)
from meshwright.sql.analyse import analyse

FILE = "domains/shop/sales/daily.sql"


def columns(text: str) -> tuple[Column, ...]:
    """Read `id:string! n:integer`; what has no type is a string, and `!` is required."""
    pairs = ((*word.rstrip("!").partition(":"), word.endswith("!")) for word in text.split())
    return tuple(Column(name, LogicalType(kind or "string"), required) for name, _, kind, required in pairs)


SCHEMAS = {
    "orders": columns("id:string price:number ts:timestamp day:date qty:integer"),
    "web_likes": columns("id:string n:integer"),
    "raw": (),
    "bought.orders": columns("id:string total:number"),
    "bought.lines": columns("id:string price:number"),
}
PRODUCT = DataProduct(
    ProductAddress("shop", "sales"),
    ProductType.AGGREGATE,
    "What was sold",
    InputsSchedule(),
    (InputPort("orders"), InputPort("web-likes"), InputPort("raw"), InputPort("bought")),
    (),
)


def table(sql: str | None, contract: str = "x", dialect: str = "bigquery") -> OutputTable:
    transform = None if sql is None else Transform(sql, dialect, FILE)
    return OutputTable(Contract("daily", columns(contract)), PublishMode.REPLACE, transform)


def understood(sql: str, contract: str = "x", dialect: str = "bigquery") -> Analysis:
    return analyse(PRODUCT, table(sql, contract, dialect), SCHEMAS)
