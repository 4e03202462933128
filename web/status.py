"""A supporter with her code: how her appeal stands, her choices, messages, the clip, and taking it back.

The code travels in the body of a form: addresses are written down everywhere.
"""

from __future__ import annotations

import logging
import re

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from pipeline.intake import Receipt
from pipeline.models import Appeal, Status, Transition
from pipeline.withdraw import withdraw as take_back
from web import receipt, words
from web.desk import desk

log = logging.getLogger(__name__)
pages = Blueprint("status", __name__)


@pages.route("/status", methods=["GET", "POST"])
def shown() -> ResponseReturnValue:
    """How an appeal stands. The code travels in the body: addresses are written down everywhere."""
    if request.method != "POST":
        return render_template("submit/status_form.html", typed="", wrong=False)
    typed = request.form.get("code", "")
    appeal = by_code(typed)
    return page(appeal, typed) if appeal else _wrong_code(typed)


@pages.post("/withdraw")
def withdraw() -> ResponseReturnValue:
    """Ask once, then delete everything but the ledger."""
    typed = request.form.get("code", "")
    appeal = by_code(typed)
    if appeal is None:
        return _wrong_code(typed)
    if appeal.status != Status.WITHDRAWN and request.form.get("sure") != "yes":
        return render_template("submit/withdraw.html", code=typed, appeal=appeal)
    try:
        take_back(desk(), appeal.id)
    except OSError:  # it is withdrawn, so nobody gets it; what is left of it is deleted within the hour
        log.exception("a withdrawn appeal could not be deleted at once")
    return page(by_code(typed) or appeal, typed)


def by_code(typed: str) -> Appeal | None:
    code = receipt.read(typed)
    if code is None:
        return None
    key = receipt.hashed(desk().settings.secret_key, code)
    with desk().db.read() as session:
        appeal = session.scalar(select(Appeal).join(Receipt, Receipt.appeal_id == Appeal.id).where(Receipt.hash == key))
        if appeal:
            _ = appeal.transitions, appeal.consents  # read while the session is open
        return appeal


def _wrong_code(typed: str) -> ResponseReturnValue:
    return render_template("submit/status_form.html", typed=re.sub(r"\s+", " ", typed)[:40], wrong=True), 404


def page(appeal: Appeal, code: str) -> str:
    with desk().db.read() as session:
        last = session.scalars(
            select(Transition).where(Transition.appeal_id == appeal.id).order_by(Transition.id.desc())
        ).first()
    refusal = last.reason if last and last.new == Status.REJECTED else ""
    news, refused = words.news(appeal, refusal), words.refused(appeal)
    return render_template("submit/status.html", appeal=appeal, code=code, news=news, refused=refused)
