"""The translation memory: what people made of a sentence before is filled in, or offered where it was much like it."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache, cached_property
from itertools import pairwise
from pathlib import Path

from pipeline.cues import Cue, Offer
from pipeline.reading.borders import ends_sentence
from pipeline.russian.similar import LONGEST, Similar
from pipeline.tmx import Pair as Pair
from pipeline.tmx import read

STARTER = Path(__file__).parent.parent / "phrasebook" / "memory.tmx"
OFFERS = 3  # more is no help to somebody who is typing
END, CLOSING, WITHIN = ".!?…", "»”\"')]", ",;:"  # of a sentence; after that; of its parts
SPACES = " \t\n\r\xa0\u202f"
#: Russian is about as long as what was said, and of more characters only where one of those is a syllable or a word.
TIMES_AS_LONG, FROM = 2.2, 12  # characters of what was said; in shorter texts that says nothing: "OK"
DENSE = frozenset({"zh", "ja", "ko"})
OTHER_ENDS = re.compile("[。！？؟։।]")  # of sentences, in other scripts
NO_LANGUAGE = frozenset({"ru", "", "mul", "und", "other"})
#: Doubts that say the transcript itself may be wrong: a pair with such a source would teach nonsense.
UNHEARD = frozenset(
    {"compressed", "guess", "no_speech", "omission", "other_language", "other_script"}
    | {"perhaps_no_speech", "phantom", "repetition", "unread"}
)

#: Punctuation parts words; apostrophes and characters without width do not. A percent sign is read out: it stays.
NOTHING, A_SPACE = "'’ʼ`", "PZC"
PUNCTUATION: dict[int, str | None] = {
    code: None if chr(code) in NOTHING or kind == "Cf" else " "
    for code in range(0xD800)
    for kind in (unicodedata.category(chr(code)),)
    if chr(code) in NOTHING or (kind[0] in A_SPACE and chr(code) != "%")
}
#: Marks of stress in the languages whose texts may have them. In others the same marks are part of a letter.
STRESS = {
    **dict.fromkeys(("be", "uk", "ru", "bg"), re.compile("[\u0300\u0301]")),
    "lt": re.compile("[\u0300\u0301\u0303]"),
}


class Memory:
    """Pairs, to be asked by what is said. Of several Russian texts for one sentence the one given last comes first."""

    def __init__(self, pairs: Iterable[Pair] = ()) -> None:
        known: dict[str, dict[str, list[Pair]]] = defaultdict(dict)
        for pair in pairs:
            if max(len(pair.source), len(pair.russian)) > LONGEST:
                continue
            language = _base(pair.language)
            known[language].setdefault(normal(pair.source, language), []).append(pair)
        for sources in known.values():
            sources.pop("", None)  # nothing but punctuation
        self._known = {language: _Language(sources) for language, sources in known.items()}

    def exact(self, language: str, text: str) -> list[Offer]:
        """The Russian of this very sentence, whatever its case, punctuation and stress; its end mark as in `text`."""
        known = self._known.get(_base(language))
        pairs = known.sources.get(normal(text, _base(language)), ()) if known else ()
        return _offers([(100, [replace(pair, russian=_as_said(pair, text)) for pair in pairs])])

    def like(self, language: str, text: str, at_least: int = 75) -> list[Offer]:
        """The Russian of sentences that are so like this one (percent), best first."""
        return self.all_like(language, [text], at_least)[0]

    def all_like(self, language: str, texts: Sequence[str], at_least: int = 75) -> list[list[Offer]]:
        """like() for many texts at once, which is far quicker."""
        known = self._known.get(_base(language))
        if known is None:
            return [[] for _ in texts]
        found = known.index.find([normal(text, _base(language)) for text in texts], at_least, OFFERS)
        return [_offers((int(score), known.at[place]) for place, score in places) for places in found]


class _Language:
    """The pairs of one language by the normal form of what is said; the index is made when it is first needed."""

    def __init__(self, sources: dict[str, list[Pair]]) -> None:
        self.sources = sources

    @cached_property
    def at(self) -> list[list[Pair]]:
        return list(self.sources.values())

    @cached_property
    def index(self) -> Similar:
        return Similar(list(self.sources))


def normal(text: str, language: str) -> str:
    """The same for texts that differ in case, punctuation, spaces or stress only; a question stays one.

    In Slavic languages nothing but the mark tells a question from a statement, and its translation must.
    """
    folded = text.casefold()
    stress = STRESS.get(language)
    if stress and stress.search(apart := unicodedata.normalize("NFD", folded)):
        folded = stress.sub("", apart)
    words = unicodedata.normalize("NFC", folded).translate(PUNCTUATION).split()
    return " ".join([*words, "?"] if "?" in _tail(text, END + CLOSING + SPACES) else words)


def pairs(spoken: Sequence[Cue], russian: Sequence[Cue], language: str) -> list[Pair]:
    """What an approved clip teaches: its cues, and the sentences that run over several of them.

    Where a person parted, joined or moved cues, those that share their time are one pair.
    """
    found: dict[Pair, None] = {}
    sentence: list[Cue] = []
    its_russian: list[Cue] = []
    for said, made in _beside(spoken, russian):
        found |= _pair(said, made, language)
        sentence, its_russian = [*sentence, *said], [*its_russian, *made]
        if not all(cue.text.strip() for cue in said):
            sentence, its_russian = [], []  # what was not read may hold the end of one and the beginning of another
        elif said and said[-1].text.rstrip().rstrip(CLOSING).endswith(tuple(END)):
            found |= _pair(sentence, its_russian, language)
            sentence, its_russian = [], []
    return list(found)


def starter() -> list[Pair]:
    """The phrasebook's sentences in seven languages, with the Russian that we wrote."""
    return read(STARTER.read_bytes())


def _pair(said: Sequence[Cue], made: Sequence[Cue], language: str) -> dict[Pair, None]:
    """One pair, or none: both sides must have all their text, and what was said must be sure and not Russian.

    Where the Russian has clearly more, a person added what had not been heard: that is no translation of this.
    """
    languages = {_base(cue.language or language) for cue in said}
    if len(languages) != 1 or languages & NO_LANGUAGE or any(UNHEARD.intersection(cue.doubts) for cue in said):
        return {}
    source, russian = _joined(said), _joined(made)
    if not source or not russian or max(len(source), len(russian)) > LONGEST:
        return {}
    language = languages.pop()
    return {} if _has_more(source, russian, language) else {Pair(language, source, russian): None}


def _has_more(source: str, russian: str, language: str) -> bool:
    """Whether the Russian has a sentence that was not said, or is too long for what was."""
    if _sentences(russian) > _sentences(source):
        return True
    return language not in DENSE and len(source) > FROM and len(russian) > TIMES_AS_LONG * len(source)


def _sentences(text: str) -> int:
    words = OTHER_ENDS.sub(". ", text).split()
    return 1 + sum(ends_sentence(*two) for two in pairwise(words))


def _joined(cues: Sequence[Cue]) -> str:
    """Their text in one line; nothing where one of them has none."""
    texts = [" ".join(cue.text.split()) for cue in cues]
    return " ".join(texts) if all(texts) else ""


def _beside(spoken: Sequence[Cue], russian: Sequence[Cue]) -> list[tuple[list[Cue], list[Cue]]]:
    """Cues of both tracks in groups: two belong together where they share half the time of the shorter one."""
    groups: list[tuple[list[Cue], list[Cue]]] = []
    for cue, side in sorted(
        [(cue, 0) for cue in spoken] + [(cue, 1) for cue in russian], key=lambda each: each[0].start
    ):
        if not groups or not any(_together(cue, other) for other in groups[-1][1 - side]):
            groups.append(([], []))
        groups[-1][side].append(cue)
    return groups


def _together(one: Cue, other: Cue) -> bool:
    shared = min(one.end, other.end) - max(one.start, other.start)
    return 2 * shared >= min(one.end - one.start, other.end - other.start)


def _as_said(pair: Pair, text: str) -> str:
    """The Russian with the end mark of what is said now, where only that differs, and a capital where that has one."""
    russian, then, now = pair.russian, _end(pair.source), _end(text)
    if then != now and _end(russian) == then:
        russian = russian.removesuffix(then) + now
    if pair.source[:1].islower() and text[:1].isupper():
        russian = russian[:1].upper() + russian[1:]
    return russian


def _end(text: str) -> str:
    return _tail(text.rstrip(), END + WITHIN)


def _tail(text: str, characters: str) -> str:
    """What the text ends with, of these characters alone. A search for that takes minutes where they fill the text."""
    return text[len(text.rstrip(characters)) :]


def _offers(found: Iterable[tuple[int, list[Pair]]]) -> list[Offer]:
    """Of each sentence the Russian given last first; no Russian twice; 100 only for what is the same."""
    offers: dict[str, Offer] = {}
    for score, pairs_of_one in found:
        for pair in reversed(pairs_of_one):
            offers.setdefault(pair.russian, Offer(pair.russian, "memory", score, pair.source))
    return list(offers.values())[:OFFERS]


@cache
def _base(language: str) -> str:
    return language.split("-")[0].lower()
