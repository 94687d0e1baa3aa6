"""Schedule: when does a product run, and how hard does a run try?

A clock is for products that read sources, and news of their inputs for products that read other products; what a domain
or the mesh says about the one does not hold for the other. A product may choose for itself.
"""

from datetime import timedelta

from meshwright.manifest.codes import Code
from meshwright.manifest.product.declared import check_pool
from meshwright.manifest.product.origin import DEFAULT, INPUTS
from meshwright.manifest.product.subject import Subject
from meshwright.manifest.shapes.documents import ScheduleBlock
from meshwright.manifest.text.place import Place
from meshwright.manifest.text.problems import Problems
from meshwright.model.product import CronSchedule, Effort, InputsSchedule, Schedule, When
from meshwright.model.time import length_text

HOURLY = "0 * * * *"

_CLOCK = {"cron", "timezone", "wait_at_most"}
_NEWS = {"on", "when"}


def schedule(subject: Subject, *, reads_products: bool) -> Schedule:
    """Return when a product runs, by its own words, its domain's, the mesh's, or its inputs."""
    own = subject.document.schedule or ScheduleBlock.model_validate({})
    place = subject.place["schedule"]
    by_clock = own.cron is not None or not (own.on or reads_products)
    if consistent(own, place, subject.problems):
        _fitting(own, place, subject.problems, by_clock=by_clock, reads_products=reads_products)
    return _clock(subject) if by_clock else _news(subject, own)


def effort(subject: Subject) -> Effort:
    """Return how hard a run of a product tries."""
    retries = subject.inherited("run", lambda s: s.run.retries if s.run else None)
    timeout = subject.inherited("run", lambda s: s.run.timeout if s.run else None)
    alert = subject.inherited("run", lambda s: s.run.alert_after if s.run else None)
    pool = subject.inherited("run", lambda s: s.run.pool if s.run else None)
    found = Effort(
        retries[0] if retries else Effort().retries,
        timeout[0] if timeout else None,
        pool[0] if pool else None,
        alert[0] if alert else None,
    )
    if pool is not None and pool[1].text is subject.place.text:
        check_pool(pool[0], pool[1]["pool"], subject.declared, subject.problems)
    note = subject.trace.note
    note("run.retries", str(found.retries), retries[1]["retries"] if retries else DEFAULT)
    note("run.timeout", _length(found.timeout), timeout[1]["timeout"] if timeout else DEFAULT)
    note("run.alertAfter", _length(found.alert_after), alert[1]["alertAfter"] if alert else DEFAULT)
    note("run.pool", found.pool or "none", pool[1]["pool"] if pool else DEFAULT)
    return found


def _length(length: timedelta | None) -> str:
    return length_text(length) if length else "none"


def consistent(block: ScheduleBlock, place: Place, problems: Problems) -> bool:
    """Tell whether a schedule's keys go together, and say so when they contradict each other."""
    clock, news = block.model_fields_set & _CLOCK, block.model_fields_set & _NEWS
    if clock and news:
        first = "cron" if "cron" in clock else ScheduleBlock.model_fields[min(clock)].alias
        message = f"a schedule has `{first}`, or runs `on` its inputs, not both"
        problems.error(Code.CONFLICT, place["on" if "on" in news else "when"].at_key, message, "keep one of them")
    return not (clock and news)


def _fitting(own: ScheduleBlock, place: Place, problems: Problems, *, by_clock: bool, reads_products: bool) -> None:
    """Say which keys of a product's own schedule have no meaning for it."""
    if own.on and not reads_products:
        message = "the product cannot run on its inputs: none of them is another product's port"
        problems.error(Code.CONFLICT, place["on"].at, message, "write `cron` instead, or read another product")
        return
    for field in sorted(own.model_fields_set & (_NEWS if by_clock else _CLOCK)):
        key = ScheduleBlock.model_fields[field].alias or field
        message = f"`{key}` has no meaning for a product that runs {'by a clock' if by_clock else 'on its inputs'}"
        hint = "remove it, or read another product" if by_clock else "remove it, or add `cron`"
        problems.error(Code.CONFLICT, place[key].at_key, message, hint)


def _news(subject: Subject, own: ScheduleBlock) -> InputsSchedule:
    said = subject.inherited("schedule", lambda s: s.schedule.when if s.schedule else None)
    subject.trace.note("schedule.on", "inputs", subject.place["schedule"]["on"] if own.on else INPUTS)
    subject.trace.note("schedule.when", said[0] if said else When.ALL, said[1]["when"] if said else DEFAULT)
    return InputsSchedule(said[0] if said else When.ALL)


def _clock(subject: Subject) -> CronSchedule:
    cron = subject.inherited("schedule", lambda s: s.schedule.cron if s.schedule else None)
    timezone = subject.inherited("schedule", lambda s: s.schedule.timezone if s.schedule else None)
    wait = subject.inherited("schedule", lambda s: s.schedule.wait_at_most if s.schedule else None)
    found = CronSchedule(
        cron[0] if cron else HOURLY,
        timezone[0] if timezone else "UTC",
        wait[0] if wait else timedelta(hours=1),
    )
    subject.trace.note("schedule.cron", found.cron, cron[1]["cron"] if cron else DEFAULT)
    subject.trace.note("schedule.timezone", found.timezone, timezone[1]["timezone"] if timezone else DEFAULT)
    wait_text = length_text(found.wait_at_most)
    subject.trace.note("schedule.waitAtMost", wait_text, wait[1]["waitAtMost"] if wait else DEFAULT)
    return found
