"""Whether a cue is on the screen for the right time, and the end that would be better. Times in ms."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

from pipeline.cues import Cue
from pipeline.layout import Profile
from pipeline.reading.cutting import HANG
from pipeline.reading.faults import Fault, Place


def faults(place: Place) -> Iterator[Fault]:
    """What is wrong with the cue's times."""
    cue, frame, name = place.cue, place.frame, f"Cue {place.number}"
    shown = cue.end - cue.start
    if shown <= 0:
        yield Fault("too_short", "error", f"{name} ends before it begins.")
    elif cue.text:
        if fault := _speed(round(cue.cps, 1), name, frame):
            yield fault
        if shown < frame.glimpse:
            sentence = f"{name} is shown for {_s(shown)}; less than {_s(frame.glimpse)} cannot be read."
            yield Fault("too_short", "error", sentence)
        elif shown < frame.shortest:
            yield Fault("too_short", "note", f"{name} is shown for {_s(shown)}; {_s(frame.shortest)} is calmer.")
    if shown > frame.longest:
        yield Fault("too_long", "warning", f"{name} is shown for {_s(shown)}; {_s(frame.longest)} is the limit.")
    if place.after:
        yield from _neighbours(place, place.after)


def _speed(speed: float, name: str, frame: Profile) -> Fault | None:
    read = f"{name} is read at {speed:g} characters a second"
    if speed > frame.too_fast:
        return Fault("too_fast", "error", f"{read}; more than {frame.too_fast:g} cannot be read.")
    if speed > frame.fast:
        return Fault("too_fast", "warning", f"{read}; above {frame.fast:g} it takes an effort.")
    return None


def _neighbours(place: Place, after: Cue) -> Iterator[Fault]:
    number, gap = place.number, after.start - place.cue.end
    if after.start < place.cue.start:
        yield Fault("overlap", "error", f"Cue {number + 1} begins before cue {number} does.")
    elif gap < 0:
        yield Fault("overlap", "error", f"Cue {number} is still shown for {_s(-gap)} when cue {number + 1} begins.")
    elif gap < place.frame.gap:
        sentence = (
            f"Only {gap} ms lie between cues {number} and {number + 1}; it takes {place.frame.gap} to see the change."
        )
        yield Fault("gap", "warning", sentence)


def better_end(place: Place, length: int) -> Cue | None:
    """The cue with another end: away from the next cue, or later, to be read. None where that is no better.

    length: of its text, in characters.
    """
    cue, frame, after = place.cue, place.frame, place.after
    if after and after.start <= cue.start:
        return None
    last = max(place.clip_ms or cue.end + HANG, cue.end)  # where the clip's end is not known, it may be near
    room = after.start - frame.gap if after else last
    longest = cue.start + frame.longest
    wanted = cue.start + max(frame.shortest, math.ceil(length * 1000 / frame.fast))
    end = min(max(cue.end, wanted), room, longest)
    if after and end > cue.end and 0 < room - end < frame.close_gap - frame.gap:
        end = min(room, longest)
    return replace(cue, end=end) if end != cue.end and end > cue.start else None


def _s(milliseconds: int) -> str:
    return f"{milliseconds / 1000:g} s"
