"""Compliance: what do the policies find in the products that a proposal touches, and what of it stops the proposal?

The policies are taken as the environment's release has decided, and as the proposal decides: it can be stricter with
itself, never laxer. An error stops the change that brings it: what the release holds already is only said, and so is
what is an error from a later day on.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from meshwright.gate.policy import Found, Level, Policy, Subject
from meshwright.gate.rulings import Ruling, rulings
from meshwright.graph.graph import MeshGraph
from meshwright.model.address import ProductAddress
from meshwright.model.diagnostic import Diagnostic, Severity
from meshwright.model.errors import Refused
from meshwright.model.product import DataProduct


def policy_findings(
    current: MeshGraph, proposed: MeshGraph, products: Iterable[ProductAddress], now: datetime
) -> Iterator[Diagnostic]:
    """Yield what the policies find in these products; what a proposal leaves alone is not looked at."""
    by_domain: dict[str, list[list[Ruling]]] = {}
    for address in products:
        product = proposed.product(address)
        if product is not None:
            if address.domain not in by_domain:
                by_domain[address.domain] = list(_in_force(current, proposed, address.domain, now))
            for alternatives in by_domain[address.domain]:
                yield from _judged(alternatives, current, proposed, product, now)


def _in_force(current: MeshGraph, proposed: MeshGraph, domain: str, now: datetime) -> Iterator[list[Ruling]]:
    """Yield each policy as it is to be taken, once or in two ways, the stricter first."""
    runs, comes = rulings(current.mesh, domain), rulings(proposed.mesh, domain)
    for name in dict.fromkeys((*runs, *comes)):
        both = [ruling for ruling in (runs.get(name), comes.get(name)) if ruling and ruling.level is not Level.IGNORE]
        distinct = {(r.level_at(now), r.parameters): r for r in reversed(both)}
        yield sorted(distinct.values(), key=lambda r: -r.level_at(now).rank)


def _judged(
    alternatives: list[Ruling], current: MeshGraph, proposed: MeshGraph, product: DataProduct, now: datetime
) -> Iterator[Diagnostic]:
    told: set[Subject] = set()
    for ruling in alternatives:
        found = list(look(ruling.policy, proposed, product, ruling.parameters))
        old = _about(ruling, current, product) if found else set()
        for finding in found:
            if not told.issuperset(finding.about):
                yield _diagnostic(ruling, finding, now, is_old=old.issuperset(finding.about))
        told.update(address for finding in found for address in finding.about)


def look(policy: Policy[Any], graph: MeshGraph, product: DataProduct, parameters: Any) -> Iterator[Found]:
    """Yield what a policy finds in a product. Raises `Refused` by its name where one of a package cannot go on."""
    if not policy.package:
        yield from policy.check(graph, product, parameters)
        return
    try:
        yield from tuple(policy.check(graph, product, parameters))
    except Exception as error:
        said = f"the policy `{policy.name}` of the package {policy.package} failed at `{product.address}`"
        raise Refused(f"{said}: {type(error).__name__}: {error}", hint="mend the package") from error


def _about(ruling: Ruling, current: MeshGraph, product: DataProduct) -> set[Subject]:
    """Return what the same ruling finds something about in the product as it runs."""
    known = current.product(product.address)
    found = look(ruling.policy, current, known, ruling.parameters) if known else ()
    return {address for finding in found for address in finding.about}


def _diagnostic(ruling: Ruling, finding: Found, now: datetime, *, is_old: bool) -> Diagnostic:
    severity, note = Severity.WARNING, ""
    if ruling.level is Level.ERROR:
        if ruling.waits(now):
            note = f" (an error from {ruling.effective_from} on)"
        elif is_old:
            note = " (it is so in what runs already, and does not stop this change)"
        else:
            severity = Severity.ERROR
    return Diagnostic(finding.at, ruling.policy.code, severity, finding.message + note, finding.hint)
