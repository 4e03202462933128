"""The cue table as a form: rows for the page, and rows that came back turned into cues or into sentences."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from werkzeug.datastructures import MultiDict

from pipeline.checks import beside
from pipeline.cues import Cue, Offer
from web.given import plain
from web.words import clock

MAX_CUES = 300
GLIMPSE = 300  # ms; nobody sees what is shown for less
MAX_TEXT = 500  # characters of one cue
BEYOND_MS = 1000  # a cue may end so much after the clip: a word at its very end is shown its time

TIME = re.compile(r"(?:([0-9]{1,3}):)?([0-9]{1,5})(?:[.,]([0-9]{1,3}))?")


@dataclass(frozen=True)
class Row:
    """One line of the table, as it is shown or as it was typed."""

    number: int  # as people count: 1 is the first
    start: str
    end: str
    text: str
    was: str = ""  # which cue of the base revision this was, from 0; empty: a new one
    spoken: str = ""  # the transcript beside it
    doubts: tuple[str, ...] = ()
    drop: bool = False  # to be deleted
    checked: bool = False  # somebody looked: the doubts are settled
    language: str = ""
    origin: str = ""
    offers: tuple[Offer, ...] = ()
    remembered: tuple[Offer, ...] = ()  # what the memory offers at present

    @property
    def choices(self) -> tuple[Offer, ...]:
        """What could stand here instead; where the memory knew the sentence, not what it knows of similar ones."""
        known = self.origin == "memory"
        remembered = (offer for offer in self.remembered if offer.score == 100 or not known)
        return tuple(offer for offer in (*remembered, *self.offers) if offer.text != self.text)

    @property
    def remarks(self) -> tuple[str, ...]:
        """Why somebody has to look at it; first of all that words are missing."""
        missing = bool(self.spoken) and not self.text and "untranslated" not in self.doubts
        return ("untranslated",) * missing + self.doubts

    @property
    def cue(self) -> Cue | None:
        """The cue, when both times can be read."""
        start, end = read_time(self.start), read_time(self.end)
        if start is None or end is None:
            return None
        return Cue(start, end, self.text, self.doubts, self.language, self.origin, self.offers)


def read_time(text: str) -> int | None:
    """`1:02.500`, `62.5` or `62,5` as milliseconds; None when it is not a time."""
    found = TIME.fullmatch(text.strip())
    if not found or (found[1] and int(found[2]) > 59):
        return None
    return (int(found[1] or 0) * 60 + int(found[2])) * 1000 + int((found[3] or "").ljust(3, "0"))


#: Gives what the memory offers for each of these lines of the transcript.
Remember = Callable[[Sequence[str]], Sequence[Sequence[Offer]]]
#: Doubts that go when another Russian text is taken; the others are about what was heard.
ABOUT_RUSSIAN = frozenset({"unknown_word", "untranslated", "no_engine", "no_answer", "bad_answer"})


def saved(cues: Sequence[Cue], spoken: Sequence[Cue], remember: Remember) -> list[Row]:
    """The rows of a saved revision."""
    heard = beside(cues, spoken)
    offered = remember(heard)
    rows = []
    for i, cue in enumerate(cues):
        row = Row(i + 1, clock(cue.start), clock(cue.end), cue.text, str(i), heard[i], remembered=tuple(offered[i]))
        rows.append(_kept(row, cue))
    return rows


def _kept(row: Row, before: Cue) -> Row:
    """The row with what was known about it. Doubts and origin are about the words: they stay as long as those do.

    Where an offer was taken, doubts about what was heard stay: it was made for the same doubtful words.
    """
    row = replace(row, language=before.language, offers=before.offers)
    if before.text == row.text:
        return replace(row, doubts=before.doubts, origin=before.origin)
    taken = next((offer for offer in (*row.remembered, *row.offers) if offer.text == row.text), None)
    if taken is None:
        return row
    left = tuple(doubt for doubt in before.doubts if doubt not in ABOUT_RUSSIAN)
    return replace(row, doubts=left, origin=taken.origin)


def typed(form: MultiDict[str, str], base: Sequence[Cue], spoken: Sequence[Cue], remember: Remember) -> list[Row]:
    """The rows as they came back; lines that were left empty are gone. ValueError when the form is not ours."""
    columns = (form.getlist(name) for name in ("start", "end", "text", "was"))
    place, _, taken = form.get("take", "").partition(":")  # which line, and the text that was offered for it
    rows: list[Row] = []
    for i, (start, end, text, was) in enumerate(zip(*columns, strict=True)):
        if not (start.strip() or end.strip() or text.strip()):
            continue
        words = tidy(taken if place == str(i) and taken else text)
        checked = str(i) in form.getlist("checked") and bool(words)  # nothing cannot be right
        row = Row(len(rows) + 1, start.strip(), end.strip(), words, was, checked=checked)
        rows.append(replace(row, drop=str(i) in form.getlist("drop")))
    heard = beside([row.cue or Cue(0, 0, "") for row in rows], spoken)
    offered = remember(heard)
    return [
        _known(replace(row, spoken=words, remembered=tuple(offers)), base)
        for row, words, offers in zip(rows, heard, offered, strict=True)
    ]


def _known(row: Row, base: Sequence[Cue]) -> Row:
    """The row with what was known about the cue that it was."""
    if row.was.isdecimal() and int(row.was) < len(base):
        row = _kept(row, base[int(row.was)])
    return replace(row, doubts=()) if row.checked else row


def tidy(text: str) -> str:
    """Lines without blanks around them, without empty ones, without control and unseen characters."""
    lines = (plain(line).strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line)


def cues(rows: Sequence[Row]) -> list[Cue]:
    """The cues of rows that have no problems, in the order of their times."""
    kept = (row.cue for row in rows if not row.drop)
    return sorted((cue for cue in kept if cue), key=lambda cue: cue.start)


def problems(rows: Sequence[Row], clip_ms: int) -> Iterator[tuple[int, str]]:
    """What is wrong, each with the number of the row that it is about."""
    kept = [row for row in rows if not row.drop]
    if len(kept) > MAX_CUES:
        yield MAX_CUES, f"There are {len(kept)} cues, and {MAX_CUES} is the limit."
    for row in kept:
        if sentence := _problem(row, clip_ms):
            yield row.number, sentence
    timed = sorted((cue.start, cue.end, row.number) for row in kept if (cue := row.cue))
    for (_, end, first), (start, _, second) in pairwise(timed):
        if start < end:
            yield second, f"Cue {second} begins at {clock(start)}, before cue {first} has ended ({clock(end)})."


def _problem(row: Row, clip_ms: int) -> str:
    for name, text in (("start", row.start), ("end", row.end)):
        if not text:
            return f"Cue {row.number} has no {name}. Please write it like 0:03.500."
        if read_time(text) is None:
            return f"Cue {row.number}: the {name} “{text[:20]}” is not a time. Please write it like 0:03.500."
    cue = row.cue
    if cue and cue.end <= cue.start:
        return f"Cue {row.number} ends before it begins."
    if cue and cue.text and cue.end - cue.start < GLIMPSE:
        return f"Cue {row.number} is shown for {cue.end - cue.start} ms: it needs at least {GLIMPSE} ms to be seen."
    if cue and cue.end > clip_ms + BEYOND_MS:
        return f"Cue {row.number} ends after the clip, which is {clock(clip_ms)} long."
    if len(row.text) > MAX_TEXT:
        return f"Cue {row.number} has {len(row.text)} characters, and {MAX_TEXT} is the limit."
    return ""


def open_questions(rows: Sequence[Row]) -> str:
    """What is not done yet, counted in one line; empty when all is well."""
    kept = [row for row in rows if not row.drop]
    empty, doubted = (sum(not row.text for row in kept), sum(bool(row.text and row.doubts) for row in kept))
    counted = [f"{empty} of {len(kept)} cues {'has' if empty == 1 else 'have'} no Russian"] if empty else []
    if doubted:
        of = "" if empty else f" of {len(kept)} cues"
        counted.append(f"{doubted}{of} {'has' if doubted == 1 else 'have'} open doubts")
    return "; ".join(counted) + "." * bool(counted)
