"""Bounds: which intervals does an environment run? Said by `MESH_SINCE` and `MESH_UNTIL`, as in the settings."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from meshwright.model.errors import Refused
from meshwright.model.time import instant, instant_or_length


class Bounds(NamedTuple):
    """What an environment binds: the intervals that are run there, from `since`, and before `until` in a replay."""

    since: datetime
    until: datetime | None = None

    @property
    def end(self) -> datetime | None:
        """The last moment that an interval may start at for Airflow, which also runs the one that starts at the end."""
        return None if self.until is None else self.until - timedelta(seconds=1)


def environment_bounds(variables: Mapping[str, str], deployed: datetime) -> Bounds:
    """Return the intervals that an environment runs; where it says nothing, those since it was deployed first."""
    since, until = variables.get("MESH_SINCE"), variables.get("MESH_UNTIL")
    try:
        start = instant_or_length(since) if since else deployed
        return Bounds(start if isinstance(start, datetime) else deployed - start, instant(until) if until else None)
    except ValueError as error:
        raise Refused(f"MESH_SINCE or MESH_UNTIL cannot be read: {error}") from None
