"""One appeal as the whole team sees it: the clip, where it stands, what can be decided, and its ledger."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from pipeline import approval, workflow
from pipeline.cues import Cue
from pipeline.models import Account, Appeal, Kind, Layer, Revision, Role, Screening, State, Status
from web import cuetable, given, memory, proof
from web.auth import team
from web.desk import desk
from web.news import refused
from web.words import MACHINE_WORK, UNNAMED

pages = Blueprint("appeal", __name__)

SHOW_FINISHED = frozenset({Status.IN_REVIEW, Status.APPROVED, Status.RELEASED})


@pages.get("/staff/appeals/<int:appeal_id>")
@team
def page(account: Account, appeal_id: int) -> str:
    """Video, decisions, messages, ledger."""
    with desk().db.read() as session:
        appeal = find(session, account, appeal_id)
        revision = latest(appeal)
        rows = cuetable.saved(revision.cues if revision else [], spoken_cues(appeal), memory.offers_for(appeal))
        finished = appeal.file(Kind.FINISHED)
        is_current = finished is not None and finished.revision_id == appeal.submitted_revision_id
        returned = next(
            (t for t in reversed(appeal.transitions) if t.new == Status.DRAFTED and t.by != workflow.WORKER), None
        )
        wrote_it = revision is not None and desk().campaign.two_people and account.id in approval.authors(revision)
        return render_template(
            "staff/appeal.html",
            appeal=appeal,
            revision=revision,
            questions=cuetable.open_questions(rows),
            findings=proof.counted(proof.by_row(appeal, rows)),
            finished=finished if is_current and appeal.status in SHOW_FINISHED else None,
            returned=returned if appeal.status == Status.DRAFTED else None,
            moving=appeal.status in workflow.QUEUES and appeal.state in {State.WAITING, State.RUNNING},
            may_review=account.role in {Role.REVIEWER, Role.ADMIN},
            wrote_it=wrote_it,
            work=MACHINE_WORK.get(appeal.status, ""),
        )


def find(session: Session, account: Account, appeal_id: int, *, to_change: bool = False) -> Appeal:
    """The appeal, or a page that says there is none. Translators find only what passed screening."""
    found = session.get(Appeal, appeal_id, with_for_update=to_change) or abort(404)
    return abort(404) if account.role == Role.TRANSLATOR and found.screening != Screening.PASSED else found


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
        if refused(appeal):  # its file may be gone meanwhile
            raise workflow.NotAllowed("Trying again cannot help: she has to send another video.")
        workflow.retry(session, appeal_id, appeal.status, given.number(request.form, "attempt", -1), by=account.name)
    desk().doorbell.ring(appeal_id, appeal.status)
    flash("It is tried again.")
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
    flash("A new draft is being made.")
    return redirect(url_for("appeal.page", appeal_id=appeal_id))
