"""Whether a cue's lines can be read at a glance, and how to lay them better: anew, or over two cues."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, pairwise

from pipeline.cues import Cue
from pipeline.errors import N_
from pipeline.layout import SPEAKER, Profile, fit
from pipeline.reading.borders import DASHES, TORN, clings
from pipeline.reading.cutting import SILENCE
from pipeline.reading.faults import Fault, Place, Said
from pipeline.typography import unpaired_quotes

LONGEST = 1000  # characters that are parted; nobody says more in one breath, and trying each place takes long


def faults(place: Place) -> Iterator[Fault]:
    """What is wrong with the cue's lines."""
    cue, frame, number = place.cue, place.frame, place.number
    lines = cue.text.split("\n")
    if len(lines) > frame.lines:
        text = N_("Cue %(number)s has %(count)s lines; %(limit)s are the limit.")
        yield Fault("too_many_lines", "error", _counted(text, number, len(lines), frame.lines))
    if (longest := max(map(len, lines))) > frame.hard:
        text = N_("A line of cue %(number)s has %(count)s characters; %(limit)s are the limit.")
        yield Fault("line_too_long", "error", _counted(text, number, longest, frame.hard))
    torn = _torn(cue.text)
    if torn and _torn(fit(cue.text, frame)) != torn:
        text = N_("Cue %(number)s parts “%(first)s” and “%(second)s”, which belong together, by its line break.")
        yield Fault("bad_break", "warning", Said(text, {"number": number, "first": torn[0], "second": torn[1]}))
    if place.after and place.after.start - cue.end < SILENCE:
        last, first = cue.text.split()[-1], next(iter(place.after.text.split()), "–")
        if first not in DASHES and clings(last, first) >= TORN:
            text = N_("Cue %(number)s ends with “%(last)s”, which belongs to “%(first)s” in cue %(next)s.")
            values = {"number": number, "last": last, "first": first, "next": number + 1}
            yield Fault("bad_end", "note", Said(text, values))


def _counted(text: str, number: int, count: int, limit: int) -> Said:
    return Said(text, {"number": number, "count": count, "limit": limit})


def _torn(text: str) -> tuple[str, str] | None:
    """Two words that belong together and stand on two lines."""
    for above, below in pairwise(text.split("\n")):
        left, right = above.split()[-1:], below.split()[:1]
        if left and right and not SPEAKER.match(f"\n{below}") and clings(left[0], right[0]) >= TORN:
            return left[0], right[0]
    return None


def split(cue: Cue, frame: Profile) -> tuple[Cue, ...]:
    """The cue as several, one after the other, that keep the limits of lines and time; none where there is no way.

    Each has its share of the time. What was offered for the whole is offered for none of them.
    """
    if len(cue.text) > LONGEST or SPEAKER.search(cue.text) or not (texts := _halves(cue.text.split())):
        return ()
    first, second = texts
    middle = cue.start + round((cue.end - cue.start) * len(first) / (len(first) + len(second)))
    parts = (
        replace(cue, end=middle - frame.gap, text=fit(first, frame), offers=()),
        replace(cue, start=middle, text=fit(second, frame), offers=()),
    )
    if any(part.end - part.start < frame.shortest for part in parts):
        return ()
    made = [
        (part,) if holds(part.text, frame) and part.end - part.start <= frame.longest else split(part, frame)
        for part in parts
    ]
    return tuple(chain(*made)) if all(made) else ()


def holds(text: str, frame: Profile) -> bool:
    """Whether a text keeps the limits of lines."""
    lines = text.split("\n")
    return len(lines) <= frame.lines and max(map(len, lines)) <= frame.hard


def _halves(words: list[str]) -> tuple[str, str] | None:
    """Two texts of about the same length, parted where it hurts least, and not within a quotation; None if nowhere."""
    whole = " ".join(words)
    ways, first = [], -1
    for left, right in pairwise(words):
        first += len(left) + 1
        torn = clings(left, right)
        if torn < TORN and not unpaired_quotes(whole[:first]) and not unpaired_quotes(whole[first:]):
            ways.append((torn + (2 * first / len(whole) - 1) ** 2, first))
    if not ways:
        return None
    first = min(ways)[1]
    return whole[:first], whole[first + 1 :]
