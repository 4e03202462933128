"""The one gate for status.

A move is a compare-and-set on (id, status, attempt) and a row in the ledger, in the caller's transaction. A try is a
lease on the same attempt number, which never repeats in the life of an appeal: whoever comes late is fenced off.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, and_, delete, func, or_, select, update
from sqlalchemy.orm import Session

from pipeline import learned, posts, publishing
from pipeline.base import Utc, now, this_hour
from pipeline.errors import LostLease, PipelineError
from pipeline.models import Appeal, Approval, Consent, Revision, Screening, Status, Transition
from pipeline.supporter import answered
from pipeline.teamwork import Hold

MAX_TRIES = 3
RETRY_PAUSE = timedelta(seconds=10)  # times the number of tries so far

WORKER, SUPPORTER = "worker", "supporter"
CHANGED = "The supporter changed her choices."

#: Which queue of workers acts at a status; every other status waits for a person or is final.
QUEUES = {
    Status.RECEIVED: "media",
    Status.PREPARED: "speech",
    Status.TRANSCRIBED: "text",
    Status.SUBMITTED: "media",
    Status.APPROVED: "media",
}

FINAL = frozenset({Status.REJECTED, Status.WITHDRAWN})
BEFORE_APPROVED = frozenset(
    {
        Status.RECEIVED,
        Status.PREPARED,
        Status.TRANSCRIBED,
        Status.DRAFTED,
        Status.SUBMITTED,
        Status.IN_REVIEW,
    }
)

#: Where somebody may look at a clip before volunteers do; before that there is none, after it all is decided.
TO_SCREEN = (Status.PREPARED, Status.TRANSCRIBED, Status.DRAFTED, Status.SUBMITTED, Status.IN_REVIEW)

#: Every allowed move. What is not here is refused.
MOVES = frozenset(
    {
        (Status.RECEIVED, Status.PREPARED),
        (Status.PREPARED, Status.TRANSCRIBED),
        (Status.TRANSCRIBED, Status.DRAFTED),
        (Status.DRAFTED, Status.SUBMITTED),
        (Status.SUBMITTED, Status.IN_REVIEW),
        (Status.IN_REVIEW, Status.APPROVED),
        (Status.APPROVED, Status.RELEASED),
        (Status.IN_REVIEW, Status.DRAFTED),  # return, with notes
        (Status.APPROVED, Status.DRAFTED),  # reopen
        (Status.RELEASED, Status.DRAFTED),  # reopen
        (Status.APPROVED, Status.IN_REVIEW),  # the supporter changed her choices
        (Status.RELEASED, Status.IN_REVIEW),
        (Status.DRAFTED, Status.PREPARED),  # redo, with another language or model
        *((old, Status.REJECTED) for old in BEFORE_APPROVED),
        *((old, Status.WITHDRAWN) for old in Status if old != Status.WITHDRAWN),
    }
)


class Stale(Exception):
    """The appeal moved since the caller looked: show the new state, change nothing."""


class NotAllowed(Exception):
    """This move, or this person for it, is not allowed; the message says why, for people."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A step held by one worker: the fence is the attempt number."""

    appeal_id: int
    status: Status
    attempt: int
    tries: int


def _set(session: Session, *where: Any, **values: Any) -> bool:
    result = session.execute(update(Appeal).where(*where).values(**values).execution_options(synchronize_session=False))
    return cast(CursorResult[Any], result).rowcount == 1


def advance(
    session: Session, appeal_id: int, old: Status, attempt: int, new: Status, *, by: str, reason: str = ""
) -> None:
    """Move from old to new. Stale when the appeal is not at (old, attempt) any more, NotAllowed off the table."""
    if (old, new) not in MOVES:
        raise NotAllowed(f"An appeal cannot go from {old} to {new}.")
    fresh = dict.fromkeys(("lease_until", "not_before", "reason", "detail", "progress")) | {"needs_person": False}
    here = (Appeal.id == appeal_id, Appeal.status == old, Appeal.attempt == attempt)
    # A worker moves it on a minute after its supporter sent it: both are dated to the hour
    moment = this_hour() if by in {WORKER, SUPPORTER} else now()
    if not _set(session, *here, status=new, attempt=attempt + 1, tries=0, since=moment, **fresh):
        raise Stale
    session.execute(delete(Hold).where(Hold.appeal_id == appeal_id))  # whoever had it open is done with it
    if new not in {Status.APPROVED, Status.RELEASED}:
        open_ones = (Approval.appeal_id == appeal_id, Approval.ended_at.is_(None))
        session.execute(update(Approval).where(*open_ones).values(ended_at=now()))
        learned.forget(session, appeal_id)
    if old == Status.RELEASED:
        publishing.put_away(session, appeal_id)
        publishing.recall(session, appeal_id)
        posts.recall(session, appeal_id, new)
    if new == Status.WITHDRAWN:
        posts.withdrawn(session, appeal_id)
    if new == Status.RELEASED:
        appeal = session.get_one(Appeal, appeal_id)
        revision = session.get(Revision, appeal.submitted_revision_id)
        publishing.put_out(session, appeal, revision.cues if revision else ())
    session.add(Transition(appeal_id=appeal_id, old=old, new=new, by=by, reason=reason, at=moment))


def unscreened() -> ColumnElement[bool]:
    """Nobody has looked at it under her present choices, or since her answer."""
    came_back = and_(Appeal.screening == Screening.ASKED, Appeal.id.in_(answered()))
    return or_(Appeal.screening == Screening.OPEN, came_back)


def note(session: Session, appeal: Appeal, by: str, reason: str) -> None:
    """A row in the ledger about something that moves nothing."""
    moment = this_hour() if by in {WORKER, SUPPORTER} else now()
    session.add(Transition(appeal_id=appeal.id, old=appeal.status, new=appeal.status, by=by, reason=reason, at=moment))


def lock(session: Session, appeal: Appeal) -> None:
    """Bring it up to date: from now on nobody else changes it before this transaction ends."""
    session.flush()
    session.refresh(appeal, with_for_update=True)  # also what was loaded with it is looked up anew


def change_consent(session: Session, appeal: Appeal, consent: Consent) -> None:
    """The supporter decided anew: a clip that was approved under her old choices is taken back. NotAllowed."""
    lock(session, appeal)
    if appeal.status in FINAL:
        raise NotAllowed("This appeal has ended.")
    appeal.consents.append(consent)
    appeal.screening = Screening.OPEN  # whether the clip fits what she agrees to, somebody has to see again
    session.flush()
    if appeal.status in {Status.APPROVED, Status.RELEASED}:
        advance(session, appeal.id, appeal.status, appeal.attempt, Status.IN_REVIEW, by=SUPPORTER, reason=CHANGED)
    else:
        note(session, appeal, SUPPORTER, CHANGED)


def clock(session: Session) -> datetime:
    """The one clock that leases go by: the database's, for workers on several machines never agree. SQLite has one."""
    if session.get_bind().dialect.name == "sqlite":
        return now()
    return session.execute(select(func.clock_timestamp(type_=Utc))).scalar_one()


def claim(session: Session, appeal_id: int, queue: str, lease: timedelta) -> Claim | None:
    """Take the next step of this appeal; None when there is nothing to do here, as with a message that came twice.

    The try is counted before the work: a clip that kills its worker stops after MAX_TRIES instead of looping.
    """
    statuses = [status for status, name in QUEUES.items() if name == queue]
    moment = clock(session)
    taken = session.execute(
        update(Appeal)
        .where(
            Appeal.id == appeal_id,
            Appeal.status.in_(statuses),
            Appeal.needs_person.is_(False),
            Appeal.tries < MAX_TRIES,
            or_(Appeal.lease_until.is_(None), Appeal.lease_until <= moment),
            or_(Appeal.not_before.is_(None), Appeal.not_before <= moment),
        )
        .values(attempt=Appeal.attempt + 1, tries=Appeal.tries + 1, lease_until=moment + lease, progress=None)
        .returning(Appeal.status, Appeal.attempt, Appeal.tries)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    return Claim(appeal_id, *taken) if taken else None


def _held(claim: Claim) -> tuple[Any, ...]:
    return Appeal.id == claim.appeal_id, Appeal.status == claim.status, Appeal.attempt == claim.attempt


def renew(session: Session, claim: Claim, lease: timedelta) -> None:
    """A sign of life; LostLease when the step is not ours any more."""
    if not _set(session, *_held(claim), lease_until=clock(session) + lease):
        raise LostLease


def tell(session: Session, claim: Claim, percent: int) -> None:
    """How far the step is; LostLease when it is not ours any more."""
    if not _set(session, *_held(claim), progress=percent):
        raise LostLease


def give_back(session: Session, claim: Claim) -> None:
    """The worker was told to stop: whoever is free may take the step at once, and the try does not count."""
    _set(session, *_held(claim), lease_until=None, progress=None, tries=Appeal.tries - 1)


def fail(session: Session, claim: Claim, error: PipelineError) -> None:
    """Leave the status, the reason and the count behind. Asks for a person when another try cannot help."""
    give_up = not error.retry or claim.tries >= MAX_TRIES
    pause = clock(session) + RETRY_PAUSE * claim.tries
    _set(
        session,
        *_held(claim),
        lease_until=None,
        progress=None,
        not_before=None if give_up else pause,
        needs_person=give_up,
        reason=error.reason,
        detail=error.detail,
    )


def retry(session: Session, appeal_id: int, status: Status, attempt: int, *, by: str) -> None:
    """A person says: try again. The count starts anew."""
    here = (Appeal.id == appeal_id, Appeal.status == status, Appeal.attempt == attempt)
    if not _set(session, *here, Appeal.needs_person, attempt=attempt + 1, tries=0, needs_person=False, reason=None):
        raise Stale
    note(session, session.get_one(Appeal, appeal_id), by, "try again")


def due(session: Session) -> list[tuple[int, Status]]:
    """Appeals whose step nobody holds: their message, or their worker, was lost, or their pause is over."""
    moment = clock(session)
    rows = session.execute(
        select(Appeal.id, Appeal.status)
        .where(
            Appeal.status.in_(QUEUES),
            Appeal.needs_person.is_(False),
            or_(Appeal.lease_until.is_(None), Appeal.lease_until <= moment),
            or_(Appeal.not_before.is_(None), Appeal.not_before <= moment),
        )
        .order_by(Appeal.since)
    )
    return [(row.id, row.status) for row in rows]


def give_up_lost(session: Session) -> None:
    """Ask for a person where MAX_TRIES workers died on the same step."""
    session.execute(
        update(Appeal)
        .where(
            Appeal.status.in_(QUEUES),
            Appeal.needs_person.is_(False),
            Appeal.tries >= MAX_TRIES,
            or_(Appeal.lease_until.is_(None), Appeal.lease_until <= clock(session)),
        )
        .values(needs_person=True, lease_until=None, reason="worker_lost")
        .execution_options(synchronize_session=False)
    )
