"""Parquet that lies: whatever the bytes of a file became, it is read or it is broken, soon and in little memory."""

import random
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from duckdb import DuckDBPyConnection
from tests.engine.test_bad_sources import COLUMNS, parquet
from tests.fuzz.meshes import bounded

from meshwright.engine.duckdb.connection import Limits, connected
from meshwright.engine.duckdb.readers import blame, expose_files, file_relation
from meshwright.model.contract import Column
from meshwright.model.errors import SourceBroken

TELLING = (0x00, 0x01, 0x7F, 0x80, 0xFF)
"""Bytes that are the ends of numbers, and no part of UTF-8."""

OFTEN = [pytest.param(50, id="a few"), pytest.param(5_000, id="many", marks=pytest.mark.proof)]


def changed(content: bytes, times: int) -> Iterator[bytes]:
    """Yield a file so many times, one to four bytes of it changed; the first four stay, which say what it is."""
    chosen = random.Random(7)  # noqa: S311  # the same each time
    for _ in range(times):
        lying = bytearray(content)
        for _ in range(chosen.choice((1, 1, 2, 4))):
            lying[chosen.randrange(4, len(lying))] = chosen.choice((*TELLING, chosen.randrange(256)))
        yield bytes(lying)


@pytest.mark.parametrize("times", OFTEN)
@pytest.mark.parametrize("columns", [COLUMNS, ()], ids=["declared", "as it says"])
def test_a_file_that_lies_is_read_or_broken(tmp_path: Path, columns: tuple[Column, ...], times: int) -> None:
    file, ends = tmp_path / "lying.parquet", {"read": 0, "broken": 0}
    parquet(file)
    with bounded():
        for content in changed(file.read_bytes(), times):
            file.write_bytes(content)
            with connected(None, Limits(memory="500MB", threads=1)) as connection:
                ends[read(connection, file_relation([file], "parquet", columns))] += 1
    assert min(ends.values()) > times / 10, ends


def read(connection: DuckDBPyConnection, relation: str) -> str:
    """Read an input as a stage does; tell how it ended."""
    try:
        expose_files(connection, "things", relation, often=False)
        connection.execute("CREATE TABLE made AS SELECT * FROM things")
    except SourceBroken:
        return "broken"
    except duckdb.Error:
        with pytest.raises(SourceBroken):
            blame(connection, "things")
        return "broken"
    return "read"
