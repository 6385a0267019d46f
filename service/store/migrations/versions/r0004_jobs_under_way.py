"""What workers have to know of a job: how much of it is in line, why it stands still, what its calls took."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("chunks", "enqueued"):
        op.add_column("jobs", sa.Column(name, sa.Integer(), server_default="0", nullable=False))
    op.add_column("jobs", sa.Column("paused", sa.Text(), nullable=True))
    op.add_column("jobs", sa.Column("next_start", sa.Float(), nullable=True))
    for name in ("calls", "prompt_tokens", "completion_tokens"):
        op.add_column("job_articles", sa.Column(name, sa.Integer(), server_default="0", nullable=False))
