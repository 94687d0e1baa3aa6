"""Waivers: which findings does somebody answer for, until when, and which waivers cannot be meant?

A waiver counts from the release that has it: none helps the proposal that brings it along, but the first of all, which
nobody judges. It counts before its day, in UTC, and not on it. What is no policy's, such as a column that others still
read, nobody can waive.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from meshwright.gate.codes import Code
from meshwright.gate.policies.policy import Found, Subject, Weighing
from meshwright.gate.policies.rulings import found_by, rulings
from meshwright.graph.graph import MeshGraph
from meshwright.model.address import ProductAddress, parse
from meshwright.model.diagnostic import Diagnostic, Location, Severity
from meshwright.model.mesh import Mesh
from meshwright.model.policy import Waiver
from meshwright.model.spelling import did_you_mean
from meshwright.model.time import length_text

_MAJOR = re.compile(r"@[0-9]+")


def covering(waivers: Iterable[Waiver], policy: str, finding: Found) -> Waiver | None:
    """Return the waiver of a finding: of all that it is about, the one that ends first; None where one is missing."""
    own = [w for w in waivers if w.policy == policy]
    longest = [_longest(own, subject) for subject in finding.about]
    known = [w for w in longest if w is not None]
    return min(known, key=_until) if len(known) == len(longest) else None


def _longest(waivers: Iterable[Waiver], subject: Subject) -> Waiver | None:
    return max((w for w in waivers if covers(w, subject)), key=_until, default=None)


def _until(waiver: Waiver) -> date:
    return waiver.until


def covers(waiver: Waiver, subject: Subject) -> bool:
    """Tell whether something is what a waiver names, or a part of it; without a major version it names all of them."""
    whole = waiver.subject
    text = str(subject) if "@" in whole else _MAJOR.sub("", str(subject))
    return text == whole or (text.startswith(whole) and text[len(whole)] in ":@. ")


def product_of_waiver(waiver: Waiver) -> ProductAddress:
    """Return the product that a waiver is about, or about a part of."""
    return parse(waiver.subject).product


def is_expired(waiver: Waiver, now: datetime) -> bool:
    """Tell whether its day has come."""
    return waiver.until <= now.date()


def waiver_findings(
    current: Mesh | None, proposed: MeshGraph, touched: Iterable[ProductAddress], now: datetime
) -> Iterator[Diagnostic]:
    """Yield what cannot be meant of the waivers that a proposal brings, and which ones no finding needs.

    `current` is None where nothing runs yet.
    """
    known, changed = set(current.all_waivers if current else ()), set(touched)
    longest = (current or proposed.mesh).waivers_at_most
    for waiver in proposed.mesh.all_waivers:
        product, at = product_of_waiver(waiver), waiver.at or Location(proposed.mesh.file)
        if waiver not in known:
            wrong = _mistake(waiver, longest, proposed, now)
            if wrong is not None:
                yield Diagnostic(at, Code.WAIVER, Severity.ERROR, *wrong)
                continue
        if (product in changed or waiver not in known) and not _is_needed(waiver, proposed):
            message = f"`{waiver.policy}` finds nothing at `{waiver.subject}`: the waiver waives nothing"
            yield Diagnostic(at, Code.IDLE_WAIVER, Severity.WARNING, message, "remove it")


def _mistake(waiver: Waiver, longest: timedelta, proposed: MeshGraph, now: datetime) -> tuple[str, str] | None:
    """Return what cannot be meant of a new waiver, and what can."""
    product = product_of_waiver(waiver)
    if proposed.product(product) is None:
        hint = did_you_mean(str(product), map(str, proposed.order), otherwise="`mesh list` shows all products")
        return f"there is no product `{product}` to waive anything of", hint
    if is_expired(waiver, now):
        return f"the waiver ends on {waiver.until}, which has passed", "choose a day to come, or mend what it is about"
    if waiver.until > (now + longest).date():
        message = f"the waiver ends on {waiver.until}, more than {length_text(longest)} from now"
        return message, f"choose a day until {(now + longest).date()}, and look at it again then"
    return None


def _is_needed(waiver: Waiver, graph: MeshGraph) -> bool:
    product = graph.product(product_of_waiver(waiver))
    ruling = rulings(graph.mesh, product.address.domain).get(waiver.policy) if product else None
    if product is None or ruling is None:
        return False
    if isinstance(ruling.policy.check, Weighing):
        return True  # what the next plan costs, nobody knows yet
    return any(covers(waiver, subject) for found in found_by(ruling, graph, product) for subject in found.about)
