"""Promises: is a check or an SLO looser or tighter than it was?

Where two checks cannot be compared (another query, other columns), the new one is looser: nobody may lose the old one
unseen. A check that is gone is no loss where another one, or a column, promises as much.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from meshwright.gate.changes.change import (
    PromiseAdded,
    PromiseChange,
    PromiseLoosened,
    PromiseRemoved,
    PromiseReworded,
    PromiseTightened,
)
from meshwright.gate.changes.permitted import Direction, compared
from meshwright.model.address import PortAddress, TableAddress
from meshwright.model.contract import Check, Metric, Operator, Unit
from meshwright.model.diagnostic import Location, Severity
from meshwright.model.product import OnFail, OutputPort, OutputTable, Transform
from meshwright.model.slo import Completeness, Freshness, LandingBy, Quality, Slo, slo_name, slo_text
from meshwright.model.time import length_text


class Promise(NamedTuple):
    """A check with its consequence, or an SLO, as both sides of a comparison see it."""

    name: str
    text: str
    at: Location
    value: "Check | Slo"
    consequence: OnFail | None = None


def slo_changes(
    address: PortAddress, before: OutputPort, after: OutputPort, place: Location
) -> Iterator[PromiseChange]:
    """Yield how the SLOs of a port changed."""
    old, new = ({slo_name(s): Promise(slo_name(s), slo_text(s), place, s) for s in p.slos} for p in (before, after))
    for name in sorted(old.keys() - new.keys()):
        yield PromiseRemoved(address, name, old[name].text, place)
    yield from _kept(address, old, new)


def check_changes(
    address: TableAddress, before: OutputTable, after: OutputTable, place: Location
) -> Iterator[PromiseChange]:
    """Yield how the checks of a table changed. A check of columns that are gone went with them."""
    kept = {c.name for c in after.contract.columns}
    old, new = ({p.name: p for p in _checks(table, place)} for table in (before, after))
    called = dict(_called_otherwise(old, (*new.values(), *_implied(after, place)), new))
    for name in sorted(old.keys() - new.keys()):
        check = old[name].value
        if name in called:
            said = f"{called[name].name}, {called[name].text}"
            yield PromiseReworded(address, name, old[name].text, said, called[name].at)
        elif not (isinstance(check, Check) and check.columns and not kept.issuperset(check.columns)):
            yield PromiseRemoved(address, name, old[name].text, place)
    yield from _kept(address, {p.name: old[n] for n, p in called.items() if p.name not in old} | old, new)
    yield from _implied_changes(address, before, after, place)
    if before.sets_aside and after.sets_aside and before.quarantine != after.quarantine:
        kind = PromiseLoosened if after.quarantine > before.quarantine else PromiseTightened
        was, is_now = (f"at most {table.quarantine} of the rows" for table in (before, after))
        yield kind(address, "quarantine", was, is_now, place)


def _called_otherwise(
    old: Mapping[str, Promise], promised: tuple[Promise, ...], new: Mapping[str, Promise]
) -> Iterator[tuple[str, Promise]]:
    """Yield the checks that are gone by their names, each with what is `promised` as firmly by another name."""
    for name in old.keys() - new.keys():
        as_firm = (p for p in promised if _direction(old[name], p) is not Direction.LOOSER)
        found = min(as_firm, key=lambda p: (p.name in old, p.name), default=None)
        if found is not None:
            yield name, found


def _kept(
    address: PortAddress | TableAddress, old: Mapping[str, Promise], new: Mapping[str, Promise]
) -> Iterator[PromiseChange]:
    """Yield the promises that are new, and those that are there on both sides and say something else."""
    for name in sorted(new.keys() - old.keys()):
        yield PromiseAdded(address, name, new[name].text, new[name].at)
    for name in sorted(old.keys() & new.keys()):
        texts = (old[name].text, new[name].text)
        match _direction(old[name], new[name]):
            case Direction.LOOSER:
                yield PromiseLoosened(address, name, *texts, new[name].at)
            case Direction.TIGHTER:
                yield PromiseTightened(address, name, *texts, new[name].at)
            case Direction.SAME if texts[0] != texts[1]:
                yield PromiseReworded(address, name, *texts, new[name].at)
            case Direction.SAME:
                pass


def _implied_changes(
    address: TableAddress, before: OutputTable, after: OutputTable, place: Location
) -> Iterator[PromiseChange]:
    """Yield whether a check that columns imply on both sides blocks no longer, or does so again."""
    for name in sorted(before.contract.implied_checks & after.contract.implied_checks):
        was, is_now = (table.consequence(name, Severity.ERROR) for table in (before, after))
        if was is not is_now:
            kind = PromiseLoosened if _WEIGHT[is_now] < _WEIGHT[was] else PromiseTightened
            yield kind(address, f"check `{name}`", f"else {was.value}", f"else {is_now.value}", place)


def _implied(table: OutputTable, place: Location) -> Iterator[Promise]:
    """Yield what the columns of a table and its key promise as a check would."""
    none, contract = (Decimal(0),), table.contract
    needed = [(f"{c.name}-required", Metric.NULL_VALUES, (c.name,)) for c in contract.columns if c.required]
    unique = [(f"{c.name}-unique", Metric.DUPLICATE_VALUES, (c.name,)) for c in contract.columns if c.unique]
    key = [("primary-key-unique", Metric.DUPLICATE_VALUES, contract.key)] if contract.key else []
    for name, metric, columns in (*needed, *unique, *key):
        check = Check(name, metric, Operator.EQUAL, none, columns)
        consequence = table.consequence(name, Severity.ERROR)
        yield Promise(f"check `{name}`", _check_text(check, consequence), place, check, consequence)


def _checks(table: OutputTable, place: Location) -> Iterator[Promise]:
    for check in table.contract.checks:
        consequence = table.consequence(check.name, check.severity)
        yield Promise(f"check `{check.name}`", _check_text(check, consequence), check.at or place, check, consequence)


def _direction(before: Promise, after: Promise) -> Direction:
    match before.value, after.value:
        case Check() as old, Check() as new:
            steps = [_check_direction(old, new), _ordered(_WEIGHT[before.consequence], _WEIGHT[after.consequence])]
            return _together(steps)
        case Freshness(old_age, old_objective), Freshness(new_age, new_objective):
            return _together([_ordered(new_age, old_age), _ordered(old_objective, new_objective)])
        case LandingBy() as old, LandingBy() as new:
            return _landing_direction(old, new)
        case Completeness(old_objective), Completeness(new_objective):
            return _ordered(old_objective, new_objective)
        case Quality(old_objective), Quality(new_objective):
            return _ordered(old_objective, new_objective)
        case _:
            return Direction.LOOSER


_WEIGHT = {None: 0, OnFail.WARN: 0, OnFail.QUARANTINE: 1, OnFail.BLOCK: 2}
"""How firmly a promise is held. What is set aside is missing; what only warns is there, and wrong."""


def _ordered(before: object, after: object) -> Direction:
    """Compare two amounts of which more is firmer."""
    if before == after:
        return Direction.SAME
    return Direction.TIGHTER if before < after else Direction.LOOSER  # type: ignore[operator]  # both of one ordered type


def _landing_direction(before: LandingBy, after: LandingBy) -> Direction:
    """Compare two landings: of two zones or calendars neither is firmer, but every day is firmer than some days."""
    if before.timezone != after.timezone:
        return Direction.LOOSER
    steps = [_ordered(after.by, before.by), _ordered(before.objective, after.objective)]
    if before.calendar != after.calendar:
        steps.append(Direction.TIGHTER if after.calendar is None else Direction.LOOSER)
    return _together(steps)


def _together(steps: Iterable[Direction]) -> Direction:
    found = set(steps)
    if Direction.LOOSER in found:
        return Direction.LOOSER
    return Direction.TIGHTER if Direction.TIGHTER in found else Direction.SAME


def _check_direction(before: Check, after: Check) -> Direction:
    if _measures(before) != _measures(after):
        return Direction.LOOSER
    return _together([compared(before, after), _values_direction(before, after)])


def _measures(check: Check) -> Check:
    """What is measured, apart from what is permitted and who is told."""
    return replace(
        check,
        name="",
        operator=Operator.EQUAL,
        threshold=(),
        unit=Unit.ROWS,
        severity=Severity.ERROR,
        valid_values=(),
        description="",
        columns=tuple(sorted(check.columns)),
        query=check.query and _spelled(check.query),
    )


@cache
def _spelled(query: str) -> str:
    from meshwright.sql.canonical import canonical  # loads the SQL parser: only where a check has changed

    return canonical(Transform(query, "duckdb"))


def _values_direction(before: Check, after: Check) -> Direction:
    old, new = set(before.valid_values), set(after.valid_values)
    if old == new:
        return Direction.SAME
    return Direction.TIGHTER if old > new else Direction.LOOSER


_OPERATOR = {
    Operator.EQUAL: "= {0}",
    Operator.NOT_EQUAL: "≠ {0}",
    Operator.GREATER: "> {0}",
    Operator.GREATER_OR_EQUAL: "≥ {0}",
    Operator.LESS: "< {0}",
    Operator.LESS_OR_EQUAL: "≤ {0}",
    Operator.BETWEEN: "between {0} and {1}",
    Operator.NOT_BETWEEN: "not between {0} and {1}",
}


def _check_text(check: Check, consequence: OnFail) -> str:
    """Say a check in one line: `nullValues of price = 0, else block`."""
    of = f" of {', '.join(check.columns)}" if check.columns else ""
    of += f" from {check.of_input.name}" if check.of_input else ""
    unit = " %" if check.unit is Unit.PERCENT else ""
    among = f" among {', '.join(check.valid_values)}" if check.valid_values else ""
    like = f" like {check.pattern}" if check.pattern else ""
    measured = check.query if check.metric is Metric.SQL else check.metric.value
    permitted = _OPERATOR[check.operator].format(*(_amount(check, t) for t in check.threshold))
    return f"{measured}{of}{among}{like} {permitted}{unit}, else {consequence.value}"


def _amount(check: Check, number: Decimal) -> str:
    return length_text(timedelta(seconds=int(number))) if check.metric is Metric.INPUT_AGE else f"{number:f}"
