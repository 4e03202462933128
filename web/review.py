"""The second gate: a reviewer watches the finished clip; approve, return, reject, edit it, open it again."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from pipeline import approval, workflow
from pipeline.models import Account, Appeal, Revision, Role, Status
from pipeline.reading.faults import Severity
from pipeline.teamwork import Note
from web import accounts, choosing, difference, given, ledger, news, notes, proof, waiting
from web.appeal import find, finished_clip
from web.auth import role
from web.desk import desk

pages = Blueprint("review", __name__)
pages.add_app_template_filter(lambda said: said.translated(_), "said_here")
reviewers = role(Role.REVIEWER, Role.ADMIN)

MAX_WORDS = 2000  # characters of notes and reasons
KEPT = ("attempt", "status", "sha256", "consent", "watched", "framing", "card", "cut")  # fields of an approval


@pages.get("/staff/appeals/<int:appeal_id>/review")
@reviewers
def page(account: Account, appeal_id: int) -> ResponseReturnValue:
    """The finished clip, all that speaks for and against it, and the decision."""
    with desk().db.read() as session:
        appeal = find(session, account, appeal_id)
        finished = finished_clip(appeal)
        if finished is None:
            flash(_("There is no finished clip to watch now."))
            return redirect(url_for("appeal.page", appeal_id=appeal_id))
        revision = session.get_one(Revision, finished.revision_id)
        return render_template(
            "staff/review.html",
            appeal=appeal,
            finished=finished,
            revision=revision,
            doubtful=[(cue, cue.doubts) for cue in revision.cues if cue.doubts],
            findings=_findings(appeal, revision),
            draft=(draft := _draft(revision)),
            changes=difference.between(draft.cues, revision.cues) if draft else [],
            notes=notes.of(session, appeal),
            given=approval.approval_in_force(appeal),
            wrote_it=desk().campaign.two_people and account.id in approval.authors(revision),
            alone_allowed=account.role == Role.ADMIN,
            waiting=waiting.others(session, waiting.to_review(account), appeal_id),
            reasons=news.REJECTED,
            offer=choosing.offer(appeal, revision.cues),
        )


def _findings(appeal: Appeal, revision: Revision) -> list[tuple[int, Severity, str]]:
    """What the checks say: when in the clip, how bad, and a sentence; notes do not count."""
    cues = revision.cues
    found = (each for each in proof.read(appeal, cues) if each.severity != "note")
    return [(cues[each.cue].start, each.severity, proof.sentence(each)) for each in found]


def _draft(revision: Revision) -> Revision | None:
    """What the machine had proposed last before people changed it."""
    earlier = (each for each in reversed(revision.track.revisions) if each.number <= revision.number)
    return next((each for each in earlier if each.author_id is None), None)


def _next(session: Session, account: Account, done_id: int, said: str) -> ResponseReturnValue:
    """The next clip to review, with a word about the one that is done."""
    if found := waiting.take(session, account, "review.page"):
        flash(_("%(done)s The next one is here.", done=said))
        return redirect(url_for("review.page", appeal_id=found[1]))
    flash(_("%(done)s Nothing else waits for your review.", done=said))
    return redirect(url_for("appeal.page", appeal_id=done_id))


def _attempt() -> int:
    return given.number(request.form, "attempt", -1)


@pages.post("/staff/appeals/<int:appeal_id>/approve")
@reviewers
def approve(account: Account, appeal_id: int) -> ResponseReturnValue:
    """Yes to exactly the bytes that the page showed. Unplayed parts and open notes are asked about once more."""
    sha256, consent_id = request.form.get("sha256", ""), given.number(request.form, "consent", -1)
    watched, sure = request.form.get("watched") == "whole", request.form.get("sure") == "yes"
    alone = given.line(request.form, "alone")[:MAX_WORDS] if account.role == Role.ADMIN else ""
    with desk().db.write() as session:
        appeal = find(session, account, appeal_id, to_change=True)
        open_notes = session.scalars(_open_notes(appeal_id)).all()
        if (not watched or open_notes) and not sure:
            return _unwatched(appeal, alone, watched, len(open_notes)), 422
        text = appeal.submitted_revision_id and session.get(Revision, appeal.submitted_revision_id)
        approval.approve(
            session,
            appeal,
            _attempt(),
            account,
            sha256,
            consent_id,
            two_people=desk().campaign.two_people,
            watched=watched,
            alone=alone,
            delivery=choosing.chosen(request.form, appeal, text.cues if text else ()).to_dict(),
        )
        _same_hands(session, appeal, account)
        onward = _next(session, account, appeal_id, _("Appeal %(number)s is approved.", number=appeal_id))
    desk().doorbell.ring(appeal_id, Status.APPROVED)
    return onward


def _same_hands(session: Session, appeal: Appeal, account: Account) -> None:
    """Who wrote words in it may know the password of whoever approved it: everybody can read that in the ledger."""
    authors = approval.authors(session.get_one(Revision, appeal.submitted_revision_id))
    wrote = set(session.scalars(select(Account.name).where(Account.id.in_(authors))))
    for name in sorted(wrote & accounts.may_know_the_password(session, account)):
        session.refresh(appeal)
        workflow.note(session, appeal, account.name, f"{ledger.SAME_HANDS}: {name}")


def _open_notes(appeal_id: int) -> Select[int]:
    return select(Note.id).where(Note.appeal_id == appeal_id, Note.done_by == "")


def _unwatched(appeal: Appeal, alone: str, watched: bool, open_notes: int) -> str:
    """The question; its form sends what the first one showed, so that nothing newer is approved."""
    shown = [(name, value) for name in KEPT for value in request.form.getlist(name)]
    return render_template(
        "staff/unwatched.html", appeal=appeal, shown=shown, alone=alone, watched=watched, open_notes=open_notes
    )


@pages.post("/staff/appeals/<int:appeal_id>/return")
@reviewers
def give_back(account: Account, appeal_id: int) -> ResponseReturnValue:
    """Back to the translator, with words, or with open notes at the clip that say it all."""
    words = ledger.theirs(given.line(request.form, "words")[:MAX_WORDS])
    with desk().db.read() as session:
        words = words or (ledger.WITH_NOTES if session.scalars(_open_notes(appeal_id)).first() else "")
    said = _("Appeal %(number)s is returned to the translators.", number=appeal_id)
    return _move(account, appeal_id, Status.IN_REVIEW, Status.DRAFTED, words, said)


@pages.post("/staff/appeals/<int:appeal_id>/reject")
@reviewers
def reject(account: Account, appeal_id: int) -> ResponseReturnValue:
    """Not published. The supporter reads the reason."""
    words = given.line(request.form, "words")[:MAX_WORDS]
    reason = news.because(request.form.get("reason", ""), ledger.theirs(words))
    said = _("Appeal %(number)s is rejected. She can read the reason.", number=appeal_id)
    return _move(account, appeal_id, _seen_status(), Status.REJECTED, reason, said)


@pages.post("/staff/appeals/<int:appeal_id>/reopen")
@reviewers
def reopen(account: Account, appeal_id: int) -> ResponseReturnValue:
    """Take an approved clip back for correction; it cannot be downloaded any more."""
    words = ledger.theirs(given.line(request.form, "words")[:MAX_WORDS])
    said = _("Opened again. The clip is taken back.")
    return _move(account, appeal_id, _seen_status(), Status.DRAFTED, words, said)


@pages.post("/staff/appeals/<int:appeal_id>/take")
@reviewers
def take(account: Account, appeal_id: int) -> ResponseReturnValue:
    """Edit it oneself instead of returning it: from then on somebody else has to approve it."""
    with desk().db.write() as session:
        find(session, account, appeal_id)
        workflow.advance(
            session,
            appeal_id,
            Status.IN_REVIEW,
            _attempt(),
            Status.DRAFTED,
            by=account.name,
            reason=ledger.TAKEN_TO_EDIT,
        )
    return redirect(url_for("workbench.edit", appeal_id=appeal_id))


def _seen_status() -> Status:
    """The status that the page showed. Stale when that is none."""
    try:
        return Status(request.form.get("status", ""))
    except ValueError:
        raise workflow.Stale from None


def _move(account: Account, appeal_id: int, old: Status, new: Status, words: str, said: str) -> ResponseReturnValue:
    with desk().db.write() as session:
        find(session, account, appeal_id)
        if not words:
            flash(_("Please write why: nothing was changed."))
            return redirect(url_for("review.page" if old == Status.IN_REVIEW else "appeal.page", appeal_id=appeal_id))
        workflow.advance(session, appeal_id, old, _attempt(), new, by=account.name, reason=words)
        if old == Status.IN_REVIEW:
            return _next(session, account, appeal_id, said)
    flash(said)
    return redirect(url_for("appeal.page", appeal_id=appeal_id))
