"""Rows as the editor sends them: read, cleaned, turned into cues, or into sentences that say what is wrong.

Everything here comes from outside. What people typed is never thrown away but for what nobody can see.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any
from unicodedata import category

from flask_babel import gettext as _

from pipeline.cues import Cue
from web.given import one_line, plain
from web.words import DOUBTS, clock

MAX_CUES = 1000
MAX_TEXT = 500  # characters of one cue
GLIMPSE = 300  # ms; nobody sees what is shown for less
BEYOND_MS = 1000  # a cue may end so much after the clip: a word at its very end is shown its time
LATEST_MS = 2**53  # beyond that JavaScript has no whole numbers

TAG = re.compile(r"[A-Za-z0-9-]{0,35}")  # BCP 47


class NotOurs(ValueError):
    """The editor sends no such rows."""


@dataclass(frozen=True, slots=True)
class Row:
    """One cue as it was typed. id: its place in the base revision, or a name of its own; checked: it is right."""

    id: str
    start: int
    end: int
    text: str
    doubts: tuple[str, ...] = ()
    origin: str = ""
    checked: bool = False
    language: str = ""

    @property
    def kept(self) -> dict[str, Any]:
        """For a draft: as it was sent."""
        return asdict(self) | {"doubts": list(self.doubts)}


def rows(given: object) -> list[Row]:
    """The rows of a JSON body, in the order of their times. NotOurs."""
    if not isinstance(given, list):
        raise NotOurs
    return sorted(map(_row, given), key=lambda row: row.start)


def _row(given: object) -> Row:
    if not isinstance(given, Mapping):
        raise NotOurs
    name, text, checked = given.get("id", ""), given.get("text"), given.get("checked", False)
    origin, language = given.get("origin", ""), given.get("language", "")
    strings = (name, text, origin, language)
    if not all(isinstance(each, str) for each in strings) or not isinstance(checked, bool):
        raise NotOurs
    return Row(
        id=one_line(whole(str(name)))[:40],
        start=_ms(given.get("start")),
        end=_ms(given.get("end")),
        text="\n".join(plain(line) for line in whole(str(text)).split("\n")),
        doubts=_doubts(given.get("doubts", [])),
        origin=one_line(whole(str(origin)))[:40],
        checked=checked,
        language=str(language) if TAG.fullmatch(str(language)) else "",
    )


def _ms(given: object) -> int:
    if isinstance(given, bool) or not isinstance(given, int) or abs(given) > LATEST_MS:
        raise NotOurs
    return given


def _doubts(given: object) -> tuple[str, ...]:
    if not isinstance(given, list):
        raise NotOurs
    return tuple(dict.fromkeys(code for code in given if isinstance(code, str) and code in DOUBTS))


def whole(text: str) -> str:
    """Without halves of signs: a paste can be cut in the middle of one, and no file can hold it."""
    return "".join(char for char in text if category(char) != "Cs") if not text.isascii() else text


def tidy(text: str) -> str:
    """Lines without blanks around them, without empty ones, without control and unseen characters."""
    lines = (plain(line).strip() for line in whole(text).splitlines())
    return "\n".join(line for line in lines if line)


def cues(typed: Sequence[Row], base: Sequence[Cue]) -> list[Cue]:
    """The cues of these rows; what else could stand there is known from the revision that was changed."""
    return [_cue(row, base) for row in typed]


def _cue(row: Row, base: Sequence[Cue]) -> Cue:
    text = tidy(row.text)
    settled = row.checked and bool(text)  # nothing cannot be right
    known = len(row.id) < 5 and row.id.isdecimal() and row.id.isascii() and int(row.id) < len(base)
    offers = base[int(row.id)].offers if known else ()
    return Cue(row.start, row.end, text, () if settled else row.doubts, row.language, row.origin, offers)


def problems(typed: Sequence[Row], clip_ms: int) -> Iterator[tuple[str, str]]:
    """What keeps these rows from being saved, each with the id of the row that it is about."""
    if len(typed) > MAX_CUES:
        many = _("There are %(count)s cues, and %(limit)s is the limit.", count=len(typed), limit=MAX_CUES)
        yield typed[MAX_CUES].id, many
    for number, row in enumerate(typed, 1):
        if sentence := _problem(number, row, clip_ms):
            yield row.id, sentence
    for number, (first, second) in enumerate(pairwise(typed), 1):
        if second.start < first.end:
            yield (
                second.id,
                _(
                    "Cue %(second)s begins at %(start)s, before cue %(first)s has ended (%(end)s).",
                    first=number,
                    second=number + 1,
                    start=clock(second.start),
                    end=clock(first.end),
                ),
            )


def _problem(number: int, row: Row, clip_ms: int) -> str:
    length, shown = len(tidy(row.text)), row.end - row.start
    said = ""
    if row.start < 0:
        said = _("Cue %(number)s begins before the clip does.", number=number)
    elif shown <= 0:
        said = _("Cue %(number)s ends before it begins.", number=number)
    elif length and shown < GLIMPSE:
        said = _(
            "Cue %(number)s is shown for %(shown)s ms: it needs at least %(least)s ms to be seen.",
            number=number,
            shown=shown,
            least=GLIMPSE,
        )
    elif row.end > clip_ms + BEYOND_MS:
        said = _("Cue %(number)s ends after the clip, which is %(clip)s long.", number=number, clip=clock(clip_ms))
    elif length > MAX_TEXT:
        said = _(
            "Cue %(number)s has %(length)s characters, and %(limit)s is the limit.",
            number=number,
            length=length,
            limit=MAX_TEXT,
        )
    return said
