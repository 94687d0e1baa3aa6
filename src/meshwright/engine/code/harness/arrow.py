"""Arrow: calls a domain's `transform` in the domain's own environment, which has pyarrow and nothing of ours.

Run as `python -I bounded.py BYTES arrow.py FOLDER`. The folder holds `job.json`, `code/` and `inputs/`; what the
function returns is written to `outputs/`, batch by batch, and what went wrong, shortened to the domain's own lines, to
`report.json`.
"""

import importlib.util
import json
import sys
import traceback
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple


class Interval(NamedTuple):
    """The stretch of time that is built: from `start`, up to `end` without it, both in UTC."""

    start: datetime
    end: datetime


class NotAsAskedError(Exception):
    """The function gave something else than was asked of it."""


def main(folder: Path) -> int:
    """Call the function of a job; return 0 when all that was wanted is there."""
    job = json.loads((folder / "job.json").read_text())
    code = folder / "code"
    sys.path.insert(0, str(code))
    try:
        function = _function(code / job["path"])
        interval = Interval(*(datetime.fromisoformat(job[end]) for end in ("start", "end")))
        _write(function(_inputs(folder / "inputs"), interval), job["wanted"], folder / "outputs")
    except BaseException as error:  # noqa: BLE001  # whatever it is, its author hears of it
        (folder / "report.json").write_text(json.dumps(_report(error, code)))
        return 1
    return 0


def _function(path: Path) -> Callable[[Mapping[str, Any], Interval], Any]:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None  # noqa: S101  # a file of Python has one
    assert spec.loader is not None  # noqa: S101
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    function: Callable[[Mapping[str, Any], Interval], Any] = module.transform
    return function


def _inputs(folder: Path) -> dict[str, Any]:
    """Return the tables that are read, which stay in their files until they are looked at."""
    import pyarrow as pa

    found = sorted(folder.glob("*.arrow"))
    return {path.stem: pa.ipc.open_file(pa.memory_map(str(path))).read_all() for path in found}


def _write(made: Any, wanted: Iterable[str], folder: Path) -> None:
    import pyarrow as pa

    if not isinstance(made, Mapping):
        raise NotAsAskedError(f"it returned {_kind(made)}, not a dict of a table for each port")
    for name in sorted(set(map(str, made)) - set(wanted)):
        raise NotAsAskedError(f"it returned `{name}`, which is no port of the product")
    for name in wanted:
        if name not in made:
            raise NotAsAskedError(f"it returned no `{name}`")
        reader = _reader(made[name], name)
        with pa.OSFile(str(folder / f"{name}.arrow"), "wb") as file, pa.ipc.new_file(file, reader.schema) as writer:
            for batch in reader:
                writer.write_batch(batch)


def _reader(table: Any, name: str) -> Any:
    """Return what was returned for a port as a reader of its batches."""
    import pyarrow as pa

    match table:
        case pa.Table():
            return table.to_reader()
        case pa.RecordBatch():
            return pa.Table.from_batches([table]).to_reader()
        case pa.RecordBatchReader():
            return table
        case _:
            raise NotAsAskedError(f"it returned {_kind(table)} for `{name}`, not a table of pyarrow or its reader")


def _kind(value: Any) -> str:
    kind = type(value)
    home = "" if kind.__module__ == "builtins" else f"{kind.__module__.partition('.')[0]}."
    return "nothing" if value is None else f"a {home}{kind.__qualname__}"


def _report(error: BaseException, code: Path) -> dict[str, Any]:
    """Return an error in its author's words and lines: where, in their files, it was on its way."""
    said = "".join(traceback.format_exception_only(error)).strip()
    frames = [
        {"file": str(Path(f.filename).relative_to(code)), "line": f.lineno, "function": f.name, "text": f.line}
        for f in traceback.extract_tb(error.__traceback__)
        if Path(f.filename).is_relative_to(code)
    ]
    return {
        "kind": type(error).__name__,
        "said": str(error) if isinstance(error, NotAsAskedError) else said,
        "frames": frames,
    }


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
