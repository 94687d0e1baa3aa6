"""Inputs: each input port of a product as a SELECT that its SQL reads by the port's local name.

What was read of another product is told from its log: asked before the data is read, and again afterwards. Where
the product has published in between, all of it is read again, so that data and publish id belong together.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from meshwright.engine.bigquery.connection import name
from meshwright.engine.bigquery.loads import Target, load_files, load_rows
from meshwright.engine.bigquery.log import last_publish
from meshwright.engine.bigquery.quarantine import source_aside
from meshwright.engine.bigquery.served import behind, dataset_of, quoted, served
from meshwright.engine.bigquery.session import Session
from meshwright.engine.inputs import Inputs, read_inputs
from meshwright.engine.protocol import Work
from meshwright.engine.sources.reading import SET_ASIDE, Given, GivenFiles, GivenRows
from meshwright.model.address import PortAddress, ProductAddress, TableAddress
from meshwright.model.contract import Column
from meshwright.model.identity import PublishId
from meshwright.model.naming import input_table, stage_table, stored_table
from meshwright.model.product import InputPort, VirtualSource
from meshwright.model.publish import Publish
from meshwright.model.value import value

Heads = dict[ProductAddress, Publish]
"""The last publish of each product that has one."""


@value
class Exposed:
    """The inputs, and how they are read: a SELECT for each local name; those that came `from_files`.

    `loads` are the jobs that still load, by the names of what they load; `datasets` are those that SQL may read.
    """

    inputs: Inputs
    relations: dict[str, str]
    loads: tuple[tuple[str, str], ...]
    datasets: tuple[str, ...]
    from_files: tuple[str, ...]


def heads_of(session: Session, work: Work) -> Heads:
    """Return the last publishes of the products that a product reads."""
    read = sorted({p.port.product for p in work.product.inputs if p.port})
    return {product: publish for product in read if (publish := last_publish(session, product))}


def expose(
    session: Session, work: Work, publish_id: PublishId, before: tuple[Publish, ...], now: datetime, heads: Heads
) -> Exposed:
    """Make all inputs of a product readable by their local names, as `read_inputs` does."""
    door = _Door(session, work.product.address, publish_id, heads)
    with TemporaryDirectory() as scratch:
        inputs = read_inputs(work, door, session.connections, before, Path(scratch), now)
    loads = tuple((local, job) for local, left in door.loads.items() for job in left)
    return Exposed(inputs, door.relations, loads, tuple(sorted(door.datasets)), tuple(door.from_files))


def with_relations(relations: Iterable[tuple[str, str]]) -> str:
    """Return the WITH clause that gives names to SELECTs; empty where there are none."""
    named = ", ".join(f"{name(local)} AS ({select})" for local, select in relations)
    return f"WITH {named} " if named else ""


@dataclass(slots=True)
class _Door:
    """What one stage reads, in tables of its own where it is loaded for it."""

    session: Session
    product: ProductAddress
    publish_id: PublishId
    heads: Heads
    relations: dict[str, str] = field(default_factory=dict)
    loads: dict[str, list[str]] = field(default_factory=dict)
    datasets: set[str] = field(default_factory=set)
    from_files: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.datasets.add(self.session.stage_dataset(self.product))

    def open_port(self, port: PortAddress, tables: Mapping[str, TableAddress]) -> Publish | None:
        session, product = self.session, port.product
        publish, dataset = self.heads.get(product), session.dataset(product)
        views = [session.warehouse.table(dataset, stored_table(table)) for table in tables.values()]
        if publish is None or None in views:
            return None
        for local, table in tables.items():
            self.relations[local] = f"SELECT * FROM {session.offered(table)}"
        self.datasets |= {dataset, session.store_dataset(product), *behind(filter(None, views))}
        return publish

    def open_virtual(self, local: str, source: VirtualSource) -> None:
        table = served(self.session, source)
        self.relations[local] = f"SELECT * FROM {quoted(table)}"
        self.datasets.add(dataset_of(table))

    def open_given(self, port: InputPort, given: Given) -> None:
        local = input_table(port.name)
        match given:
            case GivenFiles(paths, kind):
                if given.aside is not None:
                    load_files(self._target(source_aside(port.name)), [given.aside.path], "json", SET_ASIDE)
                self.relations[local] = load_files(self._target(local), paths, kind, port.columns)
                self.from_files.append(local)
            case GivenRows(columns, batches):
                rows = (row for batch in batches for row in batch.to_pylist())
                self.relations[local] = load_rows(self._target(local), columns, rows)

    def open_fixture(self, local: str, path: Path, columns: Sequence[Column]) -> None:
        self.relations[local] = load_files(self._target(local), [path], path.suffix[1:], columns)

    def open_rows(self, local: str, columns: Sequence[Column], rows: Sequence[tuple[object, ...]]) -> None:
        names = [c.name for c in columns]
        named = (dict(zip(names, row, strict=True)) for row in rows)
        self.relations[local] = load_rows(self._target(local), columns, named)

    def _target(self, local: str) -> Target:
        """Return the table of the stage that is loaded for an input."""
        table = stage_table(self.publish_id, f"_{local}")
        left = self.loads.setdefault(local, [])
        return Target(self.session.warehouse, self.session.stage_dataset(self.product), table, local, left)
