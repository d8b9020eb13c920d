"""Silent dialogs are found among the open ones, by an index of these alone: SQLite took that of all states for the open dialogs of
some customers too, and went through all that there are."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_OPEN = sa.text("state = 'open'")


def upgrade() -> None:
    op.drop_index("ix_dialog_nudge", table_name="dialog")
    op.create_index("ix_dialog_nudge", "dialog", ["nudge_at"], sqlite_where=_OPEN, postgresql_where=_OPEN)


def downgrade() -> None:
    op.drop_index("ix_dialog_nudge", table_name="dialog")
    op.create_index("ix_dialog_nudge", "dialog", ["state", "nudge_at"])
