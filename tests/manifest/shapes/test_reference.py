"""docs/manifest.md says what is read. Written anew with UPDATE_GOLDEN=1."""

import os
import re
from pathlib import Path

from meshwright.manifest.shapes.reference import codes, tables

PAGE = Path(__file__).parents[3] / "docs" / "manifest.md"


def current(text: str) -> str:
    for name, made in (("keys", tables()), ("codes", codes())):
        pattern = re.compile(rf"(<!-- {name}: [^\n]*-->\n).*?(<!-- end of {name} -->)", re.DOTALL)
        text = pattern.sub(lambda m, made=made: f"{m[1]}\n{made}\n{m[2]}", text)
    return text


def test_the_page_about_manifests_has_every_key_and_every_code() -> None:
    if os.environ.get("UPDATE_GOLDEN"):
        PAGE.write_text(current(PAGE.read_text()))
    assert PAGE.read_text() == current(PAGE.read_text())


def test_every_key_is_explained() -> None:
    rows = [line for line in tables().splitlines() if line.startswith("| `")]
    assert len(rows) > 80
    assert [row for row in rows if row.endswith("|  |")] == []
