"""What is written as YAML is read back as it was, here and by whoever still speaks YAML 1.1."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from meshwright.manifest.text.lines import Text
from meshwright.manifest.text.problems import Problems
from meshwright.manifest.text.syntax import read_yaml
from meshwright.manifest.text.writing import yaml_text

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x85\u2028\u2029\ufeff"), max_size=40)
SCALARS = st.one_of(TEXTS, st.booleans(), st.integers(-(10**9), 10**9), st.floats(allow_nan=False))
TREES = st.dictionaries(
    TEXTS,
    st.recursive(SCALARS, lambda t: st.lists(t, max_size=4) | st.dictionaries(TEXTS, t, max_size=4), max_leaves=12),
    max_size=5,
)


def read(text: str) -> Any:
    problems = Problems()
    document = read_yaml(Text("written.yaml", text), problems)
    assert problems.found == ()
    assert document is not None
    return document.value


@given(TREES)
def test_what_is_written_is_read_back(tree: dict[str, Any]) -> None:
    assert read(yaml_text(tree)) == tree


@pytest.mark.parametrize(
    "word",
    ["no", "on", "010", "1:30", "1_000", "0o17", "1e3", "2026-01-01", "null", "~", "", "1.0", ".inf", "<<", "=", "#x"],
)
def test_text_that_some_reader_takes_for_another_value_is_quoted(word: str) -> None:
    text = yaml_text({"key": word})
    assert read(text) == {"key": word}
    assert yaml.safe_load(text) == {"key": word}


def test_what_fits_on_a_line_stands_on_one_and_keys_keep_their_order() -> None:
    column = {"name": "sale_id", "logicalType": "string", "primaryKey": True}
    written = yaml_text({"schema": [{"name": "sales", "description": "one\ntwo\n", "properties": [column]}], "a": []})
    assert written == (
        "schema:\n"
        "  - name: sales\n"
        "    description: |\n"
        "      one\n"
        "      two\n"
        "    properties:\n"
        "      - {name: sale_id, logicalType: string, primaryKey: true}\n"
        "a: []\n"
    )
