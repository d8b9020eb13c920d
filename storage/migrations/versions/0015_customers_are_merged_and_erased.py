"""Customers are merged and erased."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "customer_merge",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kept_id", sa.BigInteger(), nullable=False),
        sa.Column("joined_id", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("before", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("undone_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["joined_id"], ["customer.id"]),
        sa.ForeignKeyConstraint(["kept_id"], ["customer.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_customer_merge_joined_id", "customer_merge", ["joined_id"])
    op.create_index("ix_customer_merge_kept_id", "customer_merge", ["kept_id"])
    with op.batch_alter_table("customer") as batch_op:
        batch_op.add_column(sa.Column("merged_into", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("erased_at", sa.BigInteger(), nullable=True))
        batch_op.create_index("ix_customer_merged_into", ["merged_into"])


def downgrade() -> None:
    with op.batch_alter_table("customer") as batch_op:
        batch_op.drop_index("ix_customer_merged_into")
        batch_op.drop_column("erased_at")
        batch_op.drop_column("merged_into")
    op.drop_index("ix_customer_merge_kept_id", table_name="customer_merge")
    op.drop_index("ix_customer_merge_joined_id", table_name="customer_merge")
    op.drop_table("customer_merge")
