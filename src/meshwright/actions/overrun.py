"""Overrun: a run takes too long: it is remembered, and the monitor's next look tells whoever answers for it."""

from datetime import datetime, timedelta

from meshwright.model.address import ProductAddress
from meshwright.model.observation import Overrun
from meshwright.workspace.workspace import Workspace


def overrun(workspace: Workspace, product: ProductAddress, run: str, limit: timedelta, now: datetime) -> Overrun:
    """Remember that a run had not ended `limit` after it was queued; saying so again changes nothing."""
    found = Overrun(product, run, now, limit)
    workspace.observations().record_overrun(found)
    return found
