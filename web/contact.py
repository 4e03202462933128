"""The team and the supporter: messages, for reviewers and admins; where to write to her, for admins only."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import update
from sqlalchemy.orm import Session

from pipeline import workflow
from pipeline.models import Account, Appeal, Role, Status
from pipeline.supporter import Message, Side
from web import given, messages
from web.appeal import find
from web.auth import role
from web.desk import desk

pages = Blueprint("contact", __name__)
reviewers = role(Role.REVIEWER, Role.ADMIN)
admins = role(Role.ADMIN)

REVEALED = "looked at where to write to her"


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
            flash("Please write something first.")
        elif appeal.status == Status.WITHDRAWN:
            flash("She took the appeal back: nobody would read it.")
        elif appeal.purged:
            flash("It is deleted, with all messages: nothing was sent.")
        elif messages.add(session, appeal_id, Side.TEAM, text, account.name):
            _seen(session, appeal_id)
            flash("Sent. She reads it when she looks with her code.")
    return redirect(url_for("appeal.page", appeal_id=appeal_id, _anchor="messages"))


@pages.post("/staff/appeals/<int:appeal_id>/seen")
@reviewers
def seen(account: Account, appeal_id: int) -> ResponseReturnValue:
    """What she wrote needs no answer."""
    with desk().db.write() as session:
        find(session, account, appeal_id)
        _seen(session, appeal_id)
    return redirect(url_for("appeal.page", appeal_id=appeal_id, _anchor="messages"))


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
            flash("She left no address.")
            return redirect(url_for("appeal.page", appeal_id=appeal_id))
        workflow.note(session, appeal, account.name, REVEALED)
        address = desk().seal.open(appeal.contact)
    return render_template("staff/contact.html", appeal=appeal, address=address)
