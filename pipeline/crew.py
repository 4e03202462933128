"""Which piece of the finished clip is made, and by whom.

Several workers may make pieces of one clip. All goes by the rows: a piece is taken by a compare-and-set on its lease,
and whoever is killed leaves it to the next one.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, ForeignKey, UniqueConstraint, func, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from pipeline import workflow
from pipeline.base import Base, this_hour
from pipeline.errors import LostLease
from pipeline.storage import Stored


class Piece(Base):
    """A stretch of the finished clip, addressed by what is in it; kept for the next time that it is asked for."""

    __tablename__ = "pieces"
    __table_args__ = (UniqueConstraint("appeal_id", "address"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    appeal_id: Mapped[int] = mapped_column(ForeignKey("appeals.id"))
    address: Mapped[str]  # SHA-256 of proxy, stretch, cues in it, look and settings
    plan: Mapped[str]  # what it takes to make it, as JSON; when it is made, the hash of its extradata
    lease_until: Mapped[datetime | None]  # while somebody makes it
    holder: Mapped[str] = mapped_column(default="")  # a random name of that somebody
    key: Mapped[str | None]  # in the storage; None: not made yet
    sha256: Mapped[str | None]
    size: Mapped[int] = mapped_column(default=0)  # bytes
    used_at: Mapped[datetime] = mapped_column(default=this_hour)  # the last time


def lay_out(session: Session, appeal_id: int, plans: Mapping[str, str]) -> list[Piece]:
    """Rows for the pieces with these addresses and plans; gives them in that order. Open ones of others go."""
    known = {piece.address: piece for piece in session.scalars(select(Piece).where(Piece.appeal_id == appeal_id))}
    for address, piece in known.items():
        if piece.key is None and address not in plans:
            session.delete(piece)
    for address, plan in plans.items():
        if address not in known:
            known[address] = Piece(appeal_id=appeal_id, address=address, plan=plan)
            session.add(known[address])
        known[address].used_at = this_hour()
    session.flush()
    return [known[address] for address in plans]


def missing(session: Session, appeal_id: int) -> int:
    """How many pieces of this appeal are not made yet."""
    return session.scalar(select(func.count()).where(Piece.appeal_id == appeal_id, Piece.key.is_(None))) or 0


def take(session: Session, appeal_id: int, lease: timedelta) -> Piece | None:
    """An open piece of this appeal that nobody makes now; from here on it is ours."""
    moment = workflow.clock(session)
    piece = session.scalar(
        select(Piece)
        .where(
            Piece.appeal_id == appeal_id,
            Piece.key.is_(None),
            or_(Piece.lease_until.is_(None), Piece.lease_until <= moment),
        )
        .order_by(Piece.id)
        .limit(1)
        .with_for_update(skip_locked=True)  # SQLite lets one write at a time, and leaves this out
    )
    if piece:
        piece.holder, piece.lease_until = secrets.token_hex(4), moment + lease
    return piece


def _set(session: Session, piece: Piece, **values: Any) -> bool:
    held = (Piece.id == piece.id, Piece.holder == piece.holder, Piece.key.is_(None))
    result = session.execute(update(Piece).where(*held).values(**values).execution_options(synchronize_session=False))
    return cast(CursorResult[Any], result).rowcount == 1


def renew(session: Session, piece: Piece, lease: timedelta) -> None:
    """A sign of life; LostLease when the piece is not ours any more, or not wanted."""
    if not _set(session, piece, lease_until=workflow.clock(session) + lease):
        raise LostLease


def made(session: Session, piece: Piece, stored: Stored, extradata: str) -> bool:
    """Write down that it is made; False when it is not ours any more, or not wanted."""
    where = {"key": stored.key, "sha256": stored.sha256, "size": stored.size}
    return _set(session, piece, lease_until=None, plan=extradata, **where)


def give_back(session: Session, piece: Piece) -> None:
    """Whoever is free may take it at once."""
    _set(session, piece, lease_until=None, holder="")
