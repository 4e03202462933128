"""Counts and days as people and networks write them, in English and Russian."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

LARGEST = 2**31 - 1  # what the database holds
THOUSAND, MILLION = 10**3, 10**6
TIMES = {"": 1, **dict.fromkeys(("k", "к", "тыс", "thousand"), THOUSAND)}
TIMES |= dict.fromkeys(("m", "м", "mln", "млн", "million"), MILLION)
NOT_SAID = {"", "-", "–", "—", "−", "n/a", "na", "нет"}

MONTHS = ("янв", "фев", "мар", "апр", "ма[йя]", "июн", "июл", "авг", "сен", "окт", "ноя", "дек")
ENGLISH = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def number(written: str) -> int | None:
    """A count as people write it: `1 234`, `1,234`, `1,2K`, `12 тыс.`; None: not said. ValueError, OverflowError."""
    told = " ".join(unicodedata.normalize("NFKC", written).casefold().split()).strip("'")
    if told in NOT_SAID:
        return None
    parts = re.fullmatch(r"([0-9][0-9 .,'’]*?) ?([a-zа-я]*)\.?", told)
    if parts is None or parts[2] not in TIMES:
        raise ValueError(written)
    value = _value(parts[1], short=bool(parts[2])) * TIMES[parts[2]]
    if value > LARGEST:
        raise OverflowError(written)
    return int(value)


def _value(digits: str, *, short: bool) -> Decimal:
    """The value of digits that may be parted; `short`: a word for thousands follows, so 1.234 is no 1234."""
    if short and re.fullmatch(r"[0-9]+(\.[0-9]+|,[0-9]{1,2})", digits):  # 1,234K can be read in two ways
        return Decimal(digits.replace(",", "."))
    if short and "," in digits:
        raise ValueError(digits)
    parted = r"[0-9]{1,3}(?:(?P<gap>[ .,'’])[0-9]{3})(?:(?P=gap)[0-9]{3})*"
    found = re.fullmatch(rf"([0-9]+|{parted})(?:[.,]00?)?", digits)
    if found is None:
        raise ValueError(digits)
    return Decimal(re.sub("[^0-9]", "", found[1]))


SLASHED = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4}|[0-9]{2})\b.*")
DOTTED = re.compile(r"([0-9]{1,2})[.-]([0-9]{1,2})[.-]([0-9]{4}|[0-9]{2})\b.*")


def order(cells: Iterable[str]) -> str:
    """Whether this table writes the day or the month first, as far as its own rows tell: "dm", "md" or ""."""
    found = [SLASHED.fullmatch(cell.strip()) for cell in cells]
    firsts, seconds = ({int(each[place]) for each in found if each} for place in (1, 2))
    day_first, month_first = any(n > 12 for n in firsts), any(n > 12 for n in seconds)
    return "" if day_first == month_first else "dm" if day_first else "md"


def two_days(cell: str) -> bool:
    """Whether it is a day for one who writes the day first, and another one for one who begins with the month."""
    found = SLASHED.fullmatch(cell)
    return bool(found and int(found[1]) <= 12 and int(found[2]) <= 12)


def day(cell: str, order: str = "") -> date | None:
    """A day as people write it; None where it is none, or could be two. order: what order() found in its table."""
    told = " ".join(cell.casefold().replace(",", " ").split())
    if iso := re.fullmatch(r"([0-9]{4})[-./]([0-9]{1,2})[-./]([0-9]{1,2})(?:[t ].*)?", told):
        return _date(*iso.groups())
    if dotted := DOTTED.fullmatch(told):
        return _date(dotted[3], dotted[2], dotted[1])
    if slashed := SLASHED.fullmatch(told):
        first, second, year = slashed.groups()
        if order == "md" or (int(second) > 12 and int(first) <= 12):
            return _date(year, first, second)
        sure = order == "dm" or int(first) > 12 or first == second
        return _date(year, second, first) if sure else None
    return _named(told)


def _named(told: str) -> date | None:
    """`22 ноября 2026 г.`, `Nov 22 2026`."""
    found = re.fullmatch(r"(?:([0-9]{1,2}) )?([a-zа-я]+)\.? (?:([0-9]{1,2}) )?([0-9]{4})(?: г\.?)?(?: .*)?", told)
    if found is None or bool(found[1]) == bool(found[3]):
        return None
    for names in (MONTHS, ENGLISH):
        for month, name in enumerate(names, 1):
            if re.match(name, found[2]):
                return _date(found[4], str(month), found[1] or found[3])
    return None


def _date(year: str, month: str, day_of_month: str) -> date | None:
    try:
        return date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day_of_month))
    except ValueError:
        return None
