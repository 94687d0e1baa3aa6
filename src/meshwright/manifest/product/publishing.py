"""Publishing: how do the new rows of a table meet those that are published, and does its contract allow it?"""

from meshwright.manifest.codes import Code
from meshwright.manifest.product.origin import DEFAULT, KEY
from meshwright.manifest.product.part import Part
from meshwright.manifest.product.subject import Subject
from meshwright.manifest.shapes.sources import KafkaBlock
from meshwright.model.contract import LEDGER_COLUMNS, Metric
from meshwright.model.mask import Redact
from meshwright.model.product import PublishMode


def mode(subject: Subject, part: Part) -> PublishMode:
    """Return how a table is published: as the port says, else as follows from the table's key."""
    promised, publish = part.contract, part.block.publish
    modes = publish.mode if publish else None
    said = modes.get(promised.table) if isinstance(modes, dict) else modes
    found = said or (PublishMode.MERGE if promised.key else PublishMode.REPLACE)
    at = part.place["publish"]["mode"][promised.table]
    if found is PublishMode.MERGE and not promised.key:
        hint = "add `primaryKey: true` to the columns that tell rows apart, or choose `replace` or `append`"
        subject.problems.error(Code.CONFLICT, at.at, f"`merge` needs a primary key{_which(part)}", hint)
    if found is PublishMode.PARTITION and not part.partitions:
        hint = "add `partitioned: true` to the columns whose values tell partitions apart"
        subject.problems.error(Code.CONFLICT, at.at, f"`partition` needs partitions{_which(part)}", hint)
    _remembers(subject, part, found)
    _chained(subject, part, found)
    _unmasked(subject, part, found)
    _partitioned(subject, part, found)
    trace = f"{found} by {', '.join(part.partitions)}" if found is PublishMode.PARTITION else found
    subject.trace.note(f"{part.key}.publish.mode", trace, at if said else KEY if promised.key else DEFAULT)
    return found


def _which(part: Part) -> str:
    return f", which `{part.named}` has not" if part.named else ""


def _remembers(subject: Subject, part: Part, found: PublishMode) -> None:
    """Report a table that would hold no more of a topic than was read of it last."""
    if found not in (PublishMode.REPLACE, PublishMode.PARTITION):
        return
    topic = next((p.source.topic for p in subject.document.input_ports if isinstance(p.source, KafkaBlock)), None)
    if topic is not None:
        message = (
            f"`{part.contract.table}` is published by `{found}`, and would forget what was read of `{topic}` before"
        )
        hint = "write `publish: {mode: append}`, or `merge` where columns are marked `primaryKey: true`"
        subject.problems.error(Code.FORGETS, part.at, message, hint)


def _chained(subject: Subject, part: Part, found: PublishMode) -> None:
    """Report a hash chain where nothing chains."""
    chain = next((c for c in part.contract.checks if c.metric is Metric.HASH_CHAIN), None)
    if chain is not None and chain.at is not None and found is not PublishMode.LEDGER:
        hint = "add `publish: {mode: ledger}`, which chains the rows"
        message = f"there is no hash chain where rows are published by `{found}`"
        subject.problems.error(Code.CONFLICT, chain.at, message, hint)


def _unmasked(subject: Subject, part: Part, found: PublishMode) -> None:
    """Report masks of what a ledger adds to its rows by itself, and of what no partition could be told by."""
    added = {c.name for c in LEDGER_COLUMNS} if found is PublishMode.LEDGER else set()
    for column in part.contract.columns:
        if column.mask is None:
            continue
        at = part.place["columns"][column.name]["mask"]
        if column.name in added:
            message = f"`{column.name}` is added by the ledger, and cannot be masked"
            subject.problems.error(Code.CONFLICT, at.at_key, message, "remove its mask: a hash tells nothing of a row")
        elif isinstance(column.mask, Redact) and found is PublishMode.PARTITION and column.name in part.partitions:
            message = f"`{column.name}` tells partitions apart, and would be the same in all"
            subject.problems.error(Code.CONFLICT, at.at_key, message, "truncate it, or give it a pseudonym")


def _partitioned(subject: Subject, part: Part, found: PublishMode) -> None:
    """Warn of partitions that the way of publishing has no use for."""
    if found is PublishMode.PARTITION or not part.partitions:
        return
    for number, column in enumerate(part.contract.columns):
        if column.name in part.partitions:
            message = f"`partitioned` says nothing where rows are published by `{found}`"
            hint = "write `publish: {mode: partition}` where whole partitions are to be replaced, or remove it"
            at = part.written["properties"][number]["partitioned"].at_key
            subject.problems.warn(Code.UNREAD, at, message, hint)
