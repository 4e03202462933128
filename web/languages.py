"""The languages of the pages. No cookie.

Supporters: chosen by the address (`?lang=be`), else by what the browser asks for. The team: what the account says, else
the browser; before signing in, the address too.
"""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from babel import Locale
from flask import Flask, current_app, has_request_context, request
from flask.json.provider import DefaultJSONProvider
from flask_babel import Babel, get_locale
from flask_babel.speaklater import LazyString
from flask_login import current_user
from sqlalchemy.exc import SQLAlchemyError

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

#: Languages of the pages of the team; their sentences stand in a catalog of their own.
TEAM_LANGUAGES = {code: LANGUAGES[code] for code in ("be", "ru", "uk", "en")}
TEAM_PAGES = ("/staff", "/social", "/admin")
SIGN_IN = "auth"  # the blueprint of the one page of the team that shows the switch

CARRY = {"submit", "status", "tus"}  # blueprints whose addresses carry the language on


def init_app(app: Flask) -> None:
    """Every page knows its language; links and forms of the public pages keep the one that was chosen."""
    app.config.setdefault("LANGUAGES", LANGUAGES)
    # The catalog that every language has comes last: its rule of plurals counts.
    domains, folders = "staff;messages", "translations;translations"
    Babel(app, locale_selector=_chosen, default_domain=domains, default_translation_directories=folders)
    app.json.default = _plain  # type: ignore[attr-defined]  # Flask's own provider has it
    app.url_defaults(_carry)
    app.context_processor(_shown)


def language() -> str:
    """The code of the language in which this page is shown."""
    return str(get_locale() or OTHERWISE)


def asked_for(offered: Container[str]) -> str:
    """The language that the address names; empty when it names none of these."""
    asked = request.args.get("lang", "")
    return asked if asked in offered else ""


def _of_team() -> bool:
    return request.path.startswith(TEAM_PAGES)


def _offered() -> dict[str, str]:
    public: dict[str, str] = current_app.config["LANGUAGES"]
    return TEAM_LANGUAGES if _of_team() else public


def _chosen() -> str:
    if not has_request_context():
        return OTHERWISE
    offered = _offered()
    own = _own() if _of_team() else ""
    return own or asked_for(offered) or _wished(offered) or OTHERWISE


def _own() -> str:
    """What the account says, where somebody is signed in."""
    try:
        own = current_user.account.page_language if current_user.is_authenticated else ""
    except SQLAlchemyError:  # the page will say that the database is away
        return ""
    return own if own in TEAM_LANGUAGES else ""


def _wished(offered: Container[str]) -> str | None:
    """The first language of the browser that we have. Werkzeug's best_match would take `en` before `de-AT`."""
    tags = (tag.lower().partition("-")[0] for tag, quality in request.accept_languages if quality > 0)
    return next((tag for tag in tags if tag in offered), None)


def _carry(endpoint: str, values: dict[str, Any]) -> None:
    public = has_request_context() and endpoint.partition(".")[0] in CARRY
    if public and "lang" not in values and (asked := asked_for(current_app.config["LANGUAGES"])):
        values["lang"] = asked


def _shown() -> dict[str, Any]:
    locale = get_locale() or Locale(OTHERWISE)
    switchable = has_request_context() and (not _of_team() or request.blueprint == SIGN_IN)
    return {
        "page_language": str(locale),
        "direction": locale.text_direction,
        "page_languages": _offered() if switchable else {},
    }


def _plain(value: Any) -> Any:
    """For JSON: a sentence of a constant becomes text in the language of the page."""
    return str(value) if isinstance(value, LazyString) else DefaultJSONProvider.default(value)
