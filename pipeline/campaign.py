"""What a campaign sets: campaign.toml, read once and frozen."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from pipeline import card, glossary, look, texts
from pipeline.card import Card
from pipeline.glossary import Term
from pipeline.look import Look
from pipeline.russian import engines
from pipeline.russian.engines import Engine
from pipeline.texts import Templates

FIRST_LANGUAGE = "en"  # its words stand in where a campaign wrote none in the language of the page

#: When an original is destroyed: as soon as the clean proxy is verified, at release, or by nobody but its supporter.
ORIGINAL_UNTIL = ("prepared", "released", "withdrawn")


@dataclass(frozen=True)
class Words:
    """What the campaign says to supporters, in one language."""

    promise: str
    consent: str
    risks: tuple[str, ...]  # shown beside what they are about: the choice of the video, of the name
    say: tuple[str, ...]  # what an appeal may say
    example: str


@dataclass(frozen=True)
class Intake:
    """How much is taken in."""

    per_day: int  # videos
    kept: int  # appeals that hold files
    free_per_hour: int  # uploads from one place, before the sender's device has to work for another one


@dataclass(frozen=True)
class Retention:
    """When files go by themselves."""

    original: str  # one of ORIGINAL_UNTIL
    refused_days: int  # videos that could not be used
    rejected_days: int  # appeals that a reviewer rejected


@dataclass(frozen=True)
class Limits:
    """What a clip may be; lengths in ms, size in bytes, picture in pixels."""

    min_ms: int
    max_ms: int
    max_bytes: int
    max_pixels: int


@dataclass(frozen=True)
class Campaign:
    """The contents of campaign.toml."""

    name: str
    leave_to: str  # where the quick exit leads
    hashtags: tuple[str, ...]
    two_people: bool
    limits: Limits
    languages: dict[str, str]
    networks: dict[str, str]  # where clips are published: key and the name that people know
    intake: Intake
    retention: Retention
    consent_version: str
    words: dict[str, Words]  # by language of the page
    engines: dict[str, tuple[Engine, ...]]  # for each spoken language, in the order in which they are tried
    glossary: tuple[Term, ...]
    look: Look
    card: Card | None
    texts: Templates

    @classmethod
    def load(cls, path: Path, translate_key: str = "", offline: bool = False) -> Campaign:
        """Read the file; ValueError, with a sentence, when it is not what it must be.

        translate_key: for a translation server. offline: those on other machines are left out.
        """
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        limits, consent = _given(raw, "limits", dict), _given(raw, "consent", dict)
        hashtags, languages, networks = (
            _given(raw, "hashtags", list),
            _given(raw, "languages", dict),
            _given(raw, "networks", dict),
        )
        lists = {"hashtags": hashtags, "languages": [*languages.values()], "networks": [*networks.values()]}
        for name, words in lists.items():
            if not all(isinstance(word, str) for word in words):
                raise ValueError(f"{name}: each must be text in quotes.")
        return cls(
            name=_given(raw, "name", str),
            leave_to=_address(_given(raw, "leave_to", str)),
            hashtags=tuple(hashtags),
            two_people=_given(raw, "two_people", bool),
            limits=Limits(
                min_ms=_given(limits, "min_seconds", int) * 1000,
                max_ms=_given(limits, "max_seconds", int) * 1000,
                max_bytes=_given(limits, "max_megabytes", int) * 1_000_000,
                max_pixels=_given(limits, "max_megapixels", int) * 1_000_000,
            ),
            languages=languages,
            networks=networks,
            intake=_intake(_given(raw, "intake", dict)),
            retention=_retention(_given(raw, "retention", dict)),
            consent_version=_given(consent, "version", str),
            words=_words(_given(raw, "words", dict)),
            engines=engines.read(raw.get("engines", {}), translate_key, offline),
            glossary=glossary.read(raw.get("glossary", [])),
            look=look.read(raw.get("captions", {}), path.parent, " ".join(hashtags)),
            card=card.read(raw.get("card")),
            texts=texts.read(_given(raw, "texts", dict)),
        )

    def words_in(self, language: str) -> Words:
        """What the campaign says in this language, or else in FIRST_LANGUAGE."""
        return self.words.get(language, self.words[FIRST_LANGUAGE])


def _address(text: str) -> str:
    if not re.fullmatch(r"https://[^\s\"<>]+", text):
        raise ValueError(f"leave_to must be an address that begins with https://, not {text!r}.")
    return text


def _intake(table: Mapping[str, Any]) -> Intake:
    return Intake(**{field.name: _given(table, field.name, int) for field in fields(Intake)})


def _retention(table: Mapping[str, Any]) -> Retention:
    original = _given(table, "original", str)
    if original not in ORIGINAL_UNTIL:
        raise ValueError(f"original must be one of {', '.join(ORIGINAL_UNTIL)}, not {original!r}.")
    return Retention(original, _given(table, "refused_days", int), _given(table, "rejected_days", int))


def _words(tables: Mapping[str, Any]) -> dict[str, Words]:
    if FIRST_LANGUAGE not in tables:
        raise ValueError(f"words.{FIRST_LANGUAGE} is missing.")
    return {language: _words_in(_given(tables, language, dict)) for language in tables}


def _words_in(table: Mapping[str, Any]) -> Words:
    lists = {name: _given(table, name, list) for name in ("risks", "say")}
    if not all(isinstance(word, str) for words in lists.values() for word in words):
        raise ValueError("risks, say: each must be text in quotes.")
    texts = {name: _folded(_given(table, name, str)) for name in ("promise", "consent", "example")}
    risks, say = (tuple(map(_folded, words)) for words in lists.values())
    return Words(risks=risks, say=say, **texts)


def _folded(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


KINDS = {str: "text in quotes", int: "a whole number", bool: "true or false", list: "a list", dict: "a table"}


def _given(table: Mapping[str, Any], key: str, kind: type) -> Any:
    """The value of this key. Raises ValueError where there is none, or one of another kind: true is no number."""
    if key not in table:
        raise ValueError(f"{key} is missing.")
    if type(table[key]) is not kind:
        raise ValueError(f"{key} must be {KINDS[kind]}, not {table[key]!r}.")
    return table[key]
