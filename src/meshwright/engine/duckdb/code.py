"""Code: what a domain's own code makes of the inputs, as relations that the tables of its product are built of."""

import json
from pathlib import Path

from duckdb import DuckDBPyConnection

from meshwright.engine.code.dbt import run_dbt
from meshwright.engine.code.python import run_python
from meshwright.engine.code.task import Task, refuse_others, task_of
from meshwright.engine.duckdb.connection import column_names, explained, has_relation, name, text
from meshwright.engine.duckdb.session import Session
from meshwright.engine.protocol import Work
from meshwright.model import codec
from meshwright.model.address import TableAddress
from meshwright.model.code import CodeTransform, Language
from meshwright.model.naming import code_table, input_table, stored_table
from meshwright.model.product import OutputTable
from meshwright.model.publish import CheckResult

_BATCH = 100_000


def make_by_code(session: Session, connection: DuckDBPyConnection, work: Work, folder: Path) -> None:
    """Run the code of a product, where it has some, on what its inputs hold; let its tables be read.

    Must come before the connection is closed to the world: Arrow is read from this process's memory.
    """
    code = work.product.code
    if code is None:
        return
    folder.mkdir()
    task = task_of(work, code, session.connections, folder, session.limits.memory)
    for local in _locals(work):
        with explained(f"the input `{local}`"):
            _WRITE[code.language](connection, local, folder / "inputs")
    made = run_python(task) if code.language is Language.PYTHON else run_dbt(task, work.product)
    for address, table in work.product.tables():
        if isinstance(table.transform, CodeTransform):
            _expose(connection, task, (address, table), made.files[stored_table(address)])
    if made.results:
        connection.execute("CREATE TABLE mesh.reported (result VARCHAR)")
        connection.executemany("INSERT INTO mesh.reported VALUES ($1)", [[_written(r)] for r in made.results])


def reported(connection: DuckDBPyConnection, database: str) -> tuple[CheckResult, ...]:
    """Return what the checks of a product's own code have found, when a stage was made."""
    if not has_relation(connection, database, "mesh", "reported"):
        return ()
    rows = connection.execute(f"FROM {name(database)}.mesh.reported").fetchall()
    return tuple(codec.load(CheckResult, json.loads(row[0])) for row in rows)


def _written(result: CheckResult) -> str:
    return json.dumps(codec.dump(result))


def _locals(work: Work) -> list[str]:
    """Return the names by which inputs, or each of their tables, are read."""
    return [input_table(p.name, t) for p in work.product.inputs for t in work.tables_of(p)]


def _write_arrow(connection: DuckDBPyConnection, local: str, folder: Path) -> None:
    import pyarrow as pa

    connection.complete()  # what was asked last, of which one row was enough
    reader = connection.sql(f"FROM {name(local)}").to_arrow_reader(_BATCH)
    path = str(folder / f"{local}.arrow")
    with pa.OSFile(path, "wb") as file, pa.ipc.new_file(file, reader.schema) as writer:
        for batch in reader:
            writer.write_batch(batch)


def _write_parquet(connection: DuckDBPyConnection, local: str, folder: Path) -> None:
    path = folder / f"{local}.parquet"
    connection.execute(f"COPY (FROM {name(local)}) TO {text(str(path))} (FORMAT parquet)")


_WRITE = {Language.PYTHON: _write_arrow, Language.DBT: _write_parquet}


def _expose(connection: DuckDBPyConnection, task: Task, made: tuple[TableAddress, OutputTable], path: Path) -> None:
    import pyarrow as pa

    address, table = made
    with explained(f"what `{task.code.path}` made for `{address}`"):
        if path.suffix == ".arrow":
            connection.register(code_table(address), pa.ipc.open_file(pa.memory_map(str(path))).read_all())
        else:
            relation = f"read_parquet({text(str(path))})"
            connection.execute(f"CREATE TEMP TABLE {name(code_table(address))} AS FROM {relation}")
        given = column_names(connection, name(code_table(address)))
    refuse_others(task.code, address, table, given)
