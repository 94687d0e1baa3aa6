"""YAML 1.2, strictly, whatever the file holds."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshwright.manifest.text.content import MAX_BYTES, read_text
from meshwright.manifest.text.lines import Text
from meshwright.manifest.text.problems import Problems
from meshwright.manifest.text.syntax import MAX_DEPTH, read_yaml

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Zl", "Zp")), max_size=20)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


def value_of(text: str) -> object:
    document = read_yaml(Text("x.yaml", text), Problems())
    return None if document is None else document.value


def messages(text: str) -> list[str]:
    problems = Problems()
    read_yaml(Text("x.yaml", text), problems)
    return [d.message for d in problems.found]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("a: 1", 1, id="integer"),
        pytest.param("a: -1.5e3", -1500.0, id="float"),
        pytest.param("a: 0x1F", 31, id="hexadecimal"),
        pytest.param("a: 0o17", 15, id="octal of 1.2"),
        pytest.param("a: .inf", float("inf"), id="infinity"),
        pytest.param("a: -.INF", float("-inf"), id="negative infinity"),
        pytest.param("a: True", True, id="boolean"),
        pytest.param("a: 2013-01-01", "2013-01-01", id="a date stays text"),
        pytest.param("a: 2013-01-01T00:00:00Z", "2013-01-01T00:00:00Z", id="an instant stays text"),
        pytest.param("a: 1.0.0", "1.0.0", id="a version stays text"),
        pytest.param('a: "no"', "no", id="quoted"),
        pytest.param("a: |\n  no\n", "no\n", id="block"),
        pytest.param("a: &x [1]\nb: *x", [1], id="alias"),
        pytest.param("\ufeffa: 1", 1, id="byte order mark"),
        pytest.param("a: y", "y", id="a letter is text"),
        pytest.param(f"a: {'9' * 5000}", "9" * 5000, id="a number nobody means"),
    ],
)
def test_a_plain_value_is_read_by_the_core_schema(text: str, value: object) -> None:
    document = value_of(text)
    assert isinstance(document, dict)
    assert document["a"] == value


@pytest.mark.parametrize("word", ["yes", "No", "ON", "off", "010", "-07", "089", "1:30", "12:30:45", "1_000"])
def test_what_two_versions_of_yaml_read_differently_is_an_error_unless_quoted(word: str) -> None:
    assert messages(f"a: {word}") != []
    assert messages(f'a: "{word}"') == []
    assert messages(f"{word}: a") == []


@pytest.mark.parametrize("word", ["0", "-0", "0.5", "07:30", "2013-01-01", "a_b", "1.2.3", "not", "0x10", "1_000_days"])
def test_what_every_version_of_yaml_reads_alike_is_none(word: str) -> None:
    assert messages(f"a: {word}") == []


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n" for old, new in zip("abcdefg", "bcdefgh", strict=True)
)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(BOMB, id="alias bomb"),
        pytest.param("a: &a [*a]", id="an anchor within itself"),
        pytest.param("[" * 60 + "]" * 60, id="deep"),
        pytest.param("[" * 200_000, id="very deep, and not closed"),
        pytest.param("- " * 200_000, id="very deep in blocks"),
        pytest.param("".join(" " * n + "a:\n" for n in range(1000)), id="deep by indentation"),
        pytest.param("a: 'b", id="an open quote"),
        pytest.param("a: \x00", id="a control character"),
        pytest.param("? [a]\n: b", id="a list as a key"),
        pytest.param("!!set {a, b}", id="a tag"),
        pytest.param("a: !!str 5", id="a tag that YAML knows"),
    ],
)
def test_a_text_that_makes_no_sense_is_a_diagnostic(text: str) -> None:
    assert messages(text) != []


def test_the_limit_of_depth_is_that_of_the_message() -> None:
    assert messages("[" * MAX_DEPTH + "1" + "]" * MAX_DEPTH) == []
    assert messages("[" * (MAX_DEPTH + 1) + "1" + "]" * (MAX_DEPTH + 1)) == ["the file nests deeper than 50 levels"]


def test_a_large_file_is_not_read(tmp_path) -> None:
    (tmp_path / "x.yaml").write_bytes(b"a" * (MAX_BYTES + 1))
    problems = Problems()
    assert read_text(tmp_path / "x.yaml", "x.yaml", problems) is None
    assert [d.message for d in problems.found] == ["the file is larger than 1 MB"]


def test_lines_that_end_as_on_windows_make_the_same_text(tmp_path) -> None:
    (tmp_path / "x.sql").write_bytes(b"SELECT 1\r\nFROM a\r\n")
    text = read_text(tmp_path / "x.sql", "x.sql", Problems())
    assert text is not None
    assert text.text == "SELECT 1\nFROM a\n"


@given(PLAIN)
def test_json_is_yaml(value: object) -> None:
    document = read_yaml(Text("x.yaml", json.dumps(value, ensure_ascii=False)), Problems())
    assert document is not None
    assert document.value == value


@given(st.text(alphabet=st.sampled_from("ab:-[]{}#&*!|>'\"%@` \n\t,?0159._<"), max_size=60))
def test_any_text_gives_a_value_or_a_diagnostic(text: str) -> None:
    problems = Problems()
    document = read_yaml(Text("x.yaml", text), problems)
    assert document is not None or problems.found


@pytest.mark.parametrize(
    "secret",
    [
        "postgresql://shop:hunter2@db.example/orders",
        "AKIA" + "IOSFODNN7EXAMPLE",
        "ghp_" + "a1B2" * 9,
        "xoxb-" + "1234567890-abcdef",
        "AIza" + "B" * 35,
        "-----BEGIN EC PRIVATE" + " KEY-----\nMHcCAQEE\n-----END EC PRIVATE KEY-----",
    ],
)
def test_a_secret_is_found_and_never_shown(tmp_path, secret: str) -> None:
    (tmp_path / "x.yaml").write_text("a: |\n  " + secret.replace("\n", "\n  "))
    problems = Problems()
    text = read_text(tmp_path / "x.yaml", "x.yaml", problems)
    assert text is not None
    assert [d.code for d in problems.found] == ["MW0109"]
    hidden = ("hunter2", "IOSFODNN", "a1B2", "1234567890", "BBBB", "MHcCAQEE")
    assert not any(word in f"{text.text}{problems.found}" for word in hidden)


@pytest.mark.parametrize("text", ["https://example.org:8080/a", "https://${USER}:${PASSWORD}@db/x", "mailto:a@b.c"])
def test_what_only_looks_like_a_secret_is_left_alone(tmp_path, text: str) -> None:
    (tmp_path / "x.yaml").write_text(f"a: {text}\n")
    problems = Problems()
    assert read_text(tmp_path / "x.yaml", "x.yaml", problems) is not None
    assert problems.found == ()


@pytest.mark.parametrize(
    ("text", "value", "said"),
    [
        pytest.param("a: !!str 5", "5", [], id="text"),
        pytest.param("a: !!int 5", 5, [], id="what it looks like"),
        pytest.param("a: !!seq [x]", ["x"], [], id="a list"),
        pytest.param("a: !thing x", "x", ["a manifest has no tags, such as `!thing`"], id="a tag of somebody's own"),
    ],
)
def test_documents_of_others_may_have_the_tags_of_the_core_schema(text: str, value: object, said: list[str]) -> None:
    problems = Problems()
    document = read_yaml(Text("x.odcs.yaml", text), problems, foreign=True)
    assert document is not None
    assert document.value == {"a": value}
    assert [d.message for d in problems.found] == said
