"""What may not be shown any more: take-downs until somebody ticks them off with a proof, and files to be deleted."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import joinedload

from pipeline import workflow
from pipeline.base import now
from pipeline.models import Account, Appeal, Role, Status
from pipeline.posts import Post, TakeDown
from pipeline.publishing import Download
from web import given, ledger, logged
from web.auth import publishers, role
from web.desk import desk

pages = Blueprint("recall", __name__)
anybody = role(*Role)

DONE = 50  # take-downs that were ticked off last and are still shown
LONGEST = 500  # characters of a proof

#: Why a post or a clip may not be shown any more.
WHY = {
    Status.WITHDRAWN: _l("Its supporter took it back."),
    Status.IN_REVIEW: _l("Its supporter changed her choices. A reviewer looks at it again."),
    Status.DRAFTED: _l("A reviewer opened it again for correction."),
    logged.NOT_ALLOWED: _l("Its supporter did not allow this network."),
    logged.TOO_EARLY: _l("Its supporter named a later day."),
    logged.NOT_RELEASED: _l("This clip was never released."),
}


def init_app(app: Flask) -> None:
    """What every page of the team shows: how much is to be taken down, and which files to delete."""
    app.context_processor(lambda: {"to_take_down": _to_take_down, "to_delete": _to_delete, "why_down": WHY})


def _to_take_down() -> int:
    with desk().db.read() as session:
        return session.scalar(select(func.count(TakeDown.id)).where(TakeDown.done_by == "")) or 0


def _to_delete() -> list[Download]:
    """Files of clips that were taken back since, of which this person has to hear."""
    these = (_hears(current_user.account), Download.recalled, ~Download.known)
    with desk().db.read() as session:
        return list(session.scalars(select(Download).where(*these).order_by(Download.appeal_id, Download.id)))


def _hears(account: Account) -> ColumnElement[bool]:
    """What this person saved; for an admin also what programs and closed accounts did, which read no page."""
    own = Download.account_id == account.id
    if account.role != Role.ADMIN:
        return own
    readers = select(Account.id).where(Account.active)
    return or_(own, Download.account_id.is_(None), Download.account_id.not_in(readers))


@pages.get("/social/take-downs")
@publishers
def open_ones(account: Account) -> str:
    """What is still to be taken down, mine first; and what was ticked off last."""
    return _page(account)


def _page(account: Account, **shown: Any) -> str:
    whole = select(TakeDown, Appeal).join(Appeal).options(joinedload(TakeDown.post).selectinload(Post.edits))
    waiting = whole.where(TakeDown.done_by == "").order_by(TakeDown.owner != account.name, TakeDown.at, TakeDown.id)
    done = whole.where(TakeDown.done_by != "").order_by(TakeDown.done_at.desc(), TakeDown.id.desc()).limit(DONE)
    with desk().db.read() as session:
        still = [(each, appeal, _ever_allowed(appeal)) for each, appeal in session.execute(waiting)]
        ended = [each for each, _appeal in session.execute(done)]
        return render_template("staff/recall.html", still=still, ended=ended, longest=LONGEST, **shown)


def _ever_allowed(appeal: Appeal) -> list[str]:
    """Where it may have been posted."""
    return sorted({key for consent in appeal.consents for key in consent.answer("networks") or ()})


@pages.post("/social/take-downs/<int:take_down_id>/done")
@publishers
def done(account: Account, take_down_id: int) -> ResponseReturnValue:
    """Somebody says that it is gone, and how that is known."""
    proof = given.line(request.form, "proof")[:LONGEST]
    if not proof:
        return _page(account, wrong=take_down_id), 422
    open_one = (TakeDown.id == take_down_id, TakeDown.done_by == "")
    with desk().db.write() as session:
        ticked = update(TakeDown).where(*open_one).values(done_by=account.name, done_at=now(), proof=proof)
        session.execute(ticked)
    flash(_("Ticked off."))
    return redirect(url_for("recall.open_ones"))


@pages.post("/social/take-downs/<int:take_down_id>/open")
@publishers
def open_again(account: Account, take_down_id: int) -> ResponseReturnValue:
    """It is still there, or there again. The ledger of the appeal keeps who had ticked it off."""
    with desk().db.write() as session:
        found = session.get(TakeDown, take_down_id, with_for_update=True)
        if found and found.done_by:
            appeal = session.get_one(Appeal, found.appeal_id)
            workflow.note(session, appeal, account.name, f"{ledger.DOWN_AGAIN}: {found.done_by}, {found.proof}")
            found.done_by, found.done_at, found.proof, found.told = "", None, "", False
    flash(_("It is to be taken down again."))
    return redirect(url_for("recall.open_ones"))


@pages.post("/social/take-downs/<int:take_down_id>/mine")
@publishers
def mine(account: Account, take_down_id: int) -> ResponseReturnValue:
    """This person sees to it from now on."""
    with desk().db.write() as session:
        open_one = (TakeDown.id == take_down_id, TakeDown.done_by == "")
        session.execute(update(TakeDown).where(*open_one).values(owner=account.name))
    return redirect(url_for("recall.open_ones", _anchor=f"down-{take_down_id}"))


@pages.post("/social/downloads/<int:download_id>/known")
@anybody
def deleted(account: Account, download_id: int) -> ResponseReturnValue:
    """Whoever had the file says that it is deleted. Nobody can say so for somebody else who can."""
    its = (Download.id == download_id, _hears(account), Download.recalled)
    with desk().db.write() as session:
        session.execute(update(Download).where(*its).values(known=True))
    flash(_("Thank you: it is noted that the file is deleted."))
    return redirect(url_for("queue.appeals"))
