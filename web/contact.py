"""The team and the supporter: messages, for reviewers and admins; where to write to her, for admins only."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import update
from sqlalchemy.orm import Session

from pipeline import workflow
from pipeline.models import Account, Appeal, Role, Status
from pipeline.supporter import Message, Side
from web import given, ledger, messages
from web.appeal import find
from web.auth import role
from web.desk import desk

pages = Blueprint("contact", __name__)
reviewers = role(Role.REVIEWER, Role.ADMIN)
admins = role(Role.ADMIN)

PAGES = {"review": "review.page", "screen": "screening.page"}  # besides the appeal's own, where messages are read


@pages.app_template_global("thread")
def thread(appeal: Appeal) -> list[messages.Written]:
    """What was written, the oldest first. Only for pages of reviewers and admins."""
    with desk().db.read() as session:
        return messages.thread(session, appeal.id)


@pages.post("/staff/appeals/<int:appeal_id>/message")
@reviewers
def write(account: Account, appeal_id: int) -> ResponseReturnValue:
    """Answer her. What she wrote so far counts as read."""
    text = messages.cleaned(request.form.get("words", ""))[: messages.LONGEST]
    with desk().db.write() as session:
        appeal = find(session, account, appeal_id, to_change=True)
        if not text:
            flash(_("Please write something first."))
        elif appeal.status == Status.WITHDRAWN:
            flash(_("She took the appeal back: nobody would read it."))
        elif appeal.purged:
            flash(_("It is deleted, with all messages: nothing was sent."))
        elif messages.add(session, appeal_id, Side.TEAM, text, account.name):
            _seen(session, appeal_id)
            flash(_("Sent. She reads it when she looks with her code."))
    return _back(appeal_id)


@pages.post("/staff/appeals/<int:appeal_id>/seen")
@reviewers
def seen(account: Account, appeal_id: int) -> ResponseReturnValue:
    """What she wrote needs no answer."""
    with desk().db.write() as session:
        find(session, account, appeal_id)
        _seen(session, appeal_id)
    return _back(appeal_id)


def _back(appeal_id: int) -> ResponseReturnValue:
    """To the page on which the messages were read."""
    page = PAGES.get(request.form.get("page", ""), "appeal.page")
    return redirect(url_for(page, appeal_id=appeal_id, _anchor="messages"))


def _seen(session: Session, appeal_id: int) -> None:
    upto = given.number(request.form, "upto", 0)  # what came after the page was made, nobody has seen
    hers = (Message.appeal_id == appeal_id, Message.side == Side.SUPPORTER, Message.id <= upto)
    session.execute(update(Message).where(*hers).values(seen=True))


@pages.post("/staff/appeals/<int:appeal_id>/contact")
@admins
def reveal(account: Account, appeal_id: int) -> ResponseReturnValue:
    """Show where to write to her, once, and say so in the ledger."""
    with desk().db.write() as session:
        appeal = find(session, account, appeal_id, to_change=True)
        if not appeal.contact:
            flash(_("She left no address."))
            return redirect(url_for("appeal.page", appeal_id=appeal_id))
        workflow.note(session, appeal, account.name, ledger.REVEALED)
        address = desk().seal.open(appeal.contact)
    return render_template("staff/contact.html", appeal=appeal, address=address)
