"""What a check looks at, and what it says: one cue of a Russian track among its neighbours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from pipeline.cues import Cue
from pipeline.layout import Profile

Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("note", "warning", "error")  # from the least


class Said(NamedTuple):
    """A sentence for people, which a page can say in another language: with %(name)s where the values stand."""

    text: str
    values: Mapping[str, object]

    def __str__(self) -> str:
        return self.text % self.values

    def translated(self, gettext: Callable[[str], str]) -> str:
        """In the language that gettext knows."""
        return gettext(self.text) % self.values


class Fault(NamedTuple):
    """That a cue broke a rule: by the check's name, and in one sentence for people."""

    check: str
    severity: Severity
    said: Said

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
