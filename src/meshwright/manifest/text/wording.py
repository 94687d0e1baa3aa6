"""Wording: how messages name values, and several things at once."""

from collections.abc import Sequence


def told(value: object) -> str:
    """Return a value as a message shows it."""
    match value:
        case bool():
            return f"`{str(value).lower()}`"
        case str():
            return f"`{value}`" if value and len(value) < 60 and "\n" not in value else "this"
        case int() | float():
            return f"the number `{value}`"
        case list():
            return "a list"
        case dict():
            return "a mapping"
    return "nothing"


def series(words: Sequence[str], word: str = "and") -> str:
    """Return `a`, `a and b`, `a, b and c`."""
    return f" {word} ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def quoted(names: Sequence[str], word: str = "and") -> str:
    """Return a series of names, each in backticks."""
    return series([f"`{name}`" for name in names], word)
