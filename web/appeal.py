"""One appeal as the whole team sees it: the clip, where it stands, what comes next for whom, and its ledger."""

from __future__ import annotations

from typing import NamedTuple

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from pipeline import approval, workflow
from pipeline.cues import Cue
from pipeline.models import Account, Appeal, File, Kind, Layer, Revision, Role, Screening, State, Status
from web import given, ledger, news
from web.auth import team
from web.desk import desk
from web.words import MACHINE_WORK, UNNAMED

pages = Blueprint("appeal", __name__)
pages.add_app_template_filter(ledger.words, "ledger_words")
pages.add_app_template_filter(ledger.act_words, "act_words")
pages.add_app_template_filter(approval.approval_in_force, "approval")

SHOW_FINISHED = frozenset({Status.IN_REVIEW, Status.APPROVED, Status.RELEASED})


class Step(NamedTuple):
    """The one thing that this person can best do now."""

    words: str
    address: str


@pages.get("/staff/appeals/<int:appeal_id>")
@team
def page(account: Account, appeal_id: int) -> str:
    """Video, where it stands, messages, ledger."""
    with desk().db.read() as session:
        appeal = find(session, account, appeal_id)
        revision = latest(appeal)
        finished = finished_clip(appeal)
        may_review = account.role in {Role.REVIEWER, Role.ADMIN}
        back = (t for t in reversed(appeal.transitions) if t.old != t.new == Status.DRAFTED and t.by != workflow.WORKER)
        approved = appeal.status in {Status.APPROVED, Status.RELEASED}
        return render_template(
            "staff/appeal.html",
            appeal=appeal,
            revision=revision,
            finished=finished,
            returned=next(back, None) if appeal.status == Status.DRAFTED else None,
            moving=appeal.status in workflow.QUEUES and appeal.state in {State.WAITING, State.RUNNING},
            may_review=may_review,
            to_screen=may_review and _to_screen(appeal),
            screened=appeal.screening == Screening.PASSED and appeal.status in workflow.TO_SCREEN,
            given=approval.approval_in_force(appeal) if approved else None,
            step=_step(account, appeal),
            reasons=news.REJECTED,
            work=MACHINE_WORK.get(appeal.status, ""),
        )


def find(session: Session, account: Account, appeal_id: int, *, to_change: bool = False) -> Appeal:
    """The appeal, or a page that says there is none. Translators find what passed screening and is not rejected."""
    found = session.get(Appeal, appeal_id, with_for_update=to_change) or abort(404)
    hidden = found.screening != Screening.PASSED or found.status == Status.REJECTED
    return abort(404) if account.role == Role.TRANSLATOR and hidden else found


def _to_screen(appeal: Appeal) -> bool:
    open_yet = appeal.status in workflow.BEFORE_APPROVED and appeal.screening != Screening.PASSED
    return open_yet and appeal.file(Kind.CLEAN) is not None


def _step(account: Account, appeal: Appeal) -> Step | None:
    """What this person came for, most likely; None while others, or machines, are at work."""
    reviews = account.role in {Role.REVIEWER, Role.ADMIN}
    if reviews and _to_screen(appeal):
        return Step(_("Screen this video"), url_for("screening.page", appeal_id=appeal.id))
    if reviews and appeal.status == Status.IN_REVIEW and finished_clip(appeal):
        return Step(_("Watch and decide"), url_for("review.page", appeal_id=appeal.id))
    if appeal.status == Status.DRAFTED:
        return Step(_("Correct the subtitles"), url_for("workbench.edit", appeal_id=appeal.id))
    return None


def finished_clip(appeal: Appeal) -> File | None:
    """The finished clip while it is the one that was rendered from what was submitted last."""
    finished = appeal.file(Kind.FINISHED)
    current = finished is not None and finished.revision_id == appeal.submitted_revision_id
    return finished if current and appeal.status in SHOW_FINISHED else None


def spoken_cues(appeal: Appeal) -> list[Cue]:
    """What was said, as far as it is known."""
    track = appeal.track(Layer.TRANSCRIPT)
    return track.latest.cues if track else []


def versions(appeal: Appeal) -> list[Revision]:
    """Every saved state of the Russian track, the newest last."""
    track = appeal.track(Layer.RUSSIAN)
    return track.revisions if track else []


def latest(appeal: Appeal) -> Revision | None:
    """The newest saved state of the Russian track."""
    return next(reversed(versions(appeal)), None)


@pages.post("/staff/appeals/<int:appeal_id>/retry")
@team
def retry(account: Account, appeal_id: int) -> ResponseReturnValue:
    """Try the step again that asked for a person."""
    with desk().db.write() as session:
        appeal = find(session, account, appeal_id)
        if news.refused(appeal):  # its file may be gone meanwhile
            raise workflow.NotAllowed(_("Trying again cannot help: she has to send another video."))
        workflow.retry(session, appeal_id, appeal.status, given.number(request.form, "attempt", -1), by=account.name)
    desk().doorbell.ring(appeal_id, appeal.status)
    flash(_("It is tried again."))
    return redirect(url_for("appeal.page", appeal_id=appeal_id))


@pages.post("/staff/appeals/<int:appeal_id>/redo")
@team
def redo(account: Account, appeal_id: int) -> ResponseReturnValue:
    """Have the draft made again in another language. The revisions so far stay."""
    language = request.form.get("language", "")
    if language not in {*desk().campaign.languages, *UNNAMED}:
        abort(400)
    attempt = given.number(request.form, "attempt", -1)
    with desk().db.write() as session:
        find(session, account, appeal_id).language = language
        session.flush()
        reason = f"redo, spoken language: {language}"
        workflow.advance(session, appeal_id, Status.DRAFTED, attempt, Status.PREPARED, by=account.name, reason=reason)
    desk().doorbell.ring(appeal_id, Status.PREPARED)
    flash(_("A new draft is being made."))
    return redirect(url_for("appeal.page", appeal_id=appeal_id))
