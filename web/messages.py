"""A few words between a supporter and the team. They are sealed in the database, and go when the appeal does."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from flask_babel import gettext as _
from sqlalchemy import Select, func, select

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


def problem(appeal: Appeal, text: str) -> str:
    """Why this cannot be sent; "" when it can."""
    if not text:
        return str(_("Please write something first."))
    if len(text) > LONGEST:
        return form.too_long(LONGEST)
    waiting = select(func.count()).where(
        Message.appeal_id == appeal.id, Message.side == Side.SUPPORTER, Message.seen.is_(False)
    )
    with desk().db.read() as session:
        if (session.scalar(waiting) or 0) >= MOST_UNSEEN:
            return str(_("You have written much that the team has not read yet. Please wait for its answer."))
    return ""


def write(appeal: Appeal, text: str) -> None:
    """Keep her message. The same one twice, as by a page that is loaded again, is one."""
    with desk().db.write() as session:
        last = session.scalars(_all(appeal).order_by(Message.id.desc())).first()
        if last is None or last.side != Side.SUPPORTER or desk().seal.open(last.sealed) != text:
            session.add(Message(appeal_id=appeal.id, side=Side.SUPPORTER, sealed=desk().seal.close(text)))


def read(appeal: Appeal) -> list[Written]:
    """All of them, the oldest first; what the team wrote counts as seen from now on."""
    with desk().db.write() as session:
        found = session.scalars(_all(appeal).order_by(Message.id)).all()
        for each in found:
            each.seen = each.seen or each.side == Side.TEAM
        opened = [Written(each.side == Side.SUPPORTER, desk().seal.open(each.sealed), each.at) for each in found]
    return [each for each in opened if each.text]


def _all(appeal: Appeal) -> Select[Message]:
    return select(Message).where(Message.appeal_id == appeal.id)
