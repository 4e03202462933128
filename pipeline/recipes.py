"""How each rendition is made: its frame, length and rates. Presets with the same recipe share a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.card import Card
from pipeline.cues import Cue
from pipeline.framing import Framing, same_shape
from pipeline.look import Look
from pipeline.presets import Preset

LEAST_SIDE = 540  # pixels: a smaller clip is scaled up, for networks show it larger anyway
FPS = 30  # for a clip that has too few or too many frames a second


@dataclass(frozen=True)
class Source:
    """The clip: clean proxy and finished clip, which show the same frames."""

    clean: Path
    finished: Path
    size: tuple[int, int]
    fps: float
    length_ms: int
    cues: Sequence[Cue]  # as approved
    focus: tuple[float, float] | None  # where she is, in shares of the picture


@dataclass(frozen=True)
class Wish:
    """What is made besides the presets' own numbers: how narrow frames are cut, where clips end, and the card."""

    framing: Framing = Framing.PAD
    card: Card | None = None
    hashtags: tuple[str, ...] = ()
    look: Look = Look()


@dataclass(frozen=True)
class Recipe:
    """One file: its frame, the length of the clip in it, and how many kbit/s its picture may have."""

    frame: tuple[int, int]
    end_ms: int
    card: bool
    fps: float  # 0: as the clip has it
    kbps: int
    audio_kbps: int

    @property
    def name(self) -> str:
        """Of its file: no two recipes have the same."""
        (width, height), last = self.frame, "-card" if self.card else ""
        return f"{width}x{height}-{self.end_ms}-{self.fps:g}-{self.kbps}-{self.audio_kbps}{last}.mp4"

    def length_ms(self, closing: Card | None) -> int:
        """With the card at its end."""
        return self.end_ms + (closing.seconds * 1000 if closing and self.card else 0)


def recipe(preset: Preset, source: Source, wish: Wish, end_ms: int | None = None) -> Recipe:
    """How the rendition of this preset is made; end_ms: where it is cut off. No card where it would be too long."""
    end = min(end_ms or source.length_ms, source.length_ms)
    room = preset.max_ms - end >= wish.card.seconds * 1000 if wish.card else False
    steady = preset.min_fps <= source.fps <= preset.max_fps
    return Recipe(_frame(preset, source.size), end, room, 0 if steady else FPS, preset.max_kbps, preset.audio_kbps)


def _frame(preset: Preset, size: tuple[int, int]) -> tuple[int, int]:
    """The preset's, or that of a smaller clip of the same shape: scaling it up would add nothing."""
    turned = preset.own_frame and size[0] > size[1]
    frame = (preset.height, preset.width) if turned else (preset.width, preset.height)
    small = LEAST_SIDE <= min(size) <= min(frame)
    return size if same_shape(size, frame) and small else frame
