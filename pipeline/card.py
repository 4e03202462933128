"""The closing card: what a viewer can do now, with a QR code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Card:
    """The [card] of campaign.toml."""

    seconds: int  # 2 to 4
    lines: tuple[str, ...]  # what the viewer can do, in Russian
    hotline: str = ""  # a number, as it is dialled
    address: str = ""  # https://…: written out, and as QR code


def read(table: Any) -> Card | None:
    """The [card] of campaign.toml; None where there is none. Raises ValueError with a sentence."""
    if table is None:
        return None
    if not isinstance(table, Mapping) or (unknown := table.keys() - {"seconds", "lines", "hotline", "address"}):
        raise ValueError(f"[card] may have seconds, lines, hotline and address, not {min(unknown)!r}.")
    seconds, lines = table.get("seconds"), table.get("lines")
    if type(seconds) is not int or not 2 <= seconds <= 4:
        raise ValueError(f"[card] seconds must be 2, 3 or 4, not {seconds!r}.")
    if not isinstance(lines, list) or not lines or not all(isinstance(line, str) and line.strip() for line in lines):
        raise ValueError("[card] lines must be a list of texts in quotes.")
    hotline, address = table.get("hotline", ""), table.get("address", "")
    if (
        not isinstance(hotline, str)
        or not isinstance(address, str)
        or not (not address or address.startswith("https://"))
    ):
        raise ValueError("[card] hotline must be text in quotes, address one that begins with https://.")
    return Card(seconds, tuple(lines), hotline, address)
