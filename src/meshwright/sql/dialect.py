"""Dialect: which BigQuery SQL means the same on DuckDB, and what is done about the rest?

Every function a BigQuery transform may call is in `PORTABLE`; tests/sql/test_dialect.py runs each of them on DuckDB
against the value that BigQuery documents. The differences that sqlglot lets through silently are either mended, where
one rewriting makes them exact (`mend`), or refused with a way out (`difference`). docs/decisions/0005 says why.

    mended                              BigQuery                      DuckDB, unmended
    ─────────────────────────────────── ───────────────────────────── ─────────────────────────────
    CAST(x AS NUMERIC)                  38 digits, 9 of them decimal  DECIMAL(18, 3)
    DATE_TRUNC, DATE_ADD, DATE_SUB      a DATE                        a TIMESTAMP
    TIMESTAMP_DIFF                      whole units that have passed  boundaries that were crossed
    TIMESTAMP_MILLIS, TIMESTAMP_MICROS  an instant                    a naive TIMESTAMP
    EXTRACT(DAYOFWEEK)                  Sunday is 1                   Sunday is 0
    COUNTIF, where nothing is known     0                             NULL
"""

from sqlglot import exp

from meshwright.model.diagnostic import Diagnostic
from meshwright.sql.codes import Code
from meshwright.sql.text import SqlText

PORTABLE = frozenset(
    {
        # choosing
        exp.Case, exp.Coalesce, exp.Exists, exp.Greatest, exp.If, exp.Least, exp.Nullif,
        # logic and types; the parser makes functions of them
        exp.And, exp.Cast, exp.Or, exp.TryCast,
        # numbers
        exp.Abs, exp.Ceil, exp.Exp, exp.Floor, exp.IsNan, exp.Ln, exp.Pow, exp.Round,
        exp.SafeDivide, exp.Sign, exp.Sqrt, exp.Trunc,
        # text
        exp.Concat, exp.EndsWith, exp.Left, exp.Length, exp.LowerHex, exp.Lower, exp.MD5, exp.Pad,
        exp.RegexpExtract, exp.RegexpLike, exp.RegexpReplace, exp.Repeat, exp.Replace, exp.Reverse, exp.Right,
        exp.SHA2Digest, exp.StartsWith, exp.StrPosition, exp.Substring, exp.Trim, exp.Upper,
        # time
        exp.Date, exp.DateAdd, exp.DateDiff, exp.DateFromParts, exp.DateSub, exp.DateTrunc, exp.Extract, exp.LastDay,
        exp.StrToDate, exp.TimeToStr, exp.Timestamp, exp.TimestampAdd, exp.TimestampDiff, exp.TimestampSub,
        exp.TimestampTrunc, exp.TsOrDsToDate, exp.TsOrDsToTimestamp, exp.UnixMicros, exp.UnixMillis, exp.UnixSeconds,
        exp.UnixToTime,
        # arrays
        exp.Array, exp.ArrayAgg, exp.ArraySize, exp.ArrayToString, exp.Split, exp.Unnest,
        # over rows
        exp.AnyValue, exp.ArgMax, exp.ArgMin, exp.Avg, exp.Count, exp.CountIf, exp.CumeDist, exp.DenseRank,
        exp.FirstValue, exp.GroupConcat, exp.Lag, exp.LastValue, exp.Lead, exp.LogicalAnd, exp.LogicalOr, exp.Max,
        exp.Min, exp.NthValue, exp.Ntile, exp.PercentRank, exp.Rank, exp.RowNumber, exp.Stddev, exp.StddevPop,
        exp.StddevSamp, exp.Sum, exp.Variance, exp.VariancePop,
    }
)  # fmt: skip
"""The functions that tests have proved to give on DuckDB what BigQuery gives."""

_EXTRACTS = ("DAY", "DAYOFWEEK", "DAYOFYEAR", "HOUR", "ISOYEAR", "MINUTE", "MONTH", "QUARTER", "SECOND", "YEAR")
_UNITS = ("DAY", "HOUR", "ISOWEEK", "MICROSECOND", "MILLISECOND", "MINUTE", "MONTH", "QUARTER", "SECOND", "YEAR")
_FORMATS = frozenset("YmdHMSFTjyBbAa%")
_NOW = frozenset({"now", "getdate", "sysdate", "systimestamp"})
_CALLED = {
    "charindex": "strpos", "date_format": "format_date", "dateadd": "date_add", "datediff": "date_diff",
    "decode": "case", "group_concat": "string_agg", "iff": "if", "instr": "strpos", "isnull": "coalesce",
    "len": "length", "listagg": "string_agg", "nvl": "coalesce", "regexp_like": "regexp_contains",
    "str_to_date": "parse_date", "to_char": "format_timestamp", "to_date": "parse_date", "to_number": "cast",
    "to_timestamp": "timestamp", "try_cast": "safe_cast", "zeroifnull": "ifnull",
}  # fmt: skip
"""What other databases call a function → what BigQuery has instead."""

_DUCKDB = "write it in another way, or declare `dialect: duckdb`"


def difference(node: exp.Expr) -> tuple[str, str] | None:
    """Return how a node of an annotated BigQuery tree would differ on DuckDB, and the way out; None where it agrees."""
    if isinstance(node, exp.Func) and type(node) not in PORTABLE and node.arg_key != "unit":
        return f"nobody has proved that `{_name(node)}` means the same on DuckDB", _elsewhere(node)
    return _of_time(node) or _of_text(node) or _of_rows(node)


def differences(text: SqlText, tree: exp.Expr) -> tuple[Diagnostic, ...]:
    """Return every silent difference of a BigQuery tree, each at its place; one in DuckDB's dialect has none."""
    if text.dialect == "duckdb":
        return ()
    found = ((node, difference(node)) for node in tree.walk())
    return tuple(text.problem(Code.DIALECT, says[0], node, says[1]) for node, says in found if says is not None)


def mend(node: exp.Expr) -> exp.Expr:
    """Return a BigQuery node such that what sqlglot makes of it for DuckDB gives what BigQuery gives."""
    match node:
        case exp.DateTrunc() | exp.DateAdd() | exp.DateSub():
            return exp.cast(node, exp.DType.DATE)
        case exp.UnixToTime():
            return exp.cast(node, exp.DType.TIMESTAMPTZ)
        case exp.TimestampDiff(this=end, expression=start):
            return exp.func("DATESUB", exp.Literal.string(_unit(node).lower()), start, end)
        case exp.Extract(this=exp.Var(name="DAYOFWEEK")):
            return exp.paren(exp.Add(this=node.copy(), expression=exp.Literal.number(1)), copy=False)
        case exp.CountIf(this=condition) if not isinstance(condition, exp.Distinct):
            return exp.Count(this=exp.case().when(condition.copy(), exp.Literal.number(1)))
        case exp.DataType(this=exp.DType.DECIMAL, expressions=[]):
            return exp.DataType.build("DECIMAL(38, 9)")
        case _:
            return node


def _name(node: exp.Func) -> str:
    called = node.name if isinstance(node, exp.Anonymous) else node.sql_name()
    return str(node.meta_get("bigquery_name") or called).lower()


def _elsewhere(node: exp.Func) -> str:
    match node:
        case exp.CurrentTimestamp() | exp.CurrentDate() | exp.CurrentDatetime():
            return "a run must give the same again: take the time from `@interval_end`"
        case exp.Rand() | exp.Uuid():
            return "a run must give the same again: make it from the row's own key, as `to_hex(sha256(…))`"
        case exp.ApproxTopK():
            return "count, then keep the first rows with `qualify row_number() over (…) = 1`"
        case exp.StrToTime() | exp.ParseTime():
            return "text in ISO 8601 can be cast: `cast(x as timestamp)`"
        case exp.Anonymous() if node.name.lower() in _NOW:
            return "a run must give the same again: take the time from `@interval_end`"
        case exp.Anonymous() if node.name.lower() in _CALLED:
            return f"BigQuery has `{_CALLED[node.name.lower()]}` for it"
        case exp.Format():
            return "cast and pad: `lpad(cast(x as string), 5, '0')`"
        case _:
            return _DUCKDB


def _of_time(node: exp.Expr) -> tuple[str, str] | None:
    match node:
        case exp.Extract(this=part) if part.name.upper() not in _EXTRACTS:
            hint = f"the parts that agree are {', '.join(p.lower() for p in _EXTRACTS)}"
            return f"EXTRACT({part.name.upper()}) means something else on DuckDB", hint
        case exp.DateTrunc() | exp.DateDiff() | exp.TimestampTrunc() | exp.TimestampDiff() if _unit(node) not in _UNITS:
            hint = f"the units that agree are {', '.join(u.lower() for u in _UNITS)}"
            return "this unit is counted in another way on DuckDB", hint
        case exp.DateTrunc(this=what) if not _is_date(what):
            return (
                "DATE_TRUNC would make a DATE of this on DuckDB",
                "write `timestamp_trunc(…)`, or `date_trunc(date(…), …)`",
            )
        case exp.TimeToStr() if node.args.get("zone"):
            return "the zone would be dropped on DuckDB", "shift the time first, or format it in UTC"
        case exp.TimeToStr() | exp.StrToDate() if not _is_plain_format(node.args.get("format")):
            return "this format means something else on DuckDB", "use %Y %m %d %H %M %S %F %T %j %B %A only"
        case _:
            return None


def _of_text(node: exp.Expr) -> tuple[str, str] | None:
    match node:
        case exp.Cast(to=exp.DataType() as to, this=what) if to.is_type(*exp.DataType.TEXT_TYPES) and _is_real(what):
            return (
                "a fraction is written in another way on DuckDB (`1.5`, `1.500`)",
                "make it a whole number of the smallest unit first: `cast(cast(price * 100 as int64) as string)`",
            )
        case exp.Cast(to=exp.DataType() as to, this=what) if to.is_type(*exp.DataType.INTEGER_TYPES) and _is_real(what):
            if not isinstance(what, exp.Round | exp.Floor | exp.Ceil | exp.Trunc):
                return "BigQuery rounds halves away from zero, DuckDB to even", "say how: `cast(round(x) as int64)`"
            return None
        case exp.SHA2Digest() if not isinstance(node.parent, exp.LowerHex):
            return f"`{_name(node)}` makes bytes, which no contract can hold", f"write `to_hex({_name(node)}(…))`"
        case _:
            return None


def _of_rows(node: exp.Expr) -> tuple[str, str] | None:
    match node:
        case exp.Unnest() if node.args.get("offset"):
            return "WITH OFFSET counts from 1 on DuckDB", _DUCKDB
        case exp.ArrayAgg() if node.find(exp.Limit):
            return (
                "ARRAY_AGG with LIMIT cannot run on DuckDB",
                "keep the rows first, with `qualify row_number() over (…) <= n`",
            )
        case exp.TableSample():
            return "a sample is another one in every run", "keep rows by their own key: `where mod(id, 10) = 0`"
        case exp.Version():
            return "DuckDB keeps no earlier versions of a table", "read the input as it is"
        case exp.TableColumn() | exp.Pseudocolumn():
            return f"`{node.name}` is a whole row, or a column that only BigQuery has", "name the columns"
        case _:
            return None


def _unit(node: exp.Expr) -> str:
    unit = node.args.get("unit")
    return "DAY" if unit is None else (unit.name or unit.sql("bigquery")).upper()


def _is_date(node: exp.Expr) -> bool:
    return bool(node.is_type(exp.DType.DATE))


def _is_real(node: exp.Expr) -> bool:
    return bool(node.is_type(*exp.DataType.REAL_TYPES))


def _is_plain_format(node: exp.Expr | None) -> bool:
    if not isinstance(node, exp.Literal):
        return False
    codes = node.name.split("%")[1:]
    return all(code == "" or code[0] in _FORMATS for code in codes)
