"""The translation memory, and how far a step is."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "learned",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("appeal_id", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("russian", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["appeal_id"], ["appeals.id"], name="fk_learned_appeal_id"),
        sa.PrimaryKeyConstraint("id", name="pk_learned"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_learned_appeal_id", "learned", ["appeal_id"])
    op.add_column("appeals", sa.Column("progress", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("appeals", "progress")
    op.drop_table("learned")
