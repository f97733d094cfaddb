"""One index for RSVPs that wait for the worker, and one less with random keys for each letter that is owed."""

import sqlalchemy as sa
from alembic import op

revision = "indexes"
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
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.drop_index(op.f("ix_deliveries_person_key"))
        batch_op.drop_constraint(op.f("uq_deliveries_occasion_id_person_key"), type_="unique")
        batch_op.create_unique_constraint(op.f("uq_deliveries_person_key_occasion_id"), ["person_key", "occasion_id"])
        batch_op.create_index(op.f("ix_deliveries_occasion_id"), ["occasion_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.drop_index(op.f("ix_deliveries_occasion_id"))
        batch_op.drop_constraint(op.f("uq_deliveries_person_key_occasion_id"), type_="unique")
        batch_op.create_unique_constraint(op.f("uq_deliveries_occasion_id_person_key"), ["occasion_id", "person_key"])
        batch_op.create_index(op.f("ix_deliveries_person_key"), ["person_key"], unique=False)
    op.drop_index("ix_rsvps_sealed", table_name="rsvps")
