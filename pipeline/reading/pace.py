"""Whether a cue is on the screen for the right time, and the end that would be better. Times in ms."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

from pipeline.cues import Cue
from pipeline.errors import N_
from pipeline.layout import Profile
from pipeline.reading.cutting import HANG
from pipeline.reading.faults import Fault, Place, Said


def faults(place: Place) -> Iterator[Fault]:
    """What is wrong with the cue's times."""
    cue, frame, number = place.cue, place.frame, place.number
    shown = cue.end - cue.start
    if shown <= 0:
        yield Fault("too_short", "error", Said(N_("Cue %(number)s ends before it begins."), {"number": number}))
    elif cue.text:
        if fault := _speed(round(cue.cps, 1), number, frame):
            yield fault
        if shown < frame.glimpse:
            never = N_("Cue %(number)s is shown for %(shown)s s; less than %(limit)s s cannot be read.")
            yield Fault("too_short", "error", _shown(never, number, shown, frame.glimpse))
        elif shown < frame.shortest:
            calmer = N_("Cue %(number)s is shown for %(shown)s s; %(limit)s s is calmer.")
            yield Fault("too_short", "note", _shown(calmer, number, shown, frame.shortest))
    if shown > frame.longest:
        most = N_("Cue %(number)s is shown for %(shown)s s; %(limit)s s is the limit.")
        yield Fault("too_long", "warning", _shown(most, number, shown, frame.longest))
    if place.after:
        yield from _neighbours(place, place.after)


def _shown(text: str, number: int, shown: int, limit: int) -> Said:
    return Said(text, {"number": number, "shown": _s(shown), "limit": _s(limit)})


def _speed(speed: float, number: int, frame: Profile) -> Fault | None:
    values = {"number": number, "speed": f"{speed:g}"}
    if speed > frame.too_fast:
        text = N_("Cue %(number)s is read at %(speed)s characters a second; more than %(limit)s cannot be read.")
        return Fault("too_fast", "error", Said(text, values | {"limit": f"{frame.too_fast:g}"}))
    if speed > frame.fast:
        text = N_("Cue %(number)s is read at %(speed)s characters a second; above %(limit)s it takes an effort.")
        return Fault("too_fast", "warning", Said(text, values | {"limit": f"{frame.fast:g}"}))
    return None


def _neighbours(place: Place, after: Cue) -> Iterator[Fault]:
    gap = after.start - place.cue.end
    values = {"number": place.number, "next": place.number + 1}
    if after.start < place.cue.start:
        yield Fault("overlap", "error", Said(N_("Cue %(next)s begins before cue %(number)s does."), values))
    elif gap < 0:
        text = N_("Cue %(number)s is still shown for %(shown)s s when cue %(next)s begins.")
        yield Fault("overlap", "error", Said(text, values | {"shown": _s(-gap)}))
    elif gap < place.frame.gap:
        text = N_("Only %(gap)s ms lie between cues %(number)s and %(next)s; it takes %(least)s to see the change.")
        yield Fault("gap", "warning", Said(text, values | {"gap": gap, "least": place.frame.gap}))


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
    return f"{milliseconds / 1000:g}"
