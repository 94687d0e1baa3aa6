"""Estimate: what does an engine say beforehand of a run's queries?"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Estimate:
    """How many bytes one run would be billed for; without `size` nobody could tell, `because` of this."""

    size: int | None = None
    because: str = ""
