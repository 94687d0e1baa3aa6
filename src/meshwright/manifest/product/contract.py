"""Contract: from the ODCS block of a port to the columns and checks of its tables."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from meshwright.manifest.codes import Code
from meshwright.manifest.product.custom import called, custom
from meshwright.manifest.product.declared import check_classification
from meshwright.manifest.product.examples import check_examples
from meshwright.manifest.product.possible import check_possible
from meshwright.manifest.product.references import references
from meshwright.manifest.shapes.odcs import OPERATORS, Arguments, ContractBlock, Property, Quality, Table
from meshwright.manifest.shapes.shape import unread
from meshwright.manifest.shapes.values import value_text
from meshwright.manifest.text.place import Place
from meshwright.manifest.text.problems import Problems
from meshwright.model.contract import ROW_METRICS, Check, Column, Contract, Metric, Operator, Unit
from meshwright.model.diagnostic import Severity
from meshwright.model.spelling import did_you_mean
from meshwright.model.value import value

_LIBRARY = {m.value: m for m in (*ROW_METRICS, Metric.ROW_COUNT)}
_KEYS: dict[str, set[str]] = {
    "library": {"metric", "arguments", "unit", *OPERATORS},
    "sql": {"query", "unit", *OPERATORS},
    "custom": {"engine", "implementation"},
    "text": set(),
}
"""The fields that belong to a type of check, beside its name, description and severity."""
_FOREIGN = {kind: frozenset().union(*_KEYS.values()) - keys for kind, keys in _KEYS.items()}
_NO_ARGUMENTS = Arguments.model_validate({})
_HEADS = {"library": "metric", "sql": "query"}
_VALID = "add `arguments: {validValues: [a, b]}` or `arguments: {pattern: …}`"
_ARGUMENTS = {
    Metric.MISSING_VALUES: {"missing_values"},
    Metric.INVALID_VALUES: {"valid_values", "pattern"},
    Metric.DUPLICATE_VALUES: {"properties"},
}


def contracts(block: ContractBlock, place: Place, problems: Problems) -> tuple[Contract, ...]:
    """Return the contract of each table of a block."""
    unread(block, place, problems)
    return tuple(_contracts(block, place["schema"], problems))


def _contracts(block: ContractBlock, place: Place, problems: Problems) -> Iterator[Contract]:
    seen: dict[str, int] = {}
    for number, table in enumerate(block.tables):
        here = place[number]
        unread(table, here, problems)
        folded = table.name.casefold()
        if folded in seen:
            hint = f"it is on line {seen[folded]} already; SQL knows no case"
            problems.error(Code.DUPLICATE, here["name"].at, f"the table `{table.name}` is there twice", hint)
        seen.setdefault(folded, here["name"].line)
        yield Contract(
            table=table.name,
            columns=tuple(_columns(table, here["properties"], problems)),
            checks=tuple(_checks(table, here, problems)),
            description=table.description or (block.description.text if block.description else ""),
        )


def _columns(table: Table, place: Place, problems: Problems) -> Iterator[Column]:
    seen: dict[str, int] = {}
    for number, prop in enumerate(table.properties):
        here = place[number]
        at = here["name"].at
        unread(prop, here, problems)
        if prop.classification is not None:
            check_classification(prop.classification, here["classification"], problems)
        check_examples(prop, here["examples"], problems)
        folded = prop.name.casefold()
        if folded in seen:
            message = f"the column `{prop.name}` is there twice"
            problems.error(Code.DUPLICATE, at, message, f"it is on line {seen[folded]} already; SQL knows no case")
        seen.setdefault(folded, at.line)
        yield Column(
            name=prop.name,
            type=prop.logical_type,
            required=prop.required,
            unique=prop.unique,
            primary_key=prop.primary_key,
            description=prop.description or "",
            classification=prop.classification,
            examples=tuple(map(value_text, prop.examples or ())),
            at=at,
        )


@value
class _Subject:
    """What a check is about: the table, and the column it stands under, if any."""

    table: Table
    column: Property | None
    quality: Quality
    place: Place

    @property
    def default_name(self) -> str:
        """The name of a check that has none of its own."""
        what = self.quality.metric or called(self.quality.implementation) or self.quality.type
        words = "".join(f"-{c.lower()}" if c.isupper() else c for c in what)
        return f"{self.column.name}-{words}" if self.column else words


def _subjects(table: Table, place: Place) -> Iterator[_Subject]:
    for number, prop in enumerate(table.properties):
        for q, quality in enumerate(prop.quality):
            yield _Subject(table, prop, quality, place["properties"][number]["quality"][q])
    for q, quality in enumerate(table.quality):
        yield _Subject(table, None, quality, place["quality"][q])


def _checks(table: Table, place: Place, problems: Problems) -> Iterator[Check]:
    subjects = tuple(_subjects(table, place))
    taken = {s.quality.name for s in subjects if s.quality.name}
    named: dict[str, int] = {}
    for subject in subjects:
        quality = subject.quality
        unread(quality, subject.place, problems)
        name = quality.name or _free(subject.default_name, taken)
        if quality.name in named:
            at, hint = subject.place["name"].at, f"it is on line {named[name]} already"
            problems.error(Code.DUPLICATE, at, f"the check `{name}` is there twice", hint)
        named[name] = subject.place["name"].line
        check = _check(subject, name, problems)
        if check is not None:
            yield check
    for reference in references(table, place, problems):
        yield replace(reference, name=_free(reference.name, taken))


def _free(name: str, taken: set[str]) -> str:
    free, number = name, 1
    while free in taken:
        number += 1
        free = f"{name}-{number}"
    taken.add(free)
    return free


def _check(subject: _Subject, name: str, problems: Problems) -> Check | None:
    """Return an executable check; None, and the reason, for what cannot be executed."""
    quality, place = subject.quality, subject.place
    if not _belongs(quality, place, problems) or quality.type == "text":
        return None
    if quality.type == "custom":
        return _custom(subject, name, problems)
    metric, held = _metric(quality, place, problems), _operator(quality, place, problems)
    if metric is None or held is None or not _measurable(subject, metric, problems):
        return None
    arguments = quality.arguments or _NO_ARGUMENTS
    column = subject.column.name if subject.column else ""
    check = Check(
        name=name,
        metric=metric,
        operator=held[0],
        threshold=held[1],
        columns=(column,) if column else tuple(arguments.properties or ()),
        unit=quality.unit or Unit.ROWS,
        severity=quality.severity or Severity.ERROR,
        valid_values=tuple(arguments.valid_values or ()),
        pattern=arguments.pattern,
        missing_values=_missing(arguments),
        query=_query(quality.query, subject.table.name, column),
        description=quality.description or "",
        at=place["name" if quality.name else _HEADS[quality.type]].at,
        query_at=place["query"].content if quality.query else None,
    )
    check_possible(check, place, problems)
    return check


def _custom(subject: _Subject, name: str, problems: Problems) -> Check | None:
    quality, place = subject.quality, subject.place
    if not _has(("engine", "implementation"), quality, place, problems) or quality.implementation is None:
        return None
    if subject.column is not None:
        message = f"`{called(quality.implementation)}` is about a table, not about a column"
        problems.error(Code.CHECK, place["implementation"].at, message, "write it under the table's `quality`")
        return None
    return replace(
        custom(quality.implementation, place["implementation"]),
        name=name,
        severity=quality.severity or Severity.ERROR,
        description=quality.description or "",
        at=place["name" if quality.name else "implementation"].at,
    )


def _missing(arguments: Arguments) -> tuple[str, ...] | None:
    """Return what stands for a missing value. Null always does, and need not be said."""
    given = arguments.missing_values
    return None if given is None else tuple(value for value in given if value is not None)


def _belongs(quality: Quality, place: Place, problems: Problems) -> bool:
    """Tell whether a check has the keys of its type only."""
    foreign = sorted(quality.model_fields_set & _FOREIGN[quality.type])
    for field in foreign:
        key = Quality.model_fields[field].alias or field
        types = " or ".join(f"`type: {kind}`" for kind, keys in _KEYS.items() if field in keys)
        message = f"a check of `type: {quality.type}` has no `{key}`"
        problems.error(Code.CONFLICT, place[key].at_key, message, f"it belongs to {types}")
    return not foreign


def _metric(quality: Quality, place: Place, problems: Problems) -> Metric | None:
    if not _has(("query",) if quality.type == "sql" else ("metric",), quality, place, problems):
        return None
    return Metric.SQL if quality.type == "sql" else _LIBRARY[str(quality.metric)]


def _has(needed: tuple[str, ...], quality: Quality, place: Place, problems: Problems) -> bool:
    """Tell whether a check has what its type needs, and say what is missing."""
    missing = [key for key in needed if getattr(quality, key) is None]
    if missing:
        names = " and ".join(f"`{key}`" for key in missing)
        hint = f"add {', '.join(f'`{key}: …`' for key in missing)}"
        problems.error(Code.CHECK, place.at, f"a check of `type: {quality.type}` needs {names}", hint)
    return not missing


def _operator(quality: Quality, place: Place, problems: Problems) -> tuple[Operator, tuple[Decimal, ...]] | None:
    """Return the one operator of a check, and its one or two numbers."""
    found = [field for field in OPERATORS if field in quality.model_fields_set]
    if len(found) != 1:
        keys = [f"`{OPERATORS[field]}`" for field in found]
        message = (
            f"a check has one operator, not {' and '.join(keys)}" if keys else "the check does not say what is right"
        )
        at = place[OPERATORS[found[1]]].at_key if found else place.at
        hint = "keep one, and make a check of each other" if keys else "add an operator, such as `mustBe: 0`"
        problems.error(Code.CHECK, at, message, hint)
        return None
    operator = OPERATORS[found[0]]
    content = getattr(quality, found[0])
    if content is None:
        return None  # that it is empty is said already
    numbers = tuple(content) if isinstance(content, list) else (content,)
    if len(numbers) == 2 and not numbers[0] < numbers[1]:
        hint = "write the smaller number first; both ends are excluded"
        problems.error(Code.CHECK, place[operator].at_key, f"nothing is between {numbers[0]} and {numbers[1]}", hint)
        return None
    return operator, numbers


def _measurable(subject: _Subject, metric: Metric, problems: Problems) -> bool:
    """Tell whether a metric stands where it can be measured, with the arguments that it needs."""
    quality, place = subject.quality, subject.place
    arguments = quality.arguments or _NO_ARGUMENTS
    if quality.arguments is not None:
        unread(arguments, place["arguments"], problems)
    given = arguments.model_fields_set
    surplus = sorted(given - _ARGUMENTS.get(metric, set()))
    wrong = _misplaced(metric, subject) or _incomplete(metric, given, subject)
    if wrong:
        problems.error(Code.CHECK, place["metric"].at, *wrong)
    for field in surplus:
        key = Arguments.model_fields[field].alias or field
        message = f"`{metric}` has no argument `{key}`"
        problems.error(Code.CHECK, place["arguments"][key].at_key, message, "remove it")
    known = {c.name for c in subject.table.properties}
    strange = [name for name in arguments.properties or () if name not in known]
    for name in strange:
        at = place["arguments"]["properties"][(arguments.properties or []).index(name)].at
        problems.error(Code.UNDECLARED, at, f"there is no column `{name}`", did_you_mean(name, known))
    return not (wrong or surplus or strange)


def _misplaced(metric: Metric, subject: _Subject) -> tuple[str, str] | None:
    match metric, subject.column:
        case Metric.ROW_COUNT, Property():
            return "`rowCount` counts the rows of a table, not of a column", "write it under the table's `quality`"
        case Metric.ROW_COUNT, None if subject.quality.unit is Unit.PERCENT:
            return "`rowCount` cannot be a percentage", "remove `unit`"
        case ((Metric.NULL_VALUES | Metric.MISSING_VALUES | Metric.INVALID_VALUES), None):
            return f"`{metric}` is about one column", "write it under the column's `quality`"
    return None


def _incomplete(metric: Metric, given: set[str], subject: _Subject) -> tuple[str, str] | None:
    match metric, subject.column:
        case Metric.INVALID_VALUES, _ if not given & {"valid_values", "pattern"}:
            return "`invalidValues` does not say which values are valid", _VALID
        case Metric.DUPLICATE_VALUES, None if "properties" not in given:
            hint = "add `arguments: {properties: [a, b]}`, or write it under a column's `quality`"
            return "`duplicateValues` of a table does not say of which columns", hint
    return None


def _query(query: str | None, table: str, column: str) -> str | None:
    """Fill in the two names that ODCS leaves open. Both are names of the contract, never a user's value."""
    return query and query.replace("{object}", table).replace("{property}", column or "{property}").strip()
