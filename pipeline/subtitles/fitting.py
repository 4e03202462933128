"""How large a caption can be drawn so that it stays where captions may stand, and where words too long are parted.

libass breaks lines at spaces itself, and evenly; it does not part words, nor draw smaller. To know when that must be
done, the widths of letters are guessed: those of Noto Sans Bold, rounded up to a twentieth of its em.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from unicodedata import category, east_asian_width

#: libass takes the size of a font for the height of its lines, which is 1.362 em in Noto Sans (hhea table).
LINES_IN_EM = 1.362
WIDTHS = {
    0.3: " іїijl.,:;!'|",
    0.4: "-JfI/\\()ІЇ[]{}t*",
    0.5: 'rгsэєґcz?–„“”"',
    0.6: "абекохьзтуяёўГЕЁТҐaekovxyEFLSTYZ«»0123456789+=<>~^_$",
    0.7: "вдлнпрчийцъАБВЗКРСУХЬЭЯЎЄbdghnpquABCGKPRVX#",
    0.8: "фДИЙЛНОПЦЧЪDHNOQU&",
    0.9: "жмыФwюЫ%@",
    1.0: "шщЖМMW…m—",
}
WIDTH = {letter: width for width, letters in WIDTHS.items() for letter in letters}
WIDEST = 1.15  # Ш, Щ, and what the table does not know: better too wide than out of the picture

AS_TYPED = (1, 0.95, 0.9, 0.85)  # sizes at which the author's own lines are kept
SMALLER = (1, 0.9, 0.8, 0.7, 0.6)  # sizes at which lines are broken anew, into so many:
MANY_LINES = 4
SMALLEST = (0.6, 0.5, 0.4, 0.3, 0.2)  # sizes for what should never have been one cue: still inside the picture
CAREFUL = 0.66  # share of the width that a part of a word may have: another font could have wider letters


def fitted(text: str, font: int, width: float, height: float) -> tuple[int, list[list[str]]]:
    """The size of the font (pixels) and the lines, each in the parts into which it must be broken inside words."""
    lines = text.split("\n")
    longest = max(map(_em, lines))
    for size in (round(font * share) for share in AS_TYPED):
        if longest * size <= width and len(lines) * size <= height:
            return size, [[line] for line in lines]
    tries = [(share, MANY_LINES) for share in SMALLER] + [(share, len(text)) for share in SMALLEST]
    for share, most in tries:
        size = round(font * share)
        parted = [list(_parts(line, CAREFUL * width / size)) for line in lines]
        count = sum(_count(line, width / size) for line in parted)
        if count <= most and count * size <= height:
            break
    return size, parted


@cache
def _letter(letter: str) -> float:
    """The width of a letter in sizes of the font."""
    if category(letter) in {"Mn", "Me", "Cf"}:
        return 0
    wide = 1.5 if east_asian_width(letter) in "WF" else WIDEST
    return WIDTH.get(letter, wide) / LINES_IN_EM


def _em(text: str) -> float:
    return sum(map(_letter, text))


def _parts(line: str, width: float) -> Iterator[str]:
    """The line, parted inside words that are wider than this."""
    part, word = "", 0.0
    for letter in line:
        word = 0 if letter.isspace() else word + _letter(letter)
        if word > width:
            yield part
            part, word = "", _letter(letter)
        part += letter
    yield part


def _count(parts: list[str], width: float) -> int:
    """How many lines libass will make of the parts of a line."""
    count = 0
    for part in parts:
        count, used = count + 1, 0.0
        for word in part.split():
            if used and used + _letter(" ") + _em(word) > width:
                count, used = count + 1, 0.0
            used += _em(word) + _letter(" ") * (used > 0)
    return count
