"""Contract: what an output port promises about the shape and the content of its table (ODCS's words)."""

from dataclasses import field
from decimal import Decimal
from enum import StrEnum

from meshwright.model.diagnostic import Location, Severity
from meshwright.model.mask import Mask
from meshwright.model.value import value


class LogicalType(StrEnum):
    """The types of ODCS that a column may have."""

    STRING = "string"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    TIMESTAMP = "timestamp"
    TIME = "time"
    OBJECT = "object"
    ARRAY = "array"


class Metric(StrEnum):
    """What a check measures: ODCS's library metrics, its relationships, SQL; and what is our own (`custom`)."""

    NULL_VALUES = "nullValues"
    MISSING_VALUES = "missingValues"
    INVALID_VALUES = "invalidValues"
    DUPLICATE_VALUES = "duplicateValues"
    ROW_COUNT = "rowCount"
    SQL = "sql"
    REFERENCES = "references"
    SCHEMA = "schema"
    HASH_CHAIN = "hashChain"
    LOST_ROWS = "lostRows"
    INPUT_AGE = "inputAge"


ROW_METRICS = (Metric.NULL_VALUES, Metric.MISSING_VALUES, Metric.INVALID_VALUES, Metric.DUPLICATE_VALUES)
"""What says of single rows whether they are right."""

_COUNTED = (*ROW_METRICS, Metric.REFERENCES, Metric.ROW_COUNT)


SCHEMA_CHECK = "schema"
"""The check that a table, made elsewhere or earlier, has the columns of its contract."""


class Operator(StrEnum):
    """How the measured value is held against the threshold (ODCS)."""

    EQUAL = "mustBe"
    NOT_EQUAL = "mustNotBe"
    GREATER = "mustBeGreaterThan"
    GREATER_OR_EQUAL = "mustBeGreaterOrEqualTo"
    LESS = "mustBeLessThan"
    LESS_OR_EQUAL = "mustBeLessOrEqualTo"
    BETWEEN = "mustBeBetween"
    NOT_BETWEEN = "mustNotBeBetween"


class Unit(StrEnum):
    """What a threshold counts."""

    ROWS = "rows"
    PERCENT = "percent"


@value
class ForeignKey:
    """What columns refer to: those of another table of the product, or of an input, by the name that SQL has for it.

    One of several tables of an input is called by both names: `orders.lines`.
    """

    table: str
    columns: tuple[str, ...]
    is_input: bool = False

    def __str__(self) -> str:
        return ", ".join(f"{self.table}.{column}" for column in self.columns)


@value
class OfInput:
    """What a check asks of an input, by the name that SQL has for it: of lost rows, the columns that name one there.

    Of an age, the column of time by whose newest value it is told; none where the input itself tells.
    """

    name: str
    columns: tuple[str, ...] = ()
    at: Location | None = field(default=None, compare=False)
    columns_at: Location | None = field(default=None, compare=False)


@value
class Check:
    """One executable assertion on a port's table.

    `threshold` has one number, or two for the `between` operators (exclusive, as ODCS says). `columns` are those it
    measures. `valid_values` and `pattern` belong to `invalidValues`, `missing_values` to `missingValues` (what is
    missing beside null; None: blank text), `refers_to` to references, `of_input` to lost rows and to ages, which are
    in seconds; `query`, which begins at `query_at` and is in `dialect`, to `sql`: one SELECT of one number. Once it is
    bound for an engine its `parameters` are known, and, where it counts the rows of its own table for which a condition
    holds, that `condition`.
    """

    name: str
    metric: Metric
    operator: Operator
    threshold: tuple[Decimal, ...]
    columns: tuple[str, ...] = ()
    unit: Unit = Unit.ROWS
    severity: Severity = Severity.ERROR
    valid_values: tuple[str, ...] = ()
    pattern: str | None = None
    missing_values: tuple[str, ...] | None = None
    refers_to: ForeignKey | None = None
    of_input: OfInput | None = None
    query: str | None = None
    dialect: str = "bigquery"
    parameters: tuple[str, ...] = ()
    condition: str | None = None
    description: str = ""
    at: Location | None = field(default=None, compare=False)
    query_at: Location | None = field(default=None, compare=False)

    @property
    def is_counted(self) -> bool:
        """Tell whether it is measured by one aggregate over its table's rows, as all others of the kind at once."""
        return self.metric in _COUNTED or self.condition is not None

    @property
    def is_about_all(self) -> bool:
        """Tell whether it is about all that consumers will read, not only about what a run adds."""
        return self.metric is Metric.DUPLICATE_VALUES

    def permits(self, value: Decimal) -> bool:
        """Tell whether a value is where the check wants it. `between` excludes its two ends, as ODCS says."""
        low, high = self.threshold[0], self.threshold[-1]
        match self.operator:
            case Operator.EQUAL | Operator.NOT_EQUAL:
                return (value == low) == (self.operator is Operator.EQUAL)
            case Operator.GREATER:
                return value > low
            case Operator.GREATER_OR_EQUAL:
                return value >= low
            case Operator.LESS:
                return value < low
            case Operator.LESS_OR_EQUAL:
                return value <= low
            case Operator.BETWEEN | Operator.NOT_BETWEEN:
                return (low < value < high) == (self.operator is Operator.BETWEEN)


@value
class Column:
    """A property of the contract's table.

    `term` is the word of the mesh's glossary that says what it holds, `mask` what its values become before anybody
    reads them.
    """

    name: str
    type: LogicalType
    required: bool = False
    unique: bool = False
    primary_key: bool = False
    description: str = ""
    classification: str | None = None
    examples: tuple[str, ...] = ()
    term: str | None = None
    mask: Mask | None = None
    at: Location | None = field(default=None, compare=False)


@value
class Contract:
    """The promise of one output port: one table, its columns and its checks."""

    table: str
    columns: tuple[Column, ...]
    checks: tuple[Check, ...] = ()
    description: str = ""

    @property
    def key(self) -> tuple[str, ...]:
        """The names of the primary key's columns, in order."""
        return tuple(c.name for c in self.columns if c.primary_key)

    @property
    def implied_checks(self) -> frozenset[str]:
        """The names of the checks that columns imply: required, unique, primary key."""
        required = {f"{c.name}-required" for c in self.columns if c.required or c.primary_key}
        unique = {f"{c.name}-unique" for c in self.columns if c.unique}
        return frozenset({*required, *unique, *(("primary-key-unique",) if self.key else ())})

    def column(self, name: str) -> Column | None:
        """Return the column of that name."""
        return next((c for c in self.columns if c.name == name), None)


LEDGER_COLUMNS = (
    Column("sequence", LogicalType.INTEGER, required=True, description="Place in the ledger, from 1"),
    Column("previous_hash", LogicalType.STRING, required=True, description="The hash of the entry before"),
    Column("entry_hash", LogicalType.STRING, required=True, description="SHA-256 of the hash before and this entry"),
)
"""What publishing as a ledger adds to each row, so that no entry can be changed unseen."""
