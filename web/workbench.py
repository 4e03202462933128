"""Translators and reviewers: one appeal and its cue table. What a reviewer decides stands in review.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from pipeline import approval, checks, formats, workflow
from pipeline.models import Account, Appeal, Kind, Layer, Revision, Role, State, Status
from web import cuetable, given, memory, proof
from web.appeal import find, latest, spoken_cues, versions
from web.auth import team
from web.desk import desk
from web.words import MACHINE_WORK

pages = Blueprint("workbench", __name__)

SHOW_FINISHED = frozenset({Status.IN_REVIEW, Status.APPROVED, Status.RELEASED})


@pages.get("/staff/appeals/<int:appeal_id>/edit")
@team
def edit(account: Account, appeal_id: int) -> ResponseReturnValue:
    """Video and cue table."""
    with desk().db.read() as session:
        return _page(session, account, find(session, account, appeal_id))


@pages.get("/staff/appeals/<int:appeal_id>/russian.vtt")
@team
def russian(account: Account, appeal_id: int) -> Response:
    """The Russian track as it was saved last, or in an earlier version."""
    with desk().db.read() as session:
        revision = _asked_for(find(session, account, appeal_id))
        text = formats.vtt(revision.cues if revision else [])
    return Response(text, mimetype="text/vtt")


def _version(appeal: Appeal, number: int) -> Revision | None:
    return next((revision for revision in versions(appeal) if revision.number == number), None)


def _asked_for(appeal: Appeal) -> Revision | None:
    """The version that the address names, or the newest."""
    return _version(appeal, given.number(request.args, "version", 0)) or latest(appeal)


@dataclass
class NotTaken(Exception):
    """What somebody typed could not be saved: it is shown again, with what is wrong."""

    rows: Sequence[cuetable.Row]
    version: int = 0  # the one that was changed
    problems: Sequence[tuple[int, str]] = ()
    stale: str = ""  # why, when somebody else was faster


def _page(session: Session, account: Account, appeal: Appeal, typed: NotTaken | None = None) -> ResponseReturnValue:
    """The appeal with its newest subtitles, with the version that the address names, or with what was typed."""
    revision = latest(appeal)
    shown = _version(appeal, typed.version if typed else 0) or _asked_for(appeal)
    rows = typed.rows if typed else _saved(appeal, shown)
    found = proof.by_row(appeal, rows)
    transcript = appeal.track(Layer.TRANSCRIPT)
    finished = appeal.file(Kind.FINISHED)
    is_current = finished is not None and finished.revision_id == appeal.submitted_revision_id
    returned = next(
        (t for t in reversed(appeal.transitions) if t.new == Status.DRAFTED and t.by != workflow.WORKER), None
    )
    text = render_template(
        "staff/edit.html",
        appeal=appeal,
        rows=rows,
        typed=typed,
        revision=revision,
        shown=shown,
        versions=versions(appeal),
        questions=cuetable.open_questions(rows),
        found=found,
        findings=proof.counted(found),
        mendable=any(finding.fix for findings in found.values() for finding in findings),
        frame=proof.frame(appeal),
        silent=transcript is not None and not transcript.latest.cues,
        finished=finished if is_current and appeal.status in SHOW_FINISHED else None,
        returned=returned if appeal.status == Status.DRAFTED else None,
        moving=appeal.status in workflow.QUEUES and appeal.state in {State.WAITING, State.RUNNING},
        may_review=account.role in {Role.REVIEWER, Role.ADMIN},
        wrote_it=revision is not None and desk().campaign.two_people and account.id in approval.authors(revision),
        work=MACHINE_WORK.get(appeal.status, ""),
    )
    return text, (409 if typed.stale else 422) if typed else 200


def _saved(appeal: Appeal, revision: Revision | None) -> list[cuetable.Row]:
    return cuetable.saved(revision.cues if revision else [], spoken_cues(appeal), memory.offers_for(appeal))


@pages.post("/staff/appeals/<int:appeal_id>/save")
@team
def save(account: Account, appeal_id: int) -> ResponseReturnValue:
    """Keep the table as a new revision."""
    return _take(account, appeal_id, submit=False)


@pages.post("/staff/appeals/<int:appeal_id>/submit")
@team
def submit(account: Account, appeal_id: int) -> ResponseReturnValue:
    """Save what is typed, if something is, and have the clip rendered from the saved text."""
    return _take(account, appeal_id, submit=True)


def _take(account: Account, appeal_id: int, *, submit: bool) -> ResponseReturnValue:
    try:
        with desk().db.write() as session:
            appeal = find(session, account, appeal_id, to_change=True)
            _save(session, account, appeal)
            if submit:
                _submit(session, account, appeal)
    except NotTaken as error:
        with desk().db.read() as session:
            return _page(session, account, find(session, account, appeal_id), error)
    if submit:
        desk().doorbell.ring(appeal_id, Status.SUBMITTED)
    flash("Sent. The finished clip is being rendered, then a reviewer watches it." if submit else "Saved.")
    return redirect(url_for("workbench.edit", appeal_id=appeal_id))


@team
def typed_again(account: Account, appeal_id: int) -> ResponseReturnValue:
    """What was typed into a page whose token is too old: shown again, to be saved with a new one."""
    with desk().db.read() as session:
        appeal = find(session, account, appeal_id)
        try:
            old = NotTaken(*_typed(appeal), [(1, "This page was too old, so nothing is saved yet. Please save again.")])
        except NotTaken as error:
            old = error
        return _page(session, account, appeal, old)


def _save(session: Session, account: Account, appeal: Appeal) -> None:
    """A new revision when the table changed something; NotTaken when it cannot be one."""
    if "start" not in request.form:
        return
    rows, _ = _typed(appeal)
    new, revision = cuetable.cues(rows), latest(appeal)
    if "mend" in request.form:
        new = checks.mend(new, proof.read(appeal, new))
        if len(new) > cuetable.MAX_CUES:
            many = f"The fixes would part cues until there are {len(new)}; {cuetable.MAX_CUES} is the limit."
            raise NotTaken(rows, revision.number if revision else 0, [(1, many)])
    if revision is None or new != revision.cues:
        appeal.start_track(Layer.RUSSIAN, "ru").add(new, account.name, account.id)
        session.flush()


def _typed(appeal: Appeal) -> tuple[list[cuetable.Row], int]:
    """The table as it came, and the version that it was made from; NotTaken when it cannot be saved."""
    revision, base = latest(appeal), _version(appeal, given.number(request.form, "base", 0))
    shown = _version(appeal, given.number(request.form, "shown", 0)) or base
    version = shown.number if shown else 0
    try:
        base_cues = shown.cues if shown else []
        rows = cuetable.typed(request.form, base_cues, spoken_cues(appeal), memory.offers_for(appeal))
    except ValueError:
        abort(400)
    if appeal.status != Status.DRAFTED:
        raise NotTaken(rows, version, stale="This appeal went on meanwhile, so your text could not be saved.")
    if revision and base is not revision:
        stale = f"{revision.made_by} saved another version meanwhile. Yours is not saved yet."
        raise NotTaken(rows, version, stale=stale)
    if found := list(cuetable.problems(rows, (appeal.media or {}).get("duration_ms", 0))):
        raise NotTaken(rows, version, found)
    return rows, version


def _submit(session: Session, account: Account, appeal: Appeal) -> None:
    revision = latest(appeal)
    if revision is None or not any(cue.text for cue in revision.cues):
        wordless = (1, "At least one cue needs words before the clip can be rendered.")
        raise NotTaken(_saved(appeal, revision), revision.number if revision else 0, [wordless])
    appeal.submitted_revision_id = revision.id
    session.flush()
    workflow.advance(session, appeal.id, Status.DRAFTED, appeal.attempt, Status.SUBMITTED, by=account.name)
