"""Rulings: how is each policy to be taken for the products of a domain, and can what was decided be meant?

Each key of a decision is taken over what stands above it: the policy's own defaults, mesh.yaml, the domains that a
domain is a part of, the domain. A domain only makes a policy stricter; what would make it laxer is an error.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from meshwright.gate.effects.cost import NOTHING_DEARER, Costs
from meshwright.gate.policies.parameters import Parameter, parameters_of, value_text
from meshwright.gate.policies.policy import Found, Level, Policy, Weighing
from meshwright.gate.policies.registry import POLICIES, policy_named
from meshwright.graph.graph import MeshGraph
from meshwright.manifest.codes import Code
from meshwright.manifest.shapes.scalars import Unreadable
from meshwright.model.diagnostic import Diagnostic, Location, Severity
from meshwright.model.errors import NotFound, Refused
from meshwright.model.mesh import Mesh
from meshwright.model.policy import EFFECTIVE_FROM, SEVERITY, Decision, Decisions, Setting
from meshwright.model.product import DataProduct
from meshwright.model.spelling import did_you_mean
from meshwright.model.value import value

_LAXER_HINT = "remove it: what stands above may only be made stricter"


@value
class Ruling:
    """One policy as it is to be taken. `decided_by` is whoever last said something of it; empty where nobody did."""

    policy: Policy[Any]
    level: Level
    parameters: Any
    effective_from: date | None = None
    decided_by: str = ""

    def level_at(self, now: datetime) -> Level:
        """Return how severe it is; before the day from which it is an error it only warns."""
        return Level.WARNING if self.level is Level.ERROR and self.waits(now) else self.level

    def waits(self, now: datetime) -> bool:
        """Tell whether the day is still to come."""
        return self.effective_from is not None and now.date() < self.effective_from

    def settings(self) -> Iterator[tuple[Parameter, object]]:
        """Yield its parameters, each with its value."""
        for parameter in parameters_of(self.policy):
            yield parameter, getattr(self.parameters, parameter.field)


class _WrongError(Exception):
    """One key cannot be meant as it is written."""

    def __init__(self, code: Code, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.hint = code, message, hint


def rulings(mesh: Mesh, domain: str | None = None) -> Mapping[str, Ruling]:
    """Return how each policy is taken in a domain; without one, by the mesh.

    Raises `Refused` for what cannot be meant: a policy or a parameter that the package that brought it has no more.
    """
    found, problems = _resolved(mesh, domain)
    if problems:
        raise Refused(f"{problems[0].at}: {problems[0].message}", hint=problems[0].hint)
    return found


def found_by(ruling: Ruling, graph: MeshGraph, product: DataProduct, costs: Costs = NOTHING_DEARER) -> Iterator[Found]:
    """Yield what a policy finds in a product, and in what a plan makes it cost.

    Raises `Refused` by its name where one of a package cannot go on.
    """
    policy = ruling.policy
    if not policy.package:
        yield from _looked(ruling, graph, product, costs)
        return
    try:
        yield from tuple(_looked(ruling, graph, product, costs))
    except Exception as error:
        said = f"the policy `{policy.name}` of the package {policy.package} failed at `{product.address}`"
        raise Refused(f"{said}: {type(error).__name__}: {error}", hint="mend the package") from error


def _looked(ruling: Ruling, graph: MeshGraph, product: DataProduct, costs: Costs) -> Iterator[Found]:
    match ruling.policy.check:
        case Weighing(weigh=weigh):
            return weigh(costs, product, ruling.parameters)
        case check:
            return check(graph, product, ruling.parameters)


def decision_mistakes(mesh: Mesh) -> Iterator[Diagnostic]:
    """Yield what cannot be meant of all that mesh.yaml and the domains have decided, each once."""
    found = {
        problem: None for domain in (None, *(d.name for d in mesh.domains)) for problem in _resolved(mesh, domain)[1]
    }
    yield from found
    for waiver in mesh.all_waivers:
        try:
            policy_named(waiver.policy)
        except (NotFound, Refused) as error:
            at = waiver.at or Location(mesh.file)
            yield Diagnostic(at, Code.UNDECLARED, Severity.ERROR, error.message, error.hint)


def _resolved(mesh: Mesh, domain: str | None) -> tuple[dict[str, Ruling], list[Diagnostic]]:
    found = {name: Ruling(policy, policy.severity, policy.parameters()) for name, policy in POLICIES.items()}
    problems: list[Diagnostic] = []
    above = ""
    for whose, file, decisions in _layers(mesh, domain):
        for decision in decisions:
            ruling = found.get(decision.policy) or _first(decision, file, problems)
            if ruling is not None:
                found[decision.policy] = _apply(ruling, decision, (above, whose, file), problems)
        above = above or whose
    return found, problems


def _layers(mesh: Mesh, domain: str | None) -> Iterator[tuple[str, str, Decisions]]:
    """Yield who decides, in which file, and what: the mesh, then the domain and those above it, the highest first."""
    yield "the mesh", mesh.file, mesh.policies
    chain = []
    known = mesh.domain(domain) if domain else None
    while known is not None and known not in chain:
        chain.append(known)
        known = mesh.domain(known.parent) if known.parent else None
    for part in reversed(chain):
        yield f"`{part.name}`", part.at.file if part.at else mesh.file, part.policies


def _first(decision: Decision, file: str, problems: list[Diagnostic]) -> Ruling | None:
    """Return the ruling of a package's policy where nobody has decided anything yet."""
    try:
        policy = policy_named(decision.policy)
    except (NotFound, Refused) as error:
        at = decision.at or Location(file)
        problems.append(Diagnostic(at, Code.UNDECLARED, Severity.ERROR, error.message, error.hint))
        return None
    return Ruling(policy, policy.severity, policy.parameters())


def _apply(ruling: Ruling, decision: Decision, by: tuple[str, str, str], problems: list[Diagnostic]) -> Ruling:
    above, whose, file = by
    held = replace(ruling, decided_by=ruling.decided_by or above)
    if not decision.settings:
        hint = "write `error`, `warning` or `ignore`"
        at = decision.at or Location(file)
        message = f"nothing is decided of `{decision.policy}`"
        problems.append(Diagnostic(at, Code.MISSING_KEY, Severity.ERROR, message, hint))
    for setting in decision.settings:
        try:
            ruling = _set(ruling, setting, held if above else None)
        except _WrongError as wrong:
            at = (setting.at_key if wrong.code is Code.UNKNOWN_KEY else setting.at) or decision.at or Location(file)
            problems.append(Diagnostic(at, wrong.code, Severity.ERROR, wrong.message, wrong.hint))
    return replace(ruling, decided_by=whose)


def _set(ruling: Ruling, setting: Setting, held: Ruling | None) -> Ruling:
    """Return a ruling with one more key set; where something is held above, only if it is not laxer than that."""
    match setting.name:
        case "severity":
            return _with_level(ruling, setting, held)
        case "effectiveFrom":
            return _with_day(ruling, setting, held)
    return _with_parameter(ruling, setting, held)


def _with_level(ruling: Ruling, setting: Setting, held: Ruling | None) -> Ruling:
    plain = setting.plain
    if plain not in list(Level):
        raise _WrongError(Code.VALUE, f"`{SEVERITY}` cannot be `{setting.text}`", did_you_mean(setting.text, Level))
    level = Level(str(plain))
    if held is not None and level.rank < held.level.rank:
        said = f"is {_article(held.level)} in {held.decided_by}, and cannot be {_article(level)} here"
        raise _WrongError(Code.LAXER, f"`{ruling.policy.name}` {said}", _LAXER_HINT)
    return replace(ruling, level=level)


def _with_day(ruling: Ruling, setting: Setting, held: Ruling | None) -> Ruling:
    try:
        day = date.fromisoformat(str(setting.plain))
    except ValueError:
        hint = "write it as `2027-01-01`"
        raise _WrongError(Code.VALUE, f"`{setting.text}` is not a day", hint) from None
    if held is not None and held.level is Level.ERROR and (held.effective_from is None or day > held.effective_from):
        since = f"from {held.effective_from} on" if held.effective_from else "already"
        said = f"is an error {since} in {held.decided_by}, and cannot be one only from {day} on here"
        raise _WrongError(Code.LAXER, f"`{ruling.policy.name}` {said}", _LAXER_HINT)
    return replace(ruling, effective_from=day)


def _with_parameter(ruling: Ruling, setting: Setting, held: Ruling | None) -> Ruling:
    name = ruling.policy.name
    known = {p.name: p for p in parameters_of(ruling.policy)}
    parameter = known.get(setting.name)
    if parameter is None:
        hint = did_you_mean(setting.name, (SEVERITY, EFFECTIVE_FROM, *known))
        raise _WrongError(Code.UNKNOWN_KEY, f"there is nothing called `{setting.name}` to decide of `{name}`", hint)
    try:
        value = parameter.read(setting.plain)
    except Unreadable as error:
        raise _WrongError(Code.VALUE, str(error), error.hint) from None
    above = getattr(held.parameters, parameter.field) if held else None
    if held is not None and parameter.is_laxer(value, above):
        said = f"is {value_text(above)} in {held.decided_by}, and {value_text(value)} is laxer"
        raise _WrongError(Code.LAXER, f"`{parameter.name}` of `{name}` {said}", _LAXER_HINT)
    return replace(ruling, parameters=replace(ruling.parameters, **{parameter.field: value}))


def _article(level: Level) -> str:
    return {Level.ERROR: "an error", Level.WARNING: "a warning", Level.IGNORE: "ignored"}[level]


def decided(policy: str, plain: object) -> Decision:
    """Return what somebody decides of a policy, given as YAML gives it: a severity, or a mapping."""
    keys = plain if isinstance(plain, dict) else {SEVERITY: plain}
    return Decision(policy, tuple(Setting(str(k), json.dumps(v)) for k, v in keys.items()))
