"""Messages go on at another address of their customer."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("address") as batch_op:
        batch_op.add_column(sa.Column("blocked_at", sa.BigInteger(), nullable=True))
    with op.batch_alter_table("message") as batch_op:
        batch_op.add_column(sa.Column("tried", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("message") as batch_op:
        batch_op.drop_column("tried")
    with op.batch_alter_table("address") as batch_op:
        batch_op.drop_column("blocked_at")
