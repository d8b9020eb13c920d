"""${message}."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None
<%
    def without_marks(commands):
        return "\n".join(line for line in (commands or "pass").splitlines() if not line.strip().startswith("# ###"))
%>

def upgrade() -> None:
    ${without_marks(upgrades).strip()}


def downgrade() -> None:
    ${without_marks(downgrades).strip()}
