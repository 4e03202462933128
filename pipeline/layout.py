"""How captions sit in a frame: characters in a line, where a line breaks, how large and where on the screen.

The numbers come from Netflix's Russian guide (lines) and from what the networks cover with their buttons (margins).
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True)
class Profile:
    """Rules for frames of about one shape. soft, hard: characters in a line, wished for and allowed.

    The other numbers are pixels of a reference frame of width x height: font size, outline and the margins that
    keep text clear of what the networks lay over the picture.
    """

    soft: int
    hard: int
    width: int
    height: int
    font: int
    outline: float
    left: int
    right: int
    bottom: int


# TikTok, Reels and Shorts together leave free x 65-900, y 270-1440 of a portrait frame
PORTRAIT = Profile(24, 28, width=1080, height=1920, font=64, outline=3, left=120, right=180, bottom=480)
SQUARE = Profile(30, 34, width=1080, height=1080, font=60, outline=3, left=90, right=90, bottom=110)
LANDSCAPE = Profile(39, 42, width=1920, height=1080, font=68, outline=3, left=200, right=200, bottom=90)


@dataclass(frozen=True)
class Style:
    """The numbers of a profile in the pixels of a real frame."""

    font: int
    outline: float
    left: int
    right: int
    bottom: int


def profile(width: int, height: int) -> Profile:
    """The profile whose shape is nearest: 4:5 counts as square, 4:3 as landscape."""
    if width < 0.75 * height:
        return PORTRAIT
    return LANDSCAPE if width > 1.25 * height else SQUARE


def style_for(width: int, height: int) -> Style:
    """Size and margins for a frame of this size in pixels."""
    frame = profile(width, height)
    x, y = width / frame.width, height / frame.height
    size = min(x, y)
    return Style(
        font=round(frame.font * size),
        outline=round(frame.outline * size, 2),
        left=round(frame.left * x),
        right=round(frame.right * x),
        bottom=round(frame.bottom * y),
    )


#: Words that belong to the next one: a line does not end with them where that can be helped.
CLINGING = frozenset(
    "а без бы в во да для до за и из или к как ко на над не ни но о об от по под при про с со то у что".split()  # noqa: SIM905
)
LONG_TEXT = 6  # lines; beyond that it will not stay as it is, and balance is not worth the time


def fit(text: str, profile: Profile) -> str:
    """The text in as few lines as it fits in, balanced, parted by newlines: two at most, if it is short enough."""
    words = text.split()
    whole = " ".join(words)
    if len(whole) <= profile.soft:
        return whole
    if len(whole) > LONG_TEXT * profile.hard:
        return "\n".join(textwrap.wrap(whole, profile.hard))
    for count in range(2, len(words) + 1):
        lines = _balance(words, count, profile.hard)
        if all(len(line) <= profile.hard for line in lines):
            return "\n".join(lines)
    return "\n".join(words)


def _balance(words: list[str], count: int, hard: int) -> tuple[str, ...]:
    """The best way to lay words in `count` lines."""
    ideal = len(" ".join(words)) / count

    def cost(line: str, last: bool) -> float:
        uneven = (len(line) - ideal) ** 2 + 10_000 * max(len(line) - hard, 0)
        if last:
            return uneven
        clings = line.rsplit(" ", 1)[-1].lower() in CLINGING
        return uneven + 500 * clings - 40 * line.endswith((",", ".", "!", "?", ":", ";", "…"))

    @cache
    def best(start: int, count: int) -> tuple[float, tuple[str, ...]]:
        if count == 1:
            line = " ".join(words[start:])
            return cost(line, True), (line,)
        ways = []
        for end in range(start + 1, len(words) - count + 2):
            line = " ".join(words[start:end])
            rest, lines = best(end, count - 1)
            ways.append((cost(line, False) + rest, (line, *lines)))
        return min(ways)

    return best(0, count)[1]
