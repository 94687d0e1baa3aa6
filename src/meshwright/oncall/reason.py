"""Reason: why is a product the cause? In the words of what failed, where something did."""

from collections.abc import Sequence

from meshwright.model.address import ProductAddress
from meshwright.model.incident import Impact
from meshwright.model.time import instant_text
from meshwright.oncall.evidence import Evidence


def reason(evidence: Evidence, cause: ProductAddress, impacts: Sequence[Impact]) -> str:
    """Return one or more lines for people."""
    failure = evidence.failure(cause)
    if failure is not None:
        return failure.reason if failure.waiting else f"{failure.step} failed: {failure.reason}"
    own = [impact for impact in impacts if impact.port.product == cause]
    if own and own[0].slo == "quality":
        return own[0].reason
    product = evidence.graph.product(cause)
    watermark = None if product is None else evidence.watermark(product)
    if watermark is None:
        return "it has not published anything"
    return f"it is complete up to {instant_text(watermark)} and no further"
