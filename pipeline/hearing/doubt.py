"""Why a stretch of a transcript needs a look. Doubt flags; it deletes nothing and changes no word."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from pathlib import Path

from pipeline.cues import Word
from pipeline.speech import Spans

PHANTOMS = Path(__file__).with_name("phantoms.toml")

# Whisper tries again, more freely, when a window is beyond one of the first two, and takes it for silence when it is
# beyond both of the last two (whisper/transcribe.py, 20250625). What stands after all its tries is doubted by each.
TOO_REGULAR = 2.4  # how well zlib packs the text of a window: bytes before to bytes after
TOO_UNSURE = -1.0  # mean logarithm of the probabilities of its tokens
NO_SPEECH = 0.6  # probability that nobody speaks

ASTRAY = 500  # ms between a word and the nearest speech; Whisper's word times are no better than this in a pause
AGAIN = 3  # times that the same words stand in a row; one word alone, which people do say thrice, one time more

# How sure of another language Whisper must be before we say so: our judgement. A bare majority says little, as a window
# is half a minute of one voice. Languages of one group it takes for one another: they sound alike, and of Belarusian it
# heard far less than of its neighbours; so only near certainty counts there.
OTHER_LANGUAGE, NEAR_LANGUAGE = 0.8, 0.95
NEAR = tuple(
    frozenset(group.split())
    for group in (
        "be ru uk",
        "pl be uk",
        "hr bs sr sl mk bg",
        "cs sk",
        "no nn da sv",
        "es gl ca pt",
        "hi ur",
        "id ms jw",
    )
)

# Letters of an alphabet, where others of the same script would betray another language; by script elsewhere.
ALPHABETS = {
    "be": "абвгдеёжзійклмнопрстуўфхцчшыьэюя",
    "ru": "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
    "uk": "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
}
SCRIPTS = {
    "CYRILLIC": "bg kk ky mk mn sr tg tt ba",
    "LATIN": "en de pl lt lv et fi sv da no nn nl fr es pt it ca gl ro cs sk hu hr bs sl sq tr is cy id ms vi sw la eu",
    "GEORGIAN": "ka",
    "ARMENIAN": "hy",
    "GREEK": "el",
    "HEBREW": "he yi",
    "ARABIC": "ar fa ur ps sd",
    "DEVANAGARI": "hi mr ne sa",
}


@dataclass(frozen=True, slots=True)
class Segment:
    """What Whisper gives as one: words, and what it measured over the whole window that they stand in.

    unsure: mean logarithm of the tokens' probabilities. regular: how well zlib packs the window's text. no_speech:
    probability that nobody speaks. doubts: what is known against it already.
    """

    words: tuple[Word, ...]
    unsure: float
    regular: float
    no_speech: float
    doubts: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return "".join(word.text for word in self.words).strip()


def marked(segments: Sequence[Segment], speech: Spans, language: str) -> list[Word]:
    """The words of all segments with their doubts. language: in which they are written, where a word has none."""
    repeated = [later for earlier, later in pairwise(segments) if plain(later.text) == plain(earlier.text)]
    about: list[tuple[str, ...]] = []
    for segment in segments:
        about += [_about(segment, segment in repeated)] * len(segment.words)
    words = [word for segment in segments for word in segment.words]
    phantoms = _phantoms(segments)
    return [
        replace(
            word,
            doubts=word.doubts
            + doubts
            + ("no_speech",) * astray(word, speech)
            + ("phantom",) * (at in phantoms)
            + ("other_script",) * foreign(word.text, word.language or language),
        )
        for at, (word, doubts) in enumerate(zip(words, about, strict=True))
    ]


def _about(segment: Segment, repeated: bool) -> tuple[str, ...]:
    """What can be said against the whole segment."""
    measured = {
        "low_probability": segment.unsure < TOO_UNSURE,
        "perhaps_no_speech": segment.no_speech > NO_SPEECH,
        "compressed": segment.regular > TOO_REGULAR,
        "repetition": repeated or again_and_again(plain(segment.text)),
    }
    return (*(doubt for doubt, holds in measured.items() if holds), *segment.doubts)


def other_language(declared: str, heard: Mapping[str, float]) -> bool:
    """Whether Whisper is sure of a language that was not declared. heard: probabilities by Whisper's codes."""
    best = max(heard, key=heard.__getitem__)
    near = any({declared, best} <= group for group in NEAR)
    return best != declared and heard[best] >= (NEAR_LANGUAGE if near else OTHER_LANGUAGE)


def astray(word: Word, speech: Spans) -> bool:
    """Whether nobody speaks near this word."""
    return not any(start - ASTRAY < word.end and word.start < end + ASTRAY for start, end in speech)


def foreign(text: str, language: str) -> bool:
    """Whether there is a letter that the language does not write; False for a language that we know nothing of."""
    code = language.split("-")[0].lower()
    letters = [letter for letter in text.lower() if letter.isalpha()]
    if code in ALPHABETS:
        return any(letter not in ALPHABETS[code] for letter in letters)
    script = next((name for name, codes in SCRIPTS.items() if code in codes.split()), "")
    return any(not unicodedata.name(letter, "").startswith(script) for letter in letters)


def again_and_again(words: Sequence[str]) -> bool:
    """Whether words follow themselves again and again: three times "we are here", or four times "no"."""
    for length in range(1, len(words) // AGAIN + 1):
        needed = length * (AGAIN - 1) + (length == 1)
        run = 0
        for word, later in zip(words, words[length:], strict=False):
            run = run + 1 if word == later else 0
            if run == needed:
                return True
    return False


def plain(text: str) -> list[str]:
    """The words of a text as they are compared: small letters, no punctuation, ё as е."""
    return re.findall(r"\w+", text.casefold().replace("ё", "е"))


def _phantoms(segments: Sequence[Segment]) -> set[int]:
    """The numbers of the words, counted over all segments, that belong to a phrase of phantoms.toml."""
    phrases, alone = _phrases()
    found: set[int] = set()
    said: list[tuple[str, int]] = []
    count = 0
    for segment in segments:
        numbers = range(count, count := count + len(segment.words))
        said += [(part, at) for at, word in zip(numbers, segment.words, strict=True) for part in plain(word.text)]
        if tuple(plain(segment.text)) in alone:
            found.update(numbers)
    for start, (first, _) in enumerate(said):
        for phrase in phrases.get(first, ()):
            here = said[start : start + len(phrase)]
            if tuple(part for part, _ in here) == phrase:
                found.update(at for _, at in here)
    return found


@cache
def _phrases() -> tuple[dict[str, list[tuple[str, ...]]], set[tuple[str, ...]]]:
    """The phrases that count anywhere, by their first word, and those that count only where nothing else is said."""
    tables = tomllib.loads(PHANTOMS.read_text("utf-8")).values()
    anywhere: dict[str, list[tuple[str, ...]]] = {}
    for phrase in (tuple(plain(text)) for table in tables for text in table.get("anywhere", ())):
        anywhere.setdefault(phrase[0], []).append(phrase)
    return anywhere, {tuple(plain(text)) for table in tables for text in table.get("alone", ())}
