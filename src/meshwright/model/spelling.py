"""Spelling: what did they mean?"""

from collections.abc import Iterable
from difflib import get_close_matches

_SHOWN = 8
"""More words than these are not read."""


def closest(word: str, known: Iterable[str], *, likeness: float = 0.6) -> str | None:
    """Return the known word that is nearest to `word`, if one is near enough (of 1) to be meant."""
    folded = {k.casefold(): k for k in sorted(known, reverse=True)}
    found = get_close_matches(word.casefold(), list(folded), n=1, cutoff=likeness)
    return folded[found[0]] if found else None


def did_you_mean(word: str, known: Iterable[str], *, otherwise: str = "") -> str:
    """Return a hint: the nearest known word, else all of them when they are few, else `otherwise`."""
    words = sorted(set(known))
    nearest = closest(word, words)
    if nearest is not None:
        return f"did you mean `{nearest}`?"
    if otherwise or not words:
        return otherwise
    shown = ", ".join(f"`{w}`" for w in words[:_SHOWN])
    return f"{'it is' if len(words) == 1 else 'one of'} {shown}{' …' if len(words) > _SHOWN else ''}"
