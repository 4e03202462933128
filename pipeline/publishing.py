"""Records of what the social team and their tools may have: the shelf of released clips, who took what, tokens."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from pipeline.base import Base, now
from pipeline.cues import Cue
from pipeline.models import Appeal

#: Ordered by their bytes on every database: then what begins alike stands side by side.
BYTEWISE = String().with_variant(String(collation="C"), "postgresql")


class Release(Base):
    """What the gallery looks through: one row for each clip that is released now. workflow.advance keeps it."""

    __tablename__ = "releases"
    appeal_id: Mapped[int] = mapped_column(ForeignKey("appeals.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now, index=True)
    language: Mapped[str] = mapped_column(index=True)
    country: Mapped[str] = mapped_column(index=True)  # empty: none is shown
    networks: Mapped[str]  # those that she allowed, each between spaces: " telegram x "
    not_before: Mapped[date | None]
    duration_ms: Mapped[int]


class ReleaseWord(Base):
    """A word of the name or the Russian text of a clip that is released now: the gallery finds it by its beginning."""

    __tablename__ = "release_words"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - SQLAlchemy reads it from the class
    word: Mapped[str] = mapped_column(BYTEWISE, primary_key=True)
    appeal_id: Mapped[int] = mapped_column(ForeignKey("appeals.id"), primary_key=True, index=True)


class Tag(Base):
    """A word of the team on a clip, to find it by."""

    __tablename__ = "tags"
    appeal_id: Mapped[int] = mapped_column(ForeignKey("appeals.id"), primary_key=True)
    tag: Mapped[str] = mapped_column(primary_key=True, index=True)


class Download(Base):
    """Who took which bytes of a clip. A file that is fetched again, or in parts, is one row."""

    __tablename__ = "downloads"
    __table_args__ = (UniqueConstraint("appeal_id", "by", "sha256"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    appeal_id: Mapped[int] = mapped_column(ForeignKey("appeals.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"), index=True)  # None: a feed token
    by: Mapped[str]  # the pseudonym, or "feed: NAME"
    name: Mapped[str]  # of the file, as it was saved
    sha256: Mapped[str]  # of the file; of a kit: of the list of its files
    at: Mapped[datetime] = mapped_column(default=now)  # the last time
    recalled: Mapped[bool] = mapped_column(default=False)  # the clip was taken back since
    known: Mapped[bool] = mapped_column(default=False)  # and whoever has the file said that it is deleted


class FeedToken(Base):
    """A key for a program that reads the feed."""

    __tablename__ = "feed_tokens"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    hash: Mapped[str] = mapped_column(unique=True)
    scopes: Mapped[list[str]]  # "feed": the list of clips; "kit": the files too
    by: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]  # the last time, to the hour


def words(text: str) -> set[str]:
    """The words to look for, in small letters; ё is е, as many write it."""
    return set(re.findall(r"\w+", text.casefold().replace("ё", "е")))


def put_out(session: Session, appeal: Appeal, cues: Iterable[Cue]) -> None:
    """The clip stands in the gallery from this moment on."""
    consent = appeal.consents[-1] if appeal.consents else None
    networks = consent.answer("networks") if consent else None
    said = " ".join(cue.text for cue in cues)
    put_away(session, appeal.id)
    session.add_all(ReleaseWord(word=word, appeal_id=appeal.id) for word in words(f"{appeal.shown_name} {said}"))
    session.add(
        Release(
            appeal_id=appeal.id,
            language=appeal.language,
            country=appeal.shown_country,
            networks=f" {' '.join(networks or ())} ",
            not_before=consent.not_before if consent else None,
            duration_ms=(appeal.media or {}).get("duration_ms", 0),
        )
    )


def put_away(session: Session, appeal_id: int) -> None:
    """It does not stand there any more."""
    for table in (Release, ReleaseWord):
        session.execute(delete(table).where(table.appeal_id == appeal_id))


def recall(session: Session, appeal_id: int) -> None:
    """Whoever took files of this clip has to hear that it may not be shown any more."""
    for each in session.scalars(select(Download).where(Download.appeal_id == appeal_id, ~Download.recalled)):
        each.recalled, each.known = True, False
