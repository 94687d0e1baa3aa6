"""What code reads and makes: nobody can see, so all of it."""

from tests.sql.samples import PRODUCT, SCHEMAS, columns

from meshwright.model.code import CodeTransform
from meshwright.model.contract import Contract
from meshwright.model.product import OutputTable, PublishMode
from meshwright.sql.analyse import analyse

TABLE = OutputTable(Contract("daily", columns("x y:integer")), PublishMode.REPLACE, CodeTransform("daily.py"))
KNOWN = {name: columns for name, columns in SCHEMAS.items() if name in ("web_likes", "raw", "bought.lines")}


def test_code_may_read_all_columns_of_all_inputs_at_its_own_file() -> None:
    found = analyse(PRODUCT, TABLE, KNOWN)
    assert found.inputs == ("bought.lines", "orders", "raw", "web-likes")
    assert [(r.input, r.column) for r in found.reads] == [
        ("bought.lines", "id"),
        ("bought.lines", "price"),
        ("web-likes", "id"),
        ("web-likes", "n"),
    ]
    assert {str(r.at) for r in found.reads} == {"domains/shop/sales/daily.py:1:1"}


def test_any_of_them_may_flow_into_any_column_that_it_makes() -> None:
    found = analyse(PRODUCT, TABLE, KNOWN)
    assert [(c.name, c.type) for c in found.columns] == [("x", None), ("y", None)]
    assert all(c.sources == tuple((r.input, r.column) for r in found.reads) for c in found.columns)
    assert (found.parameters, found.diagnostics) == ((), ())
