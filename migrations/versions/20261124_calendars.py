"""Series, whole days, and calendars that are imported."""

import sqlalchemy as sa
from alembic import op

revision = "calendars"
down_revision = "mail"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "imports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("organizer_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("address", sa.String(length=500), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("trouble", sa.String(length=16), nullable=False),
        sa.Column("detail", sa.String(length=120), nullable=False),
        sa.Column("octets", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("found", sa.JSON(), nullable=False),
        sa.Column("more", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_imports_campaign_id_campaigns"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organizer_id"], ["organizers.id"], name=op.f("fk_imports_organizer_id_organizers"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
    )
    with op.batch_alter_table("imports", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_imports_campaign_id"), ["campaign_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_imports_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_imports_organizer_id"), ["organizer_id"], unique=False)
    op.create_table(
        "series",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=120), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_series_campaign_id_campaigns")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
    )
    with op.batch_alter_table("series", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_series_campaign_id"), ["campaign_id"], unique=False)
    with op.batch_alter_table("actions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("series_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("all_day", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.create_index(batch_op.f("ix_actions_series_id"), ["series_id"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_actions_series_id_series"), "series", ["series_id"], ["id"])
    with op.batch_alter_table("announced_dates", schema=None) as batch_op:
        batch_op.add_column(sa.Column("all_day", sa.Boolean(), nullable=False, server_default=sa.false()))
    # Until now a time from midnight to midnight was taken for whole days.
    for table in ("actions", "announced_dates"):
        rows = sa.table(table, sa.column("all_day"), sa.column("starts_local"), sa.column("ends_local"))
        at_midnight = [
            sa.cast(each, sa.String).like("% 00:00:00%") for each in (rows.c.starts_local, rows.c.ends_local)
        ]
        op.execute(rows.update().where(*at_midnight).values(all_day=True))


def downgrade() -> None:
    with op.batch_alter_table("announced_dates", schema=None) as batch_op:
        batch_op.drop_column("all_day")
    with op.batch_alter_table("actions", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_actions_series_id_series"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_actions_series_id"))
        batch_op.drop_column("all_day")
        batch_op.drop_column("series_id")
    with op.batch_alter_table("series", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_series_campaign_id"))
    op.drop_table("series")
    with op.batch_alter_table("imports", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_imports_organizer_id"))
        batch_op.drop_index(batch_op.f("ix_imports_expires_at"))
        batch_op.drop_index(batch_op.f("ix_imports_campaign_id"))
    op.drop_table("imports")
