"""Simulator: the sources of an example mesh, played by a program of the mesh's own.

`PATH/simulator.py`, where there is one, is started with the options that `mesh up` does not know. It prints one line of
JSON when its sources can be read, `{"ready": true, "connections": {"marketplace_db": "sqlite:///…"}}`, and goes on
playing them until it is ended. Nothing of it is known here but this line.
"""

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from meshwright.cli.local.processes import Process, Processes
from meshwright.model.errors import Refused
from meshwright.model.naming import connection_variable

_READY_SECONDS = 120.0


def start_simulator(processes: Processes, root: Path, state: Path, options: Sequence[str]) -> dict[str, str]:
    """Start a mesh's sources; return the environment variables of their connections, none without a simulator."""
    script = root / "simulator.py"
    if not script.is_file():
        if options:
            raise Refused(f"no such option: {options[0]}", hint=f"options of a simulator need {script}")
        return {}
    command = [sys.executable, "-u", str(script), "--into", str(state), "--follow", *options]
    process = processes.start("simulator", command)
    return {connection_variable(name): url for name, url in _connections(processes, process).items()}


def _connections(processes: Processes, process: Process) -> dict[str, str]:
    """Wait for the line that says that the sources can be read."""
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline:
        for line in process.log.read_text(errors="replace").splitlines(keepends=True):
            if line.startswith("{") and line.endswith("\n"):
                connections: dict[str, str] = json.loads(line)["connections"]
                return connections
        processes.expect_alive()
        time.sleep(0.05)
    raise Refused(
        f"the simulator was not ready after {_READY_SECONDS:.0f} seconds",
        hint=f"all of its output is in {process.log}",
    )
