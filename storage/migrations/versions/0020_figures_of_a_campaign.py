"""Roll-ups tell which wave of a campaign asked: a campaign has figures of its own. What was answered before belongs to none."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_KEY = ("day", "survey", "question", "measure", "channel", "department", "agent", "score")
_OF_A_WAVE = sa.text("wave_id <> 0")


def upgrade() -> None:
    op.rename_table("rollup", "rollup_before")
    _create("rollup", (*_KEY, "wave_id"))
    op.execute(
        "INSERT INTO rollup (day, survey, question, measure, channel, department, agent, score, wave_id, n) "
        "SELECT day, survey, question, measure, channel, department, agent, score, 0, n FROM rollup_before"
    )
    op.drop_table("rollup_before")
    op.create_index("ix_rollup_wave_id", "rollup", ["wave_id"], sqlite_where=_OF_A_WAVE, postgresql_where=_OF_A_WAVE)


def downgrade() -> None:
    op.drop_index("ix_rollup_wave_id", "rollup")
    op.rename_table("rollup", "rollup_after")
    _create("rollup", _KEY)
    op.execute(
        "INSERT INTO rollup (day, survey, question, measure, channel, department, agent, score, n) "
        "SELECT day, survey, question, measure, channel, department, agent, score, sum(n) FROM rollup_after "
        "GROUP BY day, survey, question, measure, channel, department, agent, score"
    )
    op.drop_table("rollup_after")


def _create(table: str, key: tuple[str, ...]) -> None:
    kinds: dict[str, sa.types.TypeEngine[Any]] = {"day": sa.Date(), "score": sa.Integer(), "wave_id": sa.BigInteger(), "n": sa.Integer()}
    columns = [sa.Column(name, kinds.get(name, sa.String()), nullable=False) for name in (*key, "n")]
    # A name of its own: PostgreSQL has the usual one until the table from before is gone.
    op.create_table(table, *columns, sa.PrimaryKeyConstraint(*key, name=f"pk_rollup_{len(key)}"))
