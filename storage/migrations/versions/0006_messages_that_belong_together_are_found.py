"""Messages that belong together are found by their topic."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_ABOUT_SOMETHING = sa.text("topic is not null")


def upgrade() -> None:
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.add_column(sa.Column("topic", sa.String(), nullable=True))
        for name, column in (("ix_message_topic", "topic"), ("ix_message_of_topic", "platform_id")):
            batch_op.create_index(name, ["address", column], unique=False, sqlite_where=_ABOUT_SOMETHING, postgresql_where=_ABOUT_SOMETHING)


def downgrade() -> None:
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index("ix_message_of_topic", sqlite_where=_ABOUT_SOMETHING, postgresql_where=_ABOUT_SOMETHING)
        batch_op.drop_index("ix_message_topic", sqlite_where=_ABOUT_SOMETHING, postgresql_where=_ABOUT_SOMETHING)
        batch_op.drop_column("topic")
