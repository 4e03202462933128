"""Records between a supporter and the team: her key, their messages, the switches."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Select, case, func, select
from sqlalchemy.orm import Mapped, mapped_column

from pipeline.base import Base, now, this_hour


class Side(StrEnum):
    """Who wrote a message."""

    SUPPORTER = "supporter"
    TEAM = "team"


class Switch(StrEnum):
    """What an admin can turn on for everybody at once."""

    INTAKE_CLOSED = "intake_closed"


class Receipt(Base):
    """A key to an appeal. There are several where the very same video was sent by several forms: only the first one
    opens what its sender wrote and decided, for the others may be anybody who has the bytes."""

    __tablename__ = "receipts"
    hash: Mapped[str] = mapped_column(primary_key=True)
    appeal_id: Mapped[int] = mapped_column(ForeignKey("appeals.id"), index=True)
    first: Mapped[bool] = mapped_column(default=True)  # of the form by which the video came


class Message(Base):
    """A few words between the supporter and the team; sealed (seal.py), gone when the appeal is taken back."""

    __tablename__ = "messages"
    id: Mapped[int] = mapped_column(primary_key=True)
    appeal_id: Mapped[int] = mapped_column(ForeignKey("appeals.id"), index=True)
    side: Mapped[Side]
    by: Mapped[str] = mapped_column(default="")  # the pseudonym of whoever wrote for the team
    sealed: Mapped[str]
    seen: Mapped[bool] = mapped_column(default=False)  # by the other side
    at: Mapped[datetime] = mapped_column(default=this_hour)


def answered() -> Select[int]:
    """The appeals in whose messages she had the last word."""
    last = {side: func.max(case((Message.side == side, Message.id), else_=0)) for side in Side}
    grouped = select(Message.appeal_id).group_by(Message.appeal_id)
    return grouped.having(last[Side.SUPPORTER] > last[Side.TEAM])


class SwitchedOn(Base):
    """A switch that is on; no row: it is off."""

    __tablename__ = "switches"
    name: Mapped[Switch] = mapped_column(primary_key=True)
    by: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=now)
