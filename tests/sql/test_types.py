"""What is inferred is what DuckDB makes of it."""

import duckdb
import pytest
from tests.sql.samples import SCHEMAS, understood
from tests.sql.test_analyse import TYPES

from meshwright.model.contract import LogicalType
from meshwright.model.product import Transform
from meshwright.sql.bind import bind
from meshwright.sql.fit import fits

DUCKDB = {
    LogicalType.STRING: "VARCHAR",
    LogicalType.INTEGER: "BIGINT",
    LogicalType.NUMBER: "DOUBLE",
    LogicalType.BOOLEAN: "BOOLEAN",
    LogicalType.DATE: "DATE",
    LogicalType.TIMESTAMP: "TIMESTAMP WITH TIME ZONE",
}
KINDS = {
    **{name: logical for logical, name in DUCKDB.items()},
    "HUGEINT": LogicalType.INTEGER,
    "INTEGER": LogicalType.INTEGER,
    "DECIMAL": LogicalType.NUMBER,
    "STRUCT": LogicalType.OBJECT,
}


@pytest.fixture(scope="module")
def session():
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        for table, columns in SCHEMAS.items():
            if columns:
                shape = ", ".join(f"{c.name} {DUCKDB[c.type]}" for c in columns)
                connection.execute(f'create table "{table}" ({shape})')
        yield connection


@pytest.mark.parametrize("expression", TYPES)
def test_duckdb_agrees_with_what_is_inferred(session, expression):
    sql = f"select {expression} as x from orders"
    query = bind(Transform(sql, "bigquery", "x.sql"), "duckdb")
    session.execute("set variable interval_end = timestamptz '2020-01-01'")
    runnable = query.sql.replace("$interval_end", "getvariable('interval_end')")
    described = session.execute(f"describe {runnable}").fetchall()[0][1]
    kind = LogicalType.ARRAY if described.endswith("[]") else KINDS[described.partition("(")[0]]
    (column,) = understood(sql).columns
    assert fits(kind, column.type), described


@pytest.mark.parametrize("promised", LogicalType)
@pytest.mark.parametrize("found", [None, *LogicalType])
def test_only_what_is_known_to_be_another_type_does_not_fit(found, promised):
    same, widened, unknown = found == promised, (found, promised) == ("integer", "number"), found is None
    assert fits(found, promised) == (same or widened or unknown)
