"""What is checked for each letter that is owed, and needn't be: see docs/decisions/0025."""

from alembic import op

revision = "fewer_checks"
down_revision = "indexes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("fk_deliveries_occasion_id_occasions"), type_="foreignkey")
        batch_op.drop_constraint(op.f("uq_deliveries_message_id"), type_="unique")


def downgrade() -> None:
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.create_unique_constraint(op.f("uq_deliveries_message_id"), ["message_id"])
        batch_op.create_foreign_key(op.f("fk_deliveries_occasion_id_occasions"), "occasions", ["occasion_id"], ["id"])
