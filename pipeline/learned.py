"""The records behind the translation memory: what was approved is learned, what is taken back is forgotten."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, ForeignKey, delete, func, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from pipeline import memory
from pipeline.base import Base
from pipeline.memory import Memory, Pair
from pipeline.models import Appeal, Layer, Revision


class Learned(Base):
    """A pair of the translation memory: what was said, and the Russian that a person approved or imported."""

    __tablename__ = "learned"
    # numbers are never used twice: learned.Recall sees by them whether it is up to date
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - SQLAlchemy reads it from the class
    id: Mapped[int] = mapped_column(primary_key=True)
    appeal_id: Mapped[int | None] = mapped_column(ForeignKey("appeals.id"), index=True)  # None: imported
    language: Mapped[str]  # BCP 47
    source: Mapped[str]
    russian: Mapped[str]


def learn(session: Session, appeal: Appeal, revision: Revision) -> None:
    """Keep what was said and the approved Russian, in place of what was learned from this appeal before."""
    forget(session, appeal.id)
    track = appeal.track(Layer.TRANSCRIPT)
    if track is not None:
        # also what another clip taught before: that one may be taken back
        _insert(session, memory.pairs(track.latest.cues, revision.cues, track.language), appeal.id)


def forget(session: Session, appeal_id: int) -> None:
    """Nothing of this appeal may be offered to anybody any more."""
    session.execute(delete(Learned).where(Learned.appeal_id == appeal_id))


def add(session: Session, pairs: Iterable[Pair]) -> int:
    """Import the pairs that were not imported before; gives their number. What clips taught goes with those clips."""
    known = set(_pairs(session, Learned.appeal_id.is_(None)))
    new = [pair for pair in dict.fromkeys(pairs) if pair not in known]
    _insert(session, new)
    return len(new)


def _insert(session: Session, pairs: Iterable[Pair], appeal_id: int | None = None) -> None:
    values = [
        {"appeal_id": appeal_id, "language": pair.language, "source": pair.source, "russian": pair.russian}
        for pair in pairs
    ]
    if values:
        session.execute(insert(Learned), values)


def drop_imported(session: Session) -> int:
    """Undo all imports; gives the number of pairs that are gone."""
    gone = session.execute(delete(Learned).where(Learned.appeal_id.is_(None)))
    return cast(CursorResult[Any], gone).rowcount


def everything(session: Session) -> list[Pair]:
    """All pairs, in the order in which they came."""
    return _pairs(session)


def _pairs(session: Session, *where: ColumnElement[bool]) -> list[Pair]:
    wanted = select(Learned.language, Learned.source, Learned.russian).where(*where).order_by(Learned.id)
    return [Pair(*row) for row in session.execute(wanted)]


class Recall:
    """The memory of this process, built again when the records changed."""

    def __init__(self) -> None:
        self._stamp: tuple[int, ...] | None = None
        self._memory = Memory(())

    def memory(self, session: Session) -> Memory:
        """The phrasebook's pairs and all that was learned since."""
        stamp = tuple(session.execute(select(func.count(Learned.id), func.max(Learned.id), func.sum(Learned.id))).one())
        if self._stamp != stamp:
            self._memory = Memory([*memory.starter(), *everything(session)])
            self._stamp = stamp
        return self._memory
