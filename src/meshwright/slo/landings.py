"""Landings: when had how much landed? Of the facts of a port, what a promise may rely on."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import reduce
from itertools import accumulate

from meshwright.model.observation import Landing
from meshwright.model.time import Watermark


def plausible(landings: Sequence[Landing], now: datetime) -> tuple[Landing, ...]:
    """Leave out what lands in the future; data cannot be complete beyond the moment at which it landed."""
    return tuple(
        replace(landed, watermark=Watermark(min(landed.watermark, landed.landed_at)))
        for landed in landings
        if landed.landed_at <= now
    )


def mark(before: Watermark | None, landed: Landing) -> Watermark:
    """Return up to where data is complete once something has landed: what is older takes nothing away.

    But where an earlier publish was brought back, that is how far it is complete.
    """
    return landed.watermark if before is None or landed.restored else max(before, landed.watermark)


class Arrivals:
    """When data was first complete up to some moment: what lands later, and is older, changes nothing.

    Nor does what is taken back after it had landed, for that moment.
    """

    def __init__(self, landings: Sequence[Landing]) -> None:
        ordered = sorted(landings, key=lambda landed: landed.landed_at)
        self.watermark = reduce(mark, ordered, None)
        """Up to where the data is complete now."""
        self._landed_at = [landed.landed_at for landed in ordered]
        self._watermarks = list(accumulate((landed.watermark for landed in ordered), max))

    def of(self, need: datetime) -> datetime | None:
        """Return when data complete up to `need` had landed; None where it has not."""
        place = bisect_left(self._watermarks, need)
        return self._landed_at[place] if place < len(self._landed_at) else None
