"""Codes as words for the team: statuses, reasons, doubts, ages and times. news.py has those for supporters."""

from __future__ import annotations

from datetime import datetime, timedelta

from babel.dates import format_timedelta
from flask import Flask
from flask_babel import format_datetime, get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from pipeline.base import now, this_hour
from pipeline.cues import Offer
from pipeline.errors import REASONS
from pipeline.models import (
    ANOTHER_LANGUAGE,
    SEVERAL_LANGUAGES,
    UNKNOWN_LANGUAGE,
    Revision,
    Role,
    Status,
    Transition,
)
from pipeline.workflow import SUPPORTER, WORKER
from web.accounts import COMMAND_LINE
from web.news import refused

STATUSES = {
    Status.RECEIVED: _l("Received"),
    Status.PREPARED: _l("Prepared"),
    Status.TRANSCRIBED: _l("Transcribed"),
    Status.DRAFTED: _l("To correct"),
    Status.SUBMITTED: _l("Rendering"),
    Status.IN_REVIEW: _l("To review"),
    Status.APPROVED: _l("Approved"),
    Status.RELEASED: _l("Released"),
    Status.REJECTED: _l("Rejected"),
    Status.WITHDRAWN: _l("Withdrawn"),
}

#: What is said where a form came without a token that still counts.
TOO_OLD = _l("This page was too old. Please go back, load it again and repeat what you did.")

#: Ways out of an error page.
HOW_IT_STANDS, TO_THE_CLIPS, TO_THE_QUEUE = _l("Show how it stands now"), _l("To the clips"), _l("To the queue")

#: What a machine is doing at a status, or will do next.
MACHINE_WORK = {
    Status.RECEIVED: _l("The video is being checked and cleaned."),
    Status.PREPARED: _l("The words are being written down."),
    Status.TRANSCRIBED: _l("A Russian draft is being made."),
    Status.SUBMITTED: _l("The finished clip is being rendered."),
    Status.APPROVED: _l("The files for the networks are being made."),
}

ROLES = {
    Role.TRANSLATOR: _l("Translator"),
    Role.REVIEWER: _l("Reviewer"),
    Role.SOCIAL: _l("Social team"),
    Role.ADMIN: _l("Admin"),
}

#: Who is in the ledger without an account.
NOBODY = {WORKER: _l("worker"), SUPPORTER: _l("supporter"), COMMAND_LINE: _l("command line")}

DOUBTS = {
    "low_probability": _l("not sure of these words"),
    "perhaps_no_speech": _l("perhaps this is no speech"),
    "no_speech": _l("nobody seems to speak here"),
    "compressed": _l("the words go round in circles"),
    "repetition": _l("the same words again and again"),
    "phantom": _l("a phrase that machines invent"),
    "guess": _l("the model guesses: these may be other words"),
    "other_language": _l("sounds like another language"),
    "other_script": _l("letters of another language"),
    "unread": _l("speech was heard but not understood"),
    "omission": _l("perhaps more was said"),
    "unknown_word": _l("a word was not in the dictionary"),
    "untranslated": _l("no Russian yet"),
    "no_engine": _l("no engine knows this language"),
    "no_answer": _l("no engine answered"),
    "bad_answer": _l("what the engines said made no sense"),
}

#: What may be declared besides the languages of the campaign.
UNNAMED = {
    ANOTHER_LANGUAGE: _l("Another language"),
    SEVERAL_LANGUAGES: _l("Several languages"),
    UNKNOWN_LANGUAGE: _l("Not known"),
}


def reason_sentence(code: str | None) -> str:
    """A reason code as a sentence."""
    return str(_(REASONS.get(code or "", REASONS["unexpected"])))


def doubt_words(code: str) -> str:
    """Why a cue needs a look."""
    return str(DOUBTS.get(code, code.replace("_", " ")))


def origin_words(origin: str) -> str:
    """Where the words of a cue come from."""
    if origin == "same":
        return str(_("As the supporter said it"))
    return str(_("From the translation memory") if origin == "memory" else _("From %(engine)s", engine=origin))


def offer_words(offer: Offer) -> str:
    """Where an offered text comes from, and how well it fits."""
    place = _("Translation memory") if offer.origin == "memory" else offer.origin
    if offer.score >= 100:
        return str(_("%(place)s:", place=place))
    return str(_("%(place)s, %(score)s %% alike:", place=place, score=offer.score))


def age(moment: datetime) -> str:
    """How long ago, coarsely: `3 hr`."""
    return _since(moment, add_direction=False)


def ago(moment: datetime) -> str:
    """The same with the word that a sentence needs: `3 hr ago`, `just now`."""
    return _since(moment, add_direction=True)


def _since(moment: datetime, *, add_direction: bool) -> str:
    since = moment - now()
    if moment == this_hour():  # of some things no more than the hour is kept
        return str(_("this hour"))
    if since > -timedelta(minutes=1):
        return str(_("just now"))
    locale = get_locale() or "en"
    return format_timedelta(since, "minute", threshold=1, add_direction=add_direction, format="short", locale=locale)


def at(moment: datetime) -> str:
    """A moment of the ledger, in UTC: `8 Mar, 14:05`."""
    return str(format_datetime(moment, "d MMM, HH:mm"))


def made_by(revision: Revision) -> str:
    """Who wrote it, or which model heard and which engine translated it."""
    heard_by = revision.made_by.removesuffix(" + none")
    return heard_by if heard_by == revision.made_by else str(_("%(model)s, not translated", model=heard_by))


def moved(move: Transition) -> str:
    """What somebody was too late for."""
    return str(
        _(
            "This changed while you were looking at it. It stands at “%(status)s”, moved by %(name)s (%(ago)s). "
            "Nothing was changed by you now.",
            status=STATUSES[move.new],
            name=move.by,
            ago=ago(move.at),
        )
    )


def clock(ms: int) -> str:
    """Milliseconds as m:ss.mmm."""
    return f"{ms // 60000}:{ms // 1000 % 60:02}.{ms % 1000:03}"


def init_app(app: Flask) -> None:
    """Give the templates these words."""
    for function in (
        reason_sentence,
        refused,
        doubt_words,
        origin_words,
        offer_words,
        age,
        ago,
        at,
        made_by,
        clock,
    ):
        app.add_template_filter(function)
    app.add_template_filter(lambda by: str(NOBODY.get(by, by)), "who")
    app.add_template_filter(STATUSES.__getitem__, "status_word")
    app.add_template_filter(ROLES.__getitem__, "role_word")
    app.add_template_filter(lambda code: language(app, code), "language")
    app.context_processor(lambda: {"declarable": declarable(app)})


def language(app: Flask, code: str) -> str:
    """The name of a language as the campaign spells it."""
    return declarable(app).get(code, code)


def declarable(app: Flask) -> dict[str, str]:
    """What the form offers as spoken language, by code."""
    languages: dict[str, str] = app.extensions["desk"].campaign.languages
    return languages | UNNAMED
