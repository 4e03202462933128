"""How captions look in the picture: size, margins, outline, in the pixels of a real frame."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.layout import profile


@dataclass(frozen=True)
class Style:
    """The numbers of a profile in the pixels of a real frame."""

    font: int
    outline: float
    left: int
    right: int
    bottom: int


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
