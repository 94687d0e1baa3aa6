"""Personal data leave their domain masked: another domain joins on a pseudonym as well as on an address of mail."""

from collections.abc import Iterator

from meshwright.gate.codes import Code
from meshwright.gate.policies.policy import Found, Level, Nothing, Policy
from meshwright.graph.graph import MeshGraph
from meshwright.model.address import ColumnAddress, SourceColumn
from meshwright.model.naming import local_table
from meshwright.model.personal import is_personal
from meshwright.model.product import DataProduct


def check(graph: MeshGraph, product: DataProduct, parameters: Nothing) -> Iterator[Found]:
    """Yield a finding for each personal column of another domain that a product's SQL reads as it is."""
    bare = dict(_bare(graph, product))
    told: set[ColumnAddress] = set()
    for _, analysis in graph.analyses_of(product.address) if bare else ():
        for read in analysis.reads:
            column = bare.get((read.input, read.column))
            if column is not None and column not in told:
                told.add(column)
                message = f"`{column}` is personal and not masked, and `{product.address}` is of another domain"
                hint = f"let `{column.port.product}` mask it, `columns: {{{column.name}: {{mask: …}}}}`, or do without"
                yield Found((SourceColumn(product.address, read.input, read.column),), read.at, message, hint)


def _bare(graph: MeshGraph, product: DataProduct) -> Iterator[tuple[tuple[str, str], ColumnAddress]]:
    """Yield the personal columns of other domains that are offered as they are, by what the product calls them."""
    for taken in product.inputs:
        output = graph.output(taken.port) if taken.port else None
        if taken.port is None or output is None or taken.port.product.domain == product.address.domain:
            continue
        for name, table in output.named:
            for column in table.contract.columns:
                if is_personal(column.classification) and column.mask is None:
                    yield (local_table(taken.name, name), column.name), taken.port.table(name).column(column.name)


POLICY = Policy("protected", Code.UNPROTECTED, Level.WARNING, check, Nothing)
