"""Inputs: each input port of a product, readable by its local name, and what was read of it.

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
from meshwright.engine.generate import generated_rows
from meshwright.engine.protocol import StandIns, Work
from meshwright.engine.set_aside import is_confidential
from meshwright.engine.sources.open import open_source
from meshwright.engine.sources.reading import GivenFiles, GivenRows, Reading, SetAside, read_of
from meshwright.engine.standins import done_without, fixture, nothing_known
from meshwright.model.address import TableAddress
from meshwright.model.identity import Secret
from meshwright.model.naming import local_table, one_name, sql_name, stored_table
from meshwright.model.product import CopiedSource, InputPort, VirtualSource
from meshwright.model.publish import InputRead, Publish
from meshwright.model.time import Watermark
from meshwright.model.value import value


@value
class Exposed:
    """What was read: `files`, while the SQL runs, by the inputs `from_files`; the rows of `generated` are made up.

    `aside` is what inputs, by their names, gave that can be no rows. `attached` are the aliases of the databases that
    are open now. `synthetic`: some of the data was stood in for, as that of `stood_in`, or is made of such; `made_up`:
    all of it, on a laptop.
    """

    reads: tuple[InputRead, ...]
    synthetic: bool
    made_up: bool
    files: tuple[Path, ...]
    from_files: tuple[str, ...]
    generated: tuple[str, ...]
    stood_in: tuple[str, ...]
    attached: frozenset[str]
    aside: Mapping[str, SetAside]


@dataclass(slots=True)
class _Inputs:
    """The inputs of one stage, as far as they have been exposed."""

    session: Session
    connection: DuckDBPyConnection
    work: Work
    before: tuple[Publish, ...]
    now: datetime
    scratch: Path
    files: list[Path] = field(default_factory=list)
    from_files: list[str] = field(default_factory=list)
    attached: set[str] = field(default_factory=set)
    generated: list[str] = field(default_factory=list)
    stood_in: list[str] = field(default_factory=list)
    aside: dict[str, SetAside] = field(default_factory=dict)
    synthetic: bool = False
    real: bool = False


def expose(
    session: Session,
    connection: DuckDBPyConnection,
    work: Work,
    before: tuple[Publish, ...],
    now: datetime,
    scratch: Path,
) -> Exposed:
    """Make all inputs of a product readable by their local names, with what is brought here for it below `scratch`.

    `before` is what the product has published, upon which the stage is built.

    Raises `InputsNotReady` or `SourceNotReady` where an input is not there and may not be stood in for.
    """
    inputs = _Inputs(session, connection, work, before, now, scratch)
    reads = tuple(_expose(inputs, port) for port in work.product.inputs)
    return Exposed(
        reads=reads,
        synthetic=inputs.synthetic,
        made_up=work.stand_ins is not None and not inputs.real,
        files=tuple(inputs.files),
        from_files=tuple(inputs.from_files),
        generated=tuple(inputs.generated),
        stood_in=tuple(inputs.stood_in),
        attached=frozenset(inputs.attached),
        aside=inputs.aside,
    )


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


def _expose(inputs: _Inputs, port: InputPort) -> InputRead:
    stand_ins = inputs.work.stand_ins
    stood_in = stand_ins is not None and port.name in stand_ins.only
    match port.source:
        case _ if stood_in:
            read = None
        case None:
            read = _expose_port(inputs, port)
        case source:
            url = inputs.session.connections(source.connection)
            read = None if url is None else _expose_source(inputs, port, source, url)
    return read or _stand_in(inputs, port)


def _expose_port(inputs: _Inputs, port: InputPort) -> InputRead | None:
    assert port.port is not None, "an input without a source reads a port"  # noqa: S101
    found = {
        table: relation_of(inputs.session, inputs.connection, port.port.table(table), inputs.attached)
        for table in inputs.work.tables_of(port)
    }
    if None in found.values():
        return None
    for table, relation in found.items():
        inputs.connection.execute(f"CREATE TEMP VIEW {name(_local(port, table))} AS FROM {relation}")
    publish = last_publish(inputs.connection, str(port.port.product))
    assert publish is not None, "a product's file is made by its first publish"  # noqa: S101
    inputs.synthetic |= publish.synthetic
    inputs.real |= not publish.synthetic
    return InputRead(port.name, port.port, publish.publish_id, publish.watermark, publish.keys)


def _expose_source(inputs: _Inputs, port: InputPort, source: CopiedSource | VirtualSource, url: Secret) -> InputRead:
    inputs.real = True
    if isinstance(source, VirtualSource):
        relation = expose_virtual(inputs.session, inputs.connection, source, inputs.attached)
        with explained(f"the input `{port.name}`"):
            inputs.connection.execute(f"CREATE TEMP VIEW {name(_local(port))} AS FROM {relation}")
        return InputRead(port.name, None, None, Watermark(inputs.now))
    local, interval = sql_name(port.name), inputs.work.interval
    scratch = inputs.scratch / local
    reading = Reading(
        source=source,
        columns=port.columns,
        interval=interval,
        url=url,
        scratch=scratch,
        input=port.name,
        log=inputs.before,
        is_confidential=is_confidential(inputs.work.product),
        connections=inputs.session.connections,
    )
    with open_source(reading) as given:
        match given:
            case GivenFiles():
                _expose_files(inputs, port, given.paths, given.format)
                if given.aside is not None:
                    inputs.aside[port.name] = given.aside
            case GivenRows():
                expose_batches(inputs.connection, local, given)
    return read_of(reading, given, inputs.now)


def _expose_files(inputs: _Inputs, port: InputPort, paths: Sequence[Path], kind: str) -> None:
    local = sql_name(port.name)
    product = inputs.work.product
    often = len(tuple(product.tables())) > 1 or is_asked(product, port)
    expose_files(inputs.connection, local, file_relation(paths, kind, port.columns), often=often)
    if not often:
        inputs.files.extend(paths)
        inputs.from_files.append(local)


def _stand_in(inputs: _Inputs, port: InputPort) -> InputRead:
    """Take a fixture, or generate rows; where nothing may stand in for it, an optional input is empty."""
    stand_ins = inputs.work.stand_ins
    if stand_ins is None:
        return _do_without(inputs, port)
    for table in inputs.work.tables_of(port):
        _stand_in_table(inputs, port, table, stand_ins)
    inputs.synthetic = True
    inputs.stood_in.append(port.name)
    complete = Watermark(min(inputs.work.interval.end, inputs.now))
    return InputRead(port.name, port.port, None, complete)


def _do_without(inputs: _Inputs, port: InputPort) -> InputRead:
    for table, columns in done_without(inputs.work, port).items():
        expose_rows(inputs.connection, _local(port, table), columns, ())
    return InputRead(port.name, port.port, None, None)


def _stand_in_table(inputs: _Inputs, port: InputPort, table: str, stand_ins: StandIns) -> None:
    called = local_table(port.name, table)
    columns = inputs.work.columns.get(called) or port.columns
    path = fixture(stand_ins, called)
    if path is not None:
        relation = file_relation([path], path.suffix[1:], columns)
        expose_files(inputs.connection, _local(port, table), relation, often=True)
    elif columns:
        rows = generated_rows(inputs.work, port, table, columns)
        expose_rows(inputs.connection, _local(port, table), columns, rows)
        inputs.generated.append(called)
    else:
        raise nothing_known(inputs.work, called)


def _local(port: InputPort, table: str = "") -> str:
    return one_name(local_table(sql_name(port.name), table))
