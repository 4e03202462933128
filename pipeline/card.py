"""The closing card: what a viewer can do now, with a QR code. libass draws it, as it draws the captions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import groupby
from typing import Any

import pysubs2
import segno

from pipeline.subtitles.fitting import fitted
from pipeline.subtitles.substation import FONT

PAPER, INK = pysubs2.Color(0x14, 0x18, 0x22), pysubs2.Color(255, 255, 255)
QUIET = 4  # modules of white around a QR code: ISO/IEC 18004
#: Shares of the short side of the frame: the font of each kind of line, the QR code, the space between.
TEXT, NUMBER, SMALL, CODE, SPACE = 0.066, 0.1, 0.046, 0.34, 0.045
WIDE, HIGH = 0.84, 0.9  # shares of the frame that the card may fill
LAYER = 10  # before captions and hashtags
UNSAFE = "{}\\\n"  # would be commands to libass


@dataclass(frozen=True)
class Card:
    """The [card] of campaign.toml."""

    seconds: int  # 2 to 4
    lines: tuple[str, ...]  # what the viewer can do, in Russian
    hotline: str = ""  # a number, as it is dialled
    address: str = ""  # https://…: written out, and as QR code


def read(table: Any) -> Card | None:
    """The [card] of campaign.toml; None where there is none. Raises ValueError with a sentence."""
    if table is None:
        return None
    names = [field.name for field in fields(Card)]
    if not isinstance(table, Mapping) or table.keys() - {*names}:
        raise ValueError(f"[card] may have {', '.join(names)}, and nothing else.")
    seconds, lines = table.get("seconds"), table.get("lines")
    if type(seconds) is not int or not 2 <= seconds <= 4:
        raise ValueError(f"[card] seconds must be 2, 3 or 4, not {seconds!r}.")
    if not isinstance(lines, list) or not lines or not all(isinstance(line, str) and line.strip() for line in lines):
        raise ValueError("[card] lines must be a list of texts in quotes.")
    hotline, address = table.get("hotline", ""), table.get("address", "")
    if not isinstance(hotline, str) or not isinstance(address, str) or (address and not address.startswith("https://")):
        raise ValueError("[card] hotline must be text in quotes, and address one that begins with https://.")
    if any(letter in text for text in (*lines, hotline, address) for letter in UNSAFE):
        raise ValueError("[card] no text may have braces, backslashes or line breaks.")
    return Card(seconds, tuple(lines), hotline, address)


@dataclass(frozen=True)
class _Block:
    """One thing on the card: a text, with the size of its font, or a QR code; height in pixels."""

    text: str
    font: int
    height: float
    code: bool = False


def added(captions: str, card: Card, hashtags: Sequence[str], size: tuple[int, int], at_ms: int) -> str:
    """The ASS text of captions for a frame of this size, with the card over all of it from at_ms on."""
    file = pysubs2.SSAFile.from_string(captions)
    width, height = size
    file.styles["Card"] = pysubs2.SSAStyle(
        fontname=FONT, bold=True, primarycolor=INK, outline=0, shadow=0, alignment=pysubs2.Alignment.TOP_LEFT
    )
    until = at_ms + card.seconds * 1000 + 1000

    def put(text: str, layer: int) -> None:
        file.append(pysubs2.SSAEvent(start=at_ms, end=until, text=text, style="Card", layer=LAYER + layer))

    put(_area(0, 0, width, height, PAPER), 0)
    blocks = _blocks(card, hashtags, width, height)
    space = SPACE * min(size)
    top = (height - sum(block.height for block in blocks) - space * (len(blocks) - 1)) / 2
    for block in blocks:
        if block.code:
            for text, layer in _code(block.text, (width - block.height) / 2, top, block.height):
                put(text, layer)
        else:
            put(rf"{{\an8\pos({width / 2:.1f},{top:.1f})\fs{block.font}}}{block.text}", 1)
        top += block.height + space
    return file.to_string("ass")


def _blocks(card: Card, hashtags: Sequence[str], width: int, height: int) -> list[_Block]:
    """What stands on the card, from top to bottom; all smaller where it would not fit."""
    short, share = min(width, height), 1.0
    while True:
        blocks = [_text(line, TEXT * short * share, width, height) for line in card.lines]
        blocks += [_text(card.hotline, NUMBER * short * share, width, height)] if card.hotline else []
        if card.address:
            side = CODE * short * share
            shown = card.address.removeprefix("https://").rstrip("/")
            blocks += [_Block(card.address, 0, side, code=True), _text(shown, SMALL * short * share, width, height)]
        blocks += [_text(" ".join(hashtags), SMALL * short * share, width, height)] if hashtags else []
        needed = sum(block.height for block in blocks) + SPACE * short * (len(blocks) - 1)
        if needed <= HIGH * height or share < 0.3:
            return blocks
        share *= 0.9


def _text(text: str, font: float, width: int, height: int) -> _Block:
    size, lines = fitted(_halved(text, font, width), round(font), WIDE * width, height)
    drawn = r"\N".join("".join(parts) for parts in lines)
    return _Block(drawn, size, size * len(lines))


def _halved(text: str, font: float, width: int) -> str:
    """In two lines of about one length where one would be too long for the frame; letters are half as wide as high."""
    if len(text) * font * 0.47 <= WIDE * width or " " not in text:
        return text
    breaks = [place for place, letter in enumerate(text) if letter == " "]
    middle = min(breaks, key=lambda place: abs(place - len(text) / 2))
    return f"{text[:middle]}\n{text[middle + 1 :]}"


def _area(left: float, top: float, width: float, height: float, colour: pysubs2.Color) -> str:
    paint = f"&H{colour.b:02X}{colour.g:02X}{colour.r:02X}&"
    shape = f"m 0 0 l {width:.1f} 0 {width:.1f} {height:.1f} 0 {height:.1f}"
    return rf"{{\an7\pos({left:.2f},{top:.2f})\1c{paint}\bord0\shad0\p1}}{shape}{{\p0}}"


def _code(address: str, left: float, top: float, side: float) -> list[tuple[str, int]]:
    """A QR code as drawings, each with its layer: a white square, and the runs of dark modules in one shape."""
    rows = [bytes(row) for row in segno.make(address, error="m", micro=False).matrix]
    module = int(side) // (len(rows) + 2 * QUIET)  # whole pixels: sharp edges
    inside = module * len(rows)
    edge = (side - inside) / 2
    runs = []
    for y, row in enumerate(rows):
        x = 0
        for dark, cells in groupby(row):
            count = len(list(cells))
            if dark:
                box = [(x, y), (x + count, y), (x + count, y + 1), (x, y + 1)]
                first, *others = [f"{column * module} {line * module}" for column, line in box]
                runs.append(f"m {first} l {' '.join(others)}")
            x += count
    place = rf"\an7\pos({round(left + edge)},{round(top + edge)})"
    shape = rf"{{{place}\1c&H000000&\bord0\shad0\p1}}{' '.join(runs)}{{\p0}}"
    return [(_area(round(left), round(top), side, side, INK), 1), (shape, 2)]
