"""A picture brought into the frame of a network: cut out of it, or whole before a blurred copy of itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

SAME_SHAPE = 0.01  # of the aspect ratio: less than that nobody sees
BLUR_AT = 8  # the background is blurred at this fraction of its size: as soft, and much cheaper
BLUR = 6  # sigma, pixels at that size
DIMMED = -0.12  # the background is darker, so that the picture stands out


class Framing(StrEnum):
    """What is done where the clip has another shape than the frame."""

    PAD = "pad"  # all of it is seen, before a blurred copy
    CENTRE = "centre"
    FACE = "face"  # cut around where she is


@dataclass(frozen=True)
class Cut:
    """A rectangle of the clip, in even pixels."""

    left: int
    top: int
    width: int
    height: int


def same_shape(size: tuple[int, int], frame: tuple[int, int]) -> bool:
    """Whether a picture of this size fills the frame as it is."""
    (width, height), (wide, high) = size, frame
    return abs(width * high - height * wide) <= SAME_SHAPE * height * wide


def cut(size: tuple[int, int], frame: tuple[int, int], focus: tuple[float, float] = (0.5, 0.5)) -> Cut:
    """The largest part of a picture that has the shape of the frame, as near around the focus as the edges let it be.

    focus: x and y in shares of the picture.
    """
    (width, height), (wide, high) = size, frame
    part_width = min(width, _even(height * wide / high))
    part_height = min(height, _even(width * high / wide))
    left = _even(min(max(focus[0] * width - part_width / 2, 0), width - part_width))
    top = _even(min(max(focus[1] * height - part_height / 2, 0), height - part_height))
    return Cut(left, top, part_width, part_height)


def _even(pixels: float) -> int:
    return int(pixels) // 2 * 2


def framed(
    picture: Any,
    size: tuple[int, int],
    frame: tuple[int, int],
    framing: Framing,
    focus: tuple[float, float] | None = None,
) -> Any:
    """The stream of pictures of this size, in the frame. Without a focus FACE is CENTRE."""
    if same_shape(size, frame):
        return picture if size == frame else picture.filter("scale", *frame).filter("setsar", 1)
    if framing == Framing.PAD:
        return _before_itself(picture, size, frame)
    part = cut(size, frame, (focus or (0.5, 0.5)) if framing == Framing.FACE else (0.5, 0.5))
    picture = picture.filter("crop", part.width, part.height, part.left, part.top)
    return picture.filter("scale", *frame).filter("setsar", 1)


def _before_itself(picture: Any, size: tuple[int, int], frame: tuple[int, int]) -> Any:
    both, part = picture.split(), cut(size, frame)
    small = [max(side // BLUR_AT, 2) // 2 * 2 for side in frame]
    # The cheapest way to make it smaller and larger: what is blurred between shows no difference
    behind = both[0].filter("crop", part.width, part.height, part.left, part.top)
    behind = behind.filter("scale", *small, flags="fast_bilinear").filter("gblur", BLUR).filter("eq", brightness=DIMMED)
    behind = behind.filter("scale", *frame, flags="fast_bilinear").filter("setsar", 1)
    share = min(frame[0] / size[0], frame[1] / size[1])
    inside = [max(_even(round(side * share)), 2) for side in size]
    before = both[1].filter("scale", *inside).filter("setsar", 1)
    return behind.overlay(before, x="(W-w)/2", y="(H-h)/2")
