"""How accounts are doing is kept, and an incident is a row from its beginning to its end."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_OPEN = sa.text("cleared_at is null")


def upgrade() -> None:
    op.create_table(
        "account_health",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("last_in", sa.BigInteger(), nullable=True),
        sa.Column("last_out", sa.BigInteger(), nullable=True),
        sa.Column("limits", sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("account"),
    )
    op.create_table(
        "account_fault",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("hour", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("account", "hour", "kind"),
    )
    op.rename_table("incident", "incident_before")
    op.create_table(
        "incident",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("first_at", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("cleared_at", sa.BigInteger(), nullable=True),
        sa.Column("told", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_incident"),
    )
    op.execute(
        "INSERT INTO incident (id, key, what, first_at, last_at, count, cleared_at, told) "
        "SELECT row_number() OVER (ORDER BY first_at, key), key, what, first_at, last_at, count, cleared_at, '' FROM incident_before"
    )
    op.drop_table("incident_before")
    op.create_index("uq_incident_open", "incident", ["key"], unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN)
    op.create_index("ix_incident_cleared_at", "incident", ["cleared_at"])


def downgrade() -> None:
    op.drop_index("ix_incident_cleared_at", "incident")
    op.drop_index("uq_incident_open", "incident")
    op.rename_table("incident", "incident_after")
    op.create_table(
        "incident",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("first_at", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("cleared_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("key", name="pk_incident_key"),
    )
    op.execute(
        "INSERT INTO incident (key, what, first_at, last_at, count, cleared_at) "
        "SELECT key, what, first_at, last_at, count, cleared_at FROM incident_after AS one "
        "WHERE id = (SELECT max(id) FROM incident_after AS other WHERE other.key = one.key)"
    )
    op.drop_table("incident_after")
    op.drop_table("account_fault")
    op.drop_table("account_health")
