"""Judgement: which checks a table must pass, and whether a measured value passes one. Knows no engine."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace
from datetime import timedelta
from decimal import Decimal

from meshwright.model.address import TableAddress
from meshwright.model.contract import (
    ROW_METRICS,
    SCHEMA_CHECK,
    Check,
    Column,
    LogicalType,
    Metric,
    OfInput,
    Operator,
    Unit,
)
from meshwright.model.product import OnFail, OutputTable, PublishMode
from meshwright.model.publish import CheckResult
from meshwright.model.time import length_text
from meshwright.model.value import value

_NONE = (Decimal(0),)

_WORDS = {
    Operator.EQUAL: "be {}",
    Operator.NOT_EQUAL: "not be {}",
    Operator.GREATER: "be more than {}",
    Operator.GREATER_OR_EQUAL: "be at least {}",
    Operator.LESS: "be less than {}",
    Operator.LESS_OR_EQUAL: "be at most {}",
    Operator.BETWEEN: "be between {} and {}",
    Operator.NOT_BETWEEN: "not be between {} and {}",
}

_COUNTED = {
    Metric.NULL_VALUES: "without a value in {}",
    Metric.MISSING_VALUES: "with nothing in {}",
    Metric.INVALID_VALUES: "with an invalid value in {}",
    Metric.DUPLICATE_VALUES: "with the same {} as another",
}


@value
class Aside:
    """How many rows of a table were set aside, and how many of them by each check."""

    rows: int = 0
    by_check: Mapping[str, int] = field(default_factory=dict)

    def by(self, check: Check) -> Decimal:
        """Return how many rows a check has set aside."""
        return Decimal(self.by_check.get(check.name, 0))


NOTHING_ASIDE = Aside()


def checks_of(table: OutputTable) -> tuple[Check, ...]:
    """Return the checks that a contract names, and those implied by its columns, its key and its way of publishing."""
    return (*_implied(table), *table.contract.checks)


def own_checks_of(table: OutputTable) -> tuple[Check, ...]:
    """Return those of a table's checks that look at the table itself, and ask nothing of an input."""
    return tuple(check for check in checks_of(table) if check.of_input is None)


def published_checks_of(table: OutputTable) -> tuple[Check, ...]:
    """Return the checks of a table as consumers read it, which an earlier release may have made.

    What they ask of inputs was told when its rows were made.
    """
    checks = tuple(c for c in own_checks_of(table) if c.refers_to is None or not c.refers_to.is_input)
    return checks if table.virtual is not None else (schema_check(), *checks)


def schema_check() -> Check:
    """Return the check that a table has its contract's columns: what a run makes is cast to them, and has them."""
    return Check(SCHEMA_CHECK, Metric.SCHEMA, Operator.EQUAL, _NONE)


def conforming(table: OutputTable, address: TableAddress, check: Check, unlike: Sequence[str]) -> CheckResult:
    """Judge the columns of a table; `unlike` says of each that is not as the contract has it what is wrong."""
    result = judged(table, address, check, Decimal(len(unlike)), 0)
    return replace(result, message="; ".join(unlike) or "it has the columns of its contract")


def quarantined(table: OutputTable) -> tuple[Check, ...]:
    """Return the checks whose failure sets rows aside."""
    found = (c for c in checks_of(table) if c.metric in ROW_METRICS)
    return tuple(c for c in found if consequence(table, c) is OnFail.QUARANTINE)


def judged(table: OutputTable, address: TableAddress, check: Check, measured: Decimal, rows: int) -> CheckResult:
    """Hold a measured number of rows (or the number that a query gave) against the check's threshold."""
    value = measured if check.unit is Unit.ROWS else (Decimal(100) * measured / rows if rows else Decimal(0))
    expected = expectation(check)
    passed = check.permits(value)
    message = _measured_text(check, measured, value, rows)
    return CheckResult(
        table=address,
        check=check.name,
        passed=passed,
        consequence=consequence(table, check),
        measured=value,
        expected=expected,
        message=message if passed else f"{message}, which should {expected}",
    )


def set_aside(table: OutputTable, result: CheckResult, aside: int, rows: int) -> CheckResult:
    """Say that the rows which fail a check were set aside; or, where these are too many of all, that this blocks."""
    if aside > table.quarantine.value * rows:
        many = f"{aside:,} of {rows:,} rows would be set aside, which is more than {table.quarantine}"
        return replace(result, consequence=OnFail.BLOCK, message=f"{result.message}; {many}")
    return replace(result, message=f"{result.message}; they were set aside")


def counted(
    table: OutputTable, address: TableAddress, check: Check, number: Decimal, rows: int, aside: Aside
) -> CheckResult:
    """Judge what was counted; what a check has set aside is counted with it, as if it were still there."""
    left = judged(table, address, check, number, rows)
    if left.consequence is not OnFail.QUARANTINE or (left.passed and not aside.by(check)):
        return left
    whole = judged(table, address, check, number + aside.by(check), rows + aside.rows)
    if not left.passed:  # something was published since, and what is left is wrong too
        return replace(whole, consequence=OnFail.BLOCK)
    return set_aside(table, whole, aside.rows, rows + aside.rows)


def answered(table: OutputTable, address: TableAddress, check: Check, answer: object) -> CheckResult:
    """Judge what a check's own SQL gave: it should be one number."""
    if answer is None:
        return unmeasured(table, address, check, "its SQL gives nothing")
    try:
        number = Decimal(str(answer))
    except ArithmeticError:
        return unmeasured(table, address, check, "its SQL gives no number")
    if not number.is_finite():
        return unmeasured(table, address, check, "its SQL gives no number")
    return judged(table, address, check, number, 100)


def unmeasured(table: OutputTable, address: TableAddress, check: Check, reason: str) -> CheckResult:
    """Fail a check that could not be measured, with the reason."""
    return CheckResult(address, check.name, False, consequence(table, check), None, expectation(check), reason)  # noqa: FBT003


def consequence(table: OutputTable, check: Check) -> OnFail:
    """Return what a failure does. Rows cannot be merged by a key that is not one: they are set aside, or it blocks."""
    found = table.consequence(check.name, check.severity)
    if table.mode is PublishMode.MERGE and check.name == KEY_CHECK and found is OnFail.WARN:
        return OnFail.BLOCK
    return found


def expectation(check: Check) -> str:
    """Return what the check wants, in words: `be at most 5 %`."""
    return _WORDS[check.operator].format(*(_amount(check, number) for number in check.threshold))


def spelled(values: Sequence[str], kind: LogicalType) -> list[str]:
    """Return values of a check as engines write those of a column: numbers with all their decimals."""
    return [_decimal(value) for value in values] if kind is LogicalType.NUMBER else list(values)


def number_text(number: Decimal) -> str:
    """Write a number for people: no exponent, no trailing zeros, at most four decimals."""
    return f"{number:z,.4f}".rstrip("0").rstrip(".")


def _amount(check: Check, number: Decimal) -> str:
    if check.metric is Metric.INPUT_AGE:
        return length_text(timedelta(seconds=int(number)))
    return f"{number_text(number)}{' %' if check.unit is Unit.PERCENT else ''}"


KEY_CHECK = "primary-key-unique"


def _decimal(value: str) -> str:
    try:
        return f"{Decimal(value):.9f}"
    except ArithmeticError:
        return value


def _implied(table: OutputTable) -> Iterator[Check]:
    if table.virtual is not None:
        yield schema_check()
    for column in table.made_columns:
        yield from _implied_by(column)
    key = table.contract.key
    if key:
        yield Check(KEY_CHECK, Metric.DUPLICATE_VALUES, Operator.EQUAL, _NONE, key)
    if table.mode is PublishMode.LEDGER and all(c.metric is not Metric.HASH_CHAIN for c in table.contract.checks):
        yield Check("hash-chain", Metric.HASH_CHAIN, Operator.EQUAL, _NONE)


def _implied_by(column: Column) -> Iterator[Check]:
    if column.required or column.primary_key:
        yield Check(f"{column.name}-required", Metric.NULL_VALUES, Operator.EQUAL, _NONE, (column.name,))
    if column.unique:
        yield Check(f"{column.name}-unique", Metric.DUPLICATE_VALUES, Operator.EQUAL, _NONE, (column.name,))


def _measured_text(check: Check, measured: Decimal, value: Decimal, rows: int) -> str:
    if check.condition is not None:
        return f"{number_text(measured)} of {rows:,} rows"
    if check.metric is Metric.REFERENCES:
        columns = ", ".join(f"`{c}`" for c in check.columns)
        return f"{number_text(measured)} of {rows:,} rows with {columns} that `{check.refers_to}` does not have"
    if check.of_input is not None:
        return _of_input_text(check, check.of_input, measured, rows)
    if check.metric not in _COUNTED:
        return f"{number_text(measured)} rows" if check.metric is Metric.ROW_COUNT else f"it gives {number_text(value)}"
    columns = ", ".join(f"`{c}`" for c in check.columns)
    share = f" ({number_text(value)} %)" if check.unit is Unit.PERCENT else ""
    return f"{number_text(measured)} of {rows:,} rows{share} {_COUNTED[check.metric].format(columns)}"


def _of_input_text(check: Check, asked: OfInput, measured: Decimal, rows: int) -> str:
    if check.metric is Metric.INPUT_AGE:
        return f"`{asked.name}` is {_amount(check, measured)} old"
    return f"no row was made of {number_text(measured)} of the {rows:,} rows of `{asked.name}`"
