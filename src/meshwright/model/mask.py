"""Mask: what becomes of a column's values before they are published, so that nobody reads more than they need."""

from enum import StrEnum

from meshwright.model.value import value


class TimeUnit(StrEnum):
    """What a date or an instant can be cut down to, the finest first."""

    HOUR = "hour"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@value
class Redact:
    """Nothing of a value is left: it is null, or a fixed `text`. What was null stays null."""

    text: str | None = None


@value
class TruncateText:
    """The first characters of a text are left."""

    length: int


@value
class TruncateTime:
    """A date or an instant is that of the beginning of its unit."""

    unit: TimeUnit


@value
class Pseudonym:
    """A text becomes a keyed hash: the same for the same subject, wherever the subject space is the same."""

    space: str


Mask = Redact | TruncateText | TruncateTime | Pseudonym


def mask_text(mask: Mask | None) -> str:
    """Say what is left of values: `first 2 characters`."""
    match mask:
        case None:
            return "in clear"
        case Redact(None):
            return "redacted"
        case Redact(text):
            return f"redacted to `{text}`"
        case TruncateText(length):
            return f"first {length} characters" if length > 1 else "first character"
        case TruncateTime(unit):
            return f"only the {unit.value}"
        case Pseudonym(space):
            return f"pseudonym of {space}"


def shows_more(before: Mask | None, after: Mask | None) -> bool:
    """Tell whether a reader may learn by the mask `after` what the mask `before` kept to itself."""
    match before, after:
        case (None, _) | (_, Redact()):
            return False
        case TruncateText(old), TruncateText(new):
            return new > old
        case TruncateTime(old_unit), TruncateTime(new_unit):
            units = list(TimeUnit)
            return units.index(new_unit) < units.index(old_unit)
        case _:
            return before != after
