"""The social team: released clips, to look at and to download."""

from __future__ import annotations

from flask import Blueprint, Response, abort, render_template, request
from sqlalchemy import select

from pipeline.models import Account, Appeal, Kind, Role, Status
from pipeline.workflow import downloadable
from web import given
from web.auth import role
from web.desk import desk
from web.media import send_stored

pages = Blueprint("social", __name__)
publishers = role(Role.SOCIAL, Role.REVIEWER, Role.ADMIN)

PAGE = 24

#: How a downloaded file ends, after `appeal-12-ru`.
ENDINGS = {Kind.FINISHED: ".mp4", Kind.SOFTSUB: "-soft.mp4", Kind.SRT: ".srt", Kind.VTT: ".vtt"}


@pages.get("/social/")
@publishers
def gallery(account: Account) -> str:
    """Released clips, the newest first."""
    page = max(given.number(request.args, "page", 1), 1)
    released = select(Appeal).where(Appeal.status == Status.RELEASED).order_by(Appeal.since.desc(), Appeal.id.desc())
    with desk().db.read() as session:
        found = session.scalars(released.limit(PAGE + 1).offset((page - 1) * PAGE)).all()
        clips = [(appeal, downloadable(appeal)) for appeal in found[:PAGE]]
        return render_template("staff/gallery.html", clips=clips, page=page, more=len(found) > PAGE)


@pages.get("/social/clips/<int:appeal_id>/<kind>")
@publishers
def clip(account: Account, appeal_id: int, kind: str) -> Response:
    """A file of a released clip. The workflow says which; nothing else leaves by this way, whoever asks."""
    with desk().db.read() as session:
        appeal = session.get(Appeal, appeal_id)
        files = downloadable(appeal) if appeal else {}
        poster = appeal.file(Kind.POSTER) if appeal and files else None
    if kind == Kind.POSTER and poster:
        return send_stored(poster)
    file = next((file for file in files.values() if file.kind == kind), None)
    if file is None:
        abort(404)
    return send_stored(file, save_as=f"appeal-{appeal_id}-ru{ENDINGS[file.kind]}")
