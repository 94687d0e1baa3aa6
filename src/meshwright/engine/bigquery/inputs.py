"""Inputs: each input port of a product as a SELECT that its SQL reads by the port's local name.

What was read of another product is told from its log: asked before the data is read, and again afterwards. Where
the product has published in between, all of it is read again, so that data and publish id belong together.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from google.cloud import bigquery

from meshwright.engine.bigquery.connection import name
from meshwright.engine.bigquery.loads import Target, load_files, load_rows
from meshwright.engine.bigquery.log import last_publish
from meshwright.engine.bigquery.quarantine import source_aside
from meshwright.engine.bigquery.served import behind, dataset_of, quoted, served
from meshwright.engine.bigquery.session import Session
from meshwright.engine.generate import generated_rows
from meshwright.engine.protocol import StandIns, Work
from meshwright.engine.set_aside import is_confidential
from meshwright.engine.sources.open import open_source
from meshwright.engine.sources.reading import SET_ASIDE, Given, GivenFiles, GivenRows, Reading, read_of
from meshwright.engine.standins import done_without, fixture, nothing_known
from meshwright.model.address import ProductAddress
from meshwright.model.identity import PublishId, Secret
from meshwright.model.naming import local_table, one_name, sql_name, stage_table, stored_table
from meshwright.model.product import CopiedSource, InputPort, VirtualSource
from meshwright.model.publish import InputRead, Publish
from meshwright.model.time import Watermark
from meshwright.model.value import value

Heads = dict[ProductAddress, Publish]
"""The last publish of each product that has one."""


@value
class Exposed:
    """What was read: a SELECT for each local name, the inputs that came `from_files`, and those that are made up.

    `loads` are the jobs that still load, by the names of what they load; `datasets` are those that SQL may read.
    `synthetic`: some of the data was stood in for, as that of `stood_in`, or is made of such; `made_up`: all of it, on
    a laptop. The rows of those that are `generated` come from no fixture.
    """

    reads: tuple[InputRead, ...]
    relations: dict[str, str]
    loads: tuple[tuple[str, str], ...]
    datasets: tuple[str, ...]
    from_files: tuple[str, ...]
    generated: tuple[str, ...]
    stood_in: tuple[str, ...]
    synthetic: bool
    made_up: bool


@dataclass(slots=True)
class _Inputs:
    """The inputs of one stage, as far as they have been exposed."""

    session: Session
    work: Work
    publish_id: PublishId
    before: tuple[Publish, ...]
    now: datetime
    heads: Heads
    relations: dict[str, str] = field(default_factory=dict)
    loads: dict[str, list[str]] = field(default_factory=dict)
    datasets: set[str] = field(default_factory=set)
    from_files: list[str] = field(default_factory=list)
    generated: list[str] = field(default_factory=list)
    stood_in: list[str] = field(default_factory=list)
    synthetic: bool = False
    real: bool = False

    def target(self, local: str) -> Target:
        """Return the table of the stage that an input is loaded into."""
        product = self.work.product.address
        table = stage_table(self.publish_id, f"_{local}")
        left = self.loads.setdefault(local, [])
        return Target(self.session.warehouse, self.session.stage_dataset(product), table, local, left)


def heads_of(session: Session, work: Work) -> Heads:
    """Return the last publishes of the products that a product reads."""
    read = sorted({p.port.product for p in work.product.inputs if p.port})
    return {product: publish for product in read if (publish := last_publish(session, product))}


def expose(
    session: Session, work: Work, publish_id: PublishId, before: tuple[Publish, ...], now: datetime, heads: Heads
) -> Exposed:
    """Make all inputs of a product readable by their local names. `before` is what the product has published.

    Raises `InputsNotReady` or `SourceNotReady` where an input is not there and may not be stood in for.
    """
    inputs = _Inputs(session, work, publish_id, before, now, heads)
    inputs.datasets.add(session.stage_dataset(work.product.address))
    reads = tuple(_expose(inputs, port) for port in work.product.inputs)
    return Exposed(
        reads=reads,
        relations=inputs.relations,
        loads=tuple((local, job) for local, left in inputs.loads.items() for job in left),
        datasets=tuple(sorted(inputs.datasets)),
        from_files=tuple(inputs.from_files),
        generated=tuple(inputs.generated),
        stood_in=tuple(inputs.stood_in),
        synthetic=inputs.synthetic,
        made_up=work.stand_ins is not None and not inputs.real,
    )


def with_relations(relations: Iterable[tuple[str, str]]) -> str:
    """Return the WITH clause that gives names to SELECTs; empty where there are none."""
    named = ", ".join(f"{name(local)} AS ({select})" for local, select in relations)
    return f"WITH {named} " if named else ""


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
    session, product = inputs.session, port.port.product
    publish = inputs.heads.get(product)
    tables = {table: port.port.table(table) for table in inputs.work.tables_of(port)}
    dataset = session.dataset(product)
    views = [session.warehouse.table(dataset, stored_table(table)) for table in tables.values()]
    if publish is None or None in views:
        return None
    for called, table in tables.items():
        inputs.relations[_local(port, called)] = f"SELECT * FROM {session.offered(table)}"
    inputs.datasets |= {dataset, session.store_dataset(product), *behind(filter(None, views))}
    inputs.synthetic |= publish.synthetic
    inputs.real |= not publish.synthetic
    return InputRead(port.name, port.port, publish.publish_id, publish.watermark, publish.keys)


def _expose_source(inputs: _Inputs, port: InputPort, source: CopiedSource | VirtualSource, url: Secret) -> InputRead:
    if isinstance(source, VirtualSource):
        return _expose_served(inputs, port, served(inputs.session, source))
    interval, local = inputs.work.interval, _local(port)
    inputs.real = True
    with TemporaryDirectory() as scratch:
        place = Path(scratch) / "source"
        reading = Reading(
            source=source,
            columns=port.columns,
            interval=interval,
            url=url,
            scratch=place,
            input=port.name,
            log=inputs.before,
            is_confidential=is_confidential(inputs.work.product),
            connections=inputs.session.connections,
        )
        with open_source(reading) as given:
            inputs.relations[local] = _loaded(inputs, port, given)
        return read_of(reading, given, inputs.now)


def _expose_served(inputs: _Inputs, port: InputPort, table: bigquery.Table) -> InputRead:
    inputs.relations[_local(port)] = f"SELECT * FROM {quoted(table)}"
    inputs.datasets.add(dataset_of(table))
    inputs.real = True
    return InputRead(port.name, None, None, Watermark(inputs.now))


def _loaded(inputs: _Inputs, port: InputPort, given: Given) -> str:
    """Load what a source gives; return a SELECT of it."""
    local = _local(port)
    match given:
        case GivenFiles():
            inputs.from_files.append(local)
            if given.aside is not None:
                load_files(inputs.target(source_aside(port.name)), [given.aside.path], "json", SET_ASIDE)
            return load_files(inputs.target(local), given.paths, given.format, port.columns)
        case GivenRows(columns, batches):
            rows = (row for batch in batches for row in batch.to_pylist())
            return load_rows(inputs.target(local), columns, rows)


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
        local = _local(port, table)
        inputs.relations[local] = load_rows(inputs.target(local), columns, ())
    return InputRead(port.name, port.port, None, None)


def _stand_in_table(inputs: _Inputs, port: InputPort, table: str, stand_ins: StandIns) -> None:
    called, local = local_table(port.name, table), _local(port, table)
    columns = inputs.work.columns.get(called) or port.columns
    path = fixture(stand_ins, called)
    if path is not None:
        inputs.relations[local] = load_files(inputs.target(local), [path], path.suffix[1:], columns)
    elif columns:
        names = [c.name for c in columns]
        rows = (dict(zip(names, row, strict=True)) for row in generated_rows(inputs.work, port, table, columns))
        inputs.relations[local] = load_rows(inputs.target(local), columns, rows)
        inputs.generated.append(called)
    else:
        raise nothing_known(inputs.work, called)


def _local(port: InputPort, table: str = "") -> str:
    return one_name(local_table(sql_name(port.name), table))
