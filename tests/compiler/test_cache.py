"""The cache costs time when it is damaged, locked or gone; never an answer."""

import sqlite3
from pathlib import Path

import pytest

from meshwright.compiler.cache import FILE, open_cache


def filled(folder: Path, **entries: bytes) -> Path:
    with open_cache(folder) as cache:
        for key, content in entries.items():
            cache.put(key.encode(), content)
    return folder


def kept(folder: Path, *keys: str) -> dict[str, bytes]:
    with open_cache(folder) as cache:
        found = {key: cache.get(key.encode()) for key in keys}
    return {key: content for key, content in found.items() if content is not None}


def test_what_is_put_is_there_at_once_and_the_next_time(tmp_path: Path) -> None:
    with open_cache(tmp_path) as cache:
        cache.put(b"a", b"1")
        assert cache.get(b"a") == b"1"
    assert kept(tmp_path, "a", "b") == {"a": b"1"}


def test_what_is_made_is_kept_although_something_failed_afterwards(tmp_path: Path) -> None:
    def fail_after_a_put() -> None:
        with open_cache(tmp_path) as cache:
            cache.put(b"a", b"1")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_after_a_put()
    assert kept(tmp_path, "a") == {"a": b"1"}


@pytest.mark.parametrize("damage", [b"", b"not a database, and long enough to be looked at" * 100])
def test_a_damaged_file_is_made_again(tmp_path: Path, damage: bytes) -> None:
    (filled(tmp_path, a=b"1") / FILE).write_bytes(damage)
    assert kept(tmp_path, "a") == {}
    assert kept(filled(tmp_path, a=b"2"), "a") == {"a": b"2"}


@pytest.mark.parametrize(
    "table",
    ["(key BLOB PRIMARY KEY, content BLOB)", "(key BLOB, content BLOB, sum INTEGER, more TEXT NOT NULL)", "(a, b, c)"],
)
def test_a_file_whose_table_has_another_shape_is_made_again(tmp_path: Path, table: str) -> None:
    with sqlite3.connect(tmp_path / FILE) as connection:
        connection.execute(f"CREATE TABLE kept {table}")
    connection.close()
    filled(tmp_path, a=b"1")
    assert kept(filled(tmp_path, a=b"2"), "a") == {"a": b"2"}


def test_a_text_where_bytes_should_be_is_as_good_as_nothing(tmp_path: Path) -> None:
    with sqlite3.connect(filled(tmp_path, a=b"1") / FILE) as connection:
        connection.execute("UPDATE kept SET content = 'text'")
    connection.close()
    assert kept(tmp_path, "a") == {}


def test_a_file_in_use_is_left_alone(tmp_path: Path) -> None:
    connection = sqlite3.connect(filled(tmp_path, a=b"1") / FILE, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    assert kept(tmp_path, "a") == {"a": b"1"}
    connection.execute("ROLLBACK")
    connection.close()
    assert kept(tmp_path, "a") == {"a": b"1"}


def test_no_changed_byte_changes_an_answer(tmp_path: Path) -> None:
    whole = (filled(tmp_path, a=b"one" * 50, b=b"two" * 900) / FILE).read_bytes()
    for place in range(0, len(whole), 61):
        (tmp_path / FILE).write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        assert kept(tmp_path, "a", "b").items() <= {"a": b"one" * 50, "b": b"two" * 900}.items()


def test_a_file_that_is_cut_short_is_made_again(tmp_path: Path) -> None:
    file = filled(tmp_path, **{f"key-{n}": b"x" * 500 for n in range(100)}) / FILE
    file.write_bytes(file.read_bytes()[:20_000])
    assert set(kept(tmp_path, *(f"key-{n}" for n in range(100))).values()) <= {b"x" * 500}
    assert kept(filled(tmp_path, a=b"2"), "a") == {"a": b"2"}


def test_a_folder_that_cannot_be_written_keeps_nothing_and_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file, where the folder should be")
    assert kept(filled(tmp_path / "cache", a=b"1"), "a") == {}


def test_two_at_once_write_what_both_have_made(tmp_path: Path) -> None:
    with open_cache(tmp_path) as one, open_cache(tmp_path) as other:
        one.put(b"a", b"1")
        one.put(b"b", b"2")
        other.put(b"b", b"2")
        other.put(b"c", b"3")
    assert kept(tmp_path, "a", "b", "c") == {"a": b"1", "b": b"2", "c": b"3"}


def test_what_nobody_asks_for_makes_room(tmp_path: Path) -> None:
    filled(tmp_path, **{f"old-{n}": b"1" for n in range(20)})
    with open_cache(tmp_path) as cache:
        for n in range(3):
            cache.get(f"old-{n}".encode())
        cache.put(b"new", b"2")
    with sqlite3.connect(tmp_path / FILE) as connection:
        keys = {key for (key,) in connection.execute("SELECT key FROM kept")}
    connection.close()
    assert keys == {b"old-0", b"old-1", b"old-2", b"new"}


def test_a_cache_that_nobody_holds_any_more_has_closed_its_file(tmp_path: Path) -> None:
    with open_cache(tmp_path) as cache:
        connection = cache._connection
    assert connection is not None
    connection.execute("SELECT 1")  # what is kept can be read on
    del cache
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        connection.execute("SELECT 1")
