"""What the scheduler imports, its tasks need not."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.airflow.conftest import NOW, Gate

DRIVERS = ("meshwright", "duckdb", "_duckdb", "sqlalchemy", "obstore", "cryptography")
A_RUN = """
from datetime import datetime
from pathlib import Path
from meshwright.actions import run
from meshwright.airflow.operators import Pinned
from meshwright.model.time import interval
from meshwright.workspace.workspace import released_workspace, variable_connections

workspace = released_workspace(os.environ, variable_connections())
record, now = Pinned(Path({folder!r}), {release!r}, "aviation.carriers").record(), datetime.fromisoformat({now!r})
staged = run.stage(workspace, record, interval("2013-01-01T00:00:00Z/2013-01-02T00:00:00Z"), now)
run.check(workspace, record, staged.publish_id, now)
run.publish(workspace, record, staged.publish_id, None, now)
"""


def imported(script: str, variables: dict[str, str]) -> list[str]:
    """Return the modules of ours and of drivers that a script imports after it has set `known`."""
    program = f"import os, sys\n{script}\nprint(*sorted(set(sys.modules) - known))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, env=os.environ | variables
    )
    assert not done.returncode, done.stderr
    return [name for name in done.stdout.splitlines()[-1].split() if name.split(".")[0] in DRIVERS]


def test_a_task_of_a_process_that_preloaded_imports_nothing_more(gate: Gate, tmp_path: Path) -> None:
    release = gate.release()
    gate.workspace.store().materialise(release, tmp_path / "laid")
    a_run = A_RUN.format(folder=str(tmp_path / "laid"), release=str(release), now=NOW.isoformat())
    preload = "from meshwright.airflow.preload import preload\npreload()\n"
    (tmp_path / "airlines.csv").write_text("carrier,name\nB6,JetBlue Airways\n")
    variables = gate.variables | {"MESH_CONN_AIRLINE_OPERATIONS": f"file://{tmp_path}"}
    assert imported(f"{preload}known = set(sys.modules)\n{a_run}", variables) == []


@pytest.mark.parametrize(
    ("executor", "component", "preloads"),
    [
        pytest.param("LocalExecutor", "scheduler_job_runner", True, id="a scheduler that forks its tasks"),
        pytest.param("CeleryExecutor", "scheduler_job_runner", False, id="a scheduler whose tasks are elsewhere"),
        pytest.param("LocalExecutor", "triggerer_job_runner", False, id="another component"),
    ],
)
def test_who_preloads(executor: str, component: str, *, preloads: bool) -> None:
    starts = f"import airflow.jobs.{component}\nfrom airflow.jobs.job import Job\nknown = set(sys.modules)\nJob()"
    assert ("meshwright.actions.run" in imported(starts, {"AIRFLOW__CORE__EXECUTOR": executor})) is preloads
