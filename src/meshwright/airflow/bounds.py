"""Bounds: what does an environment bind of its DAGs? Said by variables, as in the settings.

`MESH_SINCE` and `MESH_UNTIL` say which intervals it runs, `MESH_ENGINE` whether its tasks have jobs to show.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from meshwright.engine.services import WITH_JOBS
from meshwright.model.errors import Refused
from meshwright.model.time import instant, instant_or_length


class Bounds(NamedTuple):
    """What an environment binds: the intervals that are run there, from `since`, and before `until` in a replay.

    `has_jobs`: its engine's work is jobs of a service, each with a page.
    """

    since: datetime
    until: datetime | None = None
    has_jobs: bool = False

    @property
    def end(self) -> datetime | None:
        """The last moment that an interval may start at for Airflow, which also runs the one that starts at the end."""
        return None if self.until is None else self.until - timedelta(seconds=1)


def environment_bounds(variables: Mapping[str, str], deployed: datetime) -> Bounds:
    """Return what an environment binds; where it says nothing, it runs the intervals since it was deployed first."""
    since, until = variables.get("MESH_SINCE"), variables.get("MESH_UNTIL")
    try:
        start = instant_or_length(since) if since else deployed
        first = start if isinstance(start, datetime) else deployed - start
        return Bounds(first, instant(until) if until else None, variables.get("MESH_ENGINE") in WITH_JOBS)
    except ValueError as error:
        raise Refused(f"MESH_SINCE or MESH_UNTIL cannot be read: {error}") from None
