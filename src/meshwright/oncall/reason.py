"""Reason: why is a product the cause? In the words of what failed, where something did."""

from collections.abc import Sequence

from meshwright.model.address import ProductAddress
from meshwright.model.incident import Impact
from meshwright.model.observation import Overrun
from meshwright.model.time import instant_text, length_text
from meshwright.oncall.evidence import Evidence

RUN = "run"
"""What is broken by a run that takes too long: no SLO of a port, but how long its team says that it may take."""


def reason(evidence: Evidence, cause: ProductAddress, impacts: Sequence[Impact]) -> str:
    """Return one or more lines for people."""
    failure = evidence.failure(cause)
    if failure is not None:
        return failure.reason if failure.waiting else f"{failure.step} failed: {failure.reason}"
    own = [impact for impact in impacts if impact.port.product == cause]
    overran = [impact.reason for impact in own if impact.slo == RUN]
    if overran or (own and own[0].slo == "quality"):
        return (overran or [own[0].reason])[0]
    product = evidence.graph.product(cause)
    watermark = None if product is None else evidence.watermark(product)
    if watermark is None:
        return "it has not published anything"
    return f"it is complete up to {instant_text(watermark)} and no further"


def overrun_text(overrun: Overrun) -> str:
    """Say which run takes too long."""
    return f"its run `{overrun.run}` had not ended {length_text(overrun.limit)} after it was queued"
