"""Records of the team's work on an appeal: who has it open, what is typed and not saved, notes of the reviewers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from pipeline.base import Base, now

HOLD_ENDS = timedelta(seconds=60)  # after the last sign of life
PROMISED = ""  # the tab of a hold that somebody got by "take the next one" and has not opened yet


class Hold(Base):
    """Who corrects the subtitles of an appeal now: one tab of one person, as long as it gives a sign of life."""

    __tablename__ = "holds"
    appeal_id: Mapped[int] = mapped_column(ForeignKey("appeals.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    tab: Mapped[str]  # a random name that the tab gave itself
    since: Mapped[datetime] = mapped_column(default=now)
    seen: Mapped[datetime] = mapped_column(default=now)  # the last sign of life


class Draft(Base):
    """What somebody typed and has not saved as a revision yet; one for each person and appeal."""

    __tablename__ = "drafts"
    appeal_id: Mapped[int] = mapped_column(ForeignKey("appeals.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    tab: Mapped[str] = mapped_column(default="")  # the window that wrote it last
    base: Mapped[int]  # the number of the revision that was changed; 0: there was none
    rows: Mapped[list[dict[str, Any]]]  # as the editor sent them
    at: Mapped[datetime] = mapped_column(default=now)


class Note(Base):
    """What a reviewer wants changed, at a moment of the clip; whoever changed it ticks it off."""

    __tablename__ = "notes"
    id: Mapped[int] = mapped_column(primary_key=True)
    appeal_id: Mapped[int] = mapped_column(ForeignKey("appeals.id"), index=True)
    at_ms: Mapped[int]
    text: Mapped[str]
    by: Mapped[str]  # a pseudonym
    at: Mapped[datetime] = mapped_column(default=now)
    done_by: Mapped[str] = mapped_column(default="")  # empty: still open


class AccountAct(Base):
    """What was done to an account, and by whom: else an admin could approve own words with a second one unseen."""

    __tablename__ = "account_acts"
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    by: Mapped[str]  # a pseudonym, or "command line"
    what: Mapped[str]  # made, password, role, disabled, enabled
    detail: Mapped[str] = mapped_column(default="")  # the role
    at: Mapped[datetime] = mapped_column(default=now)


class Nudge(Base):
    """The last word to the team about what waits too long (nudge.py): what it counted, and when it was sent."""

    __tablename__ = "nudges"
    id: Mapped[int] = mapped_column(primary_key=True)
    counts: Mapped[dict[str, Any]]  # how many of each kind
    at: Mapped[datetime] = mapped_column(default=now)
