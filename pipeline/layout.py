"""Where a line breaks, and by which rules for reading: those of the frame's shape, from profiles.toml."""

from __future__ import annotations

import math
import re
import tomllib
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from pipeline.reading.borders import (
    clings as clings,  # what it costs to break a line or a cue: part of this module's face
)

PROFILES = Path(__file__).with_name("profiles.toml")


@dataclass(frozen=True)
class Profile:
    """Rules for frames of about one shape; profiles.toml says what each number means and where it comes from."""

    name: str
    soft: int
    hard: int
    lines: int
    calm: float
    fast: float
    too_fast: float
    glimpse: int
    shortest: int
    longest: int
    gap: int
    close_gap: int
    width: int
    height: int
    font: int
    outline: float
    left: int
    right: int
    top: int
    bottom: int


_ALL = {name: Profile(name, **numbers) for name, numbers in tomllib.loads(PROFILES.read_text("utf-8")).items()}
PORTRAIT, SQUARE, LANDSCAPE = _ALL["portrait"], _ALL["square"], _ALL["landscape"]


def profile(width: int, height: int) -> Profile:
    """The profile whose shape is nearest: 4:5 counts as square, 4:3 as landscape."""
    if width < 0.75 * height:
        return PORTRAIT
    return LANDSCAPE if width > 1.25 * height else SQUARE


#: What speaks against a line break: words that belong together (times clings()), lines of unlike length (times the
#: square of their difference as a share of the whole: TED asks for at least half of the other, but sense goes before),
#: the longer one above. From WORST on, one line a little longer than wished for is better. Tried on real text.
CLINGING, UNEVEN, TOP_HEAVY, WORST = 10.0, 10.0, 0.2, 2.4
#: Where somebody else begins to speak: a line that begins with a dash, and not with a small letter after it.
SPEAKER = re.compile(r"\n\s*(?=[–—-] [^\Wa-zа-яёіїєґў]|[–—-] [«„\"“…])")


def fit(text: str, frame: Profile) -> str:
    """The text in one line or two balanced ones, parted by a newline; in more where two of frame.hard cannot hold it.

    Line breaks of before are forgotten, but for those before a speaker's dash: each has a line of her own.
    """
    speeches = [speech.split() for speech in SPEAKER.split(text.strip())]
    longest = frame.soft if len(speeches) == 1 else frame.hard
    return "\n".join(_fit(words, longest, frame.hard) for words in speeches)


def _fit(words: list[str], soft: int, hard: int) -> str:
    whole = " ".join(words)
    if len(whole) <= soft or len(words) == 1:
        return whole
    cost, first = _halved(words, len(whole), hard)
    if len(whole) <= hard and cost >= WORST:
        return whole
    if cost == math.inf:
        return "\n".join(_wrapped(words, hard))
    return f"{whole[:first]}\n{whole[first + 1 :]}"


def _halved(words: list[str], length: int, hard: int) -> tuple[float, int]:
    """The best way to lay words in two lines: its cost and the length of the first line; no way costs infinity."""
    best, first, top = math.inf, 0, -1
    for left, right in pairwise(words):
        top += len(left) + 1
        bottom = length - top - 1
        if top > hard or bottom > hard:
            continue
        cost = UNEVEN * ((top - bottom) / length) ** 2 + TOP_HEAVY * (top > bottom)
        if cost < best and (cost := cost + CLINGING * clings(left, right)) < best:
            best, first = cost, top
    return best, first


def _wrapped(words: list[str], hard: int) -> list[str]:
    """In as few lines as can be, and evenly; a word longer than a line has one for itself."""
    best: list[tuple[int, float, int]] = [(0, 0.0, 0)] * (len(words) + 1)  # from each word on: lines, cost, next line
    for start in range(len(words) - 1, -1, -1):
        ways, length = [], -1
        for end in range(start + 1, len(words) + 1):
            length += len(words[end - 1]) + 1
            if length > hard and end > start + 1:
                break
            lines, cost, _ = best[end]
            torn = CLINGING * clings(words[end - 1], words[end]) if end < len(words) else 0.0
            ways.append((lines + 1, cost + torn + UNEVEN * (length / hard) ** 2, end))
        best[start] = min(ways)
    lines_made, start = [], 0
    while start < len(words):
        end = best[start][2]
        lines_made.append(" ".join(words[start:end]))
        start = end
    return lines_made
