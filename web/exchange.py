"""Subtitles as files: every version can be taken out at any time. Drafts are for working on, never for publishing."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Response, abort, request

from pipeline import formats
from pipeline.cues import Cue
from pipeline.models import Account, Appeal
from web import bench, given
from web.appeal import find, latest
from web.auth import team
from web.desk import desk

pages = Blueprint("exchange", __name__)


#: What a version can be written as, and how a browser is told so.
TYPES = {"srt": "application/x-subrip", "vtt": "text/vtt", "ass": "text/x-ssa", "txt": "text/plain"}


@pages.get("/staff/appeals/<int:appeal_id>/russian.<kind>")
@team
def russian(account: Account, appeal_id: int, kind: str) -> Response:
    """The Russian track as it was saved last, or in the version that the address names."""
    mimetype = TYPES.get(kind) or abort(404)
    number = given.number(request.args, "version", 0)
    with desk().db.read() as session:
        appeal = find(session, account, appeal_id)
        if appeal.purged:
            abort(410)
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
