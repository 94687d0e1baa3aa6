"""Approvals: who must say yes to a change, and why?

Computed from what changes, never configured: the owners of the consumers it reaches, the steward for personal data, the
purpose's director for cost, the platform team for what belongs to everybody, and for code, which the platform runs.
Nothing touched, nobody asked.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from meshwright.gate.changes.change import (
    Change,
    CodeChanged,
    PortAdded,
    ProductAdded,
    PurposeChanged,
    TableAdded,
    TeamChanged,
    product_of,
)
from meshwright.gate.changes.columns import ClassificationChanged, ColumnAdded, MaskChanged
from meshwright.gate.changes.describe import describe
from meshwright.gate.changes.mesh import MeshChanged, MeshWideChange, PolicyChanged, TermChanged, TermRemoved
from meshwright.gate.changes.offers import (
    AccessNarrowed,
    AccessWidened,
    RegionsWidened,
    RetentionExtended,
    RowsNarrowed,
    RowsWidened,
)
from meshwright.gate.effects.consumers import Consumer
from meshwright.gate.effects.cost import Costs
from meshwright.gate.effects.cost_words import load_text
from meshwright.gate.effects.version import is_breaking
from meshwright.gate.personal import holds_personal_data, personal_columns
from meshwright.graph.graph import MeshGraph
from meshwright.model.address import PortAddress
from meshwright.model.identity import Digest
from meshwright.model.mesh import PLATFORM, Mesh
from meshwright.model.personal import is_personal
from meshwright.model.value import value

Reached = tuple[Change, tuple[Consumer, ...]]
"""A change, and the consumers it breaks something for."""


@value
class Approval:
    """Somebody said yes to one plan and to no other, in the roles in which they were asked about it then."""

    person: str
    plan: Digest
    roles: tuple[str, ...]
    at: datetime


@value(order=True)
class Need:
    """One approval that is needed: of any one of `people`, in their `role`, for these `reasons`.

    `independent`: it must be somebody other than the author. Else it is enough that the author is one of `people`: who
    is touched by their own change need not be asked about it.
    """

    role: str
    people: tuple[str, ...]
    reasons: tuple[str, ...]
    independent: bool = True


def needs(reached: Iterable[Reached], current: MeshGraph, proposed: MeshGraph, costs: Costs) -> tuple[Need, ...]:
    """Return the approvals that changes need, each once with all its reasons, in the order of roles."""
    reasons: dict[tuple[str, tuple[str, ...], bool], dict[str, None]] = {}
    for change, consumers in reached:
        for role, people, reason in _touched(change, consumers, current):
            reasons.setdefault((role, people, False), {})[reason] = None
        for role, people, reason in _asked(change, consumers, current, proposed):
            reasons.setdefault((role, people, True), {})[reason] = None
    for role, people, reason in _for_cost(costs, current):
        reasons.setdefault((role, people, True), {})[reason] = None
    return tuple(sorted(Need(role, people, tuple(why), free) for (role, people, free), why in reasons.items()))


def platform_team(mesh: Mesh) -> tuple[str, ...]:
    """Return the people of the platform team; in a mesh that names none, the directors of its purposes stand in."""
    team = {p.username for p in mesh.people if PLATFORM in p.roles} or {p.director for p in mesh.purposes}
    return tuple(sorted(team))


_Asked = tuple[str, tuple[str, ...], str]
"""A role, the people who hold it, and the reason why one of them is asked."""


def _asked(
    change: Change, consumers: tuple[Consumer, ...], current: MeshGraph, proposed: MeshGraph
) -> Iterator[_Asked]:
    if is_breaking(change) and not consumers and _may_touch_people(change):
        reason = f"no product reads it any more, people may: `{_subject(change)}`: {describe(change)}"
        yield *_steward(change, current), reason
    yield from _for_personal_data(change, current, proposed)
    yield from _for_the_organisation(change, current)
    yield from _for_code(change, current, proposed)


def _may_touch_people(change: Change) -> bool:
    """Tell whether people may read what breaks; whom a port is closed to is nobody who reads it by way of the mesh."""
    return product_of(change) is not None and not isinstance(change, AccessNarrowed | RowsNarrowed)


def _touched(change: Change, consumers: tuple[Consumer, ...], current: MeshGraph) -> Iterator[_Asked]:
    for product in dict.fromkeys(c.product for c in consumers):
        known = current.product(product)
        owners = (known.owner,) if known and known.owner else ()
        yield f"owner of `{product}`", owners, f"reads `{_subject(change)}`: {describe(change)}"


def _for_personal_data(change: Change, current: MeshGraph, proposed: MeshGraph) -> Iterator[_Asked]:
    if isinstance(change, MaskChanged) and change.shows_more:
        yield *_steward(change, current), f"`{_subject(change)}` shows more of its values: {describe(change)}"
    kept = _kept_longer(change, proposed)
    if kept:
        yield *_steward(change, current), f"personal data of `{_subject(change)}`: {describe(change)}"
    columns = _exposed(change, proposed)
    if columns:
        many = "s" if len(columns) > 1 else ""
        listed = ", ".join(f"`{c}`" for c in columns)
        yield *_steward(change, current), f"personal data in the column{many} {listed} of `{_subject(change)}`"


def _kept_longer(change: Change, proposed: MeshGraph) -> tuple[str, ...]:
    """Return the columns whose personal data are kept longer, or may lie in more places."""
    match change:
        case RetentionExtended():
            table = proposed.table(change.address)
            return personal_columns(table) if table else ()
        case RegionsWidened():
            product = proposed.product(change.address)
            return _of_ports([product.port_address(p) for p in product.outputs], proposed) if product else ()
        case _:
            return ()


def _exposed(change: Change, proposed: MeshGraph) -> tuple[str, ...]:
    """Return the columns whose personal data a change offers anew, or stops calling personal."""
    match change:
        case ColumnAdded():
            table = proposed.table(change.address.table)
            column = table.contract.column(change.address.name) if table else None
            return (change.address.name,) if column and holds_personal_data(column) else ()
        case ClassificationChanged() if is_personal(change.before) or is_personal(change.after):
            return (change.address.name,)
        case AccessWidened() | RowsWidened():
            return _of_ports((change.address,), proposed)
        case TableAdded():
            table = proposed.table(change.address)
            return personal_columns(table) if table else ()
        case PortAdded():
            return _of_ports((change.address,), proposed)
        case ProductAdded():
            return _of_ports(change.ports, proposed)
        case _:
            return ()


def _of_ports(ports: Iterable[PortAddress], proposed: MeshGraph) -> tuple[str, ...]:
    outputs = [port for address in ports if (port := proposed.output(address))]
    return tuple(dict.fromkeys(c for port in outputs for table in port.tables for c in personal_columns(table)))


def _for_the_organisation(change: Change, current: MeshGraph) -> Iterator[_Asked]:
    if isinstance(change, MeshWideChange):
        yield from _for_all(change, current)
    match change:
        case PurposeChanged():
            for name in dict.fromkeys(n for n in (change.before, change.after) if n):
                yield *_director(name, current), f"`{change.address}`: {describe(change)}"
        case TeamChanged(owner=(str() as before, after)) if before != after:
            yield f"owner of `{change.address}`", (before,), f"hands it to {after or 'nobody'}"
        case _:
            pass


def _for_code(change: Change, current: MeshGraph, proposed: MeshGraph) -> Iterator[_Asked]:
    match change:
        case CodeChanged(after=Digest()):
            yield from _platform(current, f"`{change.address}`: {describe(change)}")
        case ProductAdded():
            product = proposed.product(change.address)
            if product is not None and product.code is not None:
                yield from _platform(current, f"`{change.address}` runs code of its own: {product.code.text}")
        case _:
            pass


def _platform(current: MeshGraph, reason: str) -> Iterator[_Asked]:
    team = platform_team(current.mesh)
    if team:  # else: somebody must be able to name the first
        yield "platform team", team, reason


def _for_cost(costs: Costs, current: MeshGraph) -> Iterator[_Asked]:
    """Yield the directors whose purpose costs more; where nobody can tell, those whose products do more than before."""
    for purpose in dict.fromkeys(c.purpose for c in costs.products if c.purpose):
        if costs.grows(purpose):
            for change in costs.products:
                if change.purpose == purpose and (change.is_more_often or change.reads_more):
                    what = "runs more often" if change.is_more_often else "reads more"
                    reason = f"`{change.product}` {what}, and costs more: {load_text(change, costs)}"
                    yield *_director(purpose, current), reason


def _for_all(change: MeshWideChange, current: MeshGraph) -> Iterator[_Asked]:
    yield from _platform(current, describe(change))
    match change:
        case TermChanged(owner=str() as owner) | TermRemoved(owner=str() as owner):
            yield f"owner of the KPI `{change.name}`", (owner,), describe(change)


def _director(purpose: str, current: MeshGraph) -> tuple[str, tuple[str, ...]]:
    known = next((p for p in current.mesh.purposes if p.name == purpose), None)
    return f"director of purpose `{purpose}`", (known.director,) if known else ()


def _steward(change: Change, current: MeshGraph) -> tuple[str, tuple[str, ...]]:
    product = product_of(change)
    name = product.domain if product else ""
    known = next((d for d in current.mesh.domains if d.name == name), None)
    return f"steward of domain `{name}`", (known.steward,) if known and known.steward else ()


def _subject(change: Change) -> str:
    match change:
        case MeshChanged(what=subject) | PolicyChanged(policy=subject):
            return subject
        case _ if isinstance(change, MeshWideChange):
            return change.name
        case _:
            return str(change.address)
