"""Analyse: what does a table that a product makes read, what is it made of, and what is wrong with that?

Without SQL this is known without sqlglot, which takes longer to load than a hundred such tables.
"""

from collections.abc import Mapping

from meshwright.model.analysis import Analysis
from meshwright.model.code import CodeTransform
from meshwright.model.contract import Column
from meshwright.model.product import DataProduct, OutputTable
from meshwright.sql.coded import made_by_code
from meshwright.sql.passing import passed_on

_NOTHING = Analysis((), (), ())


def analyse(product: DataProduct, table: OutputTable, schemas: Mapping[str, tuple[Column, ...]]) -> Analysis:
    """Understand one table that a product makes.

    `schemas` holds the declared columns of each input, by its local name as SQL spells it (`web_orders`, or
    `web_orders.lines` for each of several tables); `()` where a source's columns are not declared, so that any may be
    read. An input that is not in it is a product with errors of its own, for which this one is not blamed. A table
    without a transform passes an input on.
    """
    if table.virtual is not None:
        return _NOTHING
    if table.transform is None:
        return passed_on(product, table, schemas)
    if isinstance(table.transform, CodeTransform):
        return made_by_code(product, table, table.transform, schemas)
    from meshwright.sql.select import understood

    return understood(product, table.contract, table.transform, schemas)
