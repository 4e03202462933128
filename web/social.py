"""The social team: released clips, to look at and to download, and what has to be taken down again."""

from __future__ import annotations

from flask import Blueprint, Response, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from pipeline.approval import approval_in_force, authors, downloadable, too_early
from pipeline.base import now
from pipeline.models import Account, Appeal, Kind, Role, Status
from pipeline.posts import TakeDown
from web import given
from web.auth import role
from web.desk import desk
from web.media import send_stored

pages = Blueprint("social", __name__)
publishers = role(Role.SOCIAL, Role.REVIEWER, Role.ADMIN)

PAGE = 24
DONE = 20  # take-downs that were ticked off last and are still shown

#: Why a clip may not be shown any more, by where its appeal went.
WHY = {
    Status.WITHDRAWN: _l("Its supporter took it back."),
    Status.IN_REVIEW: _l("Its supporter changed her choices. A reviewer looks at it again."),
    Status.DRAFTED: _l("A reviewer opened it again for correction."),
}

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
        clips = [(each, downloadable(each), too_early(each), _credits(session, each)) for each in found[:PAGE]]
        open_ones = select(TakeDown, Appeal).join(Appeal).where(TakeDown.done_by == "").order_by(TakeDown.id)
        still = [(down, appeal.language, _ever_allowed(appeal)) for down, appeal in session.execute(open_ones)]
        done = select(TakeDown).where(TakeDown.done_by != "").order_by(TakeDown.done_at.desc()).limit(DONE)
        return render_template(
            "staff/gallery.html",
            clips=clips,
            page=page,
            more=len(found) > PAGE,
            still=still,
            done=session.scalars(done).all(),
            why=WHY,
        )


def _credits(session: Session, appeal: Appeal) -> list[str]:
    """Pseudonyms of those who wrote its subtitles and said that they may be named."""
    approval = approval_in_force(appeal)
    if approval is None:
        return []
    wrote = (Account.id.in_(authors(approval.revision)), Account.credited)
    return list(session.scalars(select(Account.name).where(*wrote).order_by(Account.name)))


def _ever_allowed(appeal: Appeal) -> list[str]:
    """Where it may have been posted."""
    return sorted({key for consent in appeal.consents for key in consent.answer("networks") or ()})


@pages.app_template_filter("network")
def network(key: str) -> str:
    """The name of a network as people know it; its key where the campaign does not name it any more."""
    names: dict[str, str] = current_app.extensions["desk"].campaign.networks
    return names.get(key, key)


@pages.post("/social/take-downs/<int:take_down_id>/done")
@publishers
def taken_down(account: Account, take_down_id: int) -> ResponseReturnValue:
    """Somebody says that the clip is gone wherever it was posted."""
    open_one = (TakeDown.id == take_down_id, TakeDown.done_by == "")
    with desk().db.write() as session:
        session.execute(update(TakeDown).where(*open_one).values(done_by=account.name, done_at=now()))
    flash(_("Ticked off."))
    return redirect(url_for("social.gallery"))


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
