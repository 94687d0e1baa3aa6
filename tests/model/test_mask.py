"""Masks: what is said of them, and whether one shows more than another."""

import pytest

from meshwright.model.mask import Mask, Pseudonym, Redact, TimeUnit, TruncateText, TruncateTime, mask_text, shows_more

CASES = [
    pytest.param(None, Redact(), False, id="a mask where none was"),
    pytest.param(Redact(), None, True, id="none where one was"),
    pytest.param(Redact("x"), Redact(), False, id="redacted otherwise"),
    pytest.param(TruncateText(2), Redact("x"), False, id="redacted"),
    pytest.param(TruncateText(2), TruncateText(1), False, id="fewer characters"),
    pytest.param(TruncateText(2), TruncateText(3), True, id="more characters"),
    pytest.param(TruncateTime(TimeUnit.MONTH), TruncateTime(TimeUnit.YEAR), False, id="a longer unit"),
    pytest.param(TruncateTime(TimeUnit.MONTH), TruncateTime(TimeUnit.DAY), True, id="a shorter unit"),
    pytest.param(Pseudonym("email"), TruncateText(1), True, id="characters where a pseudonym was"),
    pytest.param(TruncateText(1), Pseudonym("email"), True, id="what tells people apart, where they were alike"),
    pytest.param(Pseudonym("email"), Pseudonym("person"), True, id="what joins with others"),
    pytest.param(Pseudonym("email"), Pseudonym("email"), False, id="the same"),
]


@pytest.mark.parametrize(("before", "after", "more"), CASES)
def test_a_mask_shows_more_than_another(before: Mask | None, after: Mask | None, more: bool) -> None:
    assert shows_more(before, after) is more


@pytest.mark.parametrize(
    ("mask", "words"),
    [
        (None, "in clear"),
        (Redact(), "redacted"),
        (Redact("somebody"), "redacted to `somebody`"),
        (TruncateText(1), "first character"),
        (TruncateText(2), "first 2 characters"),
        (TruncateTime(TimeUnit.MONTH), "only the month"),
        (Pseudonym("email"), "pseudonym of email"),
    ],
)
def test_a_mask_is_said_in_words(mask: Mask | None, words: str) -> None:
    assert mask_text(mask) == words
