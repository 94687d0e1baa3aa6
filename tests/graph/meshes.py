"""Small meshes, written as `a < b c` (a reads b and c), each product with one port `out` of one column per letter."""

from meshwright.graph.build import build
from meshwright.graph.graph import MeshGraph
from meshwright.model.address import PortAddress, ProductAddress, TableAddress
from meshwright.model.analysis import Analysis, ColumnRead, OutputColumn
from meshwright.model.contract import Column, Contract, LogicalType
from meshwright.model.diagnostic import Location
from meshwright.model.mesh import Mesh
from meshwright.model.product import (
    DataProduct,
    InputPort,
    InputsSchedule,
    OutputPort,
    OutputTable,
    ProductType,
    PublishMode,
)


def product(name: str, *reads: str) -> DataProduct:
    """A product that requires what it reads, but for inputs that end in `?`."""
    inputs = tuple(
        InputPort(
            word.rstrip("?"),
            port=out(word.rstrip("?")),
            required=not word.endswith("?"),
            at=Location(f"domains/d/{name}/product.yaml", number, 3),
        )
        for number, word in enumerate(reads, start=1)
    )
    contract = Contract("out", (Column("x", LogicalType.INTEGER), Column("y", LogicalType.INTEGER)))
    output = OutputPort("out", "1.0.0", (OutputTable(contract, PublishMode.REPLACE),))
    file = f"domains/d/{name}/product.yaml"
    return DataProduct(address(name), ProductType.AGGREGATE, name, InputsSchedule(), inputs, (output,), file=file)


def address(name: str) -> ProductAddress:
    return ProductAddress("d", name)


def out(name: str) -> PortAddress:
    return address(name).port("out", 1)


def linked(*lines: str, analyses: dict[TableAddress, Analysis] | None = None) -> MeshGraph:
    words = [line.replace("<", " ").split() for line in lines]
    return build(Mesh("m", tuple(product(name, *reads) for name, *reads in words)), analyses or {})


def made(**columns: str) -> Analysis:
    """An analysis whose columns are made of `input.column input.column`; each is read on a line of its own."""
    pairs = {name: tuple(sorted(tuple(w.split(".")) for w in text.split())) for name, text in columns.items()}
    outputs = tuple(OutputColumn(name, None, sources) for name, sources in pairs.items() if name != "where")
    used = dict.fromkeys(pair for sources in pairs.values() for pair in sources)
    reads = [ColumnRead(i, c, Location("out.sql", line)) for line, (i, c) in enumerate(used, start=1)]
    return Analysis(tuple(sorted({i for i, _ in used})), tuple(reads), outputs)


def names(addresses: tuple[ProductAddress, ...]) -> list[str]:
    return [a.product for a in addresses]
