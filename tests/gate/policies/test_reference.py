"""docs/policies.md says which policies there are. Written anew with UPDATE_GOLDEN=1."""

import os
import re
from pathlib import Path

from meshwright.gate.policies.built_in.reference import overview, sections

PAGE = Path(__file__).parents[3] / "docs" / "policies.md"


def current(text: str) -> str:
    for name, made in (("overview", overview()), ("sections", sections())):
        pattern = re.compile(rf"(<!-- {name}: [^\n]*-->\n).*?(<!-- end of {name} -->)", re.DOTALL)
        text = pattern.sub(lambda m, made=made: f"{m[1]}\n{made}\n{m[2]}", text)
    return text


def test_the_page_about_policies_has_every_policy_and_every_parameter() -> None:
    if os.environ.get("UPDATE_GOLDEN"):
        PAGE.write_text(current(PAGE.read_text()))
    assert PAGE.read_text() == current(PAGE.read_text())
