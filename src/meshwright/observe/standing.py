"""Standing: what the facts come to at present: the state of every SLO, and the incidents."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select

from meshwright.model import codec
from meshwright.model.address import PortAddress, ProductAddress, parse, product_address
from meshwright.model.incident import Incident
from meshwright.model.slo import SloState, StateInterval
from meshwright.observe.facts import append, document, insert
from meshwright.observe.tables import incident, incident_member, state_interval


def read_standing(connection: Connection) -> Mapping[tuple[PortAddress, str], StateInterval]:
    """Return the interval of every SLO that has no end yet."""
    asked = select(state_interval).where(state_interval.c.ended_at.is_(None))
    return {found.promise: found for found in map(_interval, connection.execute(asked))}


def read_intervals(connection: Connection, port: PortAddress, since: datetime) -> tuple[StateInterval, ...]:
    """Return the states of a port's SLOs that lasted beyond `since`, oldest first."""
    asked = (
        select(state_interval)
        .where(state_interval.c.port == str(port))
        .where(state_interval.c.ended_at.is_(None) | (state_interval.c.ended_at > since))
        .order_by(state_interval.c.started_at, state_interval.c.slo)
    )
    return tuple(map(_interval, connection.execute(asked)))


def write_intervals(connection: Connection, intervals: Iterable[StateInterval]) -> None:
    """Write ends and beginnings. An interval that ended where it began was never seen: it gives way to the next."""
    rows = [
        {
            "port": str(i.port),
            "slo": i.slo,
            "started_at": i.started_at,
            "ended_at": i.ended_at,
            "state": i.state.value,
            "reason": i.reason,
        }
        for i in intervals
    ]
    if rows:
        statement = insert(connection, state_interval)
        changed = {name: statement.excluded[name] for name in ("ended_at", "state", "reason")}
        connection.execute(
            statement.on_conflict_do_update(index_elements=["port", "slo", "started_at"], set_=changed), rows
        )


def read_open_incidents(connection: Connection) -> tuple[Incident, ...]:
    """Return the incidents that are not resolved, oldest first."""
    asked = select(incident.c.document).where(incident.c.resolved_at.is_(None))
    ordered = asked.order_by(incident.c.opened_at, incident.c.id)
    return tuple(codec.load(Incident, json.loads(text)) for text in connection.execute(ordered).scalars())


def count_ended_incidents(connection: Connection) -> dict[ProductAddress, int]:
    """Return how many incidents of each cause were resolved."""
    asked = select(incident.c.cause, func.count()).where(incident.c.resolved_at.is_not(None)).group_by(incident.c.cause)
    return {product_address(cause): count for cause, count in connection.execute(asked)}


def write_incidents(connection: Connection, incidents: Iterable[Incident]) -> None:
    """Write incidents as they are now, and every promise that they ever broke."""
    some = tuple(incidents)
    rows = [
        {
            "id": i.id,
            "cause": str(i.cause),
            "since": i.since,
            "opened_at": i.opened_at,
            "resolved_at": i.resolved_at,
            "document": document(codec.dump(i)),
        }
        for i in some
    ]
    if rows:
        statement = insert(connection, incident)
        changed = {name: statement.excluded[name] for name in ("since", "resolved_at", "document")}
        connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=changed), rows)
    members = [
        {"incident": i.id, "port": str(impact.port), "slo": impact.slo, "since": impact.since}
        for i in some
        for impact in i.impacts
    ]
    append(connection, incident_member, members)


def drop_standing(connection: Connection, before: datetime) -> int:
    """Delete states and incidents that ended before `before`. Returns how many rows went."""
    gone = (
        delete(state_interval).where(state_interval.c.ended_at < before),
        delete(incident).where(incident.c.resolved_at < before),
    )
    return sum(connection.execute(statement).rowcount for statement in gone)


def _interval(row: Row[Any]) -> StateInterval:
    return StateInterval(written_port(row.port), row.slo, SloState(row.state), row.reason, row.started_at, row.ended_at)


def written_port(text: str) -> PortAddress:
    """Return the port that the database names."""
    reference = parse(text)
    return PortAddress(reference.product, str(reference.port), int(reference.major or 0))
