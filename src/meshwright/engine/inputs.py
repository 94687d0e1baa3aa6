"""Inputs: what is a product's stage to read, of each of its inputs?

The same for every engine, which is asked to open what is found here for SQL. What is not there is stood in for on a
laptop; in production an input that is not required is empty until it is published, and another stops the stage.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from meshwright.engine.generate import generated_rows
from meshwright.engine.protocol import StandIns, Work
from meshwright.engine.set_aside import is_confidential
from meshwright.engine.sources.open import open_source
from meshwright.engine.sources.reading import Given, Reading, read_of
from meshwright.engine.standins import done_without, fixture, nothing_known
from meshwright.model.address import PortAddress, TableAddress
from meshwright.model.contract import Column
from meshwright.model.identity import Connections
from meshwright.model.naming import input_table, local_table
from meshwright.model.product import InputPort, VirtualSource
from meshwright.model.publish import InputRead, Publish
from meshwright.model.time import Watermark
from meshwright.model.value import value


class Door(Protocol):
    """Where an engine lets SQL read inputs, each table under its local name."""

    def open_port(self, port: PortAddress, tables: Mapping[str, TableAddress]) -> Publish | None:
        """Open tables of a port; return the last publish of its product. None, and nothing is, where one is missing."""

    def open_virtual(self, local: str, source: VirtualSource) -> None:
        """Open what another store serves. Raises `SourceNotReady` where it does not."""

    def open_given(self, port: InputPort, given: Given) -> None:
        """Open what the source of an input has given: it is there for as long as this takes, its files for longer."""

    def open_fixture(self, local: str, path: Path, columns: Sequence[Column]) -> None:
        """Open a file that stands in for a table."""

    def open_rows(self, local: str, columns: Sequence[Column], rows: Sequence[tuple[object, ...]]) -> None:
        """Open rows of plain values."""


@value
class Inputs:
    """What was read of a product's inputs.

    `synthetic`: some of the data was stood in for, as that of `stood_in`, or is made of such; `made_up`: all of it, on
    a laptop. The rows of those that are `generated` come from no fixture.
    """

    reads: tuple[InputRead, ...]
    stood_in: tuple[str, ...]
    generated: tuple[str, ...]
    synthetic: bool
    made_up: bool


@dataclass(slots=True)
class _Inputs:
    """The inputs of one stage, as far as they have been read."""

    work: Work
    door: Door
    connections: Connections
    before: tuple[Publish, ...]
    scratch: Path
    now: datetime
    stood_in: list[str] = field(default_factory=list)
    generated: list[str] = field(default_factory=list)
    synthetic: bool = False
    real: bool = False


def read_inputs(
    work: Work, door: Door, connections: Connections, before: tuple[Publish, ...], scratch: Path, now: datetime
) -> Inputs:
    """Have all inputs of a product opened, with what is brought here for it below the folder `scratch`.

    `before` is what the product has published, upon which the stage is built.

    Raises `InputsNotReady` or `SourceNotReady` where an input is not there and may not be stood in for.
    """
    inputs = _Inputs(work, door, connections, before, scratch, now)
    reads = tuple(_read(inputs, port) for port in work.product.inputs)
    made_up = work.stand_ins is not None and not inputs.real
    return Inputs(reads, tuple(inputs.stood_in), tuple(inputs.generated), inputs.synthetic, made_up)


def _read(inputs: _Inputs, port: InputPort) -> InputRead:
    stand_ins = inputs.work.stand_ins
    read = None
    if stand_ins is None or port.name not in stand_ins.only:
        read = _read_port(inputs, port) if port.source is None else _read_source(inputs, port)
    if read is not None:
        return read
    return _do_without(inputs, port) if stand_ins is None else _stand_in(inputs, port, stand_ins)


def _read_port(inputs: _Inputs, port: InputPort) -> InputRead | None:
    assert port.port is not None, "an input without a source reads a port"  # noqa: S101
    tables = {input_table(port.name, table): port.port.table(table) for table in inputs.work.tables_of(port)}
    publish = inputs.door.open_port(port.port, tables)
    if publish is None:
        return None
    inputs.synthetic |= publish.synthetic
    inputs.real |= not publish.synthetic
    return InputRead(port.name, port.port, publish.publish_id, publish.watermark, publish.keys)


def _read_source(inputs: _Inputs, port: InputPort) -> InputRead | None:
    assert port.source is not None, "an input without a port reads a source"  # noqa: S101
    url = inputs.connections(port.source.connection)
    if url is None:
        return None
    inputs.real = True
    if isinstance(port.source, VirtualSource):
        inputs.door.open_virtual(input_table(port.name), port.source)
        return InputRead(port.name, None, None, Watermark(inputs.now))
    asked = Reading(
        source=port.source,
        columns=port.columns,
        interval=inputs.work.interval,
        url=url,
        scratch=inputs.scratch / input_table(port.name),
        input=port.name,
        log=inputs.before,
        is_confidential=is_confidential(inputs.work.product),
        connections=inputs.connections,
    )
    with open_source(asked) as given:
        inputs.door.open_given(port, given)
    return read_of(asked, given, inputs.now)


def _do_without(inputs: _Inputs, port: InputPort) -> InputRead:
    """Open the tables of an input that was never published, and is not required: all are empty."""
    for table, columns in done_without(inputs.work, port).items():
        inputs.door.open_rows(input_table(port.name, table), columns, ())
    return InputRead(port.name, port.port, None, None)


def _stand_in(inputs: _Inputs, port: InputPort, stand_ins: StandIns) -> InputRead:
    """Open a fixture of each table of an input, or rows that are generated."""
    work = inputs.work
    for table in work.tables_of(port):
        called, local = local_table(port.name, table), input_table(port.name, table)
        columns, path = work.columns.get(called) or port.columns, fixture(stand_ins, called)
        if path is not None:
            inputs.door.open_fixture(local, path, columns)
        elif columns:
            inputs.door.open_rows(local, columns, generated_rows(work, port, table, columns))
            inputs.generated.append(called)
        else:
            raise nothing_known(work, called)
    inputs.synthetic = True
    inputs.stood_in.append(port.name)
    return InputRead(port.name, port.port, None, Watermark(min(work.interval.end, inputs.now)))
