"""Remember how often ports are read."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "reading",
        sa.Column("port", sa.String(), primary_key=True),
        sa.Column("day", sa.String(), primary_key=True),
        sa.Column("reader", sa.String(), primary_key=True),
        sa.Column("reads", sa.Integer(), nullable=False),
    )
    op.create_table("counted_day", sa.Column("day", sa.String(), primary_key=True))


def downgrade() -> None:
    op.drop_table("counted_day")
    op.drop_table("reading")
