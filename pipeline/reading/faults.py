"""What a check looks at, and what it says: one cue of a Russian track among its neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from pipeline.cues import Cue
from pipeline.layout import Profile

Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("note", "warning", "error")  # from the least


class Fault(NamedTuple):
    """That a cue broke a rule: by the check's name, and in one sentence for people."""

    check: str
    severity: Severity
    sentence: str

    @property
    def rank(self) -> int:
        """How bad: 0 is a note."""
        return SEVERITIES.index(self.severity)


@dataclass(frozen=True, slots=True)
class Place:
    """A cue where it stands. number: as people count, from 1. spoken, language: what is said under it, and in what.

    clip_ms: the length of the clip, where that is known.
    """

    number: int
    cue: Cue
    before: Cue | None
    after: Cue | None
    frame: Profile
    spoken: str = ""
    language: str = ""
    clip_ms: int | None = None
