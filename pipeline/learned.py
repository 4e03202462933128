"""The records behind the translation memory: what was approved is learned, what is taken back is forgotten."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from pipeline import memory
from pipeline.memory import Memory, Pair
from pipeline.models import Appeal, Layer, Learned, Revision


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
    """Import the pairs that are not there yet; gives their number."""
    known = set(everything(session))
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


def everything(session: Session) -> list[Pair]:
    """All pairs, in the order in which they came."""
    rows = session.execute(select(Learned.language, Learned.source, Learned.russian).order_by(Learned.id))
    return [Pair(*row) for row in rows]


class Recall:
    """The memory of this process, built again when the records changed."""

    def __init__(self) -> None:
        self._stamp: tuple[int, int | None] | None = None
        self._memory = Memory(())

    def memory(self, session: Session) -> Memory:
        """The phrasebook's pairs and all that was learned since."""
        count, highest = session.execute(select(func.count(Learned.id), func.max(Learned.id))).one()
        if self._stamp != (count, highest):
            self._memory = Memory([*memory.starter(), *everything(session)])
            self._stamp = (count, highest)
        return self._memory
