"""Leaks: is there a secret in a file that everybody reads?

What is found is blotted out, character by character, before anything else sees the text: no message, no value and no
line that is shown can carry it further.
"""

import re

from meshwright.manifest.codes import Code
from meshwright.manifest.place import Text
from meshwright.manifest.problems import Problems

_LEAKS = (
    # what must be in the text at all (cheap to look for, if it is rare), what it is, where the secret itself stands
    (("://",), "a password in a URL", re.compile(r"://[^\s/:@'\"{}$]*:(?P<secret>[^\s/@'\"{}$]+)@")),
    (("AKIA",), "an access key of AWS", re.compile(r"\b(?P<secret>AKIA[0-9A-Z]{16})\b")),
    (("AIza",), "an API key of Google", re.compile(r"\b(?P<secret>AIza[0-9A-Za-z_-]{35})")),
    (
        ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"),
        "a token of GitHub",
        re.compile(r"\b(?P<secret>gh[pousr]_[0-9A-Za-z]{36,})\b"),
    ),
    (("xox",), "a token of Slack", re.compile(r"\b(?P<secret>xox[abprs]-[0-9A-Za-z-]{10,})")),
    (
        ("PRIVATE KEY",),
        "a private key",
        re.compile(r"-----BEGIN (?P<secret>[A-Z ]*PRIVATE KEY-----[\s\S]*?)(?:-----END|\Z)"),
    ),
)


def redact(text: Text, problems: Problems) -> Text:
    """Return the text with each secret written over by `*`, and say where they were."""
    clean = text.text
    for signs, _, pattern in _LEAKS:
        if any(sign in clean for sign in signs):
            for match in pattern.finditer(clean):
                clean = _blot(clean, *match.span("secret"))
    if clean is text.text:
        return text
    safe = Text(text.file, clean)
    for _, what, pattern in _LEAKS:
        for match in pattern.finditer(text.text):
            start = match.start("secret")
            line, column = text.text.count("\n", 0, start), start - text.text.rfind("\n", 0, start) - 1
            width = len(match["secret"].split("\n", 1)[0])
            hint = "take it out, make it worthless, and use a connection, whose secret comes from the environment"
            problems.error(Code.SECRET, safe.at(line, column, width), f"there is {what} in this file", hint)
    return safe


def _blot(text: str, start: int, end: int) -> str:
    return text[:start] + re.sub(r"\S", "*", text[start:end]) + text[end:]
