"""SLOs: what does a port promise about its service? Each promise is its own, else its domain's, else the mesh's."""

from collections.abc import Iterator
from functools import partial

from meshwright.manifest.codes import Code
from meshwright.manifest.product.origin import DEFAULT
from meshwright.manifest.product.subject import Subject
from meshwright.manifest.shapes.documents import (
    CompletenessBlock,
    FreshnessBlock,
    LandingBlock,
    OutputPortBlock,
    QualityBlock,
    Shared,
    SloBlock,
)
from meshwright.manifest.text.place import Place
from meshwright.model.slo import Completeness, Freshness, LandingBy, Quality, Slo, slo_text

NAMES = tuple(SloBlock.model_fields)
"""The promises there are, in the order in which they are shown."""


def slos(subject: Subject, block: OutputPortBlock, place: Place, key: str, *, by_clock: bool) -> Iterator[Slo]:
    """Yield what a port promises; `by_clock`: its product is built by one, which says what should be there."""
    count = 0
    for name in NAMES:
        own = None if block.slo is None else getattr(block.slo, name)
        if name == "completeness" and not by_clock:
            if own is None:
                continue  # what stands above it is said for those that have a clock
            _warn(subject, block, place["slo"][name])
        found: tuple[Slo, Place] | None
        found = (slo_of(own), place["slo"]) if own else subject.shared("slo", partial(said, name=name))
        if found is not None:
            count += 1
            subject.trace.note(f"{key}.slo.{name}", slo_text(found[0]), found[1][name])
            yield found[0]
    if not count:
        subject.trace.note(f"{key}.slo", "none", DEFAULT)


def said(says: Shared, name: str) -> Slo | None:
    """Return a promise that a domain or the mesh makes for all of its products."""
    block = None if says.slo is None else getattr(says.slo, name)
    return None if block is None else slo_of(block)


def slo_of(block: FreshnessBlock | LandingBlock | CompletenessBlock | QualityBlock) -> Slo:
    """Return the promise that a block of a manifest makes."""
    match block:
        case FreshnessBlock():
            return Freshness(block.max_age, block.objective)
        case LandingBlock():
            return LandingBy(block.by, block.timezone or "UTC", block.calendar, block.objective)
        case CompletenessBlock():
            return Completeness(block.objective)
        case QualityBlock():
            return Quality(block.objective)


def _warn(subject: Subject, block: OutputPortBlock, place: Place) -> None:
    why = "another store serves it" if block.virtual else "the product runs on its inputs, and no clock says so"
    message = f"nothing can tell how much of `{block.name}` should be there: {why}"
    hint = "promise `freshness` or `landing` instead" + ("" if block.virtual else ", or give the product a `cron`")
    subject.problems.warn(Code.UNMEASURED, place.at_key, message, hint)
