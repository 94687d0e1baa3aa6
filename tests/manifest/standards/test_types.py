"""Of which logical type is what a store calls a type."""

import pytest

from meshwright.manifest.standards.types import logical_type
from meshwright.model.contract import LogicalType


@pytest.mark.parametrize(
    ("spelled", "kind"),
    [
        ("NUMBER(38,0)", LogicalType.NUMBER),
        ("character varying(256)", LogicalType.STRING),
        ("TIMESTAMP_NTZ(9)", LogicalType.TIMESTAMP),
        ("timestamp with time zone", LogicalType.TIMESTAMP),
        ("INT64", LogicalType.INTEGER),
        ("UBIGINT", LogicalType.INTEGER),
        ("double precision", LogicalType.NUMBER),
        ("varchar[]", LogicalType.ARRAY),
        ("ARRAY<STRUCT<a INT64>>", LogicalType.ARRAY),
        ("STRUCT<a INT64, b STRING>", LogicalType.OBJECT),
        ("boolean", LogicalType.BOOLEAN),
        ("time without time zone", LogicalType.TIME),
        ("int[]", LogicalType.ARRAY),
        ("UInt64", LogicalType.INTEGER),
        ("jsonb", LogicalType.OBJECT),
        ("bytea", LogicalType.ARRAY),
        ("geography", None),
        ("", None),
    ],
)
def test_what_stores_call_a_type_is_known(spelled: str, kind: LogicalType | None) -> None:
    assert logical_type(spelled) is kind
