"""What a reviewer decides about the finished clip: approve, return, reject, and open again what was approved."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from pipeline import approval, workflow
from pipeline.models import Account, Role, Status
from web import given
from web.appeal import find
from web.auth import role
from web.desk import desk

pages = Blueprint("review", __name__)
reviewers = role(Role.REVIEWER, Role.ADMIN)

MAX_WORDS = 2000  # characters of notes and reasons


def _attempt() -> int:
    return given.number(request.form, "attempt", -1)


@pages.post("/staff/appeals/<int:appeal_id>/approve")
@reviewers
def approve(account: Account, appeal_id: int) -> ResponseReturnValue:
    """Yes to exactly the bytes that the page showed."""
    sha256, consent_id = request.form.get("sha256", ""), given.number(request.form, "consent", -1)
    two_people = desk().campaign.two_people
    with desk().db.write() as session:
        appeal = find(session, account, appeal_id, to_change=True)
        approval.approve(session, appeal, _attempt(), account, sha256, consent_id, two_people=two_people)
    desk().doorbell.ring(appeal_id, Status.APPROVED)
    flash("Approved. The files for the networks are being made.")
    return redirect(url_for("appeal.page", appeal_id=appeal_id))


@pages.post("/staff/appeals/<int:appeal_id>/return")
@reviewers
def give_back(account: Account, appeal_id: int) -> ResponseReturnValue:
    """Back to the translator, with notes."""
    return _move(account, appeal_id, Status.IN_REVIEW, Status.DRAFTED, "Returned to the translator.")


@pages.post("/staff/appeals/<int:appeal_id>/reject")
@reviewers
def reject(account: Account, appeal_id: int) -> ResponseReturnValue:
    """Not published. The supporter reads the reason."""
    return _move(account, appeal_id, _seen_status(), Status.REJECTED, "Rejected. The supporter can read the reason.")


@pages.post("/staff/appeals/<int:appeal_id>/reopen")
@reviewers
def reopen(account: Account, appeal_id: int) -> ResponseReturnValue:
    """Take an approved clip back for correction; it cannot be downloaded any more."""
    return _move(account, appeal_id, _seen_status(), Status.DRAFTED, "Opened again. The clip is taken back.")


def _seen_status() -> Status:
    """The status that the page showed. Stale when that is none."""
    try:
        return Status(request.form.get("status", ""))
    except ValueError:
        raise workflow.Stale from None


def _move(account: Account, appeal_id: int, old: Status, new: Status, done: str) -> ResponseReturnValue:
    words = given.line(request.form, "words")[:MAX_WORDS]
    here = redirect(url_for("appeal.page", appeal_id=appeal_id))
    if not words:
        flash("Please write why: nothing was changed.")
        return here
    with desk().db.write() as session:
        find(session, account, appeal_id)
        workflow.advance(session, appeal_id, old, _attempt(), new, by=account.name, reason=words)
    flash(done)
    return here
