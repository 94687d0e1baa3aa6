"""Types: sqlglot's types as those of contracts, and which may stand where a contract says another."""

from sqlglot import exp

from meshwright.model.contract import LogicalType

_DECLARED = {
    LogicalType.STRING: exp.DType.VARCHAR,
    LogicalType.INTEGER: exp.DType.BIGINT,
    LogicalType.NUMBER: exp.DType.DOUBLE,
    LogicalType.BOOLEAN: exp.DType.BOOLEAN,
    LogicalType.DATE: exp.DType.DATE,
    LogicalType.TIMESTAMP: exp.DType.TIMESTAMPTZ,
    LogicalType.TIME: exp.DType.TIME,
    # What an object or an array is made of is not declared: nothing can be inferred from it.
    LogicalType.OBJECT: exp.DType.UNKNOWN,
    LogicalType.ARRAY: exp.DType.UNKNOWN,
}

_INFERRED: dict[exp.DType, LogicalType] = {
    **dict.fromkeys(exp.DataType.TEXT_TYPES, LogicalType.STRING),
    **dict.fromkeys(exp.DataType.REAL_TYPES, LogicalType.NUMBER),
    **dict.fromkeys(exp.DataType.INTEGER_TYPES, LogicalType.INTEGER),
    **dict.fromkeys(exp.DataType.STRUCT_TYPES, LogicalType.OBJECT),
    **dict.fromkeys(exp.DataType.ARRAY_TYPES, LogicalType.ARRAY),
    **dict.fromkeys(
        (
            exp.DType.DATETIME,
            exp.DType.TIMESTAMP,
            exp.DType.TIMESTAMPNTZ,
            exp.DType.TIMESTAMPLTZ,
            exp.DType.TIMESTAMPTZ,
        ),
        LogicalType.TIMESTAMP,
    ),
    exp.DType.BOOLEAN: LogicalType.BOOLEAN,
    exp.DType.DATE: LogicalType.DATE,
    exp.DType.TIME: LogicalType.TIME,
}


_TIMES = (LogicalType.DATE, LogicalType.TIMESTAMP)


def declared(logical: LogicalType) -> exp.DataType:
    """Return the type that a column of a contract has in SQL; unknown where the contract does not say enough."""
    return exp.DataType(this=_DECLARED[logical])


def inferred(node: exp.Expr) -> LogicalType | None:
    """Return the logical type of an annotated node; None where it is not known for certain."""
    value = node.unalias()
    if node.type is None or isinstance(value, exp.Null):  # BigQuery calls a bare NULL an INT64
        return None
    found = _INFERRED.get(node.type.this)
    if found in _TIMES and isinstance(value, exp.Sub) and inferred(value.expression) in _TIMES:
        return None  # what lies between two times is none, whatever sqlglot says
    return found
