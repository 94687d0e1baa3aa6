"""Pattern: will the engines, which search with RE2, understand this regular expression?

Python's own reader finds what is written wrongly. What only RE2 knows is put away before; what RE2 lacks is refused.
"""

import re
import warnings

_ONLY_RE2 = re.compile(r"\\[pP](\{\^?\w+\}|[A-Z])|\\Q.*?(\\E|$)|\\[zC]|\[\[:\^?\w+:\]\]", re.DOTALL)
_NAMED = re.compile(r"\(\?<(?=[A-Za-z_])")
_LACKING = re.compile(r"\(\?(=|!|<=|<!|>|\(|P=)|[*+?}]\+")
_WORDS = {
    "=": "a look-ahead `(?=`",
    "!": "a look-ahead `(?!`",
    "<=": "a look-behind `(?<=`",
    "<!": "a look-behind `(?<!`",
    ">": "an atomic group `(?>`",
    "(": "a condition `(?(`",
    "P=": "a back-reference",
}
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def mistake(pattern: str) -> str:
    """Return what is wrong with a regular expression; nothing when it can be used."""
    known = _NAMED.sub("(?P<", _ONLY_RE2.sub("a", pattern))
    if any(escaped.isdigit() and escaped != "0" for escaped in _ESCAPED.findall(known)):
        return "a back-reference is nothing that RE2 has"
    lacking = _LACKING.search(_ESCAPED.sub("a", known))
    if lacking is not None:
        return f"{_WORDS.get(lacking[1] or '', 'a possessive quantifier')} is nothing that RE2 has"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what a later Python may read differently
            re.compile(known)
    except (re.error, RecursionError, OverflowError) as error:
        return str(error)
    return ""
