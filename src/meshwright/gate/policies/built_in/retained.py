"""Personal data are kept for a time that somebody has named, and no longer than the organisation allows.

`retention` of a port says how long, and which column tells how old a row is. A ledger keeps each entry, and what
another store serves that store keeps: neither can be told to delete.
"""

from collections.abc import Iterator
from datetime import timedelta

from meshwright.gate.codes import Code
from meshwright.gate.personal import personal_columns
from meshwright.gate.policies.parameters import at_most
from meshwright.gate.policies.policy import Found, Level, Policy, place
from meshwright.graph.graph import MeshGraph
from meshwright.model.product import DataProduct, PublishMode
from meshwright.model.time import length_text
from meshwright.model.value import value


@value
class Parameters:
    """How long."""

    longest: timedelta | None = at_most(None, "personal data are kept no longer than this")


def check(graph: MeshGraph, product: DataProduct, parameters: Parameters) -> Iterator[Found]:
    """Yield a finding for each table that keeps personal data for good, or too long."""
    for address, table in product.tables():
        columns = personal_columns(table)
        if not columns or table.virtual or table.mode is PublishMode.LEDGER:
            continue
        said = f"`{address}` keeps personal data (`{columns[0]}`)"
        longest = parameters.longest
        if table.retention is None:
            hint = f"write `retention: {{keep: {length_text(longest) if longest else '730d'}, by: …}}`"
            yield Found((address,), place(product, table.at), f"{said} for good", hint)
        elif longest is not None and table.retention.keep > longest:
            message = f"{said} for {length_text(table.retention.keep)}, more than {length_text(longest)}"
            yield Found((address,), place(product, table.at), message, f"keep them {length_text(longest)} at most")


POLICY = Policy("retained", Code.KEPT_TOO_LONG, Level.IGNORE, check, Parameters)
