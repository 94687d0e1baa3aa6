"""JSON text: what it says, where all who read JSON take it for the same.

An object that has a key twice says two things, half a character is none, and NaN is no number: readers differ in what
they make of these, and so none of them is read.
"""

import json
import re
from typing import Any

_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


class NotAlike(ValueError):
    """Text is not JSON, or not to everybody; says in which way: `it …`."""


def read_json(text: str) -> Any:
    """Return what a text says. Raises `NotAlike`."""
    try:
        found = _DECODER.decode(text)
        if _SURROGATE.search(text):
            json.dumps(found, ensure_ascii=False).encode()
    except NotAlike:
        raise
    except UnicodeEncodeError:
        raise NotAlike("holds half a character") from None
    except (ValueError, RecursionError):
        raise NotAlike("is not JSON") from None
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise NotAlike("has a key twice")
    return found


def _refuse(constant: str) -> None:
    raise ValueError(constant)


_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_refuse)
