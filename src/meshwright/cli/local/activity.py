"""Activity: what Airflow is busy with, asked through its HTTP API."""

from typing import Any

import httpx

from meshwright.cli.local.platform import USER, Platform
from meshwright.model.value import value

_WAITING = ("up_for_reschedule", "up_for_retry", "deferred")


@value
class Activity:
    """The products whose runs move on, and those whose run waits: for a source, an input, or another try."""

    busy: frozenset[str]
    waiting: frozenset[str]


class Watch:
    """A signed-in look at one Airflow."""

    def __init__(self, platform: Platform) -> None:
        answer = httpx.post(
            f"{platform.url}/auth/token", json={"username": USER, "password": platform.password}, timeout=60
        )
        answer.raise_for_status()
        token: str = answer.json()["access_token"]
        self._api = httpx.Client(
            base_url=f"{platform.url}/api/v2", headers={"Authorization": f"Bearer {token}"}, timeout=60
        )

    def activity(self) -> Activity:
        """Return what is going on now."""
        runs = self._get("/dags/~/dagRuns", "dag_runs", state=("queued", "running"))
        tasks = self._get("/dags/~/dagRuns/~/taskInstances", "task_instances", state=_WAITING)
        held = {task["dag_run_id"] + task["dag_id"] for task in tasks}
        waiting = {task["dag_id"] for task in tasks}
        # A run that is queued behind the one that waits does not move either: a product runs once at a time.
        busy = {run["dag_id"] for run in runs if run["dag_run_id"] + run["dag_id"] not in held} - waiting
        return Activity(frozenset(busy), frozenset(waiting))

    def dags(self) -> frozenset[str]:
        """Return the products that Airflow knows."""
        return frozenset(dag["dag_id"] for dag in self._get("/dags", "dags"))

    def import_errors(self) -> tuple[str, ...]:
        """Return why files of the release could not be read, one text a file."""
        return tuple(error["stack_trace"] for error in self._get("/importErrors", "import_errors"))

    def _get(self, path: str, what: str, **filters: tuple[str, ...]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while True:
            answer = self._api.get(path, params={**filters, "limit": 100, "offset": len(found)})
            answer.raise_for_status()
            page = answer.json()
            found += page[what]
            if not page[what] or len(found) >= page["total_entries"]:
                return found
