"""Translators and reviewers: what there is to do."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from sqlalchemy import Select, false, func, select

from pipeline.models import Account, Appeal, Role, Status
from pipeline.supporter import Message, Side
from web import given
from web.auth import team
from web.desk import desk

pages = Blueprint("queue", __name__)

PAGE = 50
NEEDS_PERSON, NEW_MESSAGE = "needs-person", "new-message"

#: What each role most likely came for.
FIRST_LOOK = {Role.TRANSLATOR: Status.DRAFTED.value, Role.REVIEWER: Status.IN_REVIEW.value}


@pages.get("/staff/")
@team
def appeals(account: Account) -> str:
    """Appeals by status and language, whoever waits longest first."""
    status = request.args.get("status", FIRST_LOOK.get(account.role, ""))
    language = given.line(request.args, "language")
    page = max(given.number(request.args, "page", 1), 1)
    wanted = select(Appeal)
    if status == NEEDS_PERSON:
        wanted = wanted.where(Appeal.needs_person)
    elif status == NEW_MESSAGE:
        wanted = wanted.where(Appeal.id.in_(_unread(account)))
    elif status in {*Status}:
        wanted = wanted.where(Appeal.status == Status(status))
    if language:
        wanted = wanted.where(Appeal.language == language)
    with desk().db.read() as session:
        counted = session.execute(select(Appeal.status, func.count().label("total")).group_by(Appeal.status))
        counts = {row.status: row.total for row in counted}
        stuck = session.scalar(select(func.count()).where(Appeal.needs_person))
        unread = set(session.scalars(_unread(account)))
        found = session.scalars(wanted.order_by(Appeal.since, Appeal.id).limit(PAGE + 1).offset((page - 1) * PAGE))
        return render_template(
            "staff/queue.html",
            appeals=found.all(),
            counts=counts,
            stuck=stuck,
            unread=unread,
            status=status,
            language=language,
            page=page,
            per_page=PAGE,
        )


def _unread(account: Account) -> Select[int]:
    """The appeals whose supporters wrote something that nobody has read; messages are not for translators."""
    hers = select(Message.appeal_id).where(Message.side == Side.SUPPORTER, Message.seen.is_(False)).distinct()
    return hers if account.role in {Role.REVIEWER, Role.ADMIN} else hers.where(false())
