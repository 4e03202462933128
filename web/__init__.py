"""What people see: supporters, translators and reviewers, the social team, the admin. One module for each."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

from flask import Flask, Response, request
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import SecurityError

from pipeline.config import Settings
from pipeline.context import Context
from web import (
    admin,
    appeal,
    auth,
    commands,
    contact,
    counted,
    errors,
    exchange,
    feed,
    given,
    guard,
    history,
    kits,
    languages,
    me,
    measures,
    media,
    notes,
    posts,
    queue,
    reach,
    recall,
    review,
    screening,
    social,
    status,
    submit,
    tokens,
    tus,
    words,
    workbench,
)
from web.desk import desk

#: Only our own host, nothing inline: a text that slipped through unescaped could still not run.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "media-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cache-Control": "no-store",  # a phone that is taken away must not hold our pages
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}

#: On the form she may record, and look at the video before it is sent.
FORM_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY.replace("media-src 'self'", "media-src 'self' blob:"),
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=(self), payment=(), usb=()",
}

FORM_BYTES = 2_500_000  # the largest body but a video: 1000 cues of 500 signs of four bytes, as JSON


def create_app(config: Settings | None = None) -> Flask:
    """The web application; settings from the environment when none are given."""
    settings = config or Settings.from_env(os.environ)
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        TRUSTED_HOSTS=_hosts(settings.hosts),
        MAX_CONTENT_LENGTH=FORM_BYTES,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.https,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=8),
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: whoever typed for two hours must be able to save
        WTF_CSRF_SSL_STRICT=False,  # it wants a Referer, and we tell browsers to send none
        VERDICT_SECONDS=4.0,  # how long the receipt waits for the first look at the video
    )
    app.url_map.converters["int"] = given.Number
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    app.extensions["desk"] = Context.open(settings)
    outside, team = (
        (submit, tus, status),
        (queue, appeal, workbench, history, exchange, screening, review, notes, contact, media),
    )
    for module in (*outside, *team, me, recall, posts, counted, reach, social, kits, feed, admin, tokens, auth):
        app.register_blueprint(module.pages)
    app.register_blueprint(notes.ticks)
    app.register_blueprint(workbench.script)
    auth.init_app(app, exempt=(submit.pages, tus.pages, status.pages))
    guard.init_app(app, settings)
    languages.init_app(app)
    errors.init_app(app)
    commands.init_app(app)
    words.init_app(app)
    measures.init_app(app)
    for shown in (posts, reach, recall):
        shown.init_app(app)
    _init_banners(app, settings)
    _init_headers(app, settings)
    app.register_error_handler(SecurityError, _another_name)
    app.add_url_rule("/healthz", view_func=healthz)
    return app


def _hosts(names: str) -> list[str] | None:
    """Under which names we answer; under those of this machine too, where supervisors look whether we are there."""
    return [name.strip() for name in names.split(",")] + ["127.0.0.1", "localhost"] if names else None


def _another_name(error: SecurityError) -> Response:
    """Without a name that is ours no address can be made, so there is no page either."""
    return Response("This site has another name.\n", 400, mimetype="text/plain")


def healthz() -> Response:
    """For the supervisor: whether the database answers, and not a word more."""
    try:
        with desk().db.read() as session:
            session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return Response("unavailable\n", 503, mimetype="text/plain")
    return Response("ok\n", mimetype="text/plain")


def _init_headers(app: Flask, settings: Settings) -> None:
    def add(response: Response) -> Response:
        response.headers.update(HEADERS | (FORM_HEADERS if request.blueprint == submit.pages.name else {}))
        if settings.https:
            response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        return response

    app.after_request(add)


def _init_banners(app: Flask, settings: Settings) -> None:
    """What must not be overlooked. Found out once, at the start."""
    context: Context = app.extensions["desk"]
    shown: dict[str, Any] = {
        "campaign": context.campaign,
        "unsandboxed": context.box.check() if settings.allow_unsandboxed else "",
        "phrasebook": settings.whisper_model == "phrasebook",
    }
    app.context_processor(lambda: shown)
