"""The subtitle editor's page and what its script asks for: the state, drafts, revisions, who has it open, checks.

Nothing typed is lost, and nothing is overwritten: a save names the revision that was changed, and when that is not
the newest one any more, it is answered with the other's rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, abort, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from pipeline import workflow
from pipeline.cues import Cue
from pipeline.models import Account, Appeal, Layer, Revision, Status
from pipeline.teamwork import HOLD_ENDS, PROMISED, Draft, Hold
from web import bench, typed, wire
from web.appeal import find, latest
from web.auth import team
from web.desk import desk
from web.given import LARGEST, one_line
from web.words import made_by

pages = Blueprint("workbench", __name__)
script = Blueprint("bench", __name__)
wire.init(script)


@pages.get("/staff/appeals/<int:appeal_id>/edit")
@team
def edit(account: Account, appeal_id: int) -> ResponseReturnValue:
    """The editor."""
    with desk().db.read() as session:
        appeal = find(session, account, appeal_id)
        if appeal.purged:
            abort(410)
        return render_template("staff/edit.html", appeal=appeal, bench=bench.state(session, account, appeal))


@script.get("/staff/appeals/<int:appeal_id>/bench.json")
@wire.team
def state(account: Account, appeal_id: int) -> ResponseReturnValue:
    """All that the editor needs, as it is now."""
    return jsonify(_state(account, appeal_id, request.args.get("tab", "")))


def _state(account: Account, appeal_id: int, tab: str) -> dict[str, Any]:
    with desk().db.read() as session:
        return bench.state(session, account, wire.present(session, account, appeal_id), tab)


@script.put("/staff/appeals/<int:appeal_id>/draft")
@wire.team
def keep(account: Account, appeal_id: int) -> ResponseReturnValue:
    """What is typed and not saved: kept for this person, whoever holds the clip and whatever is wrong with it."""
    given = wire.body("tab", "base", "rows")
    kept, base, tab = [row.kept for row in _rows(given)], _base(given), _tab(given)
    with desk().db.write() as session:
        appeal = wire.present(session, account, appeal_id, to_change=True)
        moment = workflow.clock(session)
        draft = session.get(Draft, (appeal.id, account.id))
        if draft is None:
            draft = Draft(appeal_id=appeal.id, account_id=account.id)
            session.add(draft)
        elif _of_another_window(session, draft, tab):
            raise wire.Refused(409, _("Open in another window: kept in this browser"))
        draft.tab, draft.base, draft.rows, draft.at = tab, base, kept, moment
    return jsonify(at=moment.isoformat())


@script.delete("/staff/appeals/<int:appeal_id>/draft")
@wire.team
def drop(account: Account, appeal_id: int) -> ResponseReturnValue:
    """Forget what this person typed and did not save."""
    with desk().db.write() as session:
        _forget_draft(session, account, wire.present(session, account, appeal_id, to_change=True))
    return Response(status=204)


def _of_another_window(session: Session, draft: Draft, tab: str) -> bool:
    """Whether it was typed in another window of the same person, who has the clip open there now."""
    held = session.get(Hold, draft.appeal_id)
    if held is None or (held.account_id, held.tab) != (draft.account_id, draft.tab) or held.tab == tab:
        return False
    return held.seen + HOLD_ENDS > workflow.clock(session)


def _forget_draft(session: Session, account: Account, appeal: Appeal, tab: str = "") -> None:
    """tab: of the window that saved; what is typed in another one stays."""
    draft = session.get(Draft, (appeal.id, account.id))
    if draft and not (tab and _of_another_window(session, draft, tab)):
        session.delete(draft)


@script.post("/staff/appeals/<int:appeal_id>/revisions")
@wire.team
def save(account: Account, appeal_id: int) -> ResponseReturnValue:
    """Keep what was typed as a new revision; with `submit` the clip is rendered from it."""
    given = wire.body("tab", "base", "rows", "submit")
    rows, base, submit = _rows(given), _base(given), given["submit"]
    if not isinstance(submit, bool):
        raise wire.not_ours()
    with desk().db.write() as session:
        appeal = wire.present(session, account, appeal_id, to_change=True)
        made = _save(session, account, appeal, rows, base, submit=submit)
        _forget_draft(session, account, appeal, _tab(given))
    if made and submit:
        desk().doorbell.ring(appeal_id, Status.SUBMITTED)
    return jsonify(_state(account, appeal_id, _tab(given))), 201 if made else 200


def _save(
    session: Session, account: Account, appeal: Appeal, rows: Sequence[typed.Row], base: int, *, submit: bool
) -> bool:
    """Whether something changed. Refused when these rows cannot be saved upon this revision."""
    newest, old = latest(appeal), bench.version(appeal, base)
    cues = typed.cues(rows, old.cues if old else [])
    if newest and cues == newest.cues and _done_before(account, appeal, newest, submit=submit):
        return False
    _refuse_stale(appeal, newest, base)
    found = list(typed.problems(rows, (appeal.media or {}).get("duration_ms", 0)))
    if submit and not found and not any(cue.text for cue in cues):
        found = [(rows[0].id if rows else "", _("At least one cue needs words before the clip can be rendered."))]
    if found:
        problems = [{"id": place, "sentence": sentence} for place, sentence in found]
        raise wire.Refused(422, problems[0]["sentence"], problems=problems)
    # who sends a machine's words on has to answer for them, so that there are two pairs of eyes
    by_machine = newest is not None and newest.author_id is None
    if newest is None or cues != newest.cues or (submit and by_machine):
        newest = appeal.start_track(Layer.RUSSIAN, "ru").add(cues, account.name, account.id)
        session.flush()
    if submit:
        appeal.submitted_revision_id = newest.id
        session.flush()
        workflow.advance(session, appeal.id, Status.DRAFTED, appeal.attempt, Status.SUBMITTED, by=account.name)
    return True


def _done_before(account: Account, appeal: Appeal, newest: Revision, *, submit: bool) -> bool:
    """Whether nothing is left to do, as when the answer was lost on its way and the editor sends the same again."""
    if not submit:
        return appeal.status == Status.DRAFTED
    last = appeal.transitions[-1] if appeal.transitions else None
    return (
        appeal.status == Status.SUBMITTED
        and appeal.submitted_revision_id == newest.id
        and last is not None
        and last.by == account.name
    )


def _refuse_stale(appeal: Appeal, newest: Revision | None, base: int) -> None:
    """409 with theirs, so that the page can show both side by side."""
    number, by = (newest.number, made_by(newest)) if newest else (0, "")
    more: dict[str, Any] = {"revision": number, "made_by": by, "status": appeal.status.value}
    if appeal.status != Status.DRAFTED:
        said = _("This appeal went on meanwhile, so your text could not be saved. It is kept as your draft.")
    elif base != number:
        said = _("%(name)s saved another version meanwhile. Yours is not saved yet.", name=by)
    else:
        return
    theirs = bench.rows(appeal, newest.cues) if newest else []
    raise wire.Refused(409, said, rows=theirs, base_rows=bench.based_on(appeal, base), **more)


@script.post("/staff/appeals/<int:appeal_id>/hold")
@wire.team
def hold(account: Account, appeal_id: int) -> ResponseReturnValue:
    """A sign of life of a tab. It holds the clip when nobody else does, or takes it over."""
    given = wire.body("tab", "take")
    tab, take = _tab(given), given["take"] is True
    with desk().db.write() as session:
        appeal = wire.present(session, account, appeal_id, to_change=True)
        if appeal.status == Status.DRAFTED:
            _take(session, account, appeal, tab, take=take)
        newest = latest(appeal)
        return jsonify(
            hold=bench.hold(session, account, appeal, tab),
            revision=newest.number if newest else 0,
            status=appeal.status.value,
            made_by=made_by(newest) if newest else "",
            notes=bench.notes(session, appeal),
        )


def _take(session: Session, account: Account, appeal: Appeal, tab: str, *, take: bool) -> None:
    moment, held = workflow.clock(session), session.get(Hold, appeal.id)
    if held is None:
        session.add(Hold(appeal_id=appeal.id, account_id=account.id, tab=tab, since=moment, seen=moment))
    elif (held.account_id, held.tab) == (account.id, tab):
        held.seen = moment
    elif take or held.seen + HOLD_ENDS <= moment or (held.account_id, held.tab) == (account.id, PROMISED):
        held.account_id, held.tab, held.since, held.seen = account.id, tab, moment, moment
    session.flush()


@script.delete("/staff/appeals/<int:appeal_id>/hold")
@wire.team
def release(account: Account, appeal_id: int) -> ResponseReturnValue:
    """This tab is left: whoever waits may have the clip at once."""
    tab = _tab(wire.body("tab"))
    with desk().db.write() as session:
        held = session.get(Hold, wire.present(session, account, appeal_id, to_change=True).id)
        if held and (held.account_id, held.tab) == (account.id, tab):
            session.delete(held)
    return Response(status=204)


@script.post("/staff/appeals/<int:appeal_id>/check")
@wire.team
def check(account: Account, appeal_id: int) -> ResponseReturnValue:
    """What the checks say about what is typed now, saved or not."""
    # what cannot be saved at all has a sentence of its own; a text of any length would keep us busy
    rows = [row for row in _rows(wire.body("rows")) if len(row.text) <= typed.MAX_TEXT][: typed.MAX_CUES]
    cues: list[Cue] = typed.cues(rows, [])
    with desk().db.read() as session:
        appeal = wire.present(session, account, appeal_id)
        return jsonify(findings=bench.findings(appeal, cues, [row.id for row in rows]))


def _rows(given: dict[str, Any]) -> list[typed.Row]:
    try:
        return typed.rows(given["rows"])
    except typed.NotOurs:
        raise wire.not_ours() from None


def _base(given: dict[str, Any]) -> int:
    base = given["base"]
    if isinstance(base, bool) or not isinstance(base, int) or not 0 <= base <= LARGEST:
        raise wire.not_ours()
    return base


def _tab(given: dict[str, Any]) -> str:
    """The name that a tab gave itself."""
    tab = given["tab"]
    if not isinstance(tab, str) or not one_line(typed.whole(tab)):
        raise wire.not_ours()
    return one_line(typed.whole(tab))[:40]
