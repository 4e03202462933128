"""Where a line breaks, and by which rules for reading: those of the frame's shape, from profiles.toml."""

from __future__ import annotations

import textwrap
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

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
