"""Users' words in Markdown are words: no markup, no HTML, nobody is called, and a document fits where it must."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshwright.cli.views.markdown import Section, code, document, said


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        pytest.param("column `price` removed", "column `price` removed", id="names are code"),
        pytest.param("a | b", "a &#124; b", id="a bar ends no cell"),
        pytest.param("`a | b`", "<code>a &#124; b</code>", id="a bar in code ends no cell"),
        pytest.param("<img src=x>", "&lt;img src=x&gt;", id="no HTML"),
        pytest.param("ask @tomas, nadia@shop.example", "ask @\u200btomas, nadia@shop.example", id="nobody is called"),
        pytest.param("as in #12", "as in \\#\u200b12", id="no issue is linked"),
        pytest.param("*bold* [x](y) _z_", "\\*bold\\* \\[x\\](y) \\_z\\_", id="no markup"),
        pytest.param("half ` of it", "half &#96; of it", id="a backtick without another"),
        pytest.param("two\nlines", "two lines", id="one line"),
        pytest.param("evil\u202etxt", "evil\ufffdtxt", id="nothing turns the letters after it"),
    ],
)
def test_what_people_wrote_is_shown_and_nothing_else(text: str, markdown: str) -> None:
    assert said(text) == markdown


@settings(deadline=None)
@given(st.text())
def test_nothing_that_people_write_opens_a_tag_a_cell_or_calls_somebody(text: str) -> None:
    outside = re.sub(r"`[^`]*`|</?code>", "", said(text))
    assert not re.search(r"[<>|`]", outside)
    assert not re.search(r"(?<!\w)@\w", outside)
    assert "\n" not in said(text) + code(text)
    assert "|" not in code(text)


@settings(deadline=None)
@given(st.lists(st.text(max_size=80), max_size=60), st.integers(600, 4000))
def test_a_document_fits_and_counts_what_it_leaves_out(rows: list[str], limit: int) -> None:
    lines = tuple(f"- {said(row)}" for row in rows)
    made = document("## Plan", (Section(("### Changes", ""), lines, "change"),), limit)
    assert len(made.encode()) <= limit
    left = re.search(r"… and ([\d,]+) more change", made)
    assert made.count("\n- ") + (int(left[1]) if left else 0) == len(rows)
