"""Whom a focus group has drawn in."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("focus_seat") as batch_op:
        batch_op.add_column(sa.Column("drawn_in", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    with op.batch_alter_table("focus_seat") as batch_op:
        batch_op.drop_column("drawn_in")
