"""Subtitles as files: every version can be taken out at any time, and a file brought in as a new version.

What goes out here are drafts, for working on them elsewhere, and never for publishing: their names say so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from flask import Blueprint, Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from pipeline import formats
from pipeline.cues import Cue
from pipeline.models import Account, Appeal
from web import bench, given, history, typed
from web.appeal import latest
from web.auth import team
from web.desk import desk

pages = Blueprint("exchange", __name__)


SHOWN = 20  # sentences about one file

#: What a version can be written as, and how a browser is told so.
TYPES = {"srt": "application/x-subrip", "vtt": "text/vtt", "ass": "text/x-ssa", "txt": "text/plain"}


@pages.get("/staff/appeals/<int:appeal_id>/russian.<kind>")
@team
def russian(account: Account, appeal_id: int, kind: str) -> Response:
    """The Russian track as it was saved last, or in the version that the address names."""
    mimetype = TYPES.get(kind) or abort(404)
    number = given.number(request.args, "version", 0)
    with desk().db.read() as session:
        appeal = history.found(session, account, appeal_id)
        revision = bench.version(appeal, number) if number else latest(appeal)
        text = _written(kind, appeal, revision.cues if revision else [])
    if number and revision is None:
        abort(404)
    answer = Response(text, mimetype=mimetype)
    name = f"appeal-{appeal.id}-ru-draft-v{revision.number if revision else 0}.{kind}"
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


def _written(kind: str, appeal: Appeal, cues: Sequence[Cue]) -> str:
    if kind == "ass":
        media = appeal.media or {}
        return formats.ass(cues, media.get("width", 1920), media.get("height", 1080), desk().campaign.look)
    if kind == "txt":
        return "".join(f"{' '.join(cue.text.split())}\n" for cue in cues if cue.text)
    return formats.srt(cues) if kind == "srt" else formats.vtt(cues)


@pages.post("/staff/appeals/<int:appeal_id>/import")
@team
def bring(account: Account, appeal_id: int) -> ResponseReturnValue:
    """The subtitles of a file as a new version, under the name of whoever brings it."""
    cues, problems = _read()
    with desk().db.write() as session:
        appeal = history.found(session, account, appeal_id, to_change=True)
        problems = problems or _unfit(appeal, cues)
        if not problems:
            try:
                history.add(session, account, appeal, _known(appeal, cues), "file")
            except history.NotAdded as error:
                problems = [str(error)]
        if problems:
            return history.page(session, account, appeal, problems)
    flash(_("The file is the newest version now."))
    return redirect(url_for("history.history", appeal_id=appeal_id))


def _read() -> tuple[list[Cue], list[str]]:
    """The cues of the file that was sent, tidied as if they were typed, or why there are none."""
    file = request.files.get("file")
    data = file.read() if file else b""
    if file is None or not data:
        return [], [_("Please choose a file that holds subtitles: nothing came.")]
    try:
        found = formats.read(data, file.filename or "")
    except formats.BadSubtitles as error:
        return [], [
            _("Line %(line)s of the file: %(sentence)s", line=error.line, sentence=_(error.sentence) % error.values)
        ]
    return [cue for each in found if (cue := replace(each, text=typed.tidy(each.text))).text], []


def _unfit(appeal: Appeal, cues: Sequence[Cue]) -> list[str]:
    """Why these cues cannot be those of this clip."""
    rows = [typed.Row("", cue.start, cue.end, cue.text) for cue in cues]
    found = [sentence for _place, sentence in typed.problems(rows, (appeal.media or {}).get("duration_ms", 0))]
    more = len(found) - SHOWN
    return [*found[:SHOWN], ngettext("And %(num)s more.", "And %(num)s more.", more)] if more > 0 else found


def _known(appeal: Appeal, cues: Sequence[Cue]) -> list[Cue]:
    """Those that the newest version has too, with all that is known about them there."""
    newest = latest(appeal)
    there = {(cue.start, cue.end, cue.text): cue for cue in newest.cues} if newest else {}
    return [there.get((cue.start, cue.end, cue.text), cue) for cue in cues]
