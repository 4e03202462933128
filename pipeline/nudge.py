"""A word to the team when something waits too long for a person, and at once when something is to be taken down.

How many of each kind, or the numbers of the clips, and nothing else.

It goes where NOTIFY says, by apprise (`mailto://…`, `json://…`): out of our hands, so it holds no names and no links.
"""

from __future__ import annotations

import logging
from collections import Counter
from datetime import timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from pipeline import workflow
from pipeline.context import Context
from pipeline.models import Appeal, Screening, Status
from pipeline.posts import TakeDown
from pipeline.teamwork import Nudge

log = logging.getLogger(__name__)

TITLE = "Something waits for the team"
RECALLED = "Take down at once"
AGAIN = timedelta(hours=24)  # before the same counts are told once more

#: What a person has to do, and where an appeal stands that waits for it.
WAITS = {
    "To screen": (Appeal.status.in_(workflow.TO_SCREEN), workflow.unscreened()),
    "To correct": (Appeal.status == Status.DRAFTED, Appeal.screening == Screening.PASSED),
    "To review": (Appeal.status == Status.IN_REVIEW, Appeal.screening == Screening.PASSED),
    "Needs a person": (Appeal.needs_person.is_(True),),
}


def nudge(context: Context) -> None:
    """Count and tell, unless nothing waits or the same was told within a day. What fails is tried in an hour."""
    settings = context.settings
    if not settings.notify or settings.offline:
        return
    with context.db.read() as session:
        counts = waiting(session, timedelta(hours=settings.notify_hours))
        told = session.scalars(select(Nudge).order_by(Nudge.id.desc())).first()
        again = told is not None and told.counts == counts and told.at > workflow.clock(session) - AGAIN
    body = "\n".join(f"{kind}: {count}" for kind, count in counts.items())
    if counts and not again and _sent(settings.notify, TITLE, body):
        with context.db.write() as session:
            session.execute(delete(Nudge))
            session.add(Nudge(counts=counts, at=workflow.clock(session)))


def waiting(session: Session, patience: timedelta) -> dict[str, int]:
    """How many wait longer than that, by kind; kinds with none are left out."""
    long_ago = workflow.clock(session) - patience
    found = {
        kind: session.scalar(select(func.count()).where(*these, Appeal.since < long_ago)) or 0
        for kind, these in WAITS.items()
    }
    return {kind: count for kind, count in found.items() if count}


def recalled(context: Context) -> None:
    """Tell which clips may not be shown any more, by number and how often; each once. What fails is tried again."""
    settings = context.settings
    if not settings.notify or settings.offline:
        return
    with context.db.read() as session:
        untold = select(TakeDown.id, TakeDown.appeal_id).where(~TakeDown.told, TakeDown.done_by == "")
        found = session.execute(untold.order_by(TakeDown.appeal_id)).all()
    posts = Counter(row.appeal_id for row in found)
    body = "\n".join(f"Appeal {number}: {count}" for number, count in posts.items())
    if found and _sent(settings.notify, RECALLED, body):
        with context.db.write() as session:
            session.execute(update(TakeDown).where(TakeDown.id.in_([row.id for row in found])).values(told=True))


def _sent(address: str, title: str, body: str) -> bool:
    """Whether it went out. The address may hold a password: it is never logged."""
    import apprise  # loads a hundred services

    try:
        channel = apprise.Apprise()
        sent = bool(channel.add(address) and channel.notify(title=title, body=body, body_format="text"))
    except Exception as error:  # whatever a service does, the worker goes on
        log.error("NOTIFY failed: %s", type(error).__name__)
        return False
    if not sent:
        log.error("NOTIFY failed: nothing could be sent there")
    return sent
