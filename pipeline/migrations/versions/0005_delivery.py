"""Renditions, pieces of clips, the shelf of released clips, posts and their reach, tokens, acts on accounts."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
BYTEWISE = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def _key(name: str, table: str, nullable: bool = False) -> sa.Column[int]:
    parent = {"appeal": "appeals", "account": "accounts", "post": "posts"}[name]
    foreign = sa.ForeignKey(f"{parent}.id", name=f"fk_{table}_{name}_id")
    return sa.Column(f"{name}_id", sa.Integer(), foreign, nullable=nullable)


def _number() -> sa.Column[int]:
    return sa.Column("id", sa.Integer(), nullable=False)


def _text(*names: str, nullable: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=nullable) for name in names]


def _time(*names: str, nullable: bool = False) -> list[sa.Column[Any]]:
    return [sa.Column(name, TIME, nullable=nullable) for name in names]


def _table(name: str, indexes: tuple[str, ...], *columns: Any, key: tuple[str, ...] = ("id",), **more: Any) -> None:
    op.create_table(name, *columns, sa.PrimaryKeyConstraint(*key, name=f"pk_{name}"), **more)
    for column in indexes:
        op.create_index(f"ix_{name}_{column}", name, [column])


def upgrade() -> None:
    _table(
        "account_acts", ("account_id",),
        _number(), _key("account", "account_acts"), *_text("by", "what", "detail"), *_time("at"),
    )  # fmt: skip
    _table(
        "pieces", (),
        _number(), _key("appeal", "pieces"),
        *_text("address", "plan", "holder"), *_text("key", "sha256", nullable=True),
        *_time("lease_until", nullable=True), sa.Column("size", sa.Integer(), nullable=False), *_time("used_at"),
        sa.UniqueConstraint("appeal_id", "address", name="uq_pieces_appeal_id"),
    )  # fmt: skip
    _published()
    _posted()
    for table, column in _added():
        op.add_column(table, column)
    with op.batch_alter_table("take_downs") as batch:
        batch.add_column(sa.Column("post_id", sa.Integer(), nullable=True))
        batch.create_foreign_key("fk_take_downs_post_id", "posts", ["post_id"], ["id"])
        batch.create_index("ix_take_downs_post_id", ["post_id"])
    with op.batch_alter_table("files") as batch:
        batch.drop_constraint("uq_files_appeal_id", type_="unique")
        batch.create_unique_constraint("uq_files_appeal_id", ["appeal_id", "kind", "preset"])
    _put_out()


def _published() -> None:
    _table(
        "releases", ("at", "language", "country"),
        _key("appeal", "releases"), *_time("at"), *_text("language", "country", "networks"),
        sa.Column("not_before", sa.Date(), nullable=True), sa.Column("duration_ms", sa.Integer(), nullable=False),
        key=("appeal_id",),
    )  # fmt: skip
    _table(
        "release_words", ("appeal_id",),
        sa.Column("word", BYTEWISE, nullable=False), _key("appeal", "release_words"), key=("word", "appeal_id"),
        sqlite_with_rowid=False,
    )  # fmt: skip
    _table("tags", ("tag",), _key("appeal", "tags"), *_text("tag"), key=("appeal_id", "tag"))
    _table(
        "downloads", ("account_id",),
        _number(), _key("appeal", "downloads"), _key("account", "downloads", nullable=True),
        *_text("by", "name", "sha256"), *_time("at"),
        *(sa.Column(name, sa.Boolean(), nullable=False) for name in ("recalled", "known")),
        sa.UniqueConstraint("appeal_id", "by", "sha256", name="uq_downloads_appeal_id"),
    )  # fmt: skip
    _table(
        "feed_tokens", (),
        _number(), *_text("name", "hash", "by"), sa.Column("scopes", sa.JSON(), nullable=False),
        *_time("at", "expires_at"), *_time("revoked_at", "used_at", nullable=True),
        sa.UniqueConstraint("name", name="uq_feed_tokens_name"),
        sa.UniqueConstraint("hash", name="uq_feed_tokens_hash"),
    )  # fmt: skip


def _posted() -> None:
    _table(
        "posts", ("appeal_id", "network", "posted_at"),
        _number(), _key("appeal", "posts"), *_text("network", "preset", "channel", "url", "by", "struck_by"),
        sa.Column("hashtags", sa.JSON(), nullable=False), *_time("posted_at", "at"),
    )  # fmt: skip
    _table(
        "post_edits", ("post_id",),
        _number(), _key("post", "post_edits"), *_text("field", "old", "new", "by"), *_time("at"),
    )  # fmt: skip
    _table(
        "reaches", ("post_id", "day"),
        _number(), _key("post", "reaches"), sa.Column("day", sa.Date(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in ("views", "likes", "comments", "shares")),
        *_text("by", "struck_by"), *_time("at"),
    )  # fmt: skip


def _added() -> list[tuple[str, sa.Column[Any]]]:
    text: dict[str, Any] = {"nullable": False, "server_default": ""}
    return [
        ("accounts", sa.Column("gallery_seen", TIME, nullable=True)),
        ("accounts", sa.Column("gallery_before", TIME, nullable=True)),
        ("appeals", sa.Column("focus", sa.JSON(), nullable=True)),
        ("approvals", sa.Column("delivery", sa.JSON(), nullable=True)),
        ("files", sa.Column("preset", sa.String(), **text)),
        ("files", sa.Column("crc32", sa.BigInteger(), nullable=True)),
        ("take_downs", sa.Column("owner", sa.String(), **text)),
        ("take_downs", sa.Column("proof", sa.String(), **text)),
        ("take_downs", sa.Column("told", sa.Boolean(), nullable=False, server_default=sa.true())),
    ]


def _put_out() -> None:
    """What is released already stands in the gallery."""
    bind = op.get_bind()
    meta = sa.MetaData()
    names = ("appeals", "consents", "revisions", "releases", "release_words")
    appeals, consents, revisions, releases, words = (sa.Table(name, meta, autoload_with=bind) for name in names)
    revised = appeals.join(revisions, revisions.c.id == appeals.c.submitted_revision_id)
    columns = (appeals, revisions.c.rows)
    for row in bind.execute(sa.select(*columns).select_from(revised).where(appeals.c.status == "released")).all():
        agreed = sa.select(consents.c.answers).where(consents.c.appeal_id == row.id).order_by(consents.c.id.desc())
        answers = {each["choice"]: each["answer"] for each in bind.scalars(agreed.limit(1)).first() or ()}
        said = " ".join([row.shown_name, *(str(cue.get("text", "")) for cue in row.rows)])
        day = answers.get("not_before")
        bind.execute(
            releases.insert().values(
                appeal_id=row.id,
                at=row.since,
                language=row.language,
                country=row.shown_country,
                networks=f" {' '.join(answers.get('networks') or ())} ",
                not_before=date.fromisoformat(day) if day else None,
                duration_ms=(row.media or {}).get("duration_ms", 0),
            )
        )
        for word in set(re.findall(r"\w+", said.casefold().replace("ё", "е"))):
            bind.execute(words.insert().values(word=word, appeal_id=row.id))


def downgrade() -> None:
    with op.batch_alter_table("files") as batch:
        batch.drop_constraint("uq_files_appeal_id", type_="unique")
    op.execute("DELETE FROM files WHERE preset != ''")
    with op.batch_alter_table("files") as batch:
        batch.create_unique_constraint("uq_files_appeal_id", ["appeal_id", "kind"])
    with op.batch_alter_table("take_downs") as batch:
        batch.drop_index("ix_take_downs_post_id")
        batch.drop_constraint("fk_take_downs_post_id", type_="foreignkey")
        batch.drop_column("post_id")
    for table, column in reversed(_added()):
        with op.batch_alter_table(table) as batch:
            batch.drop_column(column.name)
    for name in (
        "reaches",
        "post_edits",
        "posts",
        "feed_tokens",
        "downloads",
        "tags",
        "release_words",
        "releases",
        "pieces",
        "account_acts",
    ):
        op.drop_table(name)
