"""Personal data stays known as such: a column made of a personal column says what it is itself.

Classes do not travel by themselves: a count of customers is made of personal data and is none. So the team decides, and
says so; what is refused is silence, in which a name or an address would leave the sight of its steward. Columns between
that are silent themselves hide nothing: what is made of them is made of what they are made of.
"""

from collections.abc import Iterator

from meshwright.gate.codes import Code
from meshwright.gate.policies.policy import Found, Level, Nothing, Policy, place
from meshwright.graph.graph import MeshGraph
from meshwright.graph.personal_path import personal_path
from meshwright.model.address import AnyColumn
from meshwright.model.contract import Column
from meshwright.model.product import DataProduct


def check(graph: MeshGraph, product: DataProduct, parameters: Nothing) -> Iterator[Found]:
    """Yield a finding for each column without a classification whose values come from personal ones."""
    for address, table in product.tables():
        for column in table.contract.columns:
            here = address.column(column.name)
            path = () if column.classification else personal_path(graph, here)
            if path:
                hint = "write `classification: personal`, or another class if nobody can be known by it"
                yield Found((here,), place(product, column.at, table.at), _message(path, column), hint)


def _message(path: tuple[AnyColumn, ...], column: Column) -> str:
    origin, *between, _ = path
    by_way = f", by way of {' and '.join(f'`{place}`' for place in between)}" if between else ""
    return f"`{column.name}` is made of `{origin}`, which is personal{by_way}, and has no classification"


POLICY = Policy("classified", Code.UNCLASSIFIED, Level.ERROR, check, Nothing)
