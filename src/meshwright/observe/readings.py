"""Readings: how often was each port read, and by how many? By day, and without a name."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from sqlalchemy import Connection, delete, func, select

from meshwright.model.address import PortAddress
from meshwright.model.observation import Reading, Use
from meshwright.observe.facts import insert
from meshwright.observe.standing import written_port
from meshwright.observe.tables import counted_day, reading


def add_readings(connection: Connection, readings: Iterable[Reading]) -> None:
    """Add to what was read on a day."""
    rows = [{"port": str(r.port), "day": r.day.isoformat(), "reader": r.reader, "reads": r.reads} for r in readings]
    if rows:
        added = insert(connection, reading)
        more = {"reads": reading.c.reads + added.excluded.reads}
        connection.execute(added.on_conflict_do_update(index_elements=["port", "day", "reader"], set_=more), rows)


def add_counted(connection: Connection, days: Iterable[date], readings: Iterable[Reading]) -> None:
    """Put what a log of jobs says of whole days in; a day that somebody else has put in meanwhile is left."""
    fresh: set[str] = set()
    for day in days:
        row = insert(connection, counted_day).values(day=day.isoformat()).on_conflict_do_nothing()
        fresh.update(connection.execute(row.returning(counted_day.c.day)).scalars())
    add_readings(connection, (r for r in readings if r.day.isoformat() in fresh))


def read_uncounted(connection: Connection, today: date, most: int) -> tuple[date, ...]:
    """Return the days before `today`, so many at most, that no log of jobs was asked for, oldest first."""
    known = set(connection.execute(select(counted_day.c.day)).scalars())
    days = (today - timedelta(days=n) for n in range(most, 0, -1))
    return tuple(day for day in days if day.isoformat() not in known)


def read_use(connection: Connection, since: date) -> Mapping[PortAddress, Use]:
    """Return how often each port was read since a day, of those that were."""
    daily = (
        select(reading.c.port, func.sum(reading.c.reads).label("reads"), func.count().label("readers"))
        .where(reading.c.day >= since.isoformat())
        .group_by(reading.c.port, reading.c.day)
        .subquery()
    )
    summed = (func.sum(daily.c.reads), func.count(), func.max(daily.c.readers))
    found = connection.execute(select(daily.c.port, *summed).group_by(daily.c.port))
    return {written_port(port): Use(int(reads), int(days), int(readers)) for port, reads, days, readers in found}


def was_counted(connection: Connection) -> bool:
    """Tell whether anybody ever counted: that nobody has read anything is known only then."""
    return any(connection.execute(select(func.count()).select_from(t)).scalar() for t in (reading, counted_day))


def drop_readings(connection: Connection, before: date) -> int:
    """Delete what is older; return how many rows went."""
    gone = (delete(table).where(table.c.day < before.isoformat()) for table in (reading, counted_day))
    return sum(connection.execute(statement).rowcount for statement in gone)
