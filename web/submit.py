"""Supporters: the form, and taking in what it brings. No account, no cookie.

No forgery token either: nothing here acts by what a browser carries along by itself.
"""

from __future__ import annotations

import errno
import logging
import secrets
import time
from contextlib import suppress
from dataclasses import replace
from typing import NamedTuple

from flask import Blueprint, current_app, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from pipeline import uploads, workflow
from pipeline.base import this_hour
from pipeline.models import Appeal, File, Kind, Status
from pipeline.supporter import Receipt
from pipeline.uploads import Whole
from web import decide, form, guard, line, news, receipt, status
from web.desk import desk
from web.upload import HEAD, receive

log = logging.getLogger(__name__)
pages = Blueprint("submit", __name__)

POLL_SECONDS = 0.2


class Kept(NamedTuple):
    """A video that is safe: its appeal, the code for whoever sent it, and that code's hash."""

    appeal_id: int
    code: str
    key: str


@pages.route("/", methods=["GET", "POST"])
def first() -> str:
    """The form. Posted here, it comes back as it was typed: in another language, and without its video."""
    if request.method == "POST":
        return _form(form.Form.read(request.form, desk().campaign), [])
    return _form(form.Form.fresh(desk().campaign), [])


def _form(typed: form.Form, problems: list[form.Problem]) -> str:
    return render_template(
        "submit/form.html",
        form=typed,
        problems=problems,
        wordings=decide.wordings(),
        seen=decide.shown(),
        words=decide.words(),
        original=news.ORIGINAL[desk().campaign.retention.original],
    )


def _again(typed: form.Form, *problems: form.Problem) -> ResponseReturnValue:
    return _form(typed, [*problems]), problems[0].code


@pages.post("/send")
def send() -> ResponseReturnValue:
    """Take the video. "Received" is said only when file and row are safe; before that, nothing is left behind."""
    limit = desk().campaign.limits.max_bytes
    room = desk().scratch.has_room(request.content_length or limit)
    typed = form.Form.fresh(desk().campaign)
    try:
        # Larger bodies are read and thrown away up to a border, so that her browser gets to show our answer.
        border = 2 * limit + form.SLACK_BYTES
        with receive(request, desk().scratch.incoming, keep_bytes=limit if room else 0, read_bytes=border) as came:
            typed = form.Form.read(came.fields, desk().campaign)
            if not came.whole or came.fields.get("whole") != "yes":
                return _again(typed, form.CUT_OFF)
            if not room:
                return _again(typed, form.NO_ROOM)
            if typed.upload:
                return _sent_before(typed)
            if refused := guard.plain_form():
                return _again(typed, refused)
            video = form.Video(came.files, came.size, came.head)
            return _taken(typed, Whole(came.path, came.size, came.sha256), video)
    except line.Full:
        return _again(typed, form.CROWDED)
    except OSError as error:
        log.error("an upload could not be written: %s", error.strerror)
        return _again(typed, form.NO_ROOM if error.errno == errno.ENOSPC else form.NOT_STORED)


def _sent_before(typed: form.Form) -> ResponseReturnValue:
    """The video came by tus; the form says which it is."""
    try:
        whole = desk().uploads.take(typed.upload)
    except uploads.NotWhole:
        return _again(typed, form.CUT_OFF)
    except (uploads.Unknown, uploads.Expired):
        return _again(replace(typed, upload=""), form.GONE)
    if whole.path is None:
        return _taken(typed, whole, None)
    try:
        with whole.path.open("rb") as file:
            video = form.Video(1, whole.size, file.read(HEAD))
        return _taken(typed, whole, video)
    finally:  # where it could not be stored now, the upload is still there for the next try
        whole.path.unlink(missing_ok=True)


def _taken(typed: form.Form, whole: Whole, video: form.Video | None) -> ResponseReturnValue:
    """video: None where it was looked at before."""
    if problems := form.problems(typed, video, desk().campaign, decide.shown()):
        return _again(typed, *problems)
    try:
        kept = _kept(typed, whole)
    except uploads.Unknown:
        return _again(replace(typed, upload=""), form.GONE)
    except receipt.Busy:
        return _again(typed, form.CROWDED)
    except Exception as error:  # whatever it was, she gets her form back and is told that nothing was kept
        log.exception("an upload could not be stored")
        full = isinstance(error, OSError) and error.errno == errno.ENOSPC
        return _again(typed, form.NO_ROOM if full else form.NOT_STORED)
    try:  # it is safe: no fault from here on may tell her anything else
        _forgotten(typed.upload)
        desk().doorbell.ring(kept.appeal_id, Status.RECEIVED)
    except Exception:
        log.exception("a video is stored, but its upload is not deleted yet, or no worker knows of it")
    return _receipt(kept, whole.size)


def _forgotten(upload: str) -> None:
    """Of a video that is stored the upload goes."""
    if upload:
        desk().uploads.taken(upload)
        with desk().db.write() as session:
            session.execute(update(Appeal).where(Appeal.upload == upload).values(upload=None))


def _kept(typed: form.Form, whole: Whole) -> Kept:
    """Where it is kept now. The same form again, or the very same video by another form, makes no second."""
    secret = desk().settings.secret_key
    code = receipt.make(secret, typed.token, whole.sha256)
    key, mark = receipt.hashed(secret, code), receipt.fingerprint(secret, whole.sha256)
    found = _known(typed, key, mark)
    if found is None:
        try:
            found = _new(typed, whole, key, mark)
        except IntegrityError:  # the same at the same moment
            found = _known(typed, key, mark)
            if found is None:
                raise
    return Kept(found, code, key)


def _known(typed: form.Form, key: str, mark: str) -> int | None:
    """The appeal that is there already. The very same form is its sender's: her last word counts. By another form it
    may be anybody who has the bytes: it gets a lesser key, and changes nothing."""
    with desk().db.write() as session:
        mine = session.get(Receipt, key)
        same = select(Appeal).where(Appeal.id == mine.appeal_id if mine else Appeal.fingerprint == mark)
        appeal = session.scalar(same.with_for_update())
        if appeal is None:
            return None
        mine = mine or session.get(Receipt, key)  # once more: the same form at the same moment
        if mine is None:
            session.add(Receipt(hash=key, appeal_id=appeal.id, first=False))
        elif mine.first and appeal.status not in workflow.FINAL:
            decide.change(session, appeal, typed.choices)
            if appeal.status == Status.RECEIVED:
                appeal.language = typed.language
        if not appeal.purged:
            appeal.upload = appeal.upload or typed.upload or None
        return appeal.id


def _new(typed: form.Form, whole: Whole, key: str, mark: str) -> int:
    """File, then row."""
    if whole.path is None:  # its appeal was taken back meanwhile
        raise uploads.Unknown
    folder = secrets.token_hex(16)
    try:
        stored = desk().storage.put(whole.path, folder, "original", sha256=whole.sha256)
        appeal = Appeal(
            folder=folder,
            fingerprint=mark,
            language=typed.language,
            upload=typed.upload or None,
            since=this_hour(),
            files=[File(kind=Kind.ORIGINAL, key=stored.key, sha256=stored.sha256, size=stored.size)],
            consents=[decide.consent(typed.choices)],
        )
        decide.write_down(appeal, typed.choices)
        with desk().db.write() as session:
            session.add(appeal)
            session.flush()
            session.add(Receipt(hash=key, appeal_id=appeal.id))
            workflow.note(session, appeal, workflow.SUPPORTER, "")
    except BaseException:
        with suppress(Exception):
            desk().storage.purge(folder)
        raise
    return appeal.id


def _receipt(kept: Kept, size: int) -> ResponseReturnValue:
    _after_first_look(kept.appeal_id)
    appeal = status.opened(kept.key)
    if appeal.status in workflow.FINAL:  # the form of an appeal that has ended, sent again
        return status.page(appeal, kept.code)
    refused = news.refused(appeal)
    page = render_template(
        "submit/receipt.html",
        code=kept.code,
        size=size,
        media=appeal.media,
        news=news.news(appeal),
        way=news.way(appeal),
        refused=refused,
        first=status.first(appeal),
    )
    return page, 422 if refused else 200


def _after_first_look(appeal_id: int) -> None:
    """Wait until a worker has looked at the file, or the patience for it is over."""
    deadline = time.monotonic() + current_app.config["VERDICT_SECONDS"]
    while True:
        with desk().db.read() as session:
            appeal = session.get_one(Appeal, appeal_id)
        looked = appeal.status != Status.RECEIVED or appeal.needs_person
        if looked or time.monotonic() >= deadline:
            return
        time.sleep(POLL_SECONDS)
