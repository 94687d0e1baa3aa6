"""Codes: what can be wrong with the SQL of a port, one stable code each."""

from enum import StrEnum

from meshwright.model.diagnostic import Diagnostic, Location, Severity, printable


class Code(StrEnum):
    """A diagnostic's code; `MEANING` says it in words."""

    UNREADABLE = "MW0201"
    NOT_ONE_SELECT = "MW0202"
    UNDECLARED_TABLE = "MW0203"
    HIDDEN_SOURCE = "MW0204"
    FOREIGN_TABLE = "MW0205"
    UNKNOWN_COLUMN = "MW0206"
    AMBIGUOUS_COLUMN = "MW0207"
    UNKNOWN_ALIAS = "MW0208"
    STAR = "MW0209"
    PARAMETER = "MW0210"
    NAME = "MW0211"
    NOT_SELECTED = "MW0212"
    NOT_PROMISED = "MW0213"
    TYPE = "MW0214"
    DIALECT = "MW0215"
    GROUPING = "MW0216"
    UNRESOLVED = "MW0217"
    NO_SQL = "MW0218"
    BRANCHES = "MW0219"
    OPERANDS = "MW0220"
    NULLABLE = "MW0221"
    TOO_LARGE = "MW0222"


MEANING = {
    Code.UNREADABLE: "text that is not SQL of the transform's dialect",
    Code.NOT_ONE_SELECT: "something other than exactly one SELECT, or, of a check, other than one number",
    Code.UNDECLARED_TABLE: "a table that is not an input port (in `mesh query`: not a port of the mesh)",
    Code.HIDDEN_SOURCE: "rows that come from a file, a function or a PIVOT instead of a table",
    Code.FOREIGN_TABLE: "a table of another database or schema",
    Code.UNKNOWN_COLUMN: "a column that no input has",
    Code.AMBIGUOUS_COLUMN: "a column that several inputs have, without saying whose",
    Code.UNKNOWN_ALIAS: "a column of a table that is not read there",
    Code.STAR: "`*` over an input whose columns nobody declared",
    Code.PARAMETER: "a parameter that no run gives a value, or text that nobody fills in",
    Code.NAME: "an output column without a name, or two with the same",
    Code.NOT_SELECTED: "a column of the contract that the SQL does not select",
    Code.NOT_PROMISED: "a selected column that the contract does not have",
    Code.TYPE: "a column whose type is not the one that the contract says",
    Code.DIALECT: "BigQuery SQL that would mean something else on DuckDB",
    Code.GROUPING: "a column that is neither grouped by nor aggregated, or an aggregate or window where none can stand",
    Code.UNRESOLVED: "names that cannot be told apart",
    Code.NO_SQL: "a table without SQL, where no input has a table of its name to pass on",
    Code.BRANCHES: "a UNION whose branches have different numbers of columns",
    Code.OPERANDS: "values that cannot be compared, added up, or asked as a question",
    Code.NULLABLE: "a required column that is empty in some rows, as the SQL makes it",
    Code.TOO_LARGE: "SQL that is longer or deeper than anything people write",
}


def error(code: Code, message: str, at: Location, hint: str = "") -> Diagnostic:
    """Return a diagnostic that stops what was asked."""
    return Diagnostic(at, code.value, Severity.ERROR, printable(message), printable(hint))
