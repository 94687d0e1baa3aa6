"""Preload: what a task of ours imports, imported once by the process that forks them all.

A scheduler with the LocalExecutor forks each task from itself, and what it has imported the task need not: half of the
CPU that a small task takes (docs/decisions/0100). Where each task is a process of its own from the start, as on
Kubernetes, nothing is gained, and nothing is imported.
"""

import os
import sys
from functools import cache
from importlib import import_module

from airflow.listeners import hookimpl

OF_A_TASK = (
    "meshwright.actions.announce", "meshwright.actions.grant", "meshwright.actions.run",
    "meshwright.airflow.bundle", "meshwright.airflow.connections", "meshwright.airflow.jobs",
    "meshwright.airflow.loader", "meshwright.airflow.revoked", "meshwright.engine.sources.files",
    "meshwright.observe.store", "meshwright.release.read", "meshwright.workspace.logs", "meshwright.workspace.trust",
)  # fmt: skip
"""What parses and runs one; the engine is the environment's."""

_SCHEDULER = "airflow.jobs.scheduler_job_runner"


@hookimpl
def on_starting(component: object) -> None:  # noqa: ARG001  # Airflow's signature
    """Preload where this process will fork tasks; Airflow calls this in each process that begins, each task too."""
    if _SCHEDULER in sys.modules and _forks_tasks():
        preload()


@cache
def preload() -> None:
    """Import what a task will, once. Raises `Refused` where the driver of the environment's engine is not there."""
    for name in OF_A_TASK:
        import_module(name)
    from meshwright.engine.registry import import_engine, no_connections
    from meshwright.workspace.workspace import released_workspace

    import_engine(released_workspace(os.environ, no_connections).settings.engine)


def _forks_tasks() -> bool:
    from airflow.configuration import conf

    return "LocalExecutor" in conf.get("core", "executor")
