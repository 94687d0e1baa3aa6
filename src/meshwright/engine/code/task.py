"""Task: one run of a product's code: what it reads, what it is to make, what it may take and know."""

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path

from meshwright.engine.code.process import Bounds
from meshwright.engine.protocol import Work
from meshwright.model.address import ProductAddress, TableAddress
from meshwright.model.code import Code, CodeTransform
from meshwright.model.errors import FinalError, SourceNotReady
from meshwright.model.identity import Connections, Secret
from meshwright.model.naming import connection_variable, product_home, stored_table
from meshwright.model.product import OutputTable
from meshwright.model.publish import CheckResult
from meshwright.model.time import Interval
from meshwright.model.value import value

TIME = timedelta(hours=1)
MEMORY = 4 * 10**9
"""What code may take where nobody says otherwise."""

_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([KMGT])(i?)B?", re.IGNORECASE)
_POWERS = {"K": 1, "M": 2, "G": 3, "T": 4}


@value
class Task:
    """Code to run in `folder`, which holds its files below `code/`, and its inputs below `inputs/`.

    `wanted` are the names of the tables to make, `given` the URLs of its connections by their variables.
    """

    product: ProductAddress
    code: Code
    wanted: tuple[str, ...]
    interval: Interval
    folder: Path
    given: Mapping[str, Secret]
    bounds: Bounds


@value
class Made:
    """What code has made: the file of each wanted table, and what its own checks found."""

    files: Mapping[str, Path]
    results: tuple[CheckResult, ...] = ()


def file_of(task: Task, path: str) -> str:
    """Return how a file of the code is called in messages: relative to the mesh."""
    return f"{product_home(task.product)}/{path}"


def died(task: Task, status: int) -> FinalError:
    """Say that code ended without a word."""
    what = f"was ended by signal {-status}" if status < 0 else f"ended with status {status}"
    hint = f"it may take {size_text(task.bounds.memory)} of memory: `MESH_MEMORY` allows more"
    return FinalError(f"{file_of(task, task.code.path)} {what}", hint=hint)


def refuse_others(code: Code, address: TableAddress, table: OutputTable, given: Iterable[str]) -> None:
    """Raise `FinalError` where the columns that code has `given` are not those of the contract."""
    promised, there = [column.name for column in table.made_columns], [*given]
    twice = [n for place, n in enumerate(there) if n.lower() in map(str.lower, there[:place])]
    beyond = [*_not_among(there, promised), *twice]
    parts = ((_not_among(promised, there), "lacks"), (beyond, "has, beyond the contract,"))
    said = [f"{word} {', '.join(f'`{n}`' for n in names)}" for names, word in parts if names]
    if said:
        message = f"what `{code.path}` made for `{address}` {' and '.join(said)}"
        raise FinalError(message, hint="make the columns of the contract, or change the contract")


def _not_among(names: Iterable[str], others: Iterable[str]) -> list[str]:
    known = {other.lower() for other in others}
    return [n for n in names if n.lower() not in known]


def task_of(work: Work, code: Code, connections: Connections, folder: Path, memory: str | None) -> Task:
    """Lay the files of a product's code out in a folder. Raises `SourceNotReady` for a connection not known here."""
    for file in code.files:
        path = folder / "code" / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file.text)
    (folder / "inputs").mkdir()
    product = work.product
    wanted = tuple(stored_table(a) for a, table in product.tables() if isinstance(table.transform, CodeTransform))
    bounds = Bounds(size(memory), product.effort.timeout or TIME)
    return Task(product.address, code, wanted, work.interval, folder, _given(code, connections), bounds)


def size(text: str | None) -> int:
    """Return how many bytes `2GB` or `512MiB` are; what nobody or nobody readable says is `MEMORY`."""
    match = _SIZE.fullmatch((text or "").strip())
    return round(float(match[1]) * (1024 if match[3] else 1000) ** _POWERS[match[2].upper()]) if match else MEMORY


def size_text(bytes_: int) -> str:
    """Return a size in words."""
    return f"{bytes_ / 10**9:g} GB" if bytes_ >= 10**9 else f"{bytes_ / 10**6:g} MB"


def _given(code: Code, connections: Connections) -> dict[str, Secret]:
    found = {}
    for name in code.connections:
        url = connections(name)
        if url is None:
            hint = f"on a laptop, set `{connection_variable(name)}`"
            raise SourceNotReady(f"connection `{name}`, which `{code.path}` is given, is not known here", hint=hint)
        found[connection_variable(name)] = url
    return found
