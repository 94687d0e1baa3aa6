"""Types: of which logical type is what a store calls a type?"""

import re

from meshwright.model.contract import LogicalType

_WORDS = {
    LogicalType.STRING: "char nchar character bpchar varchar varchar2 nvarchar nvarchar2 text citext string clob nclob"
    " uuid xml",
    LogicalType.INTEGER: "int integer int2 int4 int8 int16 int32 int64 int128 tinyint smallint mediumint bigint hugeint"
    " byteint uint uinteger uint8 uint16 uint32 uint64 uint128 utinyint usmallint ubigint uhugeint short long serial"
    " bigserial",
    LogicalType.NUMBER: "number numeric decimal dec bignumeric bigdecimal float float4 float8 float16 float32 float64"
    " double real money binary_float binary_double",
    LogicalType.BOOLEAN: "bool boolean bit",
    LogicalType.DATE: "date",
    LogicalType.TIMESTAMP: "timestamp timestamptz timestamp_tz timestamp_ntz timestamp_ltz timestamp_s timestamp_ms"
    " timestamp_ns datetime datetime2 datetimeoffset smalldatetime",
    LogicalType.TIME: "time timetz",
    LogicalType.OBJECT: "struct record row map object variant super json jsonb",
    LogicalType.ARRAY: "array list repeated vector blob bytes bytea binary varbinary raw",
}
_LOGICAL = {word: logical for logical, words in _WORDS.items() for word in words.split()}
_FIRST_WORD = re.compile(r"\w+")


def logical_type(called: str) -> LogicalType | None:
    """Return the logical type of `VARCHAR(10)`, `double precision`, `int[]` …; None for one that is not known."""
    spelled = called.strip().lower()
    if spelled.endswith("[]"):
        return LogicalType.ARRAY
    word = _FIRST_WORD.match(spelled)
    return _LOGICAL.get(word[0]) if word else None
