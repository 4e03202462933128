"""A supporter with her code: how her appeal stands, the clip, messages, her choices, and taking it back.

The code travels in the body of a form: addresses are written down everywhere.
"""

from __future__ import annotations

import logging
import re
from contextlib import suppress
from typing import Any, NamedTuple

from flask import Blueprint, Response, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy import select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import contains_eager, selectinload

from pipeline import approval, workflow
from pipeline.models import Appeal, Kind, Status
from pipeline.posts import TakeDown
from pipeline.supporter import Receipt
from pipeline.withdraw import withdraw as take_back
from web import decide, form, guard, messages, news, receipt
from web.desk import desk
from web.media import send_stored

log = logging.getLogger(__name__)
pages = Blueprint("status", __name__)

WATCH_SECONDS = 30 * 60  # how long the address of a clip is good; it holds no code, and is no way to one


class Told(NamedTuple):
    """What the page says about what was just done, or why it could not be."""

    text: str = ""
    wrong: bool = False
    typed: str = ""  # a message that could not be sent


@pages.route("/status", methods=["GET", "POST"])
def shown() -> ResponseReturnValue:
    """How an appeal stands."""
    if request.method != "POST":
        return render_template("submit/status_form.html", typed="", wrong=False)
    typed = request.form.get("code", "")
    appeal = by_code(typed)
    return page(appeal, typed) if appeal else _wrong_code(typed)


@pages.post("/message")
def message() -> ResponseReturnValue:
    """Write to the team."""
    typed = request.form.get("code", "")
    appeal = by_code(typed)
    if appeal is None:
        return _wrong_code(typed)
    if not first(appeal):
        return page(appeal, typed), 403
    text = messages.cleaned(request.form.get("text", ""))
    if problem := messages.write(appeal, text):
        return page(_again(appeal), typed, Told(problem, wrong=True, typed=text)), 400
    return page(_again(appeal), typed, Told(_("Your message is with the team.")))


@pages.post("/choices")
def choices() -> ResponseReturnValue:
    """Her choices, as she made them; with `save` in the form, as she makes them now."""
    typed = request.form.get("code", "")
    appeal = by_code(typed)
    if appeal is None:
        return _wrong_code(typed)
    if appeal.status in workflow.FINAL or not first(appeal):
        return page(appeal, typed)
    if "save" not in request.form:
        return _choices(typed, appeal, form.Form.of(decide.chosen(appeal)), [])
    wanted = form.Form.read(request.form, desk().campaign)
    if problems := form.decided(wanted, decide.shown()):
        return _choices(typed, appeal, wanted, problems), problems[0].code
    return _decided(appeal, typed, wanted)


def _choices(code: str, appeal: Appeal, typed: form.Form, problems: list[form.Problem]) -> str:
    return render_template(
        "submit/choices.html",
        code=code,
        appeal=appeal,
        form=typed,
        problems=problems,
        wordings=decide.wordings(),
        seen=decide.shown(),
        words=decide.words(),
    )


def _decided(appeal: Appeal, code: str, wanted: form.Form) -> ResponseReturnValue:
    with desk().db.write() as session:
        there = session.get_one(Appeal, appeal.id, with_for_update=True)
        before = there.status
        changed = before not in workflow.FINAL and decide.change(session, there, wanted.choices)
    if not changed:
        said = _("Nothing was changed.")
    elif before in {Status.APPROVED, Status.RELEASED}:
        said = _("Saved. A person looks at your video again before the campaign may use it.")
    else:
        said = _("Saved. From now on it is as you decided.")
    return page(_again(appeal), code, Told(said))


@pages.post("/withdraw")
def withdraw() -> ResponseReturnValue:
    """Ask once, then delete everything but the ledger."""
    typed = request.form.get("code", "")
    appeal = by_code(typed)
    if appeal is None:
        return _wrong_code(typed)
    if appeal.status != Status.WITHDRAWN and request.form.get("sure") != "yes":
        return render_template("submit/withdraw.html", code=typed, published=_was_released(appeal))
    said = Told()
    try:
        take_back(desk(), appeal.id)
    except OSError:  # it is withdrawn, so nobody gets it; what is left of it is deleted within the hour
        log.exception("a withdrawn appeal could not be deleted at once")
        said = Told(_("Nobody can get at your video any more. Deleting the last of its files takes up to an hour."))
    return page(_again(appeal), typed, said)


@pages.get("/clip/<token>")
def clip(token: str) -> Response:
    """The finished clip of a released appeal, for who came from its page within the last half hour."""
    try:
        appeal_id, sha256 = _signer().loads(token, max_age=WATCH_SECONDS)
    except BadData:
        abort(404)
    with desk().db.read() as session:
        appeal = session.get(Appeal, appeal_id)
        file = approval.downloadable(appeal).get(Kind.FINISHED) if appeal else None
    if file is None or file.sha256 != sha256:
        abort(404)
    return send_stored(file)


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(desk().settings.secret_key, salt="clip")


def _watched_at(appeal: Appeal) -> str:
    """The address of the finished clip; "" while there is none to be shown."""
    file = approval.downloadable(appeal).get(Kind.FINISHED)
    return url_for("status.clip", token=_signer().dumps([appeal.id, file.sha256])) if file else ""


@guard.asked
def by_code(typed: str) -> Appeal | None:
    """The appeal to which this code is a key. What is no code is hashed as well, so that its answer takes as long."""
    with suppress(NoResultFound):
        return opened(receipt.hashed(desk().settings.secret_key, typed))
    return None


def opened(key: str) -> Appeal:
    """The appeal as it is now, with all that its pages show; of its keys only the one with this hash. NoResultFound."""
    parts = (Appeal.transitions, Appeal.consents, Appeal.files, Appeal.approvals)
    this = select(Appeal).join(Appeal.keys).where(Receipt.hash == key).options(contains_eager(Appeal.keys))
    with desk().db.read() as session:
        return session.scalars(this.options(*map(selectinload, parts))).unique().one()


def _again(appeal: Appeal) -> Appeal:
    """The same as it is now. Its code is not asked for again: that answer could be refused (guard.py)."""
    return opened(appeal.keys[0].hash)


def first(appeal: Appeal) -> bool:
    """Whether it was opened with its sender's own key, not with that of somebody who sent the same video later."""
    return appeal.keys[0].first


def _wrong_code(typed: str) -> ResponseReturnValue:
    return render_template("submit/status_form.html", typed=re.sub(r"\s+", " ", typed)[:40], wrong=True), 404


def page(appeal: Appeal, code: str, told: Told | None = None) -> str:
    """How this appeal stands."""
    why = next((move.reason for move in appeal.transitions if move.old != move.new == Status.REJECTED), "")
    shown: dict[str, Any] = {"appeal": appeal, "code": code, "told": told or Told()}
    if appeal.status == Status.WITHDRAWN:
        shown |= {"published": _was_released(appeal), "down": _taken_down(appeal)}
        return render_template("submit/withdrawn.html", **shown)
    return render_template(
        "submit/status.html",
        news=news.news(appeal, why),
        way=news.way(appeal),
        refused=news.refused(appeal),
        original_gone=news.original_gone(appeal),
        first=first(appeal),
        choices=decide.chosen(appeal),
        messages=messages.read(appeal) if first(appeal) else [],
        longest=messages.LONGEST,
        clip=_watched_at(appeal),
        **shown,
    )


def _was_released(appeal: Appeal) -> bool:
    return any(step.new == Status.RELEASED for step in appeal.transitions)


def _taken_down(appeal: Appeal) -> bool:
    """Whether the team has done all that there was to do where the clip was posted."""
    with desk().db.read() as session:
        still = select(TakeDown.id).where(TakeDown.appeal_id == appeal.id, TakeDown.done_by == "")
        return session.scalars(still).first() is None
