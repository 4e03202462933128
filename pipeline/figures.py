"""How often posts were seen, as networks and people write it: a pasted table or a CSV file, read row by row.

Any separator, any order of columns, headers in English or Russian. What cannot be read is named with its line and
left out; nothing is guessed: a day that could be two, or two different numbers for one thing, are problems.
"""

from __future__ import annotations

import codecs
import csv
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from pipeline import amounts

FIELDS = ("views", "likes", "comments", "shares")
ROWS = 5000  # of one table
HEADERS_WITHIN = 10  # lines: exports begin with a title and a period

#: How the columns are called, in small letters.
COLUMNS = {
    "post": ("post", "no", "no.", "number", "№", "номер", "пост", "публикация"),
    "link": (
        *("link", "url", "permalink", "post link", "post url", "video url", "address"),
        *("ссылка", "ссылка на пост", "постоянная ссылка", "адрес"),
    ),
    "day": ("day", "date", "as of", "день", "дата", "на дату"),
    "views": (
        *("views", "view count", "video views", "plays", "total views"),
        *("просмотры", "просмотров", "просмотры видео", "воспроизведения", "воспроизведений"),
    ),
    "likes": (
        *("likes", "like count", "reactions", "favorites", "лайки", "лайков", "реакции", "реакций"),
        *("нравится", "отметки нравится", "отметки «нравится»", 'отметки "нравится"'),
    ),
    "comments": ("comments", "comment count", "replies", "комментарии", "комментариев", "ответы"),
    "shares": (
        *("shares", "share count", "reposts", "retweets", "forwards"),
        *("репосты", "репостов", "поделились", "пересылки", "пересылок", "ретвиты"),
    ),
}
COLUMN = {name: column for column, names in COLUMNS.items() for name in names}


class BadTable(ValueError):
    """Nothing can be read from it; the message is a code: empty, workbook, not_text, no_header, too_many."""


class Problem(NamedTuple):
    """Why a row, or a part of it, cannot be taken: whose, number, large, day, which_day, nothing, twice."""

    code: str
    value: str = ""  # what stands there


@dataclass(frozen=True)
class Row:
    """What one line says. A row with problems is not to be taken."""

    line: int  # from 1, as an editor counts them
    post: int | None
    link: str
    day: date | None  # None: the table does not say
    numbers: dict[str, int]  # of FIELDS; what was not said is missing
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Table:
    """All rows, and what became of the columns."""

    rows: list[Row]
    used: dict[str, str] = field(default_factory=dict)  # by column: its header as it stands there
    unused: list[str] = field(default_factory=list)


def text(data: bytes) -> str:
    """The text of a file in UTF-8, UTF-16 or Windows-1251. BadTable."""
    if data.startswith(b"PK\x03\x04"):
        raise BadTable("workbook")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace")
    if b"\0" in data[:1000]:  # in UTF-16 separators and digits have one in every second byte
        little = data[1:1000:2].count(0) > data[0:1000:2].count(0)
        return _checked(data.decode("utf-16-le" if little else "utf-16-be", errors="replace"))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _checked(data.decode("cp1251", errors="replace"))


def _checked(decoded: str) -> str:
    if "\0" in decoded or decoded.count("\ufffd") > len(decoded) // 20:
        raise BadTable("not_text")
    return decoded


def read(written: str) -> Table:
    """The rows of a table. BadTable where there is none."""
    if not written.strip():
        raise BadTable("empty")
    if "\0" in written:
        raise BadTable("not_text")
    lines, start = _split(written)
    header, columns = lines[start][1], _columns(lines[start][1])
    cells = [(line, row) for line, row in lines[start + 1 :] if any(cell.strip() for cell in row)]
    if len(cells) > ROWS:
        raise BadTable("too_many")
    order = amounts.order(row[columns["day"]] for _line, row in cells if "day" in columns and len(row) > columns["day"])
    rows = [_row(line, {name: _cell(row, at) for name, at in columns.items()}, order) for line, row in cells]
    places = set(columns.values())
    unused = [cell.strip() for at, cell in enumerate(header) if at not in places and cell.strip()]
    return Table(_said_once(rows), {name: header[at].strip() for name, at in columns.items()}, unused)


def _split(written: str) -> tuple[list[tuple[int, list[str]]], int]:
    """Lines cut into cells, with their numbers, and which of them is the header: the one that most is known of."""
    best: tuple[int, list[tuple[int, list[str]]], int] = (0, [], 0)
    for separator in "\t;,|":
        try:
            reader = csv.reader(written.splitlines(keepends=True), delimiter=separator)
            lines = [(reader.line_num, row) for row in reader]
        except csv.Error:
            continue
        for place, (_line, row) in enumerate(lines[:HEADERS_WITHIN]):
            columns = _columns(row)
            fits = bool({"post", "link"} & columns.keys() and {*FIELDS} & columns.keys())
            if fits and len(columns) > best[0]:
                best = (len(columns), lines, place)
    if not best[0]:
        raise BadTable("no_header")
    return best[1], best[2]


def _columns(header: Sequence[str]) -> dict[str, int]:
    """Where each column stands; the first one counts."""
    found: dict[str, int] = {}
    for at, cell in enumerate(header):
        name = " ".join(unicodedata.normalize("NFC", cell).casefold().split()).strip("\ufeff:")
        if name in COLUMN:
            found.setdefault(COLUMN[name], at)
    return found


def _cell(row: Sequence[str], at: int) -> str:
    return row[at].strip() if at < len(row) else ""


def _row(line: int, cells: Mapping[str, str], order: str) -> Row:
    numbers: dict[str, int] = {}
    problems = []
    for name in (name for name in FIELDS if cells.get(name)):
        try:
            found = amounts.number(cells[name])
        except OverflowError:
            problems.append(Problem("large", cells[name]))
        except ValueError:
            problems.append(Problem("number", cells[name]))
        else:
            numbers |= {name: found} if found is not None else {}
    day = None
    if cells.get("day"):
        day = amounts.day(cells["day"], order)
        if day is None:
            problems.append(Problem("which_day" if amounts.two_days(cells["day"]) else "day", cells["day"]))
    post = cells.get("post", "").strip("#№ ")
    if not cells.get("link") and not re.fullmatch("[0-9]{1,9}", post):
        problems.append(Problem("whose"))
    if not numbers and not problems:
        problems.append(Problem("nothing"))
    known = int(post) if re.fullmatch("[0-9]{1,9}", post) else None
    return Row(line, known, cells.get("link", ""), day, numbers, tuple(problems))


def _said_once(rows: Sequence[Row]) -> list[Row]:
    """A row that says something else than an earlier one about the same post and day is a problem."""
    said: dict[tuple[int | None, str, date | None], Row] = {}
    checked = []
    for row in rows:
        first = said.setdefault((row.post, row.link, row.day), row) if not row.problems else row
        differs = first.numbers != row.numbers
        checked.append(Row(*_parts(row), (Problem("twice", str(first.line)),)) if differs else row)
    return checked


def _parts(row: Row) -> tuple[int, int | None, str, date | None, dict[str, int]]:
    return row.line, row.post, row.link, row.day, row.numbers
