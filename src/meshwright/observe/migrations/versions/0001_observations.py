"""Make the tables of observations.

A revision is what was run once: it names types of the database, never the tables of today.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_SEQUENCE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _facts()
    _judgements()


def downgrade() -> None:
    for table in (
        "outbox",
        "incident_member",
        "incident",
        "state_interval",
        "failure",
        "check_result",
        "landing",
        "publish",
        "activation",
    ):
        op.drop_table(table)


def _facts() -> None:
    op.create_table(
        "activation",
        sa.Column("port", sa.String(), primary_key=True),
        sa.Column("release", sa.String(), primary_key=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("slos", sa.Text(), nullable=False),
    )
    op.create_table(
        "publish",
        sa.Column("publish_id", sa.String(), primary_key=True),
        sa.Column("product", sa.String(), nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=False),
        sa.Column("watermark", sa.BigInteger(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
    )
    op.create_index("publish_by_product", "publish", ["product", "published_at", "watermark", "publish_id"])
    op.create_table(
        "landing",
        sa.Column("publish_id", sa.String(), sa.ForeignKey("publish.publish_id", ondelete="CASCADE"), primary_key=True),
        sa.Column("port", sa.String(), primary_key=True),
        sa.Column("landed_at", sa.BigInteger(), nullable=False),
        sa.Column("watermark", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("restored", sa.Boolean(), nullable=False),
    )
    op.create_index("landing_by_port", "landing", ["port", "landed_at", "watermark"])
    op.create_table(
        "check_result",
        sa.Column("publish_id", sa.String(), primary_key=True),
        sa.Column("port", sa.String(), primary_key=True),
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
    )
    op.create_index("check_result_by_port", "check_result", ["port", "at"])
    op.create_table(
        "failure",
        sa.Column("sequence", _SEQUENCE, primary_key=True),
        sa.Column("digest", sa.String(), nullable=False, unique=True),
        sa.Column("product", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("after", sa.String()),
        sa.Column("document", sa.Text(), nullable=False),
    )
    op.create_index("failure_by_product", "failure", ["product", "sequence"])


def _judgements() -> None:
    op.create_table(
        "state_interval",
        sa.Column("port", sa.String(), primary_key=True),
        sa.Column("slo", sa.String(), primary_key=True),
        sa.Column("started_at", sa.BigInteger(), primary_key=True),
        sa.Column("ended_at", sa.BigInteger()),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
    )
    op.create_index("state_interval_by_end", "state_interval", ["ended_at"])
    op.create_table(
        "incident",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("resolved_at", sa.BigInteger()),
        sa.Column("document", sa.Text(), nullable=False),
    )
    op.create_index("incident_by_resolution", "incident", ["resolved_at", "opened_at"])
    op.create_table(
        "incident_member",
        sa.Column("incident", sa.String(), sa.ForeignKey("incident.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("port", sa.String(), primary_key=True),
        sa.Column("slo", sa.String(), primary_key=True),
        sa.Column("since", sa.BigInteger(), nullable=False),
    )
    op.create_index("incident_member_by_port", "incident_member", ["port"])
    op.create_table(
        "outbox",
        sa.Column("id", _SEQUENCE, primary_key=True),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("incident", sa.String(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("next_attempt_at", sa.BigInteger(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
    )
    op.create_index("outbox_once", "outbox", ["channel", "key"], unique=True)
    op.create_index("outbox_by_state", "outbox", ["state", "next_attempt_at"])
