"""Compare meshes: what is different in what belongs to no product?"""

from collections.abc import Iterable, Iterator

from meshwright.gate.changes.mesh import (
    DomainAdded,
    DomainChanged,
    DomainRemoved,
    MeshChanged,
    MeshWideChange,
    PolicyChanged,
    TermAdded,
    TermChanged,
    TermRemoved,
    WaiverAdded,
    WaiverChanged,
    WaiverRemoved,
)
from meshwright.model.diagnostic import Location
from meshwright.model.mesh import Domain, Kpi, Mesh, Organisation, Term
from meshwright.model.policy import Decisions, Waiver

_Parts = tuple[tuple[str, str | None, str | None], ...]
"""What something consists of, by name: as it was, as it is."""

_NO_KPI = Kpi("")
_DEFAULTS = frozenset(("dialect", "purpose", "run", "schedule", "slo", "support", "team"))


def mesh_changes(old: Mesh, new: Mesh) -> Iterator[MeshWideChange]:
    """Yield how the organisation changed, in the order of domains, policies, terms, and the lists of mesh.yaml."""
    at = Location(new.file)
    yield from _domain_changes(old, new, at)
    yield from _policy_changes(None, old.policies, new.policies, at)
    yield from _waiver_changes(old, new, at)
    yield from _term_changes(old, new, at)
    listed = (
        ("people", {p.username: p for p in old.people}, {p.username: p for p in new.people}),
        ("purposes", {p.name: p for p in old.purposes}, {p.name: p for p in new.purposes}),
        ("communities", {c.name: c for c in old.communities}, {c.name: c for c in new.communities}),
        ("pools", {p.name: p for p in old.pools}, {p.name: p for p in new.pools}),
        ("name", {old.name: old.name}, {new.name: new.name}),
        ("description", {old.name: old.description}, {old.name: new.description}),
        ("organisation", _organisation(old.organisation), _organisation(new.organisation)),
        ("defaults", _defaults(old), _defaults(new)),
        ("waiversAtMost", {old.name: old.waivers_at_most}, {old.name: new.waivers_at_most}),
        ("currency", {old.currency: ""} if old.currency else {}, {new.currency: ""} if new.currency else {}),
    )
    for what, before, after in listed:
        names = tuple(sorted(n for n in before.keys() | after.keys() if before.get(n) != after.get(n)))
        if names:
            yield MeshChanged(what, names, at)


def _defaults(mesh: Mesh) -> dict[str, str]:
    """Return what mesh.yaml says for products that do not say otherwise, in whatever repository they are."""
    return {key: value for key, value in mesh.written if key in _DEFAULTS}


def _organisation(known: Organisation | None) -> dict[str, Organisation]:
    return {known.name: known} if known else {}


def _domain_changes(old: Mesh, new: Mesh, at: Location) -> Iterator[MeshWideChange]:
    before, after = {d.name: d for d in old.domains}, {d.name: d for d in new.domains}
    for name in sorted(before.keys() | after.keys()):
        match before.get(name), after.get(name):
            case None, Domain() as domain:
                yield DomainAdded(name, domain.at or at)
                yield from _policy_changes(name, (), domain.policies, domain.at or at)
            case Domain(), None:
                yield DomainRemoved(name, at)
            case Domain() as was, Domain() as domain if was != domain:
                for what, a, b in _different(_domain_parts(was, domain)):
                    yield DomainChanged(name, what, a, b, domain.at or at)
                yield from _policy_changes(name, was.policies, domain.policies, domain.at or at)
            case _:
                pass


def _domain_parts(old: Domain, new: Domain) -> _Parts:
    return (
        ("description", old.description, new.description),
        ("steward", old.steward, new.steward),
        ("type", old.type, new.type),
        ("parent", old.parent, new.parent),
        ("repository", _repository(old), _repository(new)),
    )


def _repository(domain: Domain) -> str:
    return "its own" if domain.apart else "the mesh's"


def _policy_changes(domain: str | None, old: Decisions, new: Decisions, at: Location) -> Iterator[MeshWideChange]:
    before, after = {d.policy: d.text for d in old}, {d.policy: d.text for d in new}
    places = {d.policy: d.at for d in new}
    for policy in sorted(before.keys() | after.keys()):
        if before.get(policy) != after.get(policy):
            yield PolicyChanged(policy, domain, before.get(policy), after.get(policy), places.get(policy) or at)


def _waiver_changes(old: Mesh, new: Mesh, at: Location) -> Iterator[MeshWideChange]:
    before, after = _waived(old.all_waivers), _waived(new.all_waivers)
    places = {_name(w): w.at for w in new.all_waivers}
    for name in sorted(before.keys() | after.keys()):
        here = places.get(name) or at
        match before.get(name), after.get(name):
            case None, str() as says:
                yield WaiverAdded(name, says, here)
            case str(), None:
                yield WaiverRemoved(name, here)
            case str() as was, str() as says if was != says:
                yield WaiverChanged(name, was, says, here)


def _waived(waivers: Iterable[Waiver]) -> dict[str, str]:
    """Return what is waived, and what is said of it; all that is, where the mesh and a domain waive the same."""
    said: dict[str, list[str]] = {}
    for waiver in waivers:
        text = f"by {waiver.owner} until {waiver.until}, because: {waiver.reason}"
        said.setdefault(_name(waiver), []).append(text)
    return {name: "; ".join(sorted(texts)) for name, texts in said.items()}


def _name(waiver: Waiver) -> str:
    return f"`{waiver.policy}` of {waiver.subject}"


def _term_changes(old: Mesh, new: Mesh, at: Location) -> Iterator[MeshWideChange]:
    before, after = {t.name: t for t in old.glossary}, {t.name: t for t in new.glossary}
    for name in sorted(before.keys() | after.keys()):
        match before.get(name), after.get(name):
            case None, Term() as term:
                yield TermAdded(name, term.at or at)
            case Term() as was, None:
                yield TermRemoved(name, _kpi_owner(was), at)
            case Term() as was, Term() as term if was != term:
                for what, a, b in _different(_term_parts(was, term)):
                    yield TermChanged(name, what, a, b, _kpi_owner(was), term.at or at)
            case _:
                pass


def _term_parts(old: Term, new: Term) -> _Parts:
    a, b = old.kpi or _NO_KPI, new.kpi or _NO_KPI
    return (
        ("description", old.description, new.description),
        ("type", old.type, new.type),
        ("unit", old.unit, new.unit),
        ("classification", old.classification, new.classification),
        ("KPI formula", a.formula, b.formula),
        ("KPI owner", a.owner, b.owner),
        ("KPI target", a.target, b.target),
    )


def _kpi_owner(term: Term) -> str | None:
    return term.kpi.owner if term.kpi else None


def _different(parts: _Parts) -> Iterator[tuple[str, str | None, str | None]]:
    return ((what, a or None, b or None) for what, a, b in parts if (a or None) != (b or None))
