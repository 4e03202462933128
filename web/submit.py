"""Supporters: the form, the receipt, the status by code, and taking an appeal back. No account, no cookie.

No forgery token either: nothing here acts by what a browser carries along by itself.
"""

from __future__ import annotations

import errno
import logging
import re
import secrets
import time
from contextlib import suppress

from flask import Blueprint, current_app, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from pipeline import workflow
from pipeline.models import Appeal, Consent, File, Kind, Status, Transition
from pipeline.withdraw import withdraw as take_back
from web import form, receipt, words
from web.desk import desk
from web.upload import Upload, receive

log = logging.getLogger(__name__)
pages = Blueprint("submit", __name__)

POLL_SECONDS = 0.2


@pages.get("/")
def first() -> str:
    """The form."""
    return render_template("submit/form.html", form=form.Form(), problems=[])


@pages.post("/send")
def send() -> ResponseReturnValue:
    """Take the video. "Received" is said only when file and row are safe; before that, nothing is left behind."""
    limit = desk().campaign.limits.max_bytes
    # Larger bodies are read and thrown away up to this, so that her browser gets to show our answer.
    request.max_content_length = 2 * limit + form.SLACK_BYTES
    room = desk().scratch.has_room(request.content_length or limit)
    try:
        with receive(request, desk().scratch.incoming, keep_bytes=limit if room else 0) as upload:
            typed = form.Form.read(upload.fields)
            problems = form.problems(upload, typed, desk().campaign) if room else [form.NO_ROOM]
            if problems:
                return _form_again(typed, problems)
            return _kept(upload, typed)
    except OSError as error:
        log.error("an upload could not be written: %s", error.strerror)
        return _form_again(form.Form(), [form.NO_ROOM if error.errno == errno.ENOSPC else form.NOT_STORED])


def _form_again(typed: form.Form, problems: list[form.Problem]) -> ResponseReturnValue:
    return render_template("submit/form.html", form=typed, problems=problems), problems[0].code


def _kept(upload: Upload, typed: form.Form) -> ResponseReturnValue:
    try:
        appeal, code = _store(upload, typed)
    except Exception as error:  # whatever it was, she gets her form back and is told that nothing was kept
        log.exception("an upload could not be stored")
        full = isinstance(error, OSError) and error.errno == errno.ENOSPC
        return _form_again(typed, [form.NO_ROOM if full else form.NOT_STORED])
    desk().doorbell.ring(appeal.id, appeal.status)
    return _receipt(appeal.id, code, upload.size)


def _store(upload: Upload, typed: form.Form) -> tuple[Appeal, str]:
    """File, then row. The very same form sent twice is one appeal: the second finds the first by its code."""
    folder = secrets.token_hex(16)
    campaign, secret = desk().campaign, desk().settings.secret_key
    try:
        stored = desk().storage.put(upload.path, folder, "original")
        code = receipt.make(secret, typed.token, stored.sha256, typed.language, typed.name)
        appeal = Appeal(
            folder=folder,
            receipt_hash=receipt.hashed(secret, code),
            language=typed.language,
            shown_name=typed.name,
            status=Status.RECEIVED,
            files=[File(kind=Kind.ORIGINAL, key=stored.key, sha256=stored.sha256, size=stored.size)],
            consents=[Consent(version=campaign.consent_version, language="en", wording=campaign.consent_wording)],
            transitions=[Transition(old=Status.RECEIVED, new=Status.RECEIVED, by=workflow.SUPPORTER)],
        )
        with desk().db.write() as session:
            session.add(appeal)
    except BaseException as error:
        with suppress(Exception):
            desk().storage.purge(folder)
        if isinstance(error, IntegrityError) and (earlier := _by_code(code)):
            return earlier, code
        raise
    return appeal, code


def _receipt(appeal_id: int, code: str, size: int) -> ResponseReturnValue:
    appeal = _after_first_look(appeal_id)
    if appeal.status in workflow.FINAL:  # the form of an appeal that has ended, sent again
        return _status_page(appeal, code)
    refused = words.refused(appeal)
    page = render_template(
        "submit/receipt.html", code=code, size=size, news=words.news(appeal), refused=refused, appeal=appeal
    )
    return page, 422 if refused else 200


def _after_first_look(appeal_id: int) -> Appeal:
    """The appeal, as soon as a worker has looked at the file or the patience for it is over."""
    deadline = time.monotonic() + current_app.config["VERDICT_SECONDS"]
    while True:
        with desk().db.read() as session:
            appeal = session.get_one(Appeal, appeal_id)
        looked = appeal.status != Status.RECEIVED or appeal.needs_person
        if looked or time.monotonic() >= deadline:
            return appeal
        time.sleep(POLL_SECONDS)


@pages.route("/status", methods=["GET", "POST"])
def status() -> ResponseReturnValue:
    """How an appeal stands. The code travels in the body: addresses are written down everywhere."""
    if request.method != "POST":
        return render_template("submit/status_form.html", typed="", wrong=False)
    typed = request.form.get("code", "")
    appeal = _by_code(typed)
    return _status_page(appeal, typed) if appeal else _wrong_code(typed)


@pages.post("/withdraw")
def withdraw() -> ResponseReturnValue:
    """Ask once, then delete everything but the ledger."""
    typed = request.form.get("code", "")
    appeal = _by_code(typed)
    if appeal is None:
        return _wrong_code(typed)
    if appeal.status != Status.WITHDRAWN and request.form.get("sure") != "yes":
        return render_template("submit/withdraw.html", code=typed, appeal=appeal)
    try:
        take_back(desk(), appeal.id)
    except OSError:  # it is withdrawn, so nobody gets it; what is left of it is deleted within the hour
        log.exception("a withdrawn appeal could not be deleted at once")
    return _status_page(_by_code(typed) or appeal, typed)


def _by_code(typed: str) -> Appeal | None:
    code = receipt.read(typed)
    if code is None:
        return None
    receipt_hash = receipt.hashed(desk().settings.secret_key, code)
    with desk().db.read() as session:
        appeal = session.scalar(select(Appeal).where(Appeal.receipt_hash == receipt_hash))
        if appeal:
            _ = appeal.transitions  # read while the session is open
        return appeal


def _wrong_code(typed: str) -> ResponseReturnValue:
    return render_template("submit/status_form.html", typed=re.sub(r"\s+", " ", typed)[:40], wrong=True), 404


def _status_page(appeal: Appeal, code: str) -> str:
    with desk().db.read() as session:
        last = session.scalars(
            select(Transition).where(Transition.appeal_id == appeal.id).order_by(Transition.id.desc())
        ).first()
    refusal = last.reason if last and last.new == Status.REJECTED else ""
    news, refused = words.news(appeal, refusal), words.refused(appeal)
    return render_template("submit/status.html", appeal=appeal, code=code, news=news, refused=refused)
