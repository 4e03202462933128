"""The first gate: somebody looks at a clip before others see it: pass, ask the supporter, reject. And what is urgent.

What is decided holds for the video, the choices and the question as the page showed them. The machine may go on
meanwhile: it changes none of these.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import delete
from sqlalchemy.orm import Session

from pipeline import workflow
from pipeline.models import Account, Appeal, Kind, Role, Screening, Status
from pipeline.supporter import Side
from pipeline.teamwork import Hold
from web import given, ledger, messages, news, waiting
from web.appeal import find
from web.auth import role
from web.desk import desk

pages = Blueprint("screening", __name__)
reviewers = role(Role.REVIEWER, Role.ADMIN)

MAX_WORDS = 2000  # characters of a reason

#: What to look for, and what it means; all of it has to be ticked before a clip passes.
QUESTIONS = {
    "people": (_l("Nobody else is in it who did not agree"), _l("Faces, voices, names, photos on a wall.")),
    "minors": (_l("No child is in it"), _l("Not behind her either, and not by name.")),
    "place": (
        _l("Nothing tells where it is"),
        _l("The view from a window, signs, number plates, papers, a screen, a uniform."),
    ),
    "consent": (_l("It fits what she agreed to"), _l("Her name, her country, the networks and the day stand below.")),
    "harm": (_l("No hate, and no call to harm anybody"), _l("Nor anything that puts her in danger at home.")),
}


def wanted(appeal: Appeal) -> bool:
    """Whether somebody should screen this clip now."""
    open_yet = appeal.status in workflow.TO_SCREEN and appeal.screening != Screening.PASSED
    return open_yet and appeal.file(Kind.CLEAN) is not None


@pages.get("/staff/appeals/<int:appeal_id>/screen")
@reviewers
def page(account: Account, appeal_id: int) -> ResponseReturnValue:
    """The clip, what she agreed to, and what to look for."""
    with desk().db.read() as session:
        appeal = find(session, account, appeal_id)
        if wanted(appeal):
            return _page(session, appeal)
    flash(_("There is nothing to screen here now."))
    return redirect(url_for("appeal.page", appeal_id=appeal_id))


def _page(session: Session, appeal: Appeal, problem: str = "", **typed: Any) -> str:
    return render_template(
        "staff/screen.html",
        appeal=appeal,
        clean=appeal.file(Kind.CLEAN),
        questions=QUESTIONS,
        reasons=news.REJECTED,
        problem=problem,
        typed=typed,
        waiting=waiting.others(session, waiting.to_screen(), appeal.id),
    )


def _as_shown(session: Session, account: Account, appeal_id: int) -> Appeal:
    """The appeal, locked; Stale when the page that was sent showed another video, choice or state of screening."""
    appeal = find(session, account, appeal_id, to_change=True)
    clean = appeal.file(Kind.CLEAN)
    if not wanted(appeal) or clean is None:
        raise workflow.Stale
    shown = [request.form.get(name, "") for name in ("sha256", "screening")]
    consent_id = given.number(request.form, "consent", -1)
    now = [clean.sha256, appeal.screening], appeal.consents[-1].id if appeal.consents else None
    if (shown, consent_id) != now:
        raise workflow.Stale
    return appeal


def _next(session: Session, account: Account, done: Appeal, said: str) -> ResponseReturnValue:
    """The next one to screen, with a word about the one that is done, which is free for others now."""
    session.execute(delete(Hold).where(Hold.appeal_id == done.id, Hold.account_id == account.id))
    if done.status == Status.IN_REVIEW and done.screening == Screening.PASSED:  # her choices changed before its release
        flash(said)
        return redirect(url_for("review.page", appeal_id=done.id))
    if found := waiting.take(session, account, "screening.page"):
        flash(_("%(done)s The next one is here.", done=said))
        return redirect(url_for("screening.page", appeal_id=found[1]))
    flash(_("%(done)s Nothing else waits to be screened.", done=said))
    return redirect(url_for("appeal.page", appeal_id=done.id))


@pages.post("/staff/appeals/<int:appeal_id>/screen/pass")
@reviewers
def let_pass(account: Account, appeal_id: int) -> ResponseReturnValue:
    """Volunteers may see it. Every question has to be ticked."""
    ticked = request.form.getlist("seen")
    with desk().db.write() as session:
        appeal = _as_shown(session, account, appeal_id)
        if {*ticked} != {*QUESTIONS}:
            problem = _("Please look for each of these and tick it, or ask her, or reject the video.")
            return _page(session, appeal, problem, seen=ticked), 422
        if not appeal.consents:
            raise workflow.NotAllowed(_("There is no consent of the supporter."))
        appeal.screening = Screening.PASSED
        workflow.note(session, appeal, account.name, ledger.SCREENED)
        session.flush()
        return _next(session, account, appeal, _("Appeal %(number)s passed.", number=appeal_id))


@pages.post("/staff/appeals/<int:appeal_id>/screen/again")
@reviewers
def again(account: Account, appeal_id: int) -> ResponseReturnValue:
    """It passed by mistake: from now on volunteers do not see it, and it is to be screened anew."""
    with desk().db.write() as session:
        appeal = find(session, account, appeal_id, to_change=True)
        if appeal.status not in workflow.TO_SCREEN or appeal.screening != Screening.PASSED:
            raise workflow.Stale
        appeal.screening = Screening.OPEN
        session.execute(delete(Hold).where(Hold.appeal_id == appeal_id))
        workflow.note(session, appeal, account.name, ledger.TO_SCREEN_AGAIN)
    flash(_("Taken back: volunteers do not see it until it has passed again."))
    return redirect(url_for("screening.page", appeal_id=appeal_id))


@pages.post("/staff/appeals/<int:appeal_id>/screen/ask")
@reviewers
def ask(account: Account, appeal_id: int) -> ResponseReturnValue:
    """Send her a question. The clip waits for the answer, which comes as a message."""
    text = messages.cleaned(request.form.get("words", ""))[: messages.LONGEST]
    with desk().db.write() as session:
        appeal = _as_shown(session, account, appeal_id)
        if not text:
            return _page(session, appeal, _("Please write what you want to ask her.")), 422
        if not messages.add(session, appeal_id, Side.TEAM, text, account.name):
            raise workflow.Stale  # the same question again, as after a second click
        appeal.screening = Screening.ASKED
        workflow.note(session, appeal, account.name, ledger.ASKED)
        session.flush()
        return _next(session, account, appeal, _("Appeal %(number)s: she is asked.", number=appeal_id))


@pages.post("/staff/appeals/<int:appeal_id>/screen/reject")
@reviewers
def reject(account: Account, appeal_id: int) -> ResponseReturnValue:
    """Not published. She reads the reason in her language, and the words beside it as they were written."""
    code, words = request.form.get("reason", ""), given.line(request.form, "words")[:MAX_WORDS]
    with desk().db.write() as session:
        appeal = _as_shown(session, account, appeal_id)
        if code not in news.REJECTED and not words:
            return _page(session, appeal, _("Please choose a reason, or write one: she reads it.")), 422
        reason = news.because(code, ledger.theirs(words))
        workflow.advance(
            session, appeal_id, appeal.status, appeal.attempt, Status.REJECTED, by=account.name, reason=reason
        )
        session.refresh(appeal)
        return _next(
            session, account, appeal, _("Appeal %(number)s is rejected. She can read the reason.", number=appeal_id)
        )


@pages.post("/staff/appeals/<int:appeal_id>/urgent")
@reviewers
def urgent(account: Account, appeal_id: int) -> ResponseReturnValue:
    """Whether it comes before the others, wherever it waits."""
    wish = request.form.get("urgent") == "yes"
    with desk().db.write() as session:
        appeal = find(session, account, appeal_id, to_change=True)
        if appeal.status in workflow.FINAL:
            raise workflow.NotAllowed(_("This appeal has ended."))
        if appeal.urgent != wish:
            appeal.urgent = wish
            workflow.note(session, appeal, account.name, ledger.URGENT if wish else ledger.NOT_URGENT)
    flash(_("It comes before the others now.") if wish else _("It waits in line like the others now."))
    return redirect(url_for("appeal.page", appeal_id=appeal_id))
