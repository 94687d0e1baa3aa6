"""Tables: the shape of the database of observations.

Facts (`activation`, `publish`, `landing`, `check_result`, `failure`, `overrun`) are appended and never changed; those
of a day (`reading`) are added up. What
follows from them (`state_interval`, `incident`, `incident_member`, `outbox`) changes with the transaction that judged
them. Values of the model are kept whole, as the codec writes them, beside the columns that are asked for.
docs/decisions/0030 and 0031 say why.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import BigInteger, Boolean, Column, Dialect, ForeignKey, Index, Integer, MetaData, String, Table, Text
from sqlalchemy.types import TypeDecorator

from meshwright.model.time import utc

HEAD = "0003"
"""The newest revision of the migrations: what this code reads and writes."""

VERSION_TABLE = "meshwright_revision"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Instant(TypeDecorator[datetime]):
    """An aware instant as microseconds since 1970 in UTC: exact, sortable, and the same on every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        """Return what is stored. Raises `ValueError` for a naive instant."""
        return None if value is None else (utc(value) - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return the instant in UTC."""
        return None if value is None else _EPOCH + timedelta(microseconds=value)


metadata = MetaData()

# SQLite counts by itself only in a column of exactly this type.
_sequence = BigInteger().with_variant(Integer, "sqlite")

activation = Table(
    "activation",
    metadata,
    Column("port", String, primary_key=True),
    Column("release", String, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("slos", Text, nullable=False),
)

publish = Table(
    "publish",
    metadata,
    Column("publish_id", String, primary_key=True),
    Column("product", String, nullable=False),
    Column("published_at", Instant, nullable=False),
    Column("watermark", Instant, nullable=False),
    Column("document", Text, nullable=False),
    Index("publish_by_product", "product", "published_at", "watermark", "publish_id"),
)

# One row for each port of a publish of real data: synthetic publishes never land.
landing = Table(
    "landing",
    metadata,
    Column("publish_id", String, ForeignKey("publish.publish_id", ondelete="CASCADE"), primary_key=True),
    Column("port", String, primary_key=True),
    Column("landed_at", Instant, nullable=False),
    Column("watermark", Instant, nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("restored", Boolean, nullable=False),
    Index("landing_by_port", "port", "landed_at", "watermark"),
)

check_result = Table(
    "check_result",
    metadata,
    Column("publish_id", String, primary_key=True),
    Column("port", String, primary_key=True),
    Column("name", String, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("passed", Boolean, nullable=False),
    Column("synthetic", Boolean, nullable=False),
    Column("document", Text, nullable=False),
    Index("check_result_by_port", "port", "at"),
)

# `digest` makes recording twice one row; `after` is the newest publish that was known when the run failed.
failure = Table(
    "failure",
    metadata,
    Column("sequence", _sequence, primary_key=True),
    Column("digest", String, nullable=False, unique=True),
    Column("product", String, nullable=False),
    Column("at", Instant, nullable=False),
    Column("after", String),
    Column("document", Text, nullable=False),
    Index("failure_by_product", "product", "sequence"),
)

# `after` is the newest publish that was known when the run had taken too long.
overrun = Table(
    "overrun",
    metadata,
    Column("product", String, primary_key=True),
    Column("run", String, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("after", String),
    Column("document", Text, nullable=False),
)

# Who has read what on a day, told apart by a digest of the day and their name.
reading = Table(
    "reading",
    metadata,
    Column("port", String, primary_key=True),
    Column("day", String, primary_key=True),
    Column("reader", String, primary_key=True),
    Column("reads", Integer, nullable=False),
)

# The days that a warehouse's own log of jobs was asked for.
counted_day = Table("counted_day", metadata, Column("day", String, primary_key=True))

# The standing state of an SLO is its interval without an end.
state_interval = Table(
    "state_interval",
    metadata,
    Column("port", String, primary_key=True),
    Column("slo", String, primary_key=True),
    Column("started_at", Instant, primary_key=True),
    Column("ended_at", Instant),
    Column("state", String, nullable=False),
    Column("reason", Text, nullable=False),
    Index("state_interval_by_end", "ended_at"),
)

incident = Table(
    "incident",
    metadata,
    Column("id", String, primary_key=True),
    Column("cause", String, nullable=False),
    Column("since", Instant, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("resolved_at", Instant),
    Column("document", Text, nullable=False),
    Index("incident_by_resolution", "resolved_at", "opened_at"),
)

# Every promise that an incident ever broke, so that a product's past incidents can be found.
incident_member = Table(
    "incident_member",
    metadata,
    Column("incident", String, ForeignKey("incident.id", ondelete="CASCADE"), primary_key=True),
    Column("port", String, primary_key=True),
    Column("slo", String, primary_key=True),
    Column("since", Instant, nullable=False),
    Index("incident_member_by_port", "port"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", _sequence, primary_key=True),
    Column("channel", String, nullable=False),
    Column("key", String, nullable=False),
    Column("incident", String, nullable=False),
    Column("document", Text, nullable=False),
    Column("state", String, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("next_attempt_at", Instant, nullable=False),
    Column("error", Text, nullable=False),
    Index("outbox_once", "channel", "key", unique=True),
    Index("outbox_by_state", "state", "next_attempt_at"),
)
