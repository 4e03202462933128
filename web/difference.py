"""What changed between two versions of a track, cue by cue and word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import NamedTuple

from pipeline.cues import Cue

WORD = re.compile(r"\s+|\w+|[^\w\s]+")
MANY = 10_000  # pairs of words from which on a text is shown as new: nobody reads more differences in one cue


class Part(NamedTuple):
    """A piece of text: "same", "gone" or "new"."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """One cue that differs. old: None where it was added; new: None where it was removed; places count from 1."""

    old: Cue | None
    new: Cue | None
    place: int  # in the new track, or where it would stand there

    @property
    def parts(self) -> list[Part]:
        """The text of both, word by word."""
        return words(self.old.text if self.old else "", self.new.text if self.new else "")

    @property
    def moved(self) -> bool:
        """Whether its times changed."""
        a, b = self.old, self.new
        return a is not None and b is not None and (a.start, a.end) != (b.start, b.end)

    @property
    def settled(self) -> bool:
        """Whether somebody looked, and the same words have no doubts any more."""
        a, b = self.old, self.new
        return a is not None and b is not None and a.text == b.text and bool(a.doubts) and not b.doubts


def between(old: Sequence[Cue], new: Sequence[Cue]) -> list[Change]:
    """The cues that differ, in order."""
    changes = [Change(a, b, place) for a, b, place in _pairs(old, new)]
    return [each for each in changes if each.old is None or each.new is None or _differs(each.old, each.new)]


def _differs(a: Cue, b: Cue) -> bool:
    return (a.start, a.end, a.text, a.doubts) != (b.start, b.end, b.text, b.doubts)


def _pairs(old: Sequence[Cue], new: Sequence[Cue]) -> Iterator[tuple[Cue | None, Cue | None, int]]:
    """Cues with the same words belong together in their order, and of the others those shown at the same time."""
    texts = SequenceMatcher(None, [cue.text for cue in old], [cue.text for cue in new], autojunk=False)
    for kind, a, b, c, d in texts.get_opcodes():
        if kind == "equal":
            yield from ((one, two, at) for at, (one, two) in enumerate(zip(old[a:b], new[c:d], strict=True), c + 1))
        else:
            yield from _by_time(old[a:b], new[c:d], c + 1)


def _by_time(old: Sequence[Cue], new: Sequence[Cue], first: int) -> Iterator[tuple[Cue | None, Cue | None, int]]:
    """Each with the one that shares most time with it, where both say so."""
    at = 0  # the next of the old ones
    for place, cue in enumerate(new, first):
        best = max(range(at, len(old)), key=lambda i: _shared(old[i], cue), default=None)
        mate = best
        if best is not None:
            rival = max(new[place - first :], key=lambda other: _shared(old[best], other))
            mate = best if rival is cue and _shared(old[best], cue) > 0 else None
        if mate is None:
            yield None, cue, place
            continue
        yield from ((gone, None, place) for gone in old[at:mate])
        yield old[mate], cue, place
        at = mate + 1
    yield from ((gone, None, first + len(new)) for gone in old[at:])


def _shared(a: Cue, b: Cue) -> int:
    return min(a.end, b.end) - max(a.start, b.start)


def words(old: str, new: str) -> list[Part]:
    """Both texts in one line of pieces; what neighbours of the same kind say stands together."""
    before, after = WORD.findall(old), WORD.findall(new)
    if len(before) * len(after) > MANY:
        return [Part("gone", old), Part("new", new)]
    parts: list[Part] = []
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            parts.append(Part("same", "".join(before[a:b])))
            continue
        parts += [Part("gone", "".join(before[a:b]))] * (b > a) + [Part("new", "".join(after[c:d]))] * (d > c)
    return parts
