"""Several workers on one clip: which piece of the finished clip is made, and by whom."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pipeline.base import Base, this_hour


class Piece(Base):
    """A stretch of the finished clip, addressed by what is in it; kept for the next time that it is asked for."""

    __tablename__ = "pieces"
    __table_args__ = (UniqueConstraint("appeal_id", "address"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    appeal_id: Mapped[int] = mapped_column(ForeignKey("appeals.id"))
    address: Mapped[str]  # SHA-256 of proxy, stretch, cues in it, look and settings
    plan: Mapped[str]  # what it takes to make it, as JSON
    lease_until: Mapped[datetime | None]  # while somebody makes it
    holder: Mapped[str] = mapped_column(default="")  # a random name of that somebody
    key: Mapped[str | None]  # in the storage; None: not made yet
    sha256: Mapped[str | None]
    size: Mapped[int] = mapped_column(default=0)  # bytes
    used_at: Mapped[datetime] = mapped_column(default=this_hour)  # the last time
