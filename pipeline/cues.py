"""The cue, and how the words of a transcript become cues. Times are integer milliseconds everywhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Cue:
    """Text on the screen from start to end (ms); lines are parted by a newline; doubts say why it needs a look."""

    start: int
    end: int
    text: str
    doubts: tuple[str, ...] = ()

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
    return [Cue(row["start"], row["end"], row["text"], tuple(row["doubts"])) for row in rows]
