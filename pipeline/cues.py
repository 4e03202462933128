"""The cue, and how the words of a transcript become cues. Times are integer milliseconds everywhere."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any
from unicodedata import category

from pipeline.layout import Profile
from pipeline.reading.cutting import HANG, Piece, cuts


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


def from_words(words: Sequence[Word], frame: Profile) -> list[Cue]:
    """Cues from the words of a transcript, parted and timed as the frame's profile wants them; no word is lost.

    Word times may overlap, stand still or go backwards, as Whisper's do: cues are in order and never overlap.
    """
    groups = _groups(words)
    pieces = [
        Piece(_text(group), start, end, group[0].language)
        for group, (start, end) in zip(groups, _times(groups), strict=True)
    ]
    cues: list[Cue] = []
    for first, last in pairwise([*cuts(pieces, frame), len(pieces)]):
        said = [word for group in groups[first:last] for word in group]
        start = max(pieces[first].start, cues[-1].end + frame.gap if cues else 0)
        room = pieces[last].start - frame.gap - start if last < len(pieces) else math.inf
        text = _text(said).strip()
        shown = _shown(pieces[last - 1].end - start, room, len(text), frame)
        cues.append(Cue(start, start + shown, text, _doubts(said), said[0].language))
    return cues


def _shown(spoken: int, room: float, length: int, frame: Profile) -> int:
    """How long a cue is shown, in ms. room: until the next one must begin; a cue of no room at all takes some."""
    readable = min(math.ceil(length * 1000 / frame.calm), spoken + HANG)
    shown = min(max(spoken, readable, frame.shortest), room, frame.longest)
    if room - shown < frame.close_gap - frame.gap and room <= frame.longest:
        shown = room  # so short a gap would look like a mistake
    return int(max(shown, frame.glimpse))


def empty(spans: Iterable[tuple[int, int]], doubt: str, frame: Profile) -> list[Cue]:
    """Cues without text over spans of speech (ms), for a person to fill; long spans in equal parts."""
    cues = []
    for start, end in spans:
        parts = max(math.ceil((end - start + frame.gap) / (frame.longest + frame.gap)), 1)
        each = (end - start + frame.gap) / parts
        cues += [
            Cue(round(start + i * each), round(start + (i + 1) * each) - frame.gap, "", (doubt,)) for i in range(parts)
        ]
    return cues


def _groups(words: Iterable[Word]) -> list[list[Word]]:
    """Words that are written as one together («кто», «-то»); words that are nothing but space are left out."""
    groups: list[list[Word]] = []
    for word in words:
        if not word.text.strip():
            continue
        if not groups or _parted(groups[-1][-1], word):
            groups.append([])
        groups[-1].append(word)
    return groups


def _parted(left: Word, right: Word) -> bool:
    """By a space, another language, or because the script has no spaces."""
    a, b = left.text[-1], right.text[0]
    return a.isspace() or b.isspace() or left.language != right.language or category(a) == category(b) == "Lo"


def _times(groups: Sequence[Sequence[Word]]) -> list[tuple[int, int]]:
    """Start and end of each group (ms) such that nothing goes backwards and nothing overlaps.

    What most of them agree on is believed: a start that does not fit into the longest run of rising ones is put where
    the group before ends.
    """
    starts = [max(group[0].start, 0) for group in groups]
    believed = _rising(starts)
    limits: list[float] = [math.inf]  # for each group, and after the last: the next start that is believed
    for at in range(len(groups) - 1, -1, -1):
        limits.append(starts[at] if at in believed else limits[-1])
    limits.reverse()
    times: list[tuple[int, int]] = []
    ends: float = 0
    for at, group in enumerate(groups):
        start = starts[at] if at in believed else min(ends, limits[at])
        ends = max(start, min(start + group[-1].end - group[0].start, limits[at + 1]))
        times.append((int(start), int(ends)))
    return times


def _rising(numbers: Sequence[int]) -> set[int]:
    """The places of a longest run of numbers, not next to each other perhaps, of which none is less than one before."""
    if all(before <= after for before, after in pairwise(numbers)):
        return set(range(len(numbers)))
    tails: list[int] = []  # for each length of run: the place of the least number that ends one
    before: list[int] = []
    for at, number in enumerate(numbers):
        length = bisect_right(tails, number, key=lambda place: numbers[place])
        before.append(tails[length - 1] if length else -1)
        tails[length : length + 1] = [at]
    run, at = set(), tails[-1]
    while at >= 0:
        run.add(at)
        at = before[at]
    return run


def _text(words: Iterable[Word]) -> str:
    return "".join(word.text for word in words)


def _doubts(words: Sequence[Word]) -> tuple[str, ...]:
    """Those of the words, each once, and one more where they are hardly sure on the whole."""
    unsure = sum(word.probability for word in words) / len(words) < UNSURE
    return tuple(dict.fromkeys([*(doubt for word in words for doubt in word.doubts), *["low_probability"] * unsure]))
