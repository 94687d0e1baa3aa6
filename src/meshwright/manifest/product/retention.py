"""Retention: how long are the rows of a table kept, and can a publish tell which are older?"""

from meshwright.manifest.codes import Code
from meshwright.manifest.product.origin import DEFAULT
from meshwright.manifest.product.part import Part
from meshwright.manifest.product.subject import Subject
from meshwright.model.contract import LogicalType
from meshwright.model.mask import Redact
from meshwright.model.product import PublishMode, Retention
from meshwright.model.spelling import did_you_mean

_TIMES = (LogicalType.DATE, LogicalType.TIMESTAMP)


def retention(subject: Subject, part: Part, mode: PublishMode) -> Retention | None:
    """Return how long a table's rows are kept; None where that is not said, and they are kept for good."""
    said = part.block.retention
    if said is None:
        subject.trace.note(f"{part.key}.retention", "for good", DEFAULT)
        return None
    by = part.of("retention", "by", said.by, subject.problems)
    found = Retention(said.keep, by)
    wrong = _whole(part, mode, by)
    if wrong is not None:
        subject.problems.error(Code.CONFLICT, part.place["retention"].at_key, *wrong)
    elif by is not None:
        _check_column(subject, part, by)
    subject.trace.note(f"{part.key}.retention", str(found).removeprefix("for "), part.place["retention"])
    return found


def _whole(part: Part, mode: PublishMode, by: str | None) -> tuple[str, str] | None:
    """Return why no publish could delete by it, whatever the column, and what to do instead."""
    if part.block.virtual is not None:
        return "what another store serves, that store keeps or deletes", "remove `retention`: its table is only watched"
    if mode is PublishMode.LEDGER:
        return "a ledger keeps each entry: the next is chained to it", "remove `retention`, or publish by `append`"
    if mode is PublishMode.REPLACE and by is None:
        hint = "write `by`: the column that says how old a row is"
        return "what is replaced as a whole is all of the last interval, and no row older than another", hint
    return None


def _check_column(subject: Subject, part: Part, by: str) -> None:
    """Report a column that tells nobody how old a row is."""
    column, at = part.contract.column(by), part.place["retention"]["by"][part.contract.table].at
    if column is None:
        hint = did_you_mean(by, (c.name for c in part.contract.columns if c.type in _TIMES))
        subject.problems.error(Code.UNDECLARED, at, f"there is no column `{by}`", hint)
    elif column.type not in _TIMES:
        hint = "name a date or a timestamp"
        subject.problems.error(Code.CONFLICT, at, f"`{by}` is a {column.type}, which tells no age", hint)
    elif isinstance(column.mask, Redact):
        hint = "truncate it to the month or year, or name another column"
        subject.problems.error(Code.CONFLICT, at, f"`{by}` is redacted, and tells no age", hint)
