"""OpenLineage: which datasets did a publish read and write, down to the column? In that standard's terms.

A dataset is a table of a port, in the namespace `mesh`, called by its address. What a source reads is in a namespace of
its connection, whose name is all that a release knows of where it leads.
"""

from collections.abc import Iterator, Mapping

from meshwright.model.address import PortAddress, TableAddress
from meshwright.model.analysis import Analysis
from meshwright.model.contract import Column
from meshwright.model.errors import Corrupt
from meshwright.model.http import HttpSource
from meshwright.model.kafka import KafkaSource
from meshwright.model.naming import SCHEME, connection_namespace
from meshwright.model.product import DataProduct, FilesSource, InputPort, OutputTable, Source
from meshwright.model.publish import Publish
from meshwright.model.value import value
from meshwright.release.record import Contents


@value(order=True)
class Dataset:
    """What OpenLineage calls a table: two names that are the same wherever it is spoken of."""

    namespace: str
    name: str


@value(order=True)
class Field:
    """A column of a dataset."""

    dataset: Dataset
    name: str


@value
class Written:
    """A table as it was written: its columns, the fields whose values flow into each, and the rows that it holds."""

    dataset: Dataset
    columns: tuple[Column, ...]
    sources: Mapping[str, tuple[Field, ...]]
    rows: int


@value
class Flow:
    """What one publish read and wrote."""

    read: tuple[Dataset, ...]
    written: tuple[Written, ...]


def flow(contents: Contents, publish: Publish) -> Flow:
    """Return what a publish of a released product read and wrote."""
    product, analyses = contents.product, dict(contents.analyses)
    rows = {counted.table: counted.rows for counted in publish.tables}
    written = (_written(product, address, table, analyses, rows) for address, table in product.tables())
    return Flow(tuple(sorted(set(_read(product, analyses)))), tuple(written))


def dataset_of(table: TableAddress) -> Dataset:
    """Return what a table of a port is called."""
    return Dataset(SCHEME, str(table))


def _read(product: DataProduct, analyses: Mapping[TableAddress, Analysis]) -> Iterator[Dataset]:
    told = {local for analysis in analyses.values() for local in analysis.inputs}
    for local in told | {p.name for p in product.inputs if not any(_is_of(p.name, name) for name in told)}:
        yield _dataset(product, local)


def _is_of(port: str, local: str) -> bool:
    return local == port or local.startswith(f"{port}.")


def _written(
    product: DataProduct,
    address: TableAddress,
    table: OutputTable,
    analyses: Mapping[TableAddress, Analysis],
    rows: Mapping[TableAddress, int],
) -> Written:
    made = analyses[address].columns if address in analyses else ()
    sources = {c.name: tuple(Field(_dataset(product, local), name) for local, name in c.sources) for c in made}
    return Written(dataset_of(address), table.columns, sources, rows.get(address, 0))


def _dataset(product: DataProduct, local: str) -> Dataset:
    """Return what an input, or one of its several tables, is called."""
    name, _, table = local.partition(".")
    match product.input(name):
        case InputPort(port=PortAddress() as port):
            return dataset_of(port.table(table))
        case InputPort(source=source) if source is not None:
            return Dataset(connection_namespace(source.connection), _place(source))
        case _:
            raise Corrupt(f"`{product.address}` reads `{local}`, which is none of its inputs")


def _place(source: Source) -> str:
    match source:
        case FilesSource() | HttpSource():
            return source.path
        case KafkaSource():
            return source.topic
        case _:
            return source.table
