"""All that was ever saved of an appeal's tracks: who, when, what changed; and an old version made the newest again."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from pipeline import workflow
from pipeline.cues import Cue
from pipeline.models import Account, Appeal, Layer, Revision, Status
from web import bench, difference, given
from web.appeal import find, latest
from web.auth import team
from web.desk import desk

pages = Blueprint("history", __name__)


@pages.app_template_filter("source_words")
def source_words(revision: Revision) -> str:
    """Where a version comes from, when nobody typed it."""
    kind, _space, number = revision.source.partition(" ")
    if kind == "version":
        return str(_("version %(number)s again", number=number))
    return str(_("from a file")) if kind == "file" else ""


@pages.get("/staff/appeals/<int:appeal_id>/history")
@team
def history(account: Account, appeal_id: int) -> ResponseReturnValue:
    """The list of versions, and what one of them changed."""
    with desk().db.read() as session:
        return page(session, account, found(session, account, appeal_id))


def found(session: Session, account: Account, appeal_id: int, *, to_change: bool = False) -> Appeal:
    """As appeal.find, of those that still have something to show."""
    appeal = find(session, account, appeal_id, to_change=to_change)
    return abort(410) if appeal.purged else appeal


def page(session: Session, account: Account, appeal: Appeal, problems: Sequence[str] = ()) -> ResponseReturnValue:
    """The page; problems: what was wrong with what somebody sent."""
    heard = request.args.get("layer") == Layer.TRANSCRIPT
    track = appeal.track(Layer.TRANSCRIPT if heard else Layer.RUSSIAN)
    revisions = track.revisions if track else []
    shown = _chosen(revisions, "version") or next(reversed(revisions), None)
    before = _chosen(revisions, "against") or next((r for r in reversed(revisions) if r.number < _number(shown)), None)
    changes = difference.between(before.cues if before else [], shown.cues) if shown else []
    newest = latest(appeal)
    text = render_template(
        "staff/history.html",
        appeal=appeal,
        heard=heard,
        revisions=revisions,
        shown=shown,
        before=before,
        changes=changes,
        counted=_counted(changes),
        same=len(shown.cues) - sum(change.new is not None for change in changes) if shown else 0,
        newest=_number(newest),
        may_edit=appeal.status == Status.DRAFTED,
        held=bench.hold(session, account, appeal, ""),
        me=account.name,
        problems=problems,
        also_transcript=appeal.track(Layer.TRANSCRIPT) is not None,
    )
    return text, 422 if problems else 200


def _number(revision: Revision | None) -> int:
    return revision.number if revision else 0


def _chosen(revisions: Sequence[Revision], name: str) -> Revision | None:
    """The version that the address names; one that never was is none."""
    number = given.number(request.args, name, 0)
    return next((revision for revision in revisions if revision.number == number), None)


def _counted(changes: Sequence[difference.Change]) -> list[str]:
    """`3 changed`, `1 added`, `2 removed`."""
    added, removed = sum(each.old is None for each in changes), sum(each.new is None for each in changes)
    changed = len(changes) - added - removed
    named = [
        (changed, ngettext("%(num)s cue changed", "%(num)s cues changed", changed)),
        (added, ngettext("%(num)s cue added", "%(num)s cues added", added)),
        (removed, ngettext("%(num)s cue removed", "%(num)s cues removed", removed)),
    ]
    return [words for count, words in named if count]


@pages.post("/staff/appeals/<int:appeal_id>/restore")
@team
def restore(account: Account, appeal_id: int) -> ResponseReturnValue:
    """An old version as a new one. Whoever restores it answers for its words, as their author."""
    with desk().db.write() as session:
        appeal = found(session, account, appeal_id, to_change=True)
        old = bench.version(appeal, given.number(request.form, "version", 0)) or abort(400)
        try:
            add(session, account, appeal, old.cues, f"version {old.number}")
        except NotAdded as error:
            return page(session, account, appeal, [str(error)])
    flash(_("Version %(number)s is the newest again.", number=old.number))
    return redirect(url_for("history.history", appeal_id=appeal_id))


class NotAdded(Exception):
    """Why these cues are no new version, in a sentence."""


def add(session: Session, account: Account, appeal: Appeal, cues: Sequence[Cue], source: str) -> None:
    """These cues as the newest version. NotAdded; Stale when the page that was sent is too old."""
    newest = latest(appeal)
    if appeal.status != Status.DRAFTED or given.number(request.form, "base", -1) != _number(newest):
        raise workflow.Stale
    held = bench.hold(session, account, appeal, "")
    if held["by"] and not held["mine"] and "all_the_same" not in request.form:
        said = _(
            "%(name)s has this clip open: nothing was changed. Tick the box to do it all the same.", name=held["by"]
        )
        raise NotAdded(said)
    if newest and cues == newest.cues:
        raise NotAdded(_("The newest version says exactly that already: nothing was changed."))
    appeal.start_track(Layer.RUSSIAN, "ru").add(cues, account.name, account.id).source = source
    session.flush()
