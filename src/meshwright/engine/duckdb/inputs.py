"""Inputs: each input port of a product, readable by its local name.

An upstream product's file is attached once and stays as it is while it is held: its data and its publish log are read
from one snapshot.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from duckdb import DuckDBPyConnection

from meshwright.engine.answers import is_asked
from meshwright.engine.duckdb.connection import attach, explained, has_relation, name
from meshwright.engine.duckdb.log import last_publish, virtual_source
from meshwright.engine.duckdb.readers import (
    expose_batches,
    expose_files,
    expose_rows,
    file_relation,
)
from meshwright.engine.duckdb.served import expose_virtual
from meshwright.engine.duckdb.session import Session
from meshwright.engine.inputs import Inputs, read_inputs
from meshwright.engine.protocol import Work
from meshwright.engine.sources.reading import Given, GivenFiles, GivenRows, SetAside
from meshwright.model.address import PortAddress, TableAddress
from meshwright.model.contract import Column
from meshwright.model.naming import input_table, stored_table
from meshwright.model.product import DataProduct, InputPort, VirtualSource
from meshwright.model.publish import Publish
from meshwright.model.value import value


@value
class Exposed:
    """The inputs, and how they are read: `files`, while the SQL runs, by the inputs `from_files`.

    `aside` is what inputs, by their names, gave that can be no rows. `attached` are the aliases of the databases that
    are open now.
    """

    inputs: Inputs
    files: tuple[Path, ...]
    from_files: tuple[str, ...]
    attached: frozenset[str]
    aside: Mapping[str, SetAside]


def expose(
    session: Session,
    connection: DuckDBPyConnection,
    work: Work,
    before: tuple[Publish, ...],
    now: datetime,
    scratch: Path,
) -> Exposed:
    """Make all inputs of a product readable by their local names, as `read_inputs` does."""
    door = _Door(session, connection, work.product)
    inputs = read_inputs(work, door, session.connections, before, scratch, now)
    return Exposed(inputs, tuple(door.files), tuple(door.from_files), frozenset(door.attached), door.aside)


def relation_of(
    session: Session, connection: DuckDBPyConnection, table: TableAddress, attached: set[str]
) -> str | None:
    """Attach the product of a table, unless it is; return its quoted name, or None where it is not there yet."""
    product = table.port.product
    alias = str(product)
    if alias not in attached:
        path = session.files.published(product)
        if not path.is_file():
            return None
        with explained(f"what `{product}` has published"):
            attach(connection, path, alias)
        attached.add(alias)
    stored = stored_table(table)
    served = virtual_source(connection, alias, stored)
    if served is not None:
        return expose_virtual(session, connection, served, attached)
    return f"{name(alias)}.main.{name(stored)}" if has_relation(connection, alias, "main", stored) else None


@dataclass(slots=True)
class _Door:
    """The connection of one stage, in which inputs are opened."""

    session: Session
    connection: DuckDBPyConnection
    product: DataProduct
    files: list[Path] = field(default_factory=list)
    from_files: list[str] = field(default_factory=list)
    attached: set[str] = field(default_factory=set)
    aside: dict[str, SetAside] = field(default_factory=dict)

    def open_port(self, port: PortAddress, tables: Mapping[str, TableAddress]) -> Publish | None:
        found = {
            local: relation_of(self.session, self.connection, table, self.attached) for local, table in tables.items()
        }
        if None in found.values():
            return None
        for local, relation in found.items():
            self.connection.execute(f"CREATE TEMP VIEW {name(local)} AS FROM {relation}")
        publish = last_publish(self.connection, str(port.product))
        assert publish is not None, "a product's file is made by its first publish"  # noqa: S101
        return publish

    def open_virtual(self, local: str, source: VirtualSource) -> None:
        relation = expose_virtual(self.session, self.connection, source, self.attached)
        with explained(f"the input `{local}`"):
            self.connection.execute(f"CREATE TEMP VIEW {name(local)} AS FROM {relation}")

    def open_given(self, port: InputPort, given: Given) -> None:
        local = input_table(port.name)
        match given:
            case GivenFiles(paths, kind):
                often = len(tuple(self.product.tables())) > 1 or is_asked(self.product, port)
                expose_files(self.connection, local, file_relation(paths, kind, port.columns), often=often)
                if not often:
                    self.files.extend(paths)
                    self.from_files.append(local)
                if given.aside is not None:
                    self.aside[port.name] = given.aside
            case GivenRows():
                expose_batches(self.connection, local, given)

    def open_fixture(self, local: str, path: Path, columns: Sequence[Column]) -> None:
        expose_files(self.connection, local, file_relation([path], path.suffix[1:], columns), often=True)

    def open_rows(self, local: str, columns: Sequence[Column], rows: Sequence[tuple[object, ...]]) -> None:
        expose_rows(self.connection, local, columns, rows)
