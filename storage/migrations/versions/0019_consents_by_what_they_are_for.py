"""Consents are found by what they are for: a focus group looks every few seconds for those who have said yes to it."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_consent_purpose", "consent", ["purpose", "customer_id"])


def downgrade() -> None:
    op.drop_index("ix_consent_purpose", table_name="consent")
