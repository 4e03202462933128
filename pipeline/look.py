"""How captions look in the picture: size, place, and what parts white letters from a white wall.

Sizes are pixels of the real frame. A text that its author made too long is drawn smaller, rather than run out of the
picture: widths of letters are known here well enough to see that coming.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.layout import LANDSCAPE, PORTRAIT, SQUARE, profile


@dataclass(frozen=True)
class Ink:
    """What parts the letters from the picture; all lengths as shares of the size of the font, opacity from 0 to 1.

    beside, above: how far a band behind the whole caption goes beyond its letters; 0 for none.
    """

    outline: float = 0
    opacity: float = 1
    blur: float = 0
    shadow: float = 0
    beside: float = 0
    above: float = 0

    @property
    def reach(self) -> float:
        """How far from the letters the picture is changed."""
        return max(self.outline + 2 * self.blur + self.shadow, self.beside, self.above)


#: Chosen by eye on docs/captions.md's pictures.
STYLES = {
    "soft": Ink(outline=0.14, blur=0.08),
    "box": Ink(opacity=0.8, beside=0.35, above=0.06),
    "outline": Ink(outline=0.065, shadow=0.03),
}


@dataclass(frozen=True)
class Box:
    """A rectangle, from the left and top edges, in shares of the frame or in pixels."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def bottom(self) -> float:
        return self.top + self.height


@dataclass(frozen=True)
class Look:
    """What a campaign chooses.

    style: a key of STYLES. logo: its place in shares of the frame. image: the logo as PNG; empty where it is in the
    clips already, or put there by hand. hashtags: a small line at the top; empty for none.
    """

    style: str = "soft"
    logo: Box | None = None
    image: bytes = field(default=b"", repr=False)
    hashtags: str = ""


PLAIN = Look()
IMAGE_BYTES = 2_000_000  # of a logo: it is read again for each piece of each clip
PNG = b"\x89PNG\r\n\x1a\n"
TAGS = 0.55  # size of the hashtags, in sizes of the font of captions
TAG_LINES = 1.5  # how much height they take, in their own sizes
LOGO_GAP = 0.02  # of the short side of the frame, between logo and captions
ROOM = 4  # lines of captions that should have room beside the logo


def read(table: Any, folder: Path = Path(), hashtags: str = "") -> Look:
    """The [captions] of campaign.toml, which lies in this folder. Raises ValueError with a sentence.

    hashtags: those of the campaign, which are burned in where the table says so.
    """
    if not isinstance(table, Mapping):
        raise ValueError(f"[captions] must be a table, not {table!r}.")
    if unknown := table.keys() - {"style", "logo", "hashtags"}:
        raise ValueError(f"[captions] has no setting {min(unknown)!r}: there are style, logo and hashtags.")
    style, burned = table.get("style", PLAIN.style), table.get("hashtags", False)
    if style not in list(STYLES):
        raise ValueError(f"[captions] style must be one of {', '.join(STYLES)}, not {style!r}.")
    if not isinstance(burned, bool):
        raise ValueError(f"[captions] hashtags must be true or false, not {burned!r}.")
    tags = hashtags if burned else ""
    if "logo" not in table:
        return Look(style, hashtags=tags)
    place, image = table["logo"], b""
    if isinstance(place, Mapping) and "file" in place:
        image = _image(place["file"], folder)
        place = {name: share for name, share in place.items() if name != "file"}
    return Look(style, _logo(place), image, tags)


def _image(name: Any, folder: Path) -> bytes:
    if not isinstance(name, str):
        raise ValueError(f"[captions] logo: file must be the name of a PNG in quotes, not {name!r}.")
    try:
        data = (folder / name).read_bytes()
    except OSError as error:
        raise ValueError(f"[captions] logo: {name} cannot be read: {error.strerror}.") from error
    if not data.startswith(PNG) or len(data) > IMAGE_BYTES:
        raise ValueError(f"[captions] logo: {name} must be a PNG of at most {IMAGE_BYTES // 1_000_000} MB.")
    return data


def _logo(table: Any) -> Box:
    names = ("left", "top", "width", "height")
    if not isinstance(table, Mapping) or table.keys() != set(names):
        raise ValueError("[captions] logo needs left, top, width and height, besides only file, and nothing else.")
    for name in names:
        if isinstance(table[name], bool) or not isinstance(table[name], int | float) or not 0 <= table[name] <= 1:
            raise ValueError(f"[captions] logo: {name} must be a share of the frame from 0 to 1, not {table[name]!r}.")
    logo = Box(*(float(table[name]) for name in names))
    if not logo.width or not logo.height or logo.right > 1.000001 or logo.bottom > 1.000001:
        raise ValueError("[captions] logo must have a width and a height, and lie inside the frame.")
    for frame in (PORTRAIT, SQUARE, LANDSCAPE):
        free = area(frame.width, frame.height, logo)
        if free.height < frame.lines * frame.font * 1.5 or free.width < frame.width / 3:
            raise ValueError(f"[captions] logo leaves no room for captions in a {frame.name} frame.")
    return logo


def area(width: int, height: int, logo: Box | None = None) -> Box:
    """Where captions may stand in a frame of this size: in the profile's margins, clear of the logo."""
    frame = profile(width, height)
    x, y = width / frame.width, height / frame.height
    left, top = frame.left * x, frame.top * y
    free = Box(left, top, width - frame.right * x - left, height - frame.bottom * y - top)
    if logo is None:
        return free
    gap = LOGO_GAP * min(width, height)
    mark = Box(
        logo.left * width - gap, logo.top * height - gap, logo.width * width + 2 * gap, logo.height * height + 2 * gap
    )
    if mark.right <= free.left or mark.left >= free.right or mark.bottom <= free.top or mark.top >= free.bottom:
        return free
    return _beside(free, mark, ROOM * frame.font * min(x, y))


def _beside(free: Box, mark: Box, room: float) -> Box:
    """What the mark leaves of a free area: rather below it or above it than beside it, where lines are short."""
    below = _cut(free, top=mark.bottom)
    above = _cut(free, bottom=mark.top)
    sides = [_cut(free, left=mark.right), _cut(free, right=mark.left)]
    good = [part for part in (below, above) if part.height >= room]
    good += [part for part in sides if part.width >= 0.6 * free.width]
    return good[0] if good else max(below, above, *sides, key=lambda part: part.width * part.height)


def _cut(free: Box, left: float = 0, top: float = 0, right: float = 1e9, bottom: float = 1e9) -> Box:
    left, top = max(free.left, left), max(free.top, top)
    right, bottom = min(free.right, right), min(free.bottom, bottom)
    return Box(left, top, max(right - left, 0), max(bottom - top, 0))


@dataclass(frozen=True)
class Style:
    """The look of one frame: size of the font, outline, blur and box in pixels, and the area of the letters.

    tags: where the line of hashtags stands, and what is below it is for captions; of no height where there is none.
    """

    font: int
    ink: Ink
    area: Box
    tags: Box


def style_for(width: int, height: int, look: Look = PLAIN) -> Style:
    """Size and place of captions in a frame of this size in pixels."""
    frame = profile(width, height)
    font = round(frame.font * min(width / frame.width, height / frame.height))
    ink = STYLES[look.style]
    edge = font * ink.reach + 1
    free = area(width, height, look.logo)
    inner = Box(free.left + edge, free.top + edge, free.width - 2 * edge, free.height - 2 * edge)
    tags = _cut(inner, bottom=inner.top + (TAGS * TAG_LINES * font if look.hashtags else 0))
    return Style(font, ink, _cut(inner, top=tags.bottom), tags)
