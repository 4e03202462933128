"""The cue, and how the words of a transcript become cues. Times are integer milliseconds everywhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Offer:
    """A Russian text that somebody may take instead: its origin, and the sentence that it was made for.

    score: how like that sentence is to this cue's, in percent; 100 for what an engine made of this very sentence.
    """

    text: str
    origin: str
    score: int
    source: str


@dataclass(frozen=True, slots=True)
class Cue:
    """Text on the screen from start to end (ms); lines are parted by a newline; doubts say why it needs a look.

    language: BCP 47, only where it is not the track's. origin: who made the text, "memory" or an engine; empty for
    a person, and in a transcript. offers: what else could stand there.
    """

    start: int
    end: int
    text: str
    doubts: tuple[str, ...] = ()
    language: str = ""
    origin: str = ""
    offers: tuple[Offer, ...] = ()

    @property
    def cps(self) -> float:
        """Characters per second over the whole cue; spaces count, the line break does not."""
        seconds = max(self.end - self.start, 1) / 1000
        return len(self.text.replace("\n", "")) / seconds


def to_json(cues: Iterable[Cue]) -> list[dict[str, Any]]:
    """Cues as the plain values that a revision stores."""
    return [asdict(cue) for cue in cues]


def from_json(rows: Iterable[dict[str, Any]]) -> list[Cue]:
    """The reverse of to_json."""
    return [
        Cue(
            **row | {"doubts": tuple(row["doubts"]), "offers": tuple(Offer(**offer) for offer in row.get("offers", ()))}
        )
        for row in rows
    ]


GAP = 83  # ms between two cues: two frames at 24 a second
SHORTEST, LONGEST = 1000, 7000  # ms a cue is shown; shorter only where there is no room
GLIMPSE = 300  # ms; nobody can read what is shown for less
PAUSE = 1000  # ms of silence that part two cues
MAX_CHARS = 56  # two lines in a portrait frame
UNSURE = 0.5  # mean probability of a cue's words below which it needs a look


@dataclass(frozen=True, slots=True)
class Word:
    """A word as Whisper heard it, with its leading space and punctuation.

    doubts: of the segment that it stands in. language: BCP 47, only where it is not the transcript's.
    """

    start: int
    end: int
    text: str
    probability: float
    doubts: tuple[str, ...] = ()
    language: str = ""


def from_words(words: Sequence[Word]) -> list[Cue]:
    """Cues from the words of a transcript: a sentence each, parted further at pauses and where it is too long."""
    groups = [part for sentence in _sentences(words) for part in _parts(sentence)]
    cues: list[Cue] = []
    for i, group in enumerate(groups):
        start = max(group[0].start, cues[-1].end + GAP if cues else 0)
        room = groups[i + 1][0].start - GAP if i + 1 < len(groups) else start + LONGEST
        end = min(max(group[-1].end, start + SHORTEST), room, start + LONGEST)
        # Whisper's times may overlap; then a cue is shown briefly and the next one waits
        cues.append(Cue(start, max(end, start + GLIMPSE), _text(group), _doubts(group)))
    return cues


def empty(spans: Iterable[tuple[int, int]], doubt: str) -> list[Cue]:
    """Cues without text over spans of speech (ms), for a person to fill."""
    return [
        Cue(at, min(at + LONGEST - GAP, end), "", (doubt,)) for start, end in spans for at in range(start, end, LONGEST)
    ]


def _sentences(words: Sequence[Word]) -> list[list[Word]]:
    groups: list[list[Word]] = []
    for i, word in enumerate(words):
        before = words[i - 1]
        if i == 0 or before.text.endswith((".", "!", "?", "…")) or word.start - before.end >= PAUSE:
            groups.append([])
        groups[-1].append(word)
    return groups


def _parts(words: list[Word]) -> list[list[Word]]:
    """Halved until each part fits, near the middle and rather after a comma."""
    length = len(_text(words))
    if len(words) == 1 or (length <= MAX_CHARS and words[-1].end - words[0].start <= LONGEST):
        return [words]

    def cost(at: int) -> float:
        comma = words[at - 1].text.endswith((",", ";", ":", "–", "—"))
        return abs(len(_text(words[:at])) - length / 2) - comma * length / 4

    middle = min(range(1, len(words)), key=cost)
    return _parts(words[:middle]) + _parts(words[middle:])


def _text(words: Sequence[Word]) -> str:
    return "".join(word.text for word in words).strip()


def _doubts(words: Sequence[Word]) -> tuple[str, ...]:
    mean = sum(word.probability for word in words) / len(words)
    return ("low_probability",) if mean < UNSURE else ()
