"""Consequences: what does a failed check do, and how many rows may be set aside because of it?"""

from decimal import Decimal

from meshwright.manifest.codes import Code
from meshwright.manifest.product.origin import DEFAULT
from meshwright.manifest.product.part import Part
from meshwright.manifest.product.subject import Subject
from meshwright.model.contract import ROW_METRICS, SCHEMA_CHECK, Check, Metric
from meshwright.model.product import QUARANTINE_AT_MOST, OnFail, PublishMode
from meshwright.model.ratio import Ratio
from meshwright.model.spelling import did_you_mean


def consequences(subject: Subject, parts: tuple[Part, ...]) -> dict[str, dict[str, OnFail]]:
    """Return what the manifest says of failed checks, by table and check."""
    block, place = parts[0].block, parts[0].place["onFail"]
    found: dict[str, dict[str, OnFail]] = {part.contract.table: {} for part in parts}
    if not block.on_fail:
        return found
    known = {(p.contract.table, name) for p in parts for name in _checks(p)}
    several = len(parts) > 1
    spelled = {f"{table}.{check}" if several else check for table, check in known}
    for name, consequence in block.on_fail.items():
        table, _, check = name.rpartition(".")
        meant = sorted(one for one in known if one[1] == check and table in ("", one[0]))
        if not meant:
            hint = did_you_mean(name, spelled, otherwise="the checks are those under `quality`")
            subject.problems.error(Code.UNDECLARED, place[name].at_key, f"there is no check `{name}`", hint)
        elif len(meant) > 1:
            message = f"`{name}` is a check of {' and of '.join(f'`{t}`' for t, _ in meant)}"
            hint = f"write {' or '.join(f'`{t}.{c}`' for t, c in meant)}"
            subject.problems.error(Code.CONFLICT, place[name].at_key, message, hint)
        for owner, one in meant:
            found[owner][one] = consequence
    return found


def quarantine(subject: Subject, part: Part, mode: PublishMode, on_fail: dict[str, OnFail]) -> Ratio:
    """Return the share of a table's rows that may be set aside, and report checks that can set none aside."""
    setting = sorted(name for name, found in on_fail.items() if found is OnFail.QUARANTINE)
    for name in setting:
        wrong = _unfit(part, mode, name)
        if wrong is not None:
            place = part.place["onFail"]
            qualified = f"{part.contract.table}.{name}"
            at = place[qualified if qualified in part.block.on_fail else name].at
            subject.problems.error(Code.CONFLICT, at, *wrong)
    said = part.block.quarantine
    if not setting:
        if said is not None and not any(found is OnFail.QUARANTINE for found in part.block.on_fail.values()):
            hint = "write `onFail: {<check>: quarantine}` for the checks that set rows aside, or remove it"
            at = part.place["quarantine"].at_key
            subject.problems.error(Code.CONFLICT, at, "no check of the port sets rows aside", hint)
        return QUARANTINE_AT_MOST
    share = QUARANTINE_AT_MOST if said is None else said.at_most
    subject.trace.note(f"{part.key}.quarantine.atMost", share, part.place["quarantine"] if said else DEFAULT)
    return share


def _unfit(part: Part, mode: PublishMode, name: str) -> tuple[str, str] | None:
    """Return why the failure of a check cannot be that rows are set aside, and what can be done instead."""
    if part.block.virtual is not None:
        return "what another store serves cannot be set aside", "write `warn`: its table is only watched"
    check = next((c for c in part.contract.checks if c.name == name), None)
    if check is not None and check.metric is Metric.REFERENCES:
        return f"`{name}` is looked up in whole tables, when rows can be set aside no more", "write `block` or `warn`"
    if check is not None and check.metric not in ROW_METRICS:
        return f"`{name}` tells of the table whether it is right, and not of a row", "write `block` or `warn`"
    if check is not None and not check.permits(Decimal(0)):
        return (
            f"`{name}` fails without wrong rows, and setting them aside cannot mend it",
            "write `block` or `warn`",
        )
    if mode is PublishMode.LEDGER and _tells_rows_apart(part, name, check):
        return "an entry that is there already is no row to set aside", "write `block`: a ledger's entries stay"
    return None


def _tells_rows_apart(part: Part, name: str, check: Check | None) -> bool:
    if check is not None:
        return check.metric is Metric.DUPLICATE_VALUES
    return name not in {f"{column.name}-required" for column in part.contract.columns}


def _checks(part: Part) -> frozenset[str]:
    served = {SCHEMA_CHECK} if part.block.virtual is not None else set()
    return part.contract.implied_checks | served | {c.name for c in part.contract.checks}
