"""What parts two neighbouring words: a sentence's end, a clause's, or nothing, because they belong together.

Knows the words of small_words.toml, in all languages at once, and no grammar: where it errs, a break is less lovely.
"""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

SMALL_WORDS = Path(__file__).with_name("small_words.toml")

#: What a break between two words costs, from 0 (a good place) to 1 (they belong together): our judgement, tried on
#: real text. From TORN on a reader stumbles.
GOOD, FAIR, PHRASE, PLAIN = 0.0, 0.05, 0.12, 0.25
ATTRIBUTE, SUBJECT, MODIFIER, TORN, TOGETHER = 0.4, 0.4, 0.5, 0.9, 1.0

OPENING, CLOSING = "«„“\"'([{‹", "»“”\"')]}›"
END_MARKS, CLAUSE_MARKS, DASHES = ".!?…", ",;:", "–—-"
MARKS = END_MARKS + CLAUSE_MARKS + DASHES
#: Endings of adjectives in Russian, Belarusian and Ukrainian that few other words have.
ADJECTIVE = re.compile(
    r"\w{2,}(?:[ыиі]й|[кгхшщчж]ие|ые|ая|яя|[кгхшщчж]ое|ого|его|ага|яга|ому|ему|аму|ых|іх|ую|юю|ыя|ыми|ими|[сц]к[оа]й|[сц]ким|ої)"
)


def _all(kind: str, separator: str | None = None) -> frozenset[str]:
    languages = tomllib.loads(SMALL_WORDS.read_text("utf-8")).values()
    return frozenset(word.strip() for lists in languages for word in lists.get(kind, "").split(separator))


PREPOSITIONS, CONJUNCTIONS, PARTICLES = _all("prepositions"), _all("conjunctions"), _all("particles")
ENCLITICS, LEANING = _all("enclitics"), _all("leaning")
MODIFIERS, SUBJECTS = _all("modifiers"), _all("subjects")
COMPOUNDS, ABBREVIATIONS, ENDING_ABBREVIATIONS = _all("compounds", "|"), _all("abbreviations"), _all("closing")
MONTHS = _all("months")


def words() -> dict[str, list[str]]:
    """The small words by their kind, for the editor in the browser, which breaks lines by the same rules."""
    lists = {
        "prepositions": PREPOSITIONS,
        "conjunctions": CONJUNCTIONS,
        "particles": PARTICLES,
        "enclitics": ENCLITICS,
        "leaning": LEANING,
        "modifiers": MODIFIERS,
        "subjects": SUBJECTS,
        "compounds": COMPOUNDS,
        "abbreviations": ABBREVIATIONS,
        "closing": ENDING_ABBREVIATIONS,
        "months": MONTHS,
    }
    return {kind: sorted(found) for kind, found in lists.items()}


class Shape(NamedTuple):
    """What a word shows of itself."""

    bare: str  # in lower case, without the marks around it
    mark: str  # the last mark that it ends with, quotes and brackets aside
    first: str  # its first letter, sign or digit, as it stands
    capital: bool  # Like this, and NOT LIKE THIS
    opens: bool  # a quote or a bracket


@lru_cache(maxsize=1 << 16)  # a language's words, and those of a few clips
def _shape(word: str) -> Shape:
    core = word.rstrip(CLOSING)
    bare = core.rstrip(MARKS).lstrip(OPENING + DASHES + END_MARKS + " ")
    capital = bare[:1].isupper() and bare[1:] == bare[1:].lower()
    return Shape(bare.lower(), core[-1:] if core[-1:] in MARKS else "", bare[:1], capital, word[:1] in OPENING)


def clings(left: str, right: str) -> float:
    """What a line or cue break between two neighbouring words costs: from 0, a good place, to 1."""
    a, b = _shape(left), _shape(right)
    if not b.bare:  # a dash or a mark by itself stays with what it follows
        return TOGETHER
    if a.mark:
        return _after_mark(a, b)
    if b.bare in CONJUNCTIONS and a.bare not in CONJUNCTIONS and a.bare not in PARTICLES:
        return TOGETHER if f"{a.bare} {b.bare}" in COMPOUNDS else FAIR
    return max(_forward(a, b), _backward(a, b))


def _after_mark(a: Shape, b: Shape) -> float:
    if a.mark == "." and (a.bare in ABBREVIATIONS or _initial(a, b) or _date(a, b)):
        return TOGETHER
    if a.mark == "." and _small(b.first) and (a.bare in ENDING_ABBREVIATIONS or a.first.isdigit()):
        return SUBJECT
    if a.mark == "-" and a.bare:
        return MODIFIER
    return GOOD


def _forward(a: Shape, b: Shape) -> float:
    """How much the left one wants the next word."""
    if a.bare in PREPOSITIONS or a.bare in CONJUNCTIONS or a.bare in PARTICLES or a.bare == "№":
        return TOGETHER
    if a.bare in SUBJECTS:
        return SUBJECT
    if b.bare in PREPOSITIONS:
        return GOOD
    if a.bare in MODIFIERS or a.first.isdigit():
        return MODIFIER
    if a.capital and b.capital and b.bare not in SUBJECTS:
        return TORN  # as far as letters tell, a name
    return ATTRIBUTE if ADJECTIVE.fullmatch(a.bare) else GOOD


def _backward(a: Shape, b: Shape) -> float:
    """How much the right one wants the word before."""
    if b.bare in ENCLITICS or b.bare == "%" or f"{a.bare} {b.bare}" in COMPOUNDS:
        return TOGETHER
    if b.bare in LEANING and not a.capital:
        return MODIFIER
    if b.bare in PREPOSITIONS or b.opens:
        return PHRASE
    return ATTRIBUTE if b.first.isdigit() else PLAIN


def ends_sentence(word: str, following: str) -> bool:
    """Whether a sentence ends between these two: not after an abbreviation or initial, nor where it goes on small."""
    a, b = _shape(word), _shape(following)
    if not a.mark or a.mark not in END_MARKS or _small(b.first):
        return False
    if a.mark == ".":
        return not (a.bare in ABBREVIATIONS or _initial(a, b) or _date(a, b))
    return True


def _initial(a: Shape, b: Shape) -> bool:
    """Of a name: «А. Петрова», but not «Это я.»"""
    return len(a.bare) == 1 and a.capital and a.bare not in SUBJECTS and b.capital


def _small(letter: str) -> bool:
    """A small letter, where there are capitals too: Georgian has none that anybody uses."""
    return letter.islower() and not "ა" <= letter <= "ჿ"


def _date(a: Shape, b: Shape) -> bool:
    return b.bare in MONTHS and a.bare.isdigit()
