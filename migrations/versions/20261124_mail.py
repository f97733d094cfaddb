"""What comes back, news of an action, whether people still come, words for confirmations."""

import sqlalchemy as sa
from alembic import op

revision = "mail"
down_revision = "organizers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "returns",
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["deliveries.id"], name=op.f("fk_returns_delivery_id_deliveries"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("delivery_id", "kind", name=op.f("pk_returns")),
    )
    with op.batch_alter_table("returns", schema=None) as batch_op:
        batch_op.create_index(
            "ix_returns_unsettled",
            ["delivery_id"],
            unique=False,
            sqlite_where=sa.text("NOT settled"),
            postgresql_where=sa.text("NOT settled"),
        )
    op.create_table(
        "updates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("action_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.JSON(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_up", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["action_id"], ["actions.id"], name=op.f("fk_updates_action_id_actions"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_updates")),
    )
    with op.batch_alter_table("updates", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_updates_action_id"), ["action_id"], unique=False)
    with op.batch_alter_table("rsvps", schema=None) as batch_op:
        batch_op.add_column(sa.Column("answered_rev", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("said_again_on", sa.Date(), nullable=True))
    # Whoever answered before there was a question isn't asked it for a move of long ago.
    op.execute("UPDATE rsvps SET answered_rev = (SELECT schedule_rev FROM actions WHERE actions.id = rsvps.action_id)")
    with op.batch_alter_table("rules", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_rules_days_or_minutes"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_rules_days_or_minutes"),
            "(days IS NULL OR minutes IS NULL) AND ((kind = 'confirmation') = (days IS NULL AND minutes IS NULL))",
        )
    with op.batch_alter_table("suppressions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("times", sa.Integer(), nullable=False, server_default="1"))


def downgrade() -> None:
    with op.batch_alter_table("suppressions", schema=None) as batch_op:
        batch_op.drop_column("times")
    op.execute("DELETE FROM rules WHERE kind = 'confirmation'")
    with op.batch_alter_table("rules", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_rules_days_or_minutes"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_rules_days_or_minutes"), "(days IS NULL) <> (minutes IS NULL)")
    with op.batch_alter_table("rsvps", schema=None) as batch_op:
        batch_op.drop_column("said_again_on")
        batch_op.drop_column("answered_rev")
    with op.batch_alter_table("updates", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_updates_action_id"))
    op.drop_table("updates")
    with op.batch_alter_table("returns", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_returns_unsettled", sqlite_where=sa.text("NOT settled"), postgresql_where=sa.text("NOT settled")
        )
    op.drop_table("returns")
