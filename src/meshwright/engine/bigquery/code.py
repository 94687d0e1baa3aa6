"""Code: what a domain's own code makes of the inputs, as relations that the tables of its product are built of.

What it reads comes to this process as files, and what it makes goes from here: code runs where the run does.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
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
from meshwright.engine.code.task import Task, refuse_others, task_of
from meshwright.engine.protocol import Work
from meshwright.model import codec
from meshwright.model.address import TableAddress
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
    """Run the code of a product, where it has some, on what its inputs hold; return SELECTs of what it makes."""
    code = work.product.code
    if code is None:
        return {}
    with TemporaryDirectory() as scratch:
        folder = Path(scratch) / "code"
        folder.mkdir()
        task = task_of(work, code, session.connections, folder, session.memory)
        for local, select in exposed.relations.items():
            with explained(f"the input `{local}`"):
                _WRITE[code.language](batches_of(session.warehouse, select), folder / "inputs" / local)
        made = run_python(task) if code.language is Language.PYTHON else run_dbt(task, work.product)
        relations = {
            code_table(address): _loaded(session, task, publish_id, (address, table), made.files[stored_table(address)])
            for address, table in work.product.tables()
            if isinstance(table.transform, CodeTransform)
        }
    if made.results:
        place = session.staged(work.product.address, publish_id, _REPORTED)
        results = [json.dumps(codec.dump(result)) for result in made.results]
        session.warehouse.run(
            f"CREATE OR REPLACE TABLE {place} AS SELECT result FROM UNNEST(@results) AS result", {"results": results}
        )
    return relations


def reported(session: Session, product: DataProduct, publish_id: PublishId) -> tuple[CheckResult, ...]:
    """Return what the checks of a product's own code have found, when a stage was made."""
    part, dataset = stage_table(publish_id, _REPORTED), session.stage_dataset(product.address)
    if product.code is None or session.warehouse.table(dataset, part) is None:
        return ()
    rows = session.warehouse.run(f"SELECT result FROM {session.warehouse.place(dataset, part)}")
    return tuple(codec.load(CheckResult, json.loads(result)) for (result,) in rows)


def _loaded(
    session: Session, task: Task, publish_id: PublishId, made: tuple[TableAddress, OutputTable], path: Path
) -> str:
    address, table = made
    called = code_table(address)
    target = Target(
        session.warehouse, session.stage_dataset(task.product), stage_table(publish_id, called), str(address)
    )
    with explained(f"what `{task.code.path}` made for `{address}`"), _opened(path) as reader:
        refuse_others(task.code, address, table, reader.schema.names)
        return load_batches(target, reader.schema, reader)


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


def _write_arrow(batches: "Iterator[pa.RecordBatch]", place: Path) -> None:
    import pyarrow as pa

    first = next(batches)
    with pa.OSFile(f"{place}.arrow", "wb") as file, pa.ipc.new_file(file, first.schema) as writer:
        writer.write_batch(first)
        for batch in batches:
            writer.write_batch(batch)


def _write_parquet(batches: "Iterator[pa.RecordBatch]", place: Path) -> None:
    from pyarrow import parquet

    first = next(batches)
    with parquet.ParquetWriter(f"{place}.parquet", first.schema) as writer:
        writer.write_batch(first)
        for batch in batches:
            writer.write_batch(batch)


_WRITE = {Language.PYTHON: _write_arrow, Language.DBT: _write_parquet}
