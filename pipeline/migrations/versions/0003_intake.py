"""What supporters decide, their keys and messages, take-downs and switches."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "receipts",
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("appeal_id", sa.Integer(), nullable=False),
        sa.Column("first", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["appeal_id"], ["appeals.id"], name="fk_receipts_appeal_id"),
        sa.PrimaryKeyConstraint("hash", name="pk_receipts"),
    )
    op.create_index("ix_receipts_appeal_id", "receipts", ["appeal_id"])
    op.execute("INSERT INTO receipts (hash, appeal_id, first) SELECT receipt_hash, id, true FROM appeals")
    with op.batch_alter_table("appeals") as appeals:
        appeals.drop_constraint("uq_appeals_receipt_hash", type_="unique")
        appeals.drop_column("receipt_hash")
        appeals.add_column(sa.Column("fingerprint", sa.String(), nullable=True))
        appeals.add_column(sa.Column("shown_country", sa.String(), nullable=False, server_default=""))
        appeals.add_column(sa.Column("contact", sa.String(), nullable=True))
        appeals.add_column(sa.Column("upload", sa.String(), nullable=True))
        appeals.create_unique_constraint("uq_appeals_fingerprint", ["fingerprint"])
    _answers()
    op.create_table(
        "messages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("appeal_id", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(20), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("sealed", sa.String(), nullable=False),
        sa.Column("seen", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["appeal_id"], ["appeals.id"], name="fk_messages_appeal_id"),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
    )
    op.create_index("ix_messages_appeal_id", "messages", ["appeal_id"])
    op.create_table(
        "take_downs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("appeal_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_by", sa.String(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["appeal_id"], ["appeals.id"], name="fk_take_downs_appeal_id"),
        sa.PrimaryKeyConstraint("id", name="pk_take_downs"),
    )
    op.create_index("ix_take_downs_appeal_id", "take_downs", ["appeal_id"])
    op.create_table(
        "switches",
        sa.Column("name", sa.String(20), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_switches"),
    )


def _answers() -> None:
    """The one wording that was agreed to so far is the answer to the first choice."""
    connection = op.get_bind()
    op.add_column("consents", sa.Column("answers", sa.JSON(), nullable=True))
    table = sa.table("consents", sa.column("id", sa.Integer), sa.column("wording"), sa.column("answers", sa.JSON))
    for row in connection.execute(sa.select(table.c.id, table.c.wording)).all():
        answers = [{"choice": "publish", "wording": row.wording, "answer": True}]
        connection.execute(sa.update(table).where(table.c.id == row.id).values(answers=answers))
    with op.batch_alter_table("consents") as consents:
        consents.alter_column("answers", existing_type=sa.JSON(), nullable=False)
        consents.drop_column("wording")


def downgrade() -> None:
    for name in ("switches", "take_downs", "messages"):
        op.drop_table(name)
    op.add_column("consents", sa.Column("wording", sa.String(), nullable=False, server_default=""))
    connection = op.get_bind()
    table = sa.table("consents", sa.column("id", sa.Integer), sa.column("wording"), sa.column("answers", sa.JSON))
    for row in connection.execute(sa.select(table.c.id, table.c.answers)).all():
        wording = next((each["wording"] for each in row.answers if each["choice"] == "publish"), "")
        connection.execute(sa.update(table).where(table.c.id == row.id).values(wording=wording))
    op.drop_column("consents", "answers")
    with op.batch_alter_table("appeals") as appeals:
        appeals.drop_constraint("uq_appeals_fingerprint", type_="unique")
        for name in ("upload", "contact", "shown_country", "fingerprint"):
            appeals.drop_column(name)
        appeals.add_column(sa.Column("receipt_hash", sa.String(), nullable=True))
    op.execute(
        "UPDATE appeals SET receipt_hash = (SELECT min(hash) FROM receipts WHERE appeal_id = appeals.id AND first)"
    )
    op.execute("UPDATE appeals SET receipt_hash = folder WHERE receipt_hash IS NULL")
    with op.batch_alter_table("appeals") as appeals:
        appeals.alter_column("receipt_hash", existing_type=sa.String(), nullable=False)
        appeals.create_unique_constraint("uq_appeals_receipt_hash", ["receipt_hash"])
    op.drop_table("receipts")
