"""An index of the RSVPs that wait for the worker: it went over all of them twice a second."""

import sqlalchemy as sa
from alembic import op

revision = "sealed"
down_revision = "calendars"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_rsvps_sealed",
        "rsvps",
        ["id"],
        sqlite_where=sa.text("state = 'sealed'"),
        postgresql_where=sa.text("state = 'sealed'"),
    )


def downgrade() -> None:
    op.drop_index("ix_rsvps_sealed", table_name="rsvps")
