"""Error pages in plain words. What went wrong inside stays in the log."""

from __future__ import annotations

import logging

from flask import Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy import select
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from pipeline.models import Role, Transition
from pipeline.workflow import NotAllowed, Stale
from web import words
from web.desk import desk

log = logging.getLogger(__name__)

#: What happened, and what to do about it.
SENTENCES = {
    400: (_l("We could not read that"), _l("Please go back and try again.")),
    403: (_l("That is not allowed"), _l("Please ask somebody of the team.")),
    404: (_l("There is nothing here"), _l("The address may be wrong, or what was here is gone.")),
    405: (_l("That does not work here"), _l("Please go back and use the buttons of the page.")),
    409: (_l("Somebody was faster"), _l("This changed while you were looking at it. Nothing was changed by you.")),
    410: (_l("It is gone"), _l("This appeal was taken back or deleted, with all that was typed for it.")),
    413: (_l("That is too large"), _l("Please send something smaller.")),
    416: (_l("That part is not there"), _l("Please load the page again.")),
    429: (
        _l("Please wait a moment"),
        _l("Very many people are asking just now. Your code may be right: please try again in a minute."),
    ),
    500: (_l("Something went wrong on our side"), _l("It is not your fault. Please try again in a few minutes.")),
    503: (_l("We are away for a moment"), _l("Please try again in a few minutes. Nothing is lost.")),
}


def init_app(app: Flask) -> None:
    """Every error leaves as a page."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(CSRFError, _forgery)
    app.register_error_handler(Stale, _stale)
    app.register_error_handler(NotAllowed, lambda error: page(403, _(str(error))))
    app.register_error_handler(OperationalError, _database)


def page(code: int, sentence: str = "") -> tuple[str, int]:
    """The error page; the sentence replaces the usual one. Who is signed in stays among the team's pages."""
    title, usual = SENTENCES.get(code, SENTENCES[500 if code >= 500 else 400])
    signed_in = _signed_in()
    shown = {
        "title": title,
        "sentence": sentence or usual,
        "layout": "staff/base.html" if signed_in else "base.html",
        "way": _way_on(code, signed_in),
        "gone": (request.view_args or {}).get("appeal_id") if code == 410 else None,
    }
    return render_template("error.html", **shown), code


def _way_on(code: int, signed_in: bool) -> tuple[str, str]:
    """Where the page leads, and what is written on it."""
    if code in {403, 409} and request.view_args and "appeal_id" in request.view_args:
        return url_for("appeal.page", appeal_id=request.view_args["appeal_id"]), words.HOW_IT_STANDS
    if not signed_in:
        return url_for("submit.first"), _("To the first page")
    if current_user.account.role == Role.SOCIAL:
        return url_for("social.gallery"), words.TO_THE_CLIPS
    return url_for("queue.appeals"), words.TO_THE_QUEUE


def _signed_in() -> bool:
    try:
        return bool(current_user.is_authenticated)
    except SQLAlchemyError:  # the database is why there is an error page
        return False


def _stale(error: Stale) -> ResponseReturnValue:
    """Name what happened meanwhile: whoever clicked twice did it themselves."""
    appeal_id = (request.view_args or {}).get("appeal_id", 0)
    with desk().db.read() as session:
        last = session.scalars(
            select(Transition).where(Transition.appeal_id == appeal_id).order_by(Transition.id.desc())
        ).first()
    if last is None:
        return page(409)
    return page(409, words.moved(last))


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None:  # abort(Response(...)): somebody made a page already
        return error.response
    text, code = page(error.code or 500)
    headers = [(name, value) for name, value in error.get_headers() if name not in {"Content-Type", "Content-Length"}]
    return text, code, headers


def _forgery(error: CSRFError) -> ResponseReturnValue | Response:
    """A form without a valid token: an old page, or a form of another site. Who is not signed in, may sign in."""
    if not current_user.is_authenticated:
        return redirect(url_for("auth.sign_in"))
    return page(400, words.TOO_OLD)


def _database(error: OperationalError) -> ResponseReturnValue:
    log.error("the database does not answer: %s", error.orig)
    return page(503)
