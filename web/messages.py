"""A few words between a supporter and the team. They are sealed in the database, and go when the appeal does."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from flask_babel import gettext as _
from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from pipeline.intake import Message, Side
from pipeline.models import Appeal
from web import form, given
from web.desk import desk

LONGEST = 2000  # characters
MOST_UNSEEN = 20  # messages that nobody has read yet


class Written(NamedTuple):
    """A message that can be read."""

    mine: bool
    text: str
    at: datetime  # to the hour


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
        last = session.scalars(_all(appeal).order_by(Message.id.desc())).first()
        if last is None or last.side != Side.SUPPORTER or desk().seal.open(last.sealed) != text:
            session.add(Message(appeal_id=appeal.id, side=Side.SUPPORTER, sealed=desk().seal.close(text)))
    return ""


def read(appeal: Appeal) -> list[Written]:
    """All of them, the oldest first; what the team wrote counts as seen from now on."""
    with desk().db.write() as session:
        found = session.scalars(_all(appeal).order_by(Message.id)).all()
        theirs = [each.id for each in found if each.side == Side.TEAM and not each.seen]
        session.execute(update(Message).where(Message.id.in_(theirs)).values(seen=True))
        opened = [Written(each.side == Side.SUPPORTER, desk().seal.open(each.sealed), each.at) for each in found]
    return [each for each in opened if each.text]


def _all(appeal: Appeal) -> Select[Message]:
    return select(Message).where(Message.appeal_id == appeal.id)
