"""Error pages in plain words. What went wrong inside stays in the log."""

from __future__ import annotations

import logging

from flask import Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from pipeline.workflow import NotAllowed, Stale

log = logging.getLogger(__name__)

#: What happened, and what to do about it.
SENTENCES = {
    400: ("We could not read that", "Please go back and try again."),
    403: ("That is not allowed", "Please ask somebody of the team."),
    404: ("There is nothing here", "The address may be wrong, or what was here is gone."),
    405: ("That does not work here", "Please go back and use the buttons of the page."),
    409: ("Somebody was faster", "This changed while you were looking at it. Nothing was changed by you."),
    413: ("That is too large", "Please send something smaller."),
    416: ("That part is not there", "Please load the page again."),
    500: ("Something went wrong on our side", "It is not your fault. Please try again in a few minutes."),
    503: ("We are away for a moment", "Please try again in a few minutes. Nothing is lost."),
}


def init_app(app: Flask) -> None:
    """Every error leaves as a page."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(CSRFError, _forgery)
    app.register_error_handler(Stale, lambda error: page(409))
    app.register_error_handler(NotAllowed, lambda error: page(403, str(error)))
    app.register_error_handler(OperationalError, _database)


def page(code: int, sentence: str = "") -> tuple[str, int]:
    """The error page; the sentence replaces the usual one."""
    title, usual = SENTENCES.get(code, SENTENCES[500 if code >= 500 else 400])
    back = ""
    if code in {403, 409} and request.view_args and "appeal_id" in request.view_args:
        back = url_for("workbench.appeal", appeal_id=request.view_args["appeal_id"])
    return render_template("error.html", title=title, sentence=sentence or usual, back=back), code


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
    return page(400, "This page was too old. Please go back, load it again and repeat what you did.")


def _database(error: OperationalError) -> ResponseReturnValue:
    log.error("the database does not answer: %s", error.orig)
    return page(503)
