"""Campaigns count what they do, and what is due is found by its wave."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "campaign_day",
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", "day"),
    )
    with op.batch_alter_table("campaign", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reason", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("scheduled_at", sa.BigInteger(), nullable=True))

    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_invitation_customer_id"))
        batch_op.drop_index(batch_op.f("ix_invitation_remind_at"))
        batch_op.drop_index(batch_op.f("ix_invitation_wave_id"))
        batch_op.drop_index(batch_op.f("ix_invitation_due"))
        batch_op.create_index("ix_invitation_due", ["wave_id", "state", "due_at"], unique=False)
        batch_op.create_index(
            "ix_invitation_sent",
            ["expires_at"],
            unique=False,
            sqlite_where=sa.text("state = 'sent'"),
            postgresql_where=sa.text("state = 'sent'"),
        )

    with op.batch_alter_table("wave", schema=None) as batch_op:
        batch_op.add_column(sa.Column("seen", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("chosen", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("control", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("planned_at", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("ended_at", sa.BigInteger(), nullable=True))
        batch_op.create_unique_constraint("uq_wave_due", ["campaign_id", "due_at"])


def downgrade() -> None:
    with op.batch_alter_table("wave", schema=None) as batch_op:
        batch_op.drop_constraint("uq_wave_due", type_="unique")
        batch_op.drop_column("ended_at")
        batch_op.drop_column("planned_at")
        batch_op.drop_column("control")
        batch_op.drop_column("chosen")
        batch_op.drop_column("seen")

    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.drop_index("ix_invitation_sent", sqlite_where=sa.text("state = 'sent'"), postgresql_where=sa.text("state = 'sent'"))
        batch_op.drop_index("ix_invitation_due")
        batch_op.create_index(batch_op.f("ix_invitation_due"), ["state", "due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_invitation_wave_id"), ["wave_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_invitation_remind_at"), ["remind_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_invitation_customer_id"), ["customer_id"], unique=False)

    with op.batch_alter_table("campaign", schema=None) as batch_op:
        batch_op.drop_column("scheduled_at")
        batch_op.drop_column("reason")

    op.drop_table("campaign_day")
