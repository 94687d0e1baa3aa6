"""Histories: what SLOs and people are shown of the facts, for many ports in a few statements."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median
from typing import TypeVar

from sqlalchemy import ColumnElement, Connection, Integer, cast, func, select

from meshwright.model import codec
from meshwright.model.address import PortAddress, ProductAddress
from meshwright.model.observation import ChecksRan, Failure, Landing, Overrun, PortHistory, Usual
from meshwright.model.publish import Publish
from meshwright.model.time import Interval, Watermark
from meshwright.model.value import value
from meshwright.observe.facts import chunks
from meshwright.observe.tables import activation, check_result, failure, landing, overrun, publish

_T = TypeVar("_T", Failure, Overrun)

_USUAL = 30
"""The last runs by which is judged what is usual: some days of one that runs each hour."""


@value
class Latest:
    """A product's last publish, and what came after it: the failure of a run, or one that took too long."""

    publish: Publish | None = None
    failure: Failure | None = None
    overrun: Overrun | None = None


@dataclass(slots=True)
class _Found:
    """What one port's rows came to so far."""

    activated_at: datetime
    landings: list[Landing] = field(default_factory=list)
    checks: list[ChecksRan] = field(default_factory=list)


def read_histories(
    connection: Connection, ports: Iterable[PortAddress], since: datetime, now: datetime
) -> Mapping[PortAddress, PortHistory]:
    """Return the histories of those ports that were ever activated, from `since` until `now`.

    The landing before `since` that counted when the window opened is the first of them.
    """
    asked = {str(port): port for port in ports}
    ran = read_latest(connection, {p.product for p in asked.values()})
    histories: dict[PortAddress, PortHistory] = {}
    for chunk in chunks(sorted(asked)):
        found = {text: _Found(at) for text, at in _activations(connection, chunk, now)}
        for text, landed in _landings(connection, chunk, since, now):
            if text in found:
                found[text].landings.append(landed)
        for text, checked in _checks(connection, chunk, since, now):
            if text in found:
                found[text].checks.append(checked)
        for text, facts in found.items():
            port = asked[text]
            last, seen = ran.get(port.product, Latest()), (tuple(facts.landings), tuple(facts.checks))
            histories[port] = PortHistory(port, facts.activated_at, *seen, last.failure, last.overrun)
    return histories


def read_latest(connection: Connection, products: Iterable[ProductAddress]) -> Mapping[ProductAddress, Latest]:
    """Return what is last known of each product that ever published or failed."""
    asked = {str(product): product for product in products}
    latest: dict[ProductAddress, Latest] = {}
    for chunk in chunks(sorted(asked)):
        publishes = dict(_last_publishes(connection, chunk))
        failures = {text: (failed, after) for text, failed, after in _last_failures(connection, chunk)}
        overruns = {text: (late, after) for text, late, after in _last_overruns(connection, chunk)}
        for text in publishes.keys() | failures.keys() | overruns.keys():
            last = publishes.get(text)
            latest[asked[text]] = Latest(last, _standing(failures.get(text), last), _standing(overruns.get(text), last))
    return latest


def read_usual(connection: Connection, products: Iterable[ProductAddress]) -> Mapping[ProductAddress, Usual]:
    """Return what a run of these products usually takes: the median of the last ones on real data."""
    asked = {str(product): product for product in products}
    runs: defaultdict[ProductAddress, list[Publish]] = defaultdict(list)
    for chunk in chunks(sorted(asked)):
        for text, found in _last_publishes(connection, chunk, most=_USUAL):
            if not found.synthetic and found.seconds > 0:
                runs[asked[text]].append(found)
    return {product: _usual(known) for product, known in runs.items()}


def _usual(runs: Sequence[Publish]) -> Usual:
    billed = [run.spent.billed for run in runs if run.spent is not None]
    length = timedelta(seconds=median(run.seconds for run in runs))
    return Usual(length, len(runs), round(median(billed)) if any(billed) else None)


def _standing(found: tuple[_T, str | None] | None, last: Publish | None) -> _T | None:
    """Return what happened after a publish, unless another publish has followed it.

    In a replay the clock stands, and only the publish that it followed tells which came first.
    """
    if found is None:
        return None
    happened, after = found
    if last is None or happened.at > last.published_at:
        return happened
    return happened if happened.at == last.published_at and after == str(last.publish_id) else None


def _activations(connection: Connection, chunk: Sequence[str], now: datetime) -> Iterator[tuple[str, datetime]]:
    asked = (
        select(activation.c.port, func.min(activation.c.at))
        .where(activation.c.port.in_(chunk), activation.c.at <= now)
        .group_by(activation.c.port)
    )
    return ((port, at) for port, at in connection.execute(asked))


def _landings(
    connection: Connection, chunk: Sequence[str], since: datetime, now: datetime
) -> Iterator[tuple[str, Landing]]:
    earlier = (
        select(landing.c.port, func.max(landing.c.watermark).label("watermark"))
        .where(landing.c.port.in_(chunk), landing.c.landed_at < since)
        .group_by(landing.c.port)
        .subquery()
    )
    names = ("port", "landed_at", "watermark", "starts_at", "ends_at", "restored")
    facts = [landing.c[name] for name in names]
    first = func.row_number().over(partition_by=landing.c.port, order_by=[landing.c.landed_at, landing.c.publish_id])
    placed = (
        select(*facts, first.label("place"))
        .join(earlier, (earlier.c.port == landing.c.port) & (earlier.c.watermark == landing.c.watermark))
        .where(landing.c.landed_at < since)
        .subquery()
    )
    served = select(*(placed.c[fact.name] for fact in facts)).where(placed.c.place == 1)
    inside = (
        select(*facts)
        .where(landing.c.port.in_(chunk), landing.c.landed_at.between(since, now))
        .order_by(landing.c.port, landing.c.landed_at, landing.c.watermark)
    )
    for statement in (served, inside):
        for port, landed_at, watermark, start, end, restored in connection.execute(statement):
            yield port, Landing(landed_at, Watermark(watermark), Interval(start, end), restored)


def _checks(
    connection: Connection, chunk: Sequence[str], since: datetime, now: datetime
) -> Iterator[tuple[str, ChecksRan]]:
    real: tuple[ColumnElement[bool], ...] = (
        check_result.c.port.in_(chunk),
        check_result.c.at.between(since, now),
        check_result.c.synthetic.is_(False),
    )
    stage = (check_result.c.port, check_result.c.at, check_result.c.publish_id)
    failing = select(*stage, check_result.c.name).where(*real, check_result.c.passed.is_(False))
    failed: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for port, _, publish_id, name in connection.execute(failing.order_by(check_result.c.name)):
        failed[port, publish_id].append(name)
    passed = func.sum(cast(check_result.c.passed, Integer))
    counted = select(*stage, passed, func.count()).where(*real).group_by(*stage).order_by(*stage)
    for port, at, publish_id, good, ran in connection.execute(counted):
        yield port, ChecksRan(at, good, ran, tuple(failed.get((port, publish_id), ())))


def _last_publishes(connection: Connection, chunk: Sequence[str], most: int = 1) -> Iterator[tuple[str, Publish]]:
    newest_first = [publish.c.published_at.desc(), publish.c.watermark.desc(), publish.c.publish_id.desc()]
    placed = (
        select(
            publish.c.publish_id,
            func.row_number().over(partition_by=publish.c.product, order_by=newest_first).label("place"),
        )
        .where(publish.c.product.in_(chunk))
        .subquery()
    )
    asked = (
        select(publish.c.product, publish.c.document)
        .join(placed, placed.c.publish_id == publish.c.publish_id)
        .where(placed.c.place <= most)
    )
    return ((product, codec.load(Publish, json.loads(text))) for product, text in connection.execute(asked))


def _last_failures(connection: Connection, chunk: Sequence[str]) -> Iterator[tuple[str, Failure, str | None]]:
    newest = (
        select(func.max(failure.c.sequence)).where(failure.c.product.in_(chunk)).group_by(failure.c.product)
    ).scalar_subquery()
    asked = select(failure.c.product, failure.c.document, failure.c.after).where(failure.c.sequence.in_(newest))
    return (
        (product, codec.load(Failure, json.loads(text)), after) for product, text, after in connection.execute(asked)
    )


def _last_overruns(connection: Connection, chunk: Sequence[str]) -> Iterator[tuple[str, Overrun, str | None]]:
    place = func.row_number().over(partition_by=overrun.c.product, order_by=[overrun.c.at.desc(), overrun.c.run.desc()])
    placed = select(overrun, place.label("place")).where(overrun.c.product.in_(chunk)).subquery()
    asked = select(placed.c.product, placed.c.document, placed.c.after).where(placed.c.place == 1)
    return (
        (product, codec.load(Overrun, json.loads(text)), after) for product, text, after in connection.execute(asked)
    )
