"""Personal data stays known as such: a column made of a personal column says what it is itself.

Classes do not travel by themselves: a count of customers is made of personal data and is none. So the team decides, and
says so; what is refused is silence, in which a name or an address would leave the sight of its steward.
"""

from collections.abc import Iterator

from meshwright.gate.codes import Code
from meshwright.gate.personal import is_personal
from meshwright.graph.graph import MeshGraph
from meshwright.model.address import ColumnAddress
from meshwright.model.contract import Column
from meshwright.model.diagnostic import Diagnostic, Location, Severity
from meshwright.model.product import DataProduct, OutputPort


def check(graph: MeshGraph, product: DataProduct, severity: Severity) -> Iterator[Diagnostic]:
    """Yield a finding for each column without a classification whose values come from personal ones."""
    for port in product.outputs:
        for column in port.contract.columns:
            origin = None if column.classification else _origin(graph, product, port, column)
            if origin is not None:
                at = column.at or port.at or Location(product.file)
                message = f"`{column.name}` is made of `{origin}`, which is personal, and has no classification"
                hint = "write `classification: personal`, or another class if nobody can be known by it"
                yield Diagnostic(at, Code.UNCLASSIFIED, severity, message, hint)


def _origin(graph: MeshGraph, product: DataProduct, port: OutputPort, column: Column) -> ColumnAddress | str | None:
    """Return the first personal column whose values flow directly into this one: of another product, or of a source."""
    for source in graph.sources(product.port_address(port).column(column.name)):
        output = graph.output(source.port)
        known = output.contract.column(source.name) if output else None
        if known is not None and is_personal(known.classification):
            return source
    analysis = graph.analyses.get(product.port_address(port))
    made = analysis.column(column.name) if analysis else None
    for name, taken in made.sources if made else ():
        read = product.input(name)
        declared = next((c for c in read.columns if c.name == taken), None) if read else None
        if declared is not None and is_personal(declared.classification):
            return f"{name}.{taken}"
    return None
