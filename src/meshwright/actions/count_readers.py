"""Count readers: who reads what products offer, by themselves, in a warehouse that remembers its jobs?

Each day is asked for once, when it is over. Who they are stays in the warehouse (docs/decisions/0113).
"""

import logging
from collections.abc import Iterable
from datetime import datetime

from meshwright.engine.registry import reader_log
from meshwright.model.errors import FinalError, TransientError
from meshwright.model.observation import COUNTED
from meshwright.model.product import DataProduct
from meshwright.workspace.workspace import Workspace

log = logging.getLogger(__name__)


def count_readers(workspace: Workspace, products: Iterable[DataProduct], now: datetime) -> int:
    """Remember who has read ports on the days that nobody has asked for; return how many days these were.

    Without the right to ask, the days stay uncounted for good, and the log says so once.
    """
    asked = reader_log(workspace.settings.engine)
    if asked is None or workspace.settings.until is not None:
        return 0
    observations = workspace.observations()
    days = observations.uncounted(now.date(), COUNTED.days)
    if not days:
        return 0
    try:
        found = asked.readings(workspace.settings.data, products, days, workspace.attendant)
    except TransientError as error:
        log.warning("readers are counted later: %s", error.message)
        return 0
    except FinalError as error:
        log.warning("readers are not counted from %s to %s: %s", days[0], days[-1], error.message)
        found = ()
    observations.record_days(days, found)
    return len(days)
