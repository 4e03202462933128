"""Screening, holds, drafts and notes; what people of the team know; how an approval came about."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

#: Volunteers have seen these already.
SEEN = ("drafted", "submitted", "in_review", "approved", "released")


def _parent(name: str, table: str) -> sa.Column[int]:
    key = sa.ForeignKey(f"{name}s.id", name=f"fk_{table}_{name}_id")
    return sa.Column(f"{name}_id", sa.Integer(), key, nullable=False)


def upgrade() -> None:
    time = sa.DateTime(timezone=True)
    op.create_table(
        "holds",
        _parent("appeal", "holds"),
        _parent("account", "holds"),
        sa.Column("tab", sa.String(), nullable=False),
        sa.Column("since", time, nullable=False),
        sa.Column("seen", time, nullable=False),
        sa.PrimaryKeyConstraint("appeal_id", name="pk_holds"),
    )
    op.create_index("ix_holds_account_id", "holds", ["account_id"])
    op.create_table(
        "drafts",
        _parent("appeal", "drafts"),
        _parent("account", "drafts"),
        sa.Column("tab", sa.String(), nullable=False),
        sa.Column("base", sa.Integer(), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.Column("at", time, nullable=False),
        sa.PrimaryKeyConstraint("appeal_id", "account_id", name="pk_drafts"),
    )
    op.create_table(
        "notes",
        sa.Column("id", sa.Integer(), nullable=False),
        _parent("appeal", "notes"),
        sa.Column("at_ms", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", time, nullable=False),
        sa.Column("done_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_notes"),
    )
    op.create_index("ix_notes_appeal_id", "notes", ["appeal_id"])
    op.create_table(
        "nudges",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("at", time, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_nudges"),
    )
    for table, column in _added():
        op.add_column(table, column)
    op.create_index("ix_revisions_author_id", "revisions", ["author_id"])
    op.create_index("ix_approvals_by_id", "approvals", ["by_id"])
    appeals = sa.table("appeals", sa.column("status"), sa.column("screening"))
    op.execute(sa.update(appeals).where(appeals.c.status.in_(SEEN)).values(screening="passed"))


def _added() -> list[tuple[str, sa.Column[Any]]]:
    no, yes = sa.false(), sa.true()
    return [
        ("accounts", sa.Column("languages", sa.JSON(), nullable=False, server_default="[]")),
        ("accounts", sa.Column("page_language", sa.String(), nullable=False, server_default="")),
        ("accounts", sa.Column("credited", sa.Boolean(), nullable=False, server_default=no)),
        ("appeals", sa.Column("screening", sa.String(20), nullable=False, server_default="open")),
        ("appeals", sa.Column("urgent", sa.Boolean(), nullable=False, server_default=no)),
        ("revisions", sa.Column("source", sa.String(), nullable=False, server_default="")),
        ("approvals", sa.Column("watched", sa.Boolean(), nullable=False, server_default=yes)),
        ("approvals", sa.Column("alone", sa.String(), nullable=False, server_default="")),
    ]


def downgrade() -> None:
    op.drop_index("ix_approvals_by_id", "approvals")
    op.drop_index("ix_revisions_author_id", "revisions")
    for table, column in reversed(_added()):
        with op.batch_alter_table(table) as batch:
            batch.drop_column(column.name)
    for name in ("nudges", "notes", "drafts", "holds"):
        op.drop_table(name)
