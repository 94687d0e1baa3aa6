"""Masks: what becomes of a column's values before they are published, and can that be done to such a column?"""

from dataclasses import replace
from typing import Literal

from meshwright.manifest.codes import Code
from meshwright.manifest.product.subject import Subject
from meshwright.manifest.shapes.documents import MaskBlock
from meshwright.manifest.text.place import Place
from meshwright.manifest.text.wording import quoted
from meshwright.model.contract import Column, LogicalType
from meshwright.model.mask import Mask, Pseudonym, Redact, TimeUnit, TruncateText, TruncateTime, mask_text

_KINDS = ("pseudonym", "truncate", "redact")
_UNITS = {
    LogicalType.DATE: (TimeUnit.MONTH, TimeUnit.YEAR),
    LogicalType.TIMESTAMP: tuple(TimeUnit),
}


def masked(
    subject: Subject, column: Column, said: MaskBlock | Literal["redact"] | None, place: Place, key: str
) -> Column:
    """Return a column with the mask that a port says it has; `key` is the column's in a trace."""
    mask = None if said is None else _mask(subject, said, place)
    if mask is None:
        return column
    wrong = _unfit(column, mask)
    if wrong is not None:
        subject.problems.error(Code.CONFLICT, place.at_key, *wrong)
    subject.trace.note(f"{key}.mask", mask_text(mask), place)
    return replace(column, mask=mask)


def _mask(subject: Subject, said: MaskBlock | Literal["redact"], place: Place) -> Mask | None:
    if isinstance(said, str):
        return Redact()
    found = [kind for kind in _KINDS if getattr(said, kind) is not None]
    if len(found) != 1:
        message = f"a mask is one of {quoted(found)}" if found else "the mask does not say what it does"
        hint = "keep one of them" if found else "write `redact`, `{truncate: 2}` or `{pseudonym: email}`"
        subject.problems.error(Code.CONFLICT, place.at_key, message, hint)
        return None
    if said.pseudonym is not None:
        return Pseudonym(said.pseudonym)
    return said.truncate or Redact(said.redact)


def _unfit(column: Column, mask: Mask) -> tuple[str, str] | None:
    """Return why a mask cannot be that of a column, and what can be done instead."""
    if (column.primary_key or column.unique) and not isinstance(mask, Pseudonym):
        message = f"values of `{column.name}` would be the same, and it tells rows apart"
        return message, "write `mask: {pseudonym: …}`, which keeps different values different"
    return _wrong_type(column, mask)


def _wrong_type(column: Column, mask: Mask) -> tuple[str, str] | None:
    kind = f"`{column.name}` is of type `{column.type}`"
    match mask:
        case Pseudonym() if column.type is not LogicalType.STRING:
            return f"{kind}, and a pseudonym is a text", "make it a `string` in SQL and contract, or `redact` it"
        case TruncateText() if column.type is not LogicalType.STRING:
            units = _UNITS.get(column.type)
            way = f"write {quoted(units, 'or')}" if units else "`redact` it, or make it a `string` in SQL and contract"
            return f"{kind}, which has no characters", way
        case TruncateTime(unit) if unit not in _UNITS.get(column.type, ()):
            units = _UNITS.get(column.type)
            way = f"write {quoted(units, 'or')}" if units else "write `truncate: 2`, for the first two characters"
            return f"{kind}, and has no {unit} to be truncated to", way
        case Redact(str()) if column.type is not LogicalType.STRING:
            return f"{kind}, and cannot hold a text", "write `mask: redact`, which leaves null"
        case Redact(None) if column.required:
            text = "`mask: {redact: …}` with a text" if column.type is LogicalType.STRING else "`required: false`"
            return f"`redact` leaves null, and `{column.name}` is required", f"write {text}"
    return None
