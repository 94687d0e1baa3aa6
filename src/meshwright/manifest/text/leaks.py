"""Leaks: is there a secret in a file that everybody reads?

What is found is blotted out, character by character, before anything else sees the text: no message, no value and no
line that is shown can carry it further.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from meshwright.manifest.codes import Code
from meshwright.manifest.text.lines import Text
from meshwright.manifest.text.problems import Problems


class _Leak(NamedTuple):
    """A kind of secret: signs that a text with one has (cheap to look for), what it is, where the secret stands.

    A pattern is compiled when there are signs, which is seldom: all of them take longer than a manifest.
    """

    signs: tuple[str, ...]
    what: str
    pattern: str


def _token(signs: str, what: str, rest: str) -> _Leak:
    """Return the leak of a token that begins with one of `signs`."""
    words = tuple(signs.split())
    begin = "|".join(re.escape(word) for word in words)
    return _Leak(words, what, rf"(?<![0-9A-Za-z_])(?P<secret>(?:{begin}){rest})")


_LONG = 20
"""No token is shorter than so many characters."""

_TOKENS = (
    _token("AKIA ASIA", "an access key of AWS", r"[0-9A-Z]{16}(?![0-9A-Z])"),
    _token("AIza", "an API key of Google", r"[0-9A-Za-z_-]{35}"),
    _token("ya29.", "an access token of Google", r"[0-9A-Za-z_-]{20,}"),
    _token("ghp_ gho_ ghu_ ghs_ ghr_", "a token of GitHub", r"[0-9A-Za-z]{36,}"),
    _token("github_pat_", "a token of GitHub", r"[0-9A-Za-z_]{22,}"),
    _token("glpat-", "a token of GitLab", r"[0-9A-Za-z_-]{20,}"),
    _token("xoxa- xoxb- xoxe- xoxp- xoxr- xoxs- xapp-", "a token of Slack", r"[0-9A-Za-z-]{10,}"),
    _token("hooks.slack.com/services/", "a webhook of Slack", r"\w+/\w+/\w+"),
    _token("sk_live_ rk_live_ sk_test_", "a key of Stripe", r"[0-9A-Za-z]{16,}"),
    _token("sk-ant- sk-proj-", "an API key", r"[0-9A-Za-z_-]{20,}"),
    _token("npm_", "a token of npm", r"[0-9A-Za-z]{36}"),
    _token("pypi-AgE", "a token of PyPI", r"[0-9A-Za-z_-]{50,}"),
    _token("hf_", "a token of Hugging Face", r"[0-9A-Za-z]{34,}"),
    _token("dapi", "a token of Databricks", r"[0-9a-f]{32}(?![0-9a-f])"),
    _token("SG.", "an API key of SendGrid", r"[\w-]{16,64}\.[\w-]{32,}"),
    _token("hvs.", "a token of Vault", r"[\w-]{24,}"),
    _token("AGE-SECRET-KEY-1", "a private key", r"[0-9A-Z]{50,}"),
    _token("eyJ", "a signed token (JWT)", r"[\w-]{10,512}\.eyJ[\w-]{8,4096}\.[\w-]{16,}"),
)
_PHRASES = (  # their signs in lower case
    # Up to the last `@` before the host: nobody escapes a password as they should. `${…}` is filled in elsewhere.
    _Leak(
        ("://",),
        "a password in a URL",
        r"://[^\s/:@'\"{}$]{0,128}:(?P<secret>(?!\d{1,5}[/?#]|\$?\{|<|\*{1,128}@)[^\s\"]{1,128})@(?=[\w\[{$])",
    ),
    _Leak(
        ("passw", "pwd=", "key=", "sig=", "signature=", "secret=", "token="),
        "a password or key in a connection",
        r"(?i)(?<![a-z])(?:password|passwd|pwd|accountkey|sharedaccesskey|sharedaccesssignature|sig|secret|"
        r"client_secret|access_token|api_?key)=(?P<secret>(?![$<{%*@:?]|\w+\.\w)[^\s;&'\",()}]{6,256})",
    ),
    _Leak(
        ("passw", "secret", "token", "api_key", "apikey", "api-key"),
        "a password, key or token",
        r"(?i)(?<![a-z])(?:password|passwd|secret|secret_?(?:access_?)?key|api[_-]?key|"
        r"(?:access|auth|bearer|refresh)_?token)[\"']?[ \t]*:[ \t]*[\"']?(?P<secret>(?=[^\s\"']{0,64}\d)"
        r"[^\s\"',{}\[\]$<*:]{8,256})(?=[\"',}\s]|\Z)",
    ),
    _Leak(
        ("authorization",),
        "a token of a web service",
        r"(?i)authorization['\"]?\s*[:=]\s*['\"]?(?:bearer|basic)\s+(?P<secret>[\w+/=.~-]{16,})",
    ),
    _Leak(
        ("private key",),
        "a private key",
        r"-----BEGIN (?P<secret>[A-Z ]*PRIVATE KEY(?: BLOCK)?-----[\s\S]*?)(?:-----END|\Z)",
    ),
)


def redact(text: Text, problems: Problems) -> Text:
    """Return the text with each secret written over by `*`, and say where they were."""
    found = list(_found(text.text))
    if not found:
        return text
    lines = [-1, *(m.start() for m in re.finditer("\n", text.text))]
    safe = Text(text.file, _without(text.text, found))
    for what, start, end in found:
        line = bisect_left(lines, start) - 1
        width = len(text.text[start:end].split("\n", 1)[0])
        hint = "take it out, make it worthless, and use a connection, whose secret comes from the environment"
        at = safe.at(line, start - lines[line] - 1, width)
        problems.error(Code.SECRET, at, f"there is {what} in this file", hint)
    return safe


def blotted(text: str) -> str:
    """Return a text that was typed, with each secret written over by `*`."""
    return _without(text, _found(text))


def _found(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield what each secret is, where it begins and where it ends."""
    for leak in _likely(text):
        yield from ((leak.what, *m.span("secret")) for m in re.finditer(leak.pattern, text))


def _without(text: str, found: Iterable[tuple[str, int, int]]) -> str:
    clean = list(text)
    for _, start, end in found:
        clean[start:end] = re.sub(r"\S", "*", text[start:end])
    return "".join(clean)


def _likely(text: str) -> Iterator[_Leak]:
    """Yield the kinds of secrets of which there are signs: mostly none is looked for."""
    long = " ".join(word for word in text.split() if len(word) >= _LONG)
    yield from (leak for leak in _TOKENS if any(sign in long for sign in leak.signs))
    folded = text.lower()
    yield from (leak for leak in _PHRASES if any(sign in folded for sign in leak.signs))
