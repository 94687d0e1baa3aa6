"""Names look alike across domains, so that they can be guessed, and written without quotes in every dialect."""

import re
from collections.abc import Iterator

from meshwright.gate.codes import Code
from meshwright.gate.policies.parameters import Pattern, mesh_wide
from meshwright.gate.policies.policy import Found, Level, Policy, place
from meshwright.graph.graph import MeshGraph
from meshwright.model.product import DataProduct
from meshwright.model.value import value


@value
class Parameters:
    """How names look, as regular expressions."""

    product: Pattern = mesh_wide(Pattern("[a-z][a-z0-9-]{2,39}"), "a product's name, all of it")
    port: Pattern = mesh_wide(Pattern("[a-z][a-z0-9-]{1,39}"), "an output port's name")
    column: Pattern = mesh_wide(Pattern("[a-z][a-z0-9_]*"), "a column's name")


def check(graph: MeshGraph, product: DataProduct, parameters: Parameters) -> Iterator[Found]:
    """Yield a finding for each name of a product, port or column that looks otherwise."""
    if not re.fullmatch(parameters.product, product.address.product):
        message = f"the product's name `{product.address.product}` is not like `{parameters.product}`"
        yield Found((product.address,), place(product), message, "rename its folder")
    for port in product.outputs:
        if not re.fullmatch(parameters.port, port.name):
            about = (product.port_address(port),)
            message = f"the port's name `{port.name}` is not like `{parameters.port}`"
            yield Found(about, place(product, port.at), message, "offer it under another name beside this one")
    for address, table in product.tables():
        for column in table.made_columns:
            if not re.fullmatch(parameters.column, column.name):
                at = place(product, column.at, table.at)
                message = f"the column's name `{column.name}` is not like `{parameters.column}`"
                hint = "name it otherwise with the next major version"
                yield Found((address.column(column.name),), at, message, hint)


POLICY = Policy("named", Code.MISNAMED, Level.WARNING, check, Parameters)
