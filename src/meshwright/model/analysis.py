"""Analysis: what one SELECT reads and makes, down to the column."""

from meshwright.model.contract import LogicalType
from meshwright.model.diagnostic import Diagnostic, Location
from meshwright.model.value import value


@value(order=True)
class ColumnRead:
    """A column of an input, at one place (selected, joined on …).

    `input` is its local name as manifests spell it: `web-orders`, or `web-orders.lines` for one of several tables.
    """

    input: str
    column: str
    at: Location


@value
class OutputColumn:
    """A column that the SELECT makes, and the (input, column) pairs whose values flow into it.

    `type` is None where it cannot be inferred.
    """

    name: str
    type: LogicalType | None
    sources: tuple[tuple[str, str], ...]


@value
class Analysis:
    """One SELECT, understood. `inputs` are the local names of what it reads, `parameters` the bound ones it uses."""

    inputs: tuple[str, ...]
    reads: tuple[ColumnRead, ...]
    columns: tuple[OutputColumn, ...]
    parameters: tuple[str, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()

    def column(self, name: str) -> OutputColumn | None:
        """Return the output column of that name."""
        return next((c for c in self.columns if c.name == name), None)
