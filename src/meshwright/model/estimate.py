"""Estimate: what does an engine say beforehand of a run's queries?"""

from meshwright.model.value import value


@value
class Estimate:
    """How many bytes one run would be billed for; without `size` nobody could tell, `because` of this."""

    size: int | None = None
    because: str = ""
