"""Whatever stands where SQL should be: a diagnostic or an analysis, soon, and never an exception."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.fuzz.meshes import SQL, bounded
from tests.fuzz.words import DEEP, LONG, SELECT, SOUP, WHERE, WORD
from tests.sql.samples import understood

from meshwright.model.product import Transform
from meshwright.sql.bind import bind
from meshwright.sql.canonical import canonical

AS_IT_IS = settings(deadline=None, suppress_health_check=list(HealthCheck))
EXAMPLES = [pytest.param(60, id="a few"), pytest.param(2500, id="many", marks=pytest.mark.proof)]


def survives(sql: str, dialect: str) -> None:
    with bounded():
        analysis = understood(sql, dialect=dialect)
    lines = sql.split("\n")
    for found in analysis.diagnostics:
        if found.at.file.endswith(".sql"):
            assert found.at.line <= len(lines)
    if not analysis.diagnostics:  # what may be released can be asked of an engine
        with bounded():
            bind(Transform(sql, dialect, "x.sql"), "duckdb")
            canonical(Transform(sql, dialect, "x.sql"))


@pytest.mark.parametrize("dialect", ["bigquery", "duckdb"])
@pytest.mark.parametrize("examples", EXAMPLES)
@pytest.mark.parametrize(
    "texts",
    [
        pytest.param(SOUP | SELECT | WHERE, id="words in any order"),
        pytest.param((DEEP | LONG).map(lambda part: f"select {part} as x from orders"), id="deep or long"),
        pytest.param((DEEP | LONG).map(lambda part: f"select id as x from orders where {part} true"), id="conditions"),
        pytest.param((DEEP | LONG).map(lambda part: f"select id as x from {part}"), id="tables"),
        pytest.param(st.text(max_size=200), id="any text"),
    ],
)
def test_any_text_is_understood_or_refused(texts: st.SearchStrategy[str], examples: int, dialect: str) -> None:
    @settings(AS_IT_IS, max_examples=examples)
    @given(texts)
    def attempt(sql: str) -> None:
        survives(sql, dialect)

    attempt()


@pytest.mark.parametrize("examples", EXAMPLES)
def test_the_examples_with_words_taken_out_put_in_or_exchanged(examples: int) -> None:
    @settings(AS_IT_IS, max_examples=examples)
    @given(
        st.sampled_from([source.text.split() for source in SQL]),
        st.lists(
            st.tuples(st.sampled_from(("out", "in", "twice", "exchanged")), st.integers(0, 200), WORD), max_size=4
        ),
    )
    def attempt(words: list[str], edits: list[tuple[str, int, str]]) -> None:
        words = list(words)
        for kind, number, word in edits:
            at = number % len(words)
            match kind:
                case "out":
                    del words[at : at + 1]
                case "in":
                    words.insert(at, word)
                case "twice":
                    words.insert(at, words[at])
                case _:
                    words[at] = word
            words = words or ["select"]
        survives(" ".join(words), "bigquery")

    attempt()
