"""A few words between a supporter and the team. They are sealed in the database, and go when the appeal does."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from flask_babel import gettext as _
from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from pipeline.models import Appeal
from pipeline.supporter import Message, Side
from web import form, given
from web.desk import desk

LONGEST = 2000  # characters
MOST_UNSEEN = 20  # messages that nobody has read yet


class Written(NamedTuple):
    """A message that can be read."""

    id: int
    side: Side
    by: str  # the pseudonym of whoever wrote for the team
    text: str  # empty where it was sealed with another key
    at: datetime  # to the hour
    seen: bool  # by the other side


def cleaned(text: str) -> str:
    """What was typed, line by line, as far as it can be seen."""
    return "\n".join(given.one_line(line) for line in text.splitlines()).strip()


def _problem(session: Session, appeal: Appeal, text: str) -> str:
    if appeal.purged:
        return str(_("Your video is deleted here, and its messages with it: this one was not kept."))
    if not text:
        return str(_("Please write something first."))
    if len(text) > LONGEST:
        return form.too_long(LONGEST)
    waiting = select(func.count()).where(
        Message.appeal_id == appeal.id, Message.side == Side.SUPPORTER, Message.seen.is_(False)
    )
    if (session.scalar(waiting) or 0) >= MOST_UNSEEN:
        return str(_("You have written much that the team has not read yet. Please wait for its answer."))
    return ""


def write(appeal: Appeal, text: str) -> str:
    """Keep her message; gives why it cannot be sent, "" when it is. The same one twice, as by a page loaded again, is
    one."""
    with desk().db.write() as session:
        there = session.get_one(Appeal, appeal.id, with_for_update=True)  # nobody deletes it at this moment
        if why := _problem(session, there, text):
            return why
        add(session, appeal.id, Side.SUPPORTER, text)
    return ""


def add(session: Session, appeal_id: int, side: Side, text: str, by: str = "") -> bool:
    """Keep a message; False where it stands there already, as after a second click."""
    last = session.scalars(_all(appeal_id).order_by(Message.id.desc())).first()
    if last and (last.side, last.by, desk().seal.open(last.sealed)) == (side, by, text):
        return False
    session.add(Message(appeal_id=appeal_id, side=side, by=by, sealed=desk().seal.close(text)))
    return True


def thread(session: Session, appeal_id: int) -> list[Written]:
    """All messages, the oldest first."""
    found = session.scalars(_all(appeal_id).order_by(Message.id))
    return [Written(it.id, it.side, it.by, desk().seal.open(it.sealed), it.at, it.seen) for it in found]


def read(appeal: Appeal) -> list[Written]:
    """What she can read; what the team wrote counts as seen from now on."""
    with desk().db.write() as session:
        found = thread(session, appeal.id)
        theirs = [each.id for each in found if each.side == Side.TEAM and not each.seen]
        session.execute(update(Message).where(Message.id.in_(theirs)).values(seen=True))
    return [each for each in found if each.text]


def _all(appeal_id: int) -> Select[Message]:
    return select(Message).where(Message.appeal_id == appeal_id)
