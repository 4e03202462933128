"""The languages of the pages: chosen by the address (`?lang=be`), else by what the browser asks for. No cookie."""

from __future__ import annotations

from typing import Any

from babel import Locale
from flask import Flask, current_app, has_request_context, request
from flask_babel import Babel, get_locale

#: Languages of the public pages, as their speakers write them; web/translations has a folder for each but English.
LANGUAGES = {
    "be": "Беларуская",
    "ru": "Русский",
    "uk": "Українська",
    "en": "English",
    "de": "Deutsch",
    "pl": "Polski",
    "lt": "Lietuvių",
}
OTHERWISE = "en"

STAFF = ("/staff", "/social", "/admin")  # their pages are in English
CARRY = {"submit", "status", "tus"}  # blueprints whose addresses carry the language on


def init_app(app: Flask) -> None:
    """Every page knows its language; links and forms of the public pages keep the one that was chosen."""
    app.config.setdefault("LANGUAGES", LANGUAGES)
    Babel(app, locale_selector=_chosen)
    app.url_defaults(_carry)
    app.context_processor(_shown)


def language() -> str:
    """The code of the language in which this page is shown."""
    return str(get_locale() or OTHERWISE)


def _asked_for() -> str | None:
    asked = request.args.get("lang")
    return asked if asked in current_app.config["LANGUAGES"] else None


def _chosen() -> str:
    if not has_request_context() or request.path.startswith(STAFF):
        return OTHERWISE
    return _asked_for() or _wished() or OTHERWISE


def _wished() -> str | None:
    """The first language of the browser that we have. Werkzeug's best_match would take `en` before `de-AT`."""
    offered = current_app.config["LANGUAGES"]
    tags = (tag.lower().partition("-")[0] for tag, quality in request.accept_languages if quality > 0)
    return next((tag for tag in tags if tag in offered), None)


def _carry(endpoint: str, values: dict[str, Any]) -> None:
    public = has_request_context() and endpoint.partition(".")[0] in CARRY
    if public and "lang" not in values and (asked := _asked_for()):
        values["lang"] = asked


def _shown() -> dict[str, Any]:
    locale = get_locale() or Locale(OTHERWISE)
    switchable = has_request_context() and not request.path.startswith(STAFF)
    return {
        "page_language": str(locale),
        "direction": locale.text_direction,
        "page_languages": current_app.config["LANGUAGES"] if switchable else {},
    }
