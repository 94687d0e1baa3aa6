"""Code: what a domain's own code makes of the inputs, as relations that the tables of its product are built of."""

from pathlib import Path

from duckdb import DuckDBPyConnection

from meshwright.engine.code.python import run_python
from meshwright.engine.code.task import Task, task_of
from meshwright.engine.duckdb.connection import column_names, explained, name
from meshwright.engine.duckdb.session import Session
from meshwright.engine.protocol import Work
from meshwright.model.address import TableAddress
from meshwright.model.code import Code, CodeTransform
from meshwright.model.errors import FinalError
from meshwright.model.naming import code_table, local_table, one_name, sql_name, stored_table
from meshwright.model.product import OutputTable

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
        _write_input(connection, local, folder / "inputs")
    made = run_python(task)
    for address, table in work.product.tables():
        if isinstance(table.transform, CodeTransform):
            _expose(connection, task, (address, table), made[stored_table(address)])


def _locals(work: Work) -> list[str]:
    """Return the names by which inputs, or each of their tables, are read."""
    return [one_name(local_table(sql_name(p.name), t)) for p in work.product.inputs for t in work.tables_of(p)]


def _write_input(connection: DuckDBPyConnection, local: str, folder: Path) -> None:
    import pyarrow as pa

    with explained(f"the input `{local}`"):
        reader = connection.sql(f"FROM {name(local)}").to_arrow_reader(_BATCH)
        path = str(folder / f"{local}.arrow")
        with pa.OSFile(path, "wb") as file, pa.ipc.new_file(file, reader.schema) as writer:
            for batch in reader:
                writer.write_batch(batch)


def _expose(connection: DuckDBPyConnection, task: Task, made: tuple[TableAddress, OutputTable], path: Path) -> None:
    import pyarrow as pa

    address, table = made
    with explained(f"what `{task.code.path}` made for `{address}`"):
        connection.register(code_table(address), pa.ipc.open_file(pa.memory_map(str(path))).read_all())
        given = column_names(connection, name(code_table(address)))
    promised = [column.name for column in table.made_columns]
    missing = [c for c in promised if c.lower() not in {g.lower() for g in given}]
    beyond = [g for g in given if g.lower() not in {c.lower() for c in promised}]
    if missing or beyond:
        raise _unlike(task.code, address, missing, beyond)


def _unlike(code: Code, address: TableAddress, missing: list[str], beyond: list[str]) -> FinalError:
    parts = ((missing, "lacks"), (beyond, "has, beyond the contract,"))
    said = [f"{word} {', '.join(f'`{n}`' for n in names)}" for names, word in parts if names]
    message = f"what `{code.path}` made for `{address}` {' and '.join(said)}"
    return FinalError(message, hint="make the columns of the contract, or change the contract")
