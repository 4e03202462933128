"""What may stand in the place of a faulty cue: the same words, laid out or timed better."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import replace

from pipeline.cues import Cue
from pipeline.layout import fit
from pipeline.reading import lines, pace
from pipeline.reading.borders import CLAUSE_MARKS, END_MARKS
from pipeline.reading.faults import Place
from pipeline.typography import tidy

TIMING = frozenset({"too_fast", "too_short", "too_long", "overlap", "gap"})
LINES = frozenset({"too_many_lines", "line_too_long", "bad_break"})
MARKS = frozenset({"double_space", "typography"})


def ways(place: Place, faults: Set[str]) -> Iterator[tuple[frozenset[str], tuple[Cue, ...]]]:
    """The best first: which checks it mends, and the cue or cues. Whether it is safe is for others to say."""
    cue, frame, found = place.cue, place.frame, (TIMING | LINES | MARKS) & faults
    if not found:
        return
    tidied = replace(cue, text=tidy(cue.text))
    laid = replace(cue, text=fit(tidied.text, frame))
    if found & LINES and lines.holds(laid.text, frame):
        yield found & (LINES | MARKS), (laid,)
    elif found & MARKS:
        yield found & MARKS, (tidied,)
        yield found & MARKS, (laid,)
    too_much = found & LINES and not lines.holds(laid.text, frame)
    lengthy = "too_long" in found and _has_clauses(cue.text)
    if too_much or lengthy:
        yield found & (LINES | {"too_long"}), lines.split(tidied, frame)
    if found & TIMING and (better := pace.better_end(place, max(len(cue.text), len(laid.text)))):
        yield found & TIMING, (better,)


def _has_clauses(text: str) -> bool:
    return any(mark in text.rstrip(END_MARKS) for mark in END_MARKS + CLAUSE_MARKS)
