"""Types: of which logical type is a column, where a contract names only the type that its store has for it?"""

import re
from collections.abc import Mapping
from typing import Any

_NEAREST = {"map": "object", "vector": "array"}
"""Types that v3.2.0 adds: here they are what they are made of."""

_PHYSICAL = {
    "string": ("char varchar varchar2 nvarchar nvarchar2 nchar character text string clob nclob uuid json jsonb xml"),
    "integer": ("int integer int2 int4 int8 int16 int32 int64 bigint smallint tinyint mediumint serial bigserial long"),
    "number": (
        "number numeric decimal bignumeric float float4 float8 float32 float64 double real money binary_float"
        " binary_double"
    ),
    "boolean": "bool boolean bit",
    "date": "date",
    "timestamp": "timestamp timestamptz timestamp_ntz timestamp_ltz timestamp_tz datetime datetime2 smalldatetime",
    "time": "time timetz",
    "object": "struct record object map row variant",
    "array": "array list blob bytes bytea binary varbinary raw",
}
_LOGICAL = {word: logical for logical, words in _PHYSICAL.items() for word in words.split()}


def logical_type(column: Mapping[str, Any]) -> str | None:
    """Return the logical type of a column: what it says, else by its physical type; None where nobody can tell."""
    said = column.get("logicalType")
    if said:
        return _NEAREST.get(str(said), str(said))
    word = re.match(r"\s*([A-Za-z_0-9]+)", str(column.get("physicalType") or ""))
    return _LOGICAL.get(word[1].lower()) if word else None
