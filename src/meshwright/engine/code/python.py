"""Python: tables made by a domain's function over Arrow. Its errors are told in its own lines, never in ours."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from meshwright.engine.code.environment import environment
from meshwright.engine.code.harness import arrow
from meshwright.engine.code.process import Call, run, without_secrets
from meshwright.engine.code.task import Made, Task, died, file_of, size_text
from meshwright.model.errors import FinalError
from meshwright.model.time import instant_text

_FRAMES = 5
"""Lines of the author's own that are shown of one error."""


def run_python(task: Task) -> Made:
    """Call the function `transform`; its tables are files of Arrow. Raises `FinalError`."""
    python = environment(task.code)
    outputs = task.folder / "outputs"
    outputs.mkdir()
    job = {
        "path": task.code.path,
        "wanted": task.wanted,
        "start": instant_text(task.interval.start),
        "end": instant_text(task.interval.end),
    }
    (task.folder / "job.json").write_text(json.dumps(job))
    status = run(Call(str(task.product), python, Path(arrow.__file__), task.folder, task.given, task.bounds))
    if status:
        raise _failed(task, status)
    return Made({name: outputs / f"{name}.arrow" for name in task.wanted})


def _failed(task: Task, status: int) -> FinalError:
    path = task.folder / "report.json"
    if not path.is_file():
        return died(task, status)
    report = json.loads(path.read_text())
    message = without_secrets(
        f"{file_of(task, task.code.path)} failed: {report['said']}{_way(task, report)}", task.given
    )
    return FinalError(message, hint=_hint(task, report["kind"]))


def _way(task: Task, report: Mapping[str, Any]) -> str:
    """Return the author's own lines on the way to an error, the last of which is where it happened."""
    lines = [
        f"\n  {file_of(task, frame['file'])}:{frame['line']}, in {frame['function']}\n    {frame['text']}"
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
