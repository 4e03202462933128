"""What there is to do: the list of appeals, live counts, and "take the next one"."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from flask import session as browser
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, Select, false, func, select
from sqlalchemy.orm import Session

from pipeline.models import Account, Appeal, Role, Status
from pipeline.supporter import Message, Side
from pipeline.workflow import TO_SCREEN
from web import given, waiting
from web.auth import role, team
from web.desk import desk

pages = Blueprint("queue", __name__)
anybody = role(*Role)

PAGE = 50
HAD = 50  # clips that somebody took last, and who asks for the next one wants another
ALL, NEEDS_PERSON, NEW_MESSAGE, SCREEN = "", "needs-person", "new-message", "to-screen"
DRAFTED, IN_REVIEW = Status.DRAFTED.value, Status.IN_REVIEW.value
REVIEWERS = frozenset({Role.REVIEWER, Role.ADMIN})


@pages.get("/staff/")
@anybody
def appeals(account: Account) -> ResponseReturnValue:
    """Appeals by what they wait for and by language: urgent ones first, then whoever waits longest."""
    if account.role == Role.SOCIAL:
        return redirect(url_for("social.gallery"))
    with desk().db.read() as session:
        counts = _counts(session, account)
        status = request.args.get("status", _first_look(account, counts))
        language = given.line(request.args, "language")
        page = max(given.number(request.args, "page", 1), 1)
        wanted = select(Appeal).where(*_wanted(account, status), *([Appeal.language == language] if language else []))
        found = session.scalars(wanted.order_by(*waiting.IN_LINE).limit(PAGE + 1).offset((page - 1) * PAGE))
        return render_template(
            "staff/queue.html",
            appeals=found.all(),
            counts=counts,
            free=waiting.free(session, account),
            holders=waiting.holders(session),
            unread=set(session.scalars(_unread(account))),
            unspoken=waiting.unspoken(session) if account.role == Role.ADMIN else [],
            asks_languages=account.role == Role.TRANSLATOR and not account.languages,
            reviews=account.role in REVIEWERS,
            statuses=list(Status),
            to_screen=TO_SCREEN,
            status=status,
            language=language,
            page=page,
            per_page=PAGE,
        )


@pages.get("/staff/counts.json")
@team
def counts(account: Account) -> Response:
    """The same counts for the page that stays open."""
    with desk().db.read() as session:
        return jsonify(tabs=_counts(session, account), free=waiting.free(session, account))


@pages.get("/staff/next")
@team
def offer(account: Account) -> str:
    """Whether anything is left."""
    with desk().db.read() as session:
        return render_template("staff/next.html", free=waiting.free(session, account))


@pages.post("/staff/next")
@team
def take(account: Account) -> ResponseReturnValue:
    """The best free clip for this person."""
    had = browser.get("had", [])
    with desk().db.write() as session:
        found = waiting.take(session, account, passed_over=had)
    if found is None:
        return redirect(url_for("queue.offer"))
    page, appeal_id = found
    browser["had"] = [*had, appeal_id][-HAD:]
    return redirect(url_for(page, appeal_id=appeal_id))


def _counts(session: Session, account: Account) -> dict[str, int]:
    """How many appeals stand behind each tab."""
    by_status = select(Appeal.status, func.count().label("total")).where(*waiting.seen_by(account))
    found = {row.status.value: row.total for row in session.execute(by_status.group_by(Appeal.status))}
    found[ALL] = sum(found.values())
    for tab in (SCREEN, NEEDS_PERSON, NEW_MESSAGE) if account.role in REVIEWERS else (NEEDS_PERSON,):
        found[tab] = session.scalar(select(func.count(Appeal.id)).where(*_wanted(account, tab))) or 0
    return found


def _wanted(account: Account, status: str) -> list[ColumnElement[bool]]:
    """What stands behind this tab. Who may not screen finds nothing to screen."""
    these = waiting.seen_by(account)
    if status == NEEDS_PERSON:
        these.append(Appeal.needs_person.is_(True))
    elif status == NEW_MESSAGE:
        these.append(Appeal.id.in_(_unread(account)))
    elif status == SCREEN:
        these.append(Appeal.id.in_(waiting.to_screen().order_by(None)))
    elif status in {*Status}:
        these.append(Appeal.status == Status(status))
    return these


def _first_look(account: Account, counts: dict[str, int]) -> str:
    """What this person most likely came for."""
    if account.role == Role.ADMIN:
        return ALL
    if account.role == Role.TRANSLATOR:
        return DRAFTED
    return SCREEN if counts[SCREEN] and not counts.get(IN_REVIEW) else IN_REVIEW


def _unread(account: Account) -> Select[int]:
    """The appeals whose supporters wrote something that nobody has read; messages are not for translators."""
    hers = select(Message.appeal_id).where(Message.side == Side.SUPPORTER, Message.seen.is_(False)).distinct()
    return hers if account.role in REVIEWERS else hers.where(false())
