"""Code: what a domain's own code makes of the inputs, as relations that the tables of its product are built of.

What it reads comes to this process as files, and what it makes goes from here: code runs where the run does.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from meshwright.engine.bigquery.arrow import batches_of, load_batches
from meshwright.engine.bigquery.connection import explained
from meshwright.engine.bigquery.inputs import Exposed
from meshwright.engine.bigquery.loads import Target
from meshwright.engine.bigquery.session import Session
from meshwright.engine.code.dbt import run_dbt
from meshwright.engine.code.python import run_python
from meshwright.engine.code.task import Made, Task, refuse_others, task_of
from meshwright.engine.protocol import Work
from meshwright.model import codec
from meshwright.model.address import ProductAddress, TableAddress
from meshwright.model.code import CodeTransform, Language
from meshwright.model.identity import PublishId
from meshwright.model.naming import code_table, stage_table, stored_table
from meshwright.model.product import DataProduct, OutputTable
from meshwright.model.publish import CheckResult

if TYPE_CHECKING:
    import pyarrow as pa

_REPORTED = "_reported"
"""The part of a stage that holds what the code's own checks have found."""


def made_by_code(session: Session, work: Work, publish_id: PublishId, exposed: Exposed) -> dict[str, str]:
    """Run the code of a product, where it has some, on what its inputs hold; return SELECTs of what it makes.

    Whoever goes on with a stage finds what the code has made for it, and does not run it again.
    """
    code, product = work.product.code, work.product.address
    if code is None:
        return {}
    made = [(a, table) for a, table in work.product.tables() if isinstance(table.transform, CodeTransform)]
    targets = {address: _target(session, publish_id, address) for address, _ in made}
    if session.warehouse.table(session.stage_dataset(product), stage_table(publish_id, _REPORTED)) is None:
        with TemporaryDirectory() as scratch:
            folder = Path(scratch) / "code"
            folder.mkdir()
            task = task_of(work, code, session.connections, folder, session.memory)
            found = _run(session, work, task, exposed)
            for address, table in made:
                _load(task, targets[address], (address, table), found.files[stored_table(address)])
        _report(session, product, publish_id, found.results)
    return {code_table(address): f"SELECT * FROM {target.place}" for address, target in targets.items()}


def _run(session: Session, work: Work, task: Task, exposed: Exposed) -> Made:
    language = task.code.language
    for local, select in exposed.relations.items():
        with explained(f"the input `{local}`"):
            _write(batches_of(session.warehouse, select), task.folder / "inputs" / local, language)
    return run_python(task) if language is Language.PYTHON else run_dbt(task, work.product)


def _target(session: Session, publish_id: PublishId, address: TableAddress) -> Target:
    product = address.port.product
    part = stage_table(publish_id, code_table(address))
    return Target(session.warehouse, session.stage_dataset(product), part, str(address))


def _load(task: Task, target: Target, made: tuple[TableAddress, OutputTable], path: Path) -> None:
    address, table = made
    with explained(f"what `{task.code.path}` made for `{address}`"), _opened(path) as reader:
        refuse_others(task.code, address, table, reader.schema.names)
        load_batches(target, reader.schema, reader)


def _report(session: Session, product: ProductAddress, publish_id: PublishId, results: Iterable[CheckResult]) -> None:
    """Write down what the code's own checks have found: the last thing, so that all it made is there."""
    place = session.staged(product, publish_id, _REPORTED)
    values = {"results": [json.dumps(codec.dump(result)) for result in results]}
    session.warehouse.run(f"CREATE TABLE {place} AS SELECT result FROM UNNEST(@results) AS result", values)


def reported(session: Session, product: DataProduct, publish_id: PublishId) -> tuple[CheckResult, ...]:
    """Return what the checks of a product's own code have found, when a stage was made."""
    if product.code is None:
        return ()
    part, dataset = stage_table(publish_id, _REPORTED), session.stage_dataset(product.address)
    rows = session.warehouse.listed(dataset, part, {"result": "STRING"}) or ()
    return tuple(codec.load(CheckResult, json.loads(result)) for (result,) in rows)


@contextmanager
def _opened(path: Path) -> "Iterator[pa.RecordBatchReader]":
    """Read a file of Arrow or Parquet batch by batch."""
    import pyarrow as pa
    from pyarrow import parquet

    if path.suffix == ".arrow":
        with pa.memory_map(str(path)) as file, pa.ipc.open_file(file) as reader:
            batches = (reader.get_batch(number) for number in range(reader.num_record_batches))
            yield pa.RecordBatchReader.from_batches(reader.schema, batches)
    else:
        with parquet.ParquetFile(path) as file:
            yield pa.RecordBatchReader.from_batches(file.schema_arrow, file.iter_batches())


def _write(batches: "Iterator[pa.RecordBatch]", place: Path, language: Language) -> None:
    """Write an input to a file, of the format that is read in a language."""
    import pyarrow as pa
    from pyarrow import parquet

    first = next(batches)
    opened = (
        pa.ipc.new_file(f"{place}.arrow", first.schema)
        if language is Language.PYTHON
        else parquet.ParquetWriter(f"{place}.parquet", first.schema)
    )
    with opened as writer:
        for batch in chain([first], batches):
            writer.write_batch(batch)
