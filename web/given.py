"""What comes in by addresses and forms, cut down to what a database can hold and a page can show."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import MultiDict
from werkzeug.routing import IntegerConverter, Map

LARGEST = 2**31 - 1  # what a column of numbers holds on PostgreSQL

#: Turn the direction of what follows, join, part, or mark it, and cannot be seen themselves.
UNSEEN = re.compile(r"[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class Number(IntegerConverter):
    """`<int:…>` in an address: a number that no row can have is an address that is not there."""

    def __init__(self, map: Map, max: int = LARGEST, **options: Any) -> None:
        super().__init__(map, max=max, **options)


def number(fields: MultiDict[str, str], name: str, otherwise: int) -> int:
    """The number in this field; `otherwise` when there is none that a row can have."""
    found = fields.get(name, otherwise, type=int)
    return found if 0 <= found <= LARGEST else otherwise


def line(fields: Mapping[str, str], name: str) -> str:
    """The text in this field as one line that holds only what can be seen."""
    return one_line(fields.get(name, ""))


def one_line(text: str) -> str:
    """Blanks and control characters folded, unseen characters gone."""
    return " ".join(plain(text).split())


def plain(text: str) -> str:
    """Every control character, also the end of a line, becomes a blank; unseen characters are gone."""
    return CONTROL.sub(" ", UNSEEN.sub("", text))
