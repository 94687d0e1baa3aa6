"""Python: tables made by a domain's function over Arrow. Its errors are told in its own lines, never in ours."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from meshwright.engine.code import harness
from meshwright.engine.code.environment import environment
from meshwright.engine.code.process import Call, run, without_secrets
from meshwright.engine.code.task import Task, size_text
from meshwright.model.errors import FinalError
from meshwright.model.naming import product_home
from meshwright.model.time import instant_text

_FRAMES = 5
"""Lines of the author's own that are shown of one error."""


def run_python(task: Task) -> Mapping[str, Path]:
    """Call the function `transform`; return the Arrow file of each wanted table. Raises `FinalError`."""
    python = environment(task.code)
    outputs = task.folder / "outputs"
    outputs.mkdir()
    job = {
        "path": task.code.path,
        "wanted": task.wanted,
        "start": instant_text(task.interval.start),
        "end": instant_text(task.interval.end),
        "memory": task.bounds.memory,
    }
    (task.folder / "job.json").write_text(json.dumps(job))
    command = [str(python), "-I", "-B", str(Path(harness.__file__).resolve()), str(task.folder)]
    status = run(Call(str(task.product), command, task.folder, task.given, task.bounds))
    if status:
        raise _failed(task, status)
    return {name: outputs / f"{name}.arrow" for name in task.wanted}


def _failed(task: Task, status: int) -> FinalError:
    path = task.folder / "report.json"
    if not path.is_file():
        what = f"was ended by signal {-status}" if status < 0 else f"ended with status {status}"
        hint = f"it may take {size_text(task.bounds.memory)} of memory: `MESH_MEMORY` allows more"
        return FinalError(f"{_file(task, task.code.path)} {what}", hint=hint)
    report = json.loads(path.read_text())
    message = without_secrets(f"{_file(task, task.code.path)} failed: {report['said']}{_way(task, report)}", task.given)
    return FinalError(message, hint=_hint(task, report["kind"]))


def _way(task: Task, report: Mapping[str, Any]) -> str:
    """Return the author's own lines on the way to an error, the last of which is where it happened."""
    lines = [
        f"\n  {_file(task, frame['file'])}:{frame['line']}, in {frame['function']}\n    {frame['text']}"
        for frame in report["frames"][-_FRAMES:]
    ]
    return "".join(lines)


def _hint(task: Task, kind: str) -> str:
    match kind:
        case "MemoryError" | "ArrowMemoryError":
            return f"it may take {size_text(task.bounds.memory)}: go batch by batch, or raise `MESH_MEMORY`"
        case "ModuleNotFoundError":
            return f"lock what it needs in `{task.code.lock.path}`"
        case "NotAsAskedError":
            return f"return a dict with a table for each of {', '.join(f'`{name}`' for name in task.wanted)}"
        case _:
            return ""


def _file(task: Task, path: str) -> str:
    return f"{product_home(task.product)}/{path}"
