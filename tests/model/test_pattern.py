"""Which regular expressions the engines will understand, all of which search with RE2."""

import duckdb
import pytest

from meshwright.model.pattern import mistake

READ = (
    r"^[A-Z]{3}$",
    r"^[0-9a-f]{64}$",
    r"(?i)straße|weg",
    r"(?P<year>\d{4})-\d\d",
    r"\p{Lu}\p{Ll}+",
    r"\pN",
    r"[[:alpha:]_]+",
    r"\Qa.b(\E",
    r"\Aabc\z",
    r"a{2,5}?",
    r"\(\?=",
    "",
)

NOT_READ = (
    r"(abc",
    r"abc)",
    r"[a-",
    r"*a",
    r"a{5,2}",
    r"(?=a)",
    r"(?!a)",
    r"(?<=a)b",
    r"(?<!a)b",
    r"(?>a)",
    r"(a)\1",
    r"(?P<x>a)(?P=x)",
    r"a++",
    r"\8",
)


@pytest.mark.parametrize("pattern", READ)
def test_what_re2_reads_is_no_mistake(pattern: str) -> None:
    duckdb.execute("select regexp_matches('x', ?)", [pattern])
    assert mistake(pattern) == ""


@pytest.mark.parametrize("pattern", NOT_READ)
def test_what_re2_does_not_read_is_one(pattern: str) -> None:
    with pytest.raises(duckdb.Error):
        duckdb.execute("select regexp_matches('x', ?)", [pattern])
    assert mistake(pattern) != ""
