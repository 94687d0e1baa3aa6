"""Histories: the facts that every promise is judged by, each from as far back as it needs."""

from collections.abc import Mapping
from datetime import datetime

from meshwright.model.address import PortAddress
from meshwright.model.observation import PortHistory
from meshwright.observe.store import Observations
from meshwright.slo.promises import Promises, windows


def histories(observations: Observations, promises: Promises, now: datetime) -> Mapping[PortAddress, PortHistory]:
    """Return the history of each port that was ever deployed."""
    found: dict[PortAddress, PortHistory] = {}
    for since, ports in windows(promises, now).items():
        found |= observations.histories(ports, since, now)
    return found
