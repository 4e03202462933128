"""Codes as words for the team: statuses, reasons, doubts, ages and times. news.py has those for supporters."""

from __future__ import annotations

from datetime import datetime

from flask import Flask

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
)
from web.news import refused

STATUSES = {
    Status.RECEIVED: "Received",
    Status.PREPARED: "Prepared",
    Status.TRANSCRIBED: "Transcribed",
    Status.DRAFTED: "To correct",
    Status.SUBMITTED: "Rendering",
    Status.IN_REVIEW: "To review",
    Status.APPROVED: "Approved",
    Status.RELEASED: "Released",
    Status.REJECTED: "Rejected",
    Status.WITHDRAWN: "Withdrawn",
}

#: What a machine is doing at a status, or will do next.
MACHINE_WORK = {
    Status.RECEIVED: "The video is being checked and cleaned.",
    Status.PREPARED: "The words are being written down.",
    Status.TRANSCRIBED: "A Russian draft is being made.",
    Status.SUBMITTED: "The finished clip is being rendered.",
    Status.APPROVED: "The files for the networks are being made.",
}

ROLES = {
    Role.TRANSLATOR: "Translator",
    Role.REVIEWER: "Reviewer",
    Role.SOCIAL: "Social team",
    Role.ADMIN: "Admin",
}

DOUBTS = {
    "low_probability": "not sure of these words",
    "perhaps_no_speech": "perhaps this is no speech",
    "no_speech": "nobody seems to speak here",
    "compressed": "the words go round in circles",
    "repetition": "the same words again and again",
    "phantom": "a phrase that machines invent",
    "guess": "the model guesses: these may be other words",
    "other_language": "sounds like another language",
    "other_script": "letters of another language",
    "unread": "speech was heard but not understood",
    "omission": "perhaps more was said",
    "unknown_word": "a word was not in the dictionary",
    "untranslated": "no Russian yet",
    "no_engine": "no engine knows this language",
    "no_answer": "no engine answered",
    "bad_answer": "what the engines said made no sense",
}

#: What may be declared besides the languages of the campaign.
UNNAMED = {
    ANOTHER_LANGUAGE: "Another language",
    SEVERAL_LANGUAGES: "Several languages",
    UNKNOWN_LANGUAGE: "Not known",
}


def reason_sentence(code: str | None) -> str:
    """A reason code as a sentence."""
    return REASONS.get(code or "", REASONS["unexpected"])


def doubt_words(code: str) -> str:
    """Why a cue needs a look."""
    return DOUBTS.get(code, code.replace("_", " "))


def origin_words(origin: str) -> str:
    """Where the words of a cue come from."""
    return "As the supporter said it" if origin == "same" else f"From {_place(origin)}"


def offer_words(offer: Offer) -> str:
    """Where an offered text comes from, and how well it fits."""
    return (
        f"{_place(offer.origin).capitalize()}, {offer.score} % alike:"
        if offer.score < 100
        else f"{_place(offer.origin).capitalize()}:"
    )


def _place(origin: str) -> str:
    return "the translation memory" if origin == "memory" else origin


def age(moment: datetime) -> str:
    """How long ago, coarsely: `3 h`."""
    minutes = int((now() - moment).total_seconds() // 60)
    if moment == this_hour():  # of some things no more than the hour is kept
        return "this hour"
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // (24 * 60)} days"


def ago(moment: datetime) -> str:
    """The same with the word that a sentence needs: `3 h ago`, `just now`."""
    return spoken if (spoken := age(moment)) in {"just now", "this hour"} else f"{spoken} ago"


def made_by(revision: Revision) -> str:
    """Who wrote it, or which model heard and which engine translated it."""
    heard_by = revision.made_by.removesuffix(" + none")
    return heard_by if heard_by == revision.made_by else f"{heard_by}, not translated"


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
        made_by,
        clock,
    ):
        app.add_template_filter(function)
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
