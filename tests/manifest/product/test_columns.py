"""What a port says of its columns reaches the one that is meant, of one table or of several."""

from pathlib import Path

import pytest
from tests.manifest.samples import ORDERS, product

from meshwright.manifest.product.columns import described
from meshwright.manifest.product.declared import Declared
from meshwright.manifest.product.origin import Trace
from meshwright.manifest.product.subject import Subject
from meshwright.manifest.shapes.documents import ProductDocument
from meshwright.manifest.shapes.shape import shaped
from meshwright.manifest.text.lines import Text
from meshwright.manifest.text.problems import Problems
from meshwright.manifest.text.syntax import read_yaml
from meshwright.model.address import ProductAddress
from meshwright.model.contract import Column, Contract, LogicalType
from meshwright.model.mesh import Term

GLOSSARY = {
    "price": Term("price", "What is paid.", classification="internal"),
    "buyer": Term("buyer", "Who pays.", classification="personal"),
}
ORDERS_TABLE = Contract("orders", (Column("id", LogicalType.STRING), Column("price", LogicalType.NUMBER)))
LINES_TABLE = Contract(
    "lines", (Column("id", LogicalType.STRING), Column("paid", LogicalType.NUMBER, description="In the end."))
)


def said(columns: str, *tables: Contract, glossary: dict[str, Term] | None = GLOSSARY) -> tuple[list[str], list[str]]:
    """Return `table.column term description classification` of each column with a term, and what is wrong."""
    problems = Problems()
    document = read_yaml(Text(ORDERS, product(port=f"columns: {columns}")), problems)
    assert document is not None
    says = shaped(ProductDocument, document, problems)
    assert says is not None
    subject = Subject(
        ProductAddress("shop", "orders"),
        says,
        document.root,
        (),
        Declared(glossary=glossary),
        Path(),
        (),
        problems,
        Trace(),
    )
    found = described(subject, says.output_ports[0], document.root["outputPorts"][0], tables, "port")
    carried = [(t.table, c) for t in found for c in t.columns if c.term]
    words = [f"{table}.{c.name}: {c.term}, {c.description}, {c.classification}" for table, c in carried]
    return words, [f"{d.message}; {d.hint}" for d in problems.found]


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        pytest.param("{price: {term: price}}", "orders.price: price, What is paid., internal", id="the only one"),
        pytest.param("{lines.id: {term: buyer}}", "lines.id: buyer, Who pays., personal", id="by its table"),
        pytest.param("{paid: {term: price}}", "lines.paid: price, In the end., internal", id="its own words count"),
    ],
)
def test_a_column_is_found_by_its_name_or_by_its_table_s_too(columns: str, words: str) -> None:
    assert said(columns, ORDERS_TABLE, LINES_TABLE) == ([words], [])


@pytest.mark.parametrize(
    ("columns", "wrong"),
    [
        pytest.param(
            "{id: {term: price}}",
            "2 tables of the port have a column `id`; write `orders.id` or `lines.id`",
            id="two are meant",
        ),
        pytest.param(
            "{lines.price: {}}", "there is no column `lines.price`; did you mean `orders.price`?", id="none is"
        ),
        pytest.param(
            "{paid: {}, lines.paid: {}}", "the column `paid` is there twice; it is on line 9 already", id="one twice"
        ),
        pytest.param("{paid: {term: prize}}", "the glossary has no term `prize`; did you mean `price`?", id="no term"),
    ],
)
def test_what_means_no_column_or_several_is_told(columns: str, wrong: str) -> None:
    assert said(columns, ORDERS_TABLE, LINES_TABLE)[1] == [wrong]


def test_a_mesh_that_cannot_be_read_has_no_glossary_to_blame() -> None:
    assert said("{price: {term: prize}}", ORDERS_TABLE, glossary=None) == (["orders.price: prize, , None"], [])


def test_a_column_that_is_there_twice_is_meant_once() -> None:
    twice = Contract("lines", (Column("id", LogicalType.STRING), Column("id", LogicalType.STRING)))
    found, wrong = said("{id: {term: price}}", twice)
    assert (len(found), wrong) == (2, [])
