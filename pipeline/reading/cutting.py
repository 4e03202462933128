"""Where one cue ends and the next begins: the cheapest way over a whole transcript, not the first that fits.

Dynamic programming over the pieces that nothing may part, words mostly. All costs are in units of one more cue.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from pipeline.layout import Profile
from pipeline.reading.borders import TORN, clings, ends_sentence

HANG = 500  # ms that a cue may stay after its last word, so that it can be read (Netflix, Timed Text Style Guide)
PAUSE = 1000  # ms of silence over which a cue only goes on if words would be torn apart
SILENCE = 3000  # ms of silence over which no cue goes on

#: Costs, tried on real and made-up speech until no break asked to be moved.
CLAUSE = 0.2  # to end a cue where only a clause ends
CUT, TEAR = 1.2, 8.0  # to end it where nothing does, and that times clings() more
SENTENCE = 2.5  # not to end it where a sentence ends
HUSH = 3.0  # not to end it at a PAUSE; at others by the cube of their length
FULL = 1.5  # a cue as full as may be; emptier ones by the square, so that parts of a sentence become alike
SCRAP = 2.0  # a part of a sentence of a word or two; longer ones, up to a line, by the square of what they lack
CROWDED = 3.0  # lines longer than wished for, as far as may be
LINE = 4.0  # the best break between its lines, times clings()
LONG = 0.4  # at most, where it fits into one long line
BRIEF = 2.0  # shown as short as frame.glimpse; longer and shorter in proportion, three times as much at most
NEVER = 1e6
TORN_APART = CUT + TEAR * TORN * 0.99  # a cue ends so only where it cannot end better


@dataclass(frozen=True, slots=True)
class Piece:
    """What is never parted: a word, with the space before it. Times in ms, which never go backwards."""

    text: str
    start: int
    end: int
    language: str = ""


def cuts(pieces: Sequence[Piece], frame: Profile) -> list[int]:
    """The places of those pieces that begin a cue, in order.

    Always kept, unless a single piece is beyond it: two lines of frame.hard characters; frame.longest from the start
    of the first piece to the end of the last.
    """
    total = len(pieces)
    speech = _Speech(pieces, frame)
    best, before = [0.0] + [math.inf] * total, [0] * (total + 1)
    for start in range(total):
        if best[start] < math.inf:
            speech.go_on(start, best, before)
    found, end = [], total
    while end:
        end = before[end]
        found.append(end)
    return found[::-1]


class _Speech:
    """The pieces, and what is asked about them again and again, worked out once."""

    def __init__(self, pieces: Sequence[Piece], frame: Profile) -> None:
        self.frame = frame
        self.starts = [*(piece.start for piece in pieces), math.inf]
        self.ends = [piece.end for piece in pieces]
        # where each piece ends in the whole text, and where its first letter stands
        self.text_ends = [0, *accumulate(len(piece.text) for piece in pieces)]
        self.text_starts = [
            end - len(piece.text.lstrip()) for piece, end in zip(pieces, self.text_ends[1:], strict=True)
        ]
        self.cling, self.cut, keep = [0.0], [0.0], [0.0]  # what each border costs; the first one nothing
        for left, right in pairwise(pieces):
            cling, cut, kept = _border(left, right)
            self.cling.append(cling)
            self.cut.append(cut)
            keep.append(kept)
        self.cut.append(0.0)
        whole = [at for at, cut in enumerate(self.cut) if not cut]  # where sentences begin and end
        for first, at, last in zip(whole, whole[1:], whole[2:], strict=False):
            if min(self.ends[at - 1] - self.starts[first], self.ends[last - 1] - self.starts[at]) >= frame.shortest:
                keep[at] = NEVER  # only a sentence too brief to be read alone shares a cue with another
        self.kept = list(accumulate(keep))
        # what a cue costs that ends at a border, but for what it would cost to end before where it begins
        self.ending = [math.inf, *(cut + kept for cut, kept in zip(self.cut[1:], self.kept, strict=True))]
        reach = (bisect_right(self.text_ends, start + frame.hard) - 1 for start in self.text_starts)
        self.line_ends = [*(max(end, at) for at, end in enumerate(reach, 1)), len(pieces)]
        widest = max([frame.hard, *(len(piece.text) for piece in pieces)])
        self.full = [_fullness(length, frame) for length in range(2 * widest + 2)]

    def go_on(self, start: int, best: list[float], before: list[int]) -> None:
        """Note at each border what it costs to come there with a cue that begins at this piece, where that is best."""
        begins, letters, spent = self.starts[start], self.text_starts[start], best[start] - self.kept[start]
        last = self.line_ends[self.line_ends[start]]
        last = bisect_right(self.ends, begins + self.frame.longest, start, last)
        last = max(bisect_left(self.kept, self.kept[start] + NEVER, start, last), start + 1)
        for end in range(start + 1, last + 1):
            length = self.text_ends[end] - letters
            cost = spent + self.ending[end] + self.full[length]
            if cost >= best[end] or (self.cut[end] > TORN_APART and end < last):
                continue
            cost += self._shortcomings(start, end, length)
            if cost < best[end]:
                best[end], before[end] = cost, start

    def _shortcomings(self, start: int, end: int, length: int) -> float:
        """What a cue of these pieces costs because of its lines and its time on the screen."""
        frame, begins, cost = self.frame, self.starts[start], 0.0
        if length > frame.soft:
            torn = LINE * self._best_line_break(start, end, length)
            cost = torn if length > frame.hard else min(torn, LONG)
        elif self.cut[start] or self.cut[end]:
            cost = SCRAP * (1 - length / frame.soft) ** 2
        shown = min(max(self.ends[end - 1] - begins + HANG, frame.shortest), self.starts[end] - frame.gap - begins)
        if shown < frame.shortest:
            cost += BRIEF * min((frame.shortest - shown) / (frame.shortest - frame.glimpse), 3)
        return cost

    def _best_line_break(self, start: int, end: int, length: int) -> float:
        """The least that clings() says of a break near the middle of this cue; 1 where there is none."""
        letters, widest = self.text_starts[start], min(self.frame.hard, 0.7 * length)
        first = bisect_left(self.text_ends, letters + length - widest, start + 1, end)
        last = bisect_right(self.text_ends, letters + widest, first, end)
        return min(self.cling[first:last], default=1.0)


def _fullness(length: int, frame: Profile) -> float:
    """What a cue of so many characters costs."""
    crowded = max(length - 2 * frame.soft, 0) / (2 * frame.hard - 2 * frame.soft)
    return 1.0 + FULL * (length / (2 * frame.hard)) ** 2 + CROWDED * crowded


def _border(left: Piece, right: Piece) -> tuple[float, float, float]:
    """Of the border between two pieces: how they cling, and what it costs to end a cue here, and not to."""
    words, pause = (left.text.strip(), right.text.strip()), right.start - left.end
    if pause >= SILENCE or left.language != right.language:
        return 0.0, 0.0, NEVER
    sentence, cling = ends_sentence(*words), clings(*words)
    cut = 0.0 if sentence else CUT + TEAR * cling if cling else CLAUSE
    return cling, cut, SENTENCE * sentence + HUSH * (max(pause, 0) / PAUSE) ** 3
