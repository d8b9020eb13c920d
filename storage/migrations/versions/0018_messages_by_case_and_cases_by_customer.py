"""Messages are found by their case, cases by their customer. Most messages are of no case, and have no place in that index."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_OF_A_CASE = sa.text("case_id is not null")


def upgrade() -> None:
    op.drop_index("ix_message_case_id", table_name="message")
    op.create_index("ix_message_case_id", "message", ["case_id"], sqlite_where=_OF_A_CASE, postgresql_where=_OF_A_CASE)
    op.create_index("ix_complaint_case_customer_id", "complaint_case", ["customer_id"])


def downgrade() -> None:
    op.drop_index("ix_complaint_case_customer_id", table_name="complaint_case")
    op.drop_index("ix_message_case_id", table_name="message")
    op.create_index("ix_message_case_id", "message", ["case_id"])
