"""Facts: what happened, appended once. Recording the same fact again changes nothing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from meshwright.model import codec
from meshwright.model.address import PortAddress, ProductAddress
from meshwright.model.identity import Digest, PublishId
from meshwright.model.observation import Failure, Overrun
from meshwright.model.publish import CheckResult, Publish
from meshwright.model.slo import Slo
from meshwright.observe.tables import activation, check_result, failure, landing, overrun, publish

_CHUNK = 1000
_ANY_TIME = datetime(1970, 1, 1, tzinfo=UTC)


def add_activation(
    connection: Connection, promises: Mapping[PortAddress, tuple[Slo, ...]], release: Digest, at: datetime
) -> None:
    """Append that these ports, with these SLOs, were deployed by a release."""
    rows = [
        {"port": str(port), "release": str(release), "at": at, "slos": document([_plain_slo(s) for s in slos])}
        for port, slos in promises.items()
    ]
    append(connection, activation, rows)


def move_activations(connection: Connection, ports: Mapping[PortAddress, datetime]) -> None:
    """Let promises count from an earlier moment; one that counts from before it already stays."""
    for port, at in ports.items():
        later = (activation.c.port == str(port)) & (activation.c.at > at)
        connection.execute(update(activation).where(later).values(at=at))


def add_publishes(connection: Connection, publishes: Iterable[Publish]) -> None:
    """Append publishes and, where their data is real, what they landed at each port."""
    some = tuple(publishes)
    append(
        connection,
        publish,
        [
            {
                "publish_id": str(p.publish_id),
                "product": str(p.product),
                "published_at": p.published_at,
                "watermark": p.watermark,
                "document": document(codec.dump(p)),
            }
            for p in some
        ],
    )
    append(
        connection,
        landing,
        [
            {
                "publish_id": str(p.publish_id),
                "port": str(port),
                "landed_at": p.published_at,
                "watermark": p.watermark,
                "starts_at": p.interval.start,
                "ends_at": p.interval.end,
                "restored": p.restores is not None,
            }
            for p in some
            if not p.synthetic
            for port in p.ports
        ],
    )


def add_checks(
    connection: Connection, publish_id: PublishId, results: Iterable[CheckResult], at: datetime, *, synthetic: bool
) -> None:
    """Append what the checks of one stage found."""
    rows = [
        {
            "publish_id": str(publish_id),
            "port": str(result.table.port),
            "name": f"{result.table.name}.{result.check}" if result.table.name else result.check,
            "at": at,
            "passed": result.passed,
            "synthetic": synthetic,
            "document": document(codec.dump(result)),
        }
        for result in results
    ]
    append(connection, check_result, rows)


def add_failure(connection: Connection, failed: Failure) -> None:
    """Append that a run ended without a publish, and which publish was the newest then.

    A run that waits looks often: while it waits for the same thing, after the same publish, it is one fact.
    """
    after = _newest_publish(connection, failed.product)
    same = replace(failed, at=_ANY_TIME) if failed.waiting else failed
    row = {
        "digest": str(Digest.of(f"{after} {document(codec.dump(same))}".encode())),
        "product": str(failed.product),
        "at": failed.at,
        "after": after,
        "document": document(codec.dump(failed)),
    }
    append(connection, failure, [row])


def add_overrun(connection: Connection, late: Overrun) -> None:
    """Append that a run took too long, and which publish was the newest then."""
    row = {
        "product": str(late.product),
        "run": late.run,
        "at": late.at,
        "after": _newest_publish(connection, late.product),
        "document": document(codec.dump(late)),
    }
    append(connection, overrun, [row])


def unrecorded(connection: Connection, publishes: Sequence[Publish]) -> tuple[Publish, ...]:
    """Return those of the publishes that are not recorded."""
    known: set[str] = set()
    for some in chunks([str(p.publish_id) for p in publishes]):
        known.update(connection.execute(select(publish.c.publish_id).where(publish.c.publish_id.in_(some))).scalars())
    return tuple(p for p in publishes if str(p.publish_id) not in known)


def drop_facts(connection: Connection, before: datetime) -> int:
    """Delete what is older than `before`, but no product's last publish and nothing that a port still serves.

    Returns how many rows went.
    """
    last = _first(publish, publish.c.product, [publish.c.published_at.desc(), publish.c.watermark.desc()])
    served = _first(landing, landing.c.port, [landing.c.watermark.desc(), landing.c.landed_at])
    gone = (
        delete(publish).where(
            publish.c.published_at < before, publish.c.publish_id.not_in(last), publish.c.publish_id.not_in(served)
        ),
        delete(check_result).where(check_result.c.at < before),
        delete(failure).where(failure.c.at < before),
        delete(overrun).where(overrun.c.at < before),
    )
    return sum(connection.execute(statement).rowcount for statement in gone)


def _newest_publish(connection: Connection, product: ProductAddress) -> str | None:
    newest = (
        select(publish.c.publish_id)
        .where(publish.c.product == str(product))
        .order_by(publish.c.published_at.desc(), publish.c.watermark.desc(), publish.c.publish_id.desc())
        .limit(1)
    )
    return connection.execute(newest).scalar()


def _first(table: Table, of: ColumnElement[str], order: Sequence[ColumnElement[Any]]) -> Select[tuple[str]]:
    """Select the publish id that comes first for each value of a column."""
    place = func.row_number().over(partition_by=of, order_by=[*order, table.c.publish_id.desc()]).label("place")
    placed = select(table.c.publish_id, place).subquery()
    return select(placed.c.publish_id).where(placed.c.place == 1)


def append(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows; those that are there already stay as they are."""
    if rows:
        connection.execute(insert(connection, table).on_conflict_do_nothing(), rows)


def insert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Return an INSERT that may say what to do about a conflict: both databases write it alike."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


def chunks(values: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield the values in parts: both databases limit the number of a statement's parameters."""
    return (values[start : start + _CHUNK] for start in range(0, len(values), _CHUNK))


def document(plain: object) -> str:
    """Return a plain value as the text that is stored."""
    return codec.canonical(plain).decode()


def _plain_slo(slo: Slo) -> dict[str, Any]:
    return {"kind": type(slo).__name__, **codec.dump(slo)}
