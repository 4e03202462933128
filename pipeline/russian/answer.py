"""What an engine answers, and whether that can be a translation at all."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.sandbox import Sandbox

#: Shorter texts may well be ten times as long in Russian: "OK".
SHORT = 5
LONG = 40  # characters of which more than a tenth must come back
SAME_WORDS = 3  # so many may be the same in Russian: "Мама дома"
LOOP = 8  # words, of which at least a quarter must be different ones

NAMES = re.compile(r"https?://\S+|[#@]\w+")  # what stays as it is in any language
TAG = re.compile(r"</?[a-z][^<>]*>", re.IGNORECASE)
WORD = re.compile(r"[^\W\d_]+")
CYRILLIC = re.compile("[\u0400-\u04ff]")
BROKEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffd]")  # what no text holds
NOT_RUSSIAN = re.compile("[^а-яё]")


class UnknownLanguage(Exception):
    """An engine was asked for a language that it never learned: no fault of it."""


@dataclass(frozen=True)
class Made:
    """A text in Russian, empty where the engine could not; unknown: the words that it did not know."""

    text: str
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True)
class Room:
    """Where an engine may work and until when (time.monotonic())."""

    box: Sandbox
    work: Path
    deadline: float

    @property
    def seconds(self) -> float:
        """What is left of the time."""
        return max(self.deadline - time.monotonic(), 0)

    def share(self, number: int) -> Room:
        """One of so many equal parts of the time left."""
        return replace(self, deadline=time.monotonic() + self.seconds / number)


def plausible(text: str, answer: str, unknown: Sequence[str] = ()) -> bool:
    """Whether the answer can be the text in Russian. A person judges whether it is a good one.

    unknown: words that the engine says it left; where it knew others, these may well be the same in Russian.
    """
    if not answer.strip() or BROKEN.search(answer) or len(answer) > 10 * max(len(text), SHORT):
        return False
    if (len(text) >= LONG and 10 * len(answer) < len(text)) or (TAG.search(answer) and not TAG.search(text)):
        return False
    said, made = _words(text), _words(answer)
    if not said:
        return True  # numbers, names, hearts
    letters = "".join(made)
    if not letters or 2 * len(CYRILLIC.findall(letters)) < len(letters):
        return False
    return not _echo(said, made, unknown) and not _loop(said, made)


def _echo(said: list[str], made: list[str], unknown: Sequence[str]) -> bool:
    """Whether it was left as it was."""
    same = said == made and not 0 < len(unknown) < len(said)
    return same and (len(said) > SAME_WORDS or bool(NOT_RUSSIAN.search("".join(said))))


def _loop(said: list[str], made: list[str]) -> bool:
    """Whether it says the same few words again and again, which was not done before it."""
    return len(made) >= LOOP and 4 * len(set(made)) <= len(made) and 4 * len(set(said)) > len(said)


def _words(text: str) -> list[str]:
    return WORD.findall(NAMES.sub(" ", text.casefold()))
