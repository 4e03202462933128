"""What somebody did, in numbers: for that person and for admins, for nobody else.

They are counted from what is still kept: what a supporter takes back does not count any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from pipeline.models import Account, Appeal, Approval, Layer, Revision, Status, Track, Transition
from web import ledger


@dataclass(frozen=True, slots=True)
class Numbers:
    """The work of one person."""

    corrected: int  # clips with a saved correction
    clip_ms: int  # how long these clips are together
    cues: int  # that were changed by corrections
    approved: int
    returned: int  # to their translators


def of(session: Session, account: Account) -> Numbers:
    """Everything that this person did and that is still kept."""
    own = select(Revision.track_id).where(Revision.author_id == account.id)
    tracks = session.scalars(
        select(Track)
        .where(Track.layer == Layer.RUSSIAN, Track.id.in_(own))
        .options(selectinload(Track.revisions))
        .execution_options(yield_per=20)
    )
    corrected, cues = set(), 0
    for track in tracks:
        corrected.add(track.appeal_id)
        cues += _changed(track, account)
    lengths = session.scalars(select(Appeal.media).where(Appeal.id.in_(corrected)))
    back = (Transition.by == account.name, Transition.old == Status.IN_REVIEW, Transition.new == Status.DRAFTED)
    returned = select(func.count()).where(*back, Transition.reason != ledger.TAKEN_TO_EDIT)
    return Numbers(
        corrected=len(corrected),
        clip_ms=sum((media or {}).get("duration_ms", 0) for media in lengths),
        cues=cues,
        approved=session.scalar(select(func.count()).where(Approval.by_id == account.id)) or 0,
        returned=session.scalar(returned) or 0,
    )


def _changed(track: Track, account: Account) -> int:
    """Cues that this person wrote or moved, in all versions together."""
    pairs = [(set(), track.revisions[0]), *((_cues(old), new) for old, new in pairwise(track.revisions))]
    return sum(len(_cues(new) - before) for before, new in pairs if new.author_id == account.id)


def _cues(revision: Revision) -> set[tuple[int, int, str]]:
    return {(cue.start, cue.end, cue.text) for cue in revision.cues}
