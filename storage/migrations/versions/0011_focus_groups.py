"""Focus groups."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "focus_group",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("definition", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("begins_at", sa.BigInteger(), nullable=False),
        sa.Column("reminded", sa.Boolean(), nullable=False),
        sa.Column("question", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=True),
        sa.Column("drawn_in", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "focus_line",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("question", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["focus_group.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("focus_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_focus_line_group_id"), ["group_id"], unique=False)

    op.create_table(
        "focus_seat",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.id"],
        ),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["focus_group.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("group_id", "customer_id"),
        sa.UniqueConstraint("group_id", "number"),
    )
    with op.batch_alter_table("focus_seat", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_focus_seat_customer_id"), ["customer_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("focus_seat", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_focus_seat_customer_id"))

    op.drop_table("focus_seat")
    with op.batch_alter_table("focus_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_focus_line_group_id"))

    op.drop_table("focus_line")
    op.drop_table("focus_group")
