"""From cues to sentences and back: what is translated is a sentence, whole; what is shown is its share in each cue."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from pipeline.cues import Cue
from pipeline.layout import SPEAKER
from pipeline.reading.borders import ends_sentence

PAUSE = 1000  # ms of silence over which no sentence goes on
LONGEST = 400  # characters, where a transcript has no marks at all: the engines know sentences
DASH = re.compile(r"[–—-]\s+")  # before what another speaker says
SPOKEN = "– "
UNEVEN = 4.0  # what half a piece too much costs, as against tearing apart two words that belong together: the same


@dataclass(frozen=True)
class Part:
    """The words of a sentence in one cue (counted from 0); lead: the dash of a speaker who begins here."""

    cue: int
    text: str
    lead: str = ""


@dataclass(frozen=True)
class Sentence:
    """What is said in one language from one end mark to the next, cue by cue."""

    language: str
    parts: tuple[Part, ...]

    @property
    def text(self) -> str:
        """All of it in one line."""
        return " ".join(part.text for part in self.parts)


def sentences(cues: Sequence[Cue], languages: Sequence[str]) -> Iterator[Sentence]:
    """The sentences of a transcript, in order. languages: of each cue. Empty cues are in none."""
    parts: list[Part] = []
    for number, cue in enumerate(cues):
        for speech in _speeches(number, cue.text):
            if parts and (speech.lead or _apart(cues, languages, parts, speech)):
                yield Sentence(languages[parts[-1].cue], tuple(parts))
                parts = []
            *whole, last = _ended(speech)
            for part in whole:
                yield Sentence(languages[number], (*parts, part))
                parts = []
            parts.append(last)
    if parts:
        yield Sentence(languages[parts[-1].cue], tuple(parts))


def _speeches(number: int, text: str) -> Iterator[Part]:
    """What each speaker says in a cue; one of them, mostly."""
    for speech in SPEAKER.split(text.strip()):
        words = " ".join(speech.split())
        dash = DASH.match(words)
        if words:
            yield Part(number, words[dash.end() :], SPOKEN) if dash else Part(number, words)


def _ended(speech: Part) -> list[Part]:
    """A part for each sentence that begins in this speech."""
    words = speech.text.split()
    ends = [place for place, two in enumerate(pairwise(words), 1) if ends_sentence(*two)]
    texts = [" ".join(words[start:end]) for start, end in pairwise([0, *ends, len(words)])]
    return [Part(speech.cue, text, "" if place else speech.lead) for place, text in enumerate(texts)]


def _apart(cues: Sequence[Cue], languages: Sequence[str], parts: Sequence[Part], after: Part) -> bool:
    """Whether what follows is another sentence: by its marks, by silence, by its language, or because it gets long."""
    before = parts[-1]
    return (
        cues[after.cue].start - cues[before.cue].end >= PAUSE
        or after.cue > before.cue + 1
        or languages[after.cue] != languages[before.cue]
        or ends_sentence(before.text.split()[-1], after.text.split()[0])
        or sum(len(part.text) for part in parts) > LONGEST
    )


def parted(text: str, shares: Sequence[int], cost: Callable[[str, str], float]) -> list[str]:
    """The text in as many pieces as there are shares, about as long to one another, parted where it costs little.

    No word is lost, and no piece is empty while there are as many words as pieces.
    cost: of a break between two words that stand beside each other, from 0 to 1.
    """
    words = text.split()
    if len(words) < len(shares):
        largest = sorted(sorted(range(len(shares)), key=lambda at: -shares[at])[: len(words)])
        given = dict(zip(largest, words, strict=True))
        return [given.get(at, "") for at in range(len(shares))]
    borders = _borders(words, shares, [cost(*two) for two in pairwise(words)]) if len(shares) > 1 else []
    return [" ".join(words[start:end]) for start, end in pairwise([0, *borders, len(words)])]


def _borders(words: Sequence[str], shares: Sequence[int], torn: Sequence[float]) -> list[int]:
    """Where the words are parted best: the numbers of those that begin the second piece, the third and so on."""
    ends = list(accumulate(len(word) + 1 for word in words))
    mean = ends[-1] / len(shares)
    wanted = [ends[-1] * share / max(sum(shares), 1) for share in accumulate(shares)]
    never = float("inf")
    rows: list[list[tuple[float, int]]] = []  # of each border, by the word after it: the least cost, the border before
    for border in range(1, len(shares)):
        row, best = [(never, 0)] * len(words), (0.0, 0)
        for word in range(border, len(words) - len(shares) + border + 1):
            if rows:
                best = (never, 0) if word == border else best
                best = min(best, (rows[-1][word - 1][0], word - 1))
            uneven = UNEVEN * ((ends[word - 1] - wanted[border - 1]) / mean) ** 2
            row[word] = (best[0] + torn[word - 1] + uneven, best[1])
        rows.append(row)
    borders = [min(range(len(words)), key=lambda word: rows[-1][word])]
    for row in reversed(rows[1:]):
        borders.append(row[borders[-1]][1])
    return borders[::-1]
