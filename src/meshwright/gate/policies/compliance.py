"""Compliance: what do the policies find in the products that a proposal touches, and what of it stops the proposal?

The policies are taken as the environment's release has decided, and as the proposal decides: it can be stricter with
itself, never laxer. An error stops the change that brings it: what the release holds already is only said, and so is
what is an error from a later day on. What a waiver of the release covers is only said until the waiver's day; from then
on it stops the next change of its product, old as it is: that was the promise.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from meshwright.gate.effects.cost import NOTHING_DEARER, Costs
from meshwright.gate.policies.policy import Level, Subject, Weighing
from meshwright.gate.policies.rulings import Ruling, found_by, rulings
from meshwright.gate.policies.waivers import covering, is_expired
from meshwright.graph.graph import MeshGraph
from meshwright.model.address import ProductAddress
from meshwright.model.diagnostic import Diagnostic, Severity
from meshwright.model.policy import Waiver
from meshwright.model.product import DataProduct


def policy_findings(
    current: MeshGraph,
    proposed: MeshGraph,
    products: Iterable[ProductAddress],
    now: datetime,
    costs: Costs = NOTHING_DEARER,
) -> Iterator[Diagnostic]:
    """Yield what the policies find in these products, and in what others are made to cost; no more is looked at."""
    touched = dict.fromkeys(products)
    by_domain: dict[str, list[list[Ruling]]] = {}
    for address in dict.fromkeys((*touched, *(change.product for change in costs.products))):
        product = proposed.product(address)
        if product is not None:
            if address.domain not in by_domain:
                by_domain[address.domain] = list(_in_force(current, proposed, address.domain, now))
            for alternatives in by_domain[address.domain]:
                asked = [r for r in alternatives if address in touched or isinstance(r.policy.check, Weighing)]
                yield from _judged(asked, current, proposed, product, now, costs)


def _in_force(current: MeshGraph, proposed: MeshGraph, domain: str, now: datetime) -> Iterator[list[Ruling]]:
    """Yield each policy as it is to be taken, once or in two ways, the stricter first."""
    runs, comes = rulings(current.mesh, domain), rulings(proposed.mesh, domain)
    for name in dict.fromkeys((*runs, *comes)):
        both = [ruling for ruling in (runs.get(name), comes.get(name)) if ruling and ruling.level is not Level.IGNORE]
        distinct = {(r.level_at(now), r.parameters): r for r in reversed(both)}
        yield sorted(distinct.values(), key=lambda r: -r.level_at(now).rank)


def _judged(
    alternatives: list[Ruling],
    current: MeshGraph,
    proposed: MeshGraph,
    product: DataProduct,
    now: datetime,
    costs: Costs,
) -> Iterator[Diagnostic]:
    told: set[Subject] = set()
    for ruling in alternatives:
        found = list(found_by(ruling, proposed, product, costs))
        old = _about(ruling, current, product) if found else set()
        for finding in found:
            if not told.issuperset(finding.about):
                waiver = covering(current.mesh.all_waivers, ruling.policy.name, finding)
                severity, note = _standing(ruling, waiver, now, is_old=old.issuperset(finding.about))
                yield Diagnostic(finding.at, ruling.policy.code, severity, finding.message + note, finding.hint)
        told.update(address for finding in found for address in finding.about)


def _about(ruling: Ruling, current: MeshGraph, product: DataProduct) -> set[Subject]:
    """Return what the same ruling finds something about in the product as it runs."""
    known = current.product(product.address)
    found = found_by(ruling, current, known) if known else ()
    return {address for finding in found for address in finding.about}


def _standing(ruling: Ruling, waiver: Waiver | None, now: datetime, *, is_old: bool) -> tuple[Severity, str]:
    """Return how severe a finding is, and what is to be said of that."""
    over = waiver is not None and is_expired(waiver, now)
    if waiver is not None and not over:
        return Severity.WARNING, f" (waived until {waiver.until} by {waiver.owner}, because: {waiver.reason})"
    ended = f" (the waiver of {waiver.owner} ended on {waiver.until})" if waiver is not None else ""
    if ruling.level is not Level.ERROR:
        return Severity.WARNING, ended
    if ruling.waits(now):
        return Severity.WARNING, f" (an error from {ruling.effective_from} on)"
    if is_old and not over:
        return Severity.WARNING, " (it is so in what runs already, and does not stop this change)"
    return Severity.ERROR, ended
