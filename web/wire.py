"""How a page's script and the server talk: JSON in, JSON out, also where something is wrong. No redirects."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Blueprint, Response, jsonify, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf.csrf import CSRFError, generate_csrf
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException

from pipeline.models import Account, Appeal
from pipeline.workflow import NotAllowed, Stale
from web.appeal import find
from web.auth import team as signed_in_team


class Refused(Exception):
    """Not done: the code of the answer, a sentence for people, and what else the page has to know."""

    def __init__(self, code: int, sentence: str, **more: object) -> None:
        super().__init__(code, sentence)
        self.code, self.sentence, self.more = code, sentence, more


def init(pages: Blueprint) -> None:
    """Errors of these routes leave as `{"error": "a sentence", ...}`."""
    pages.register_error_handler(Refused, _refused)
    pages.register_error_handler(CSRFError, _forgery)
    pages.register_error_handler(Stale, lambda _error: _answer(409, _("It went on while you looked at it.")))
    pages.register_error_handler(NotAllowed, lambda error: _answer(403, _(str(error))))
    pages.register_error_handler(OperationalError, lambda _error: _answer(503, _away()))
    pages.register_error_handler(HTTPException, _http)


def team(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
    """Guard a view as auth.team does, but say 401 to whoever is not signed in (any more)."""
    guarded = signed_in_team(view)

    @wraps(view)
    def checked(**arguments: Any) -> ResponseReturnValue:
        return guarded(**arguments) if current_user.is_authenticated else _signed_out()

    return checked


def body(*required: str) -> dict[str, Any]:
    """The JSON object that came, with at least these keys. Refused when it is none."""
    try:
        given = request.get_json(force=True)
    except RecursionError:
        given = None
    if not isinstance(given, dict) or any(name not in given for name in required):
        raise not_ours()
    return given


def not_ours() -> Refused:
    """For what no page of ours sends."""
    return Refused(400, _not_ours())


def _not_ours() -> str:
    return str(_("This is not what our page sends. Please load it again: what you typed is kept."))


def present(session: Session, account: Account, appeal_id: int, *, to_change: bool = False) -> Appeal:
    """As appeal.find; Refused with 410 when it was withdrawn or deleted: then nothing of it may stay in a browser."""
    appeal = session.get(Appeal, appeal_id, with_for_update=to_change)
    if appeal and appeal.purged:
        raise Refused(410, gone())
    return find(session, account, appeal_id)


def gone() -> str:
    """Why there is nothing to work on any more."""
    return str(_("This appeal was taken back or deleted, with all that was typed for it. There is nothing to do here."))


def _answer(code: int, sentence: str, **more: object) -> ResponseReturnValue:
    return jsonify(error=sentence, **more), code


def _refused(error: Refused) -> ResponseReturnValue:
    return _answer(error.code, error.sentence, **error.more)


def _signed_out() -> ResponseReturnValue:
    said = _("You are signed out. Please sign in again in another tab; what you typed stays here.")
    return _answer(401, said, sign_in=url_for("auth.sign_in"))


def _forgery(_error: CSRFError) -> ResponseReturnValue:
    """The token is older than the session: who is signed in gets a fresh one and tries again."""
    if not current_user.is_authenticated:
        return _signed_out()
    said = _("You signed in again meanwhile. Please try once more.")
    return _answer(403, said, token=generate_csrf(), me=current_user.account.name)


def _away() -> str:
    return str(_("The server is away for a moment. Nothing is lost: please try again."))


def _http(error: HTTPException) -> ResponseReturnValue | Response:
    sentences = {
        400: _not_ours(),
        404: _("There is nothing here, or you may not see it."),
        413: _("That is more than the subtitles of a clip can be."),
    }
    code = error.code or 500
    return _answer(code, sentences.get(code, _away() if code >= 500 else error.name))
