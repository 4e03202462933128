"""What a supporter decides about her appeal: each choice by itself, kept with the words that she saw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any


class Naming(StrEnum):
    """How much of the name that she typed is shown."""

    TYPED = "typed"
    FIRST = "first"  # the first word of it
    NONE = "none"


@dataclass(frozen=True)
class Choices:
    """The answers of a supporter. What may not be shown is not kept: `name` and `country` are as they may be shown."""

    publish: bool = False
    networks: tuple[str, ...] = ()  # keys of Campaign.networks
    naming: Naming = Naming.NONE
    name: str = ""
    country: str = ""  # "" also where it may not be shown
    not_before: date | None = None
    contact: str = ""  # where the team may write; "": nowhere


def to_rows(choices: Choices, wordings: Mapping[str, str]) -> list[dict[str, Any]]:
    """Rows for Consent.answers. wordings: what she read beside each choice, by its name.

    Name, country and contact are not in them, only whether they were given: they must vanish when she takes it back.
    """
    answers: dict[str, Any] = {
        "publish": choices.publish,
        "networks": sorted(choices.networks),
        "name": choices.naming.value,
        "country": bool(choices.country),
        "not_before": choices.not_before.isoformat() if choices.not_before else "",
        "contact": bool(choices.contact),
    }
    return [{"choice": choice, "wording": wordings[choice], "answer": answers[choice]} for choice in answers]


def answers(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The answers by choice."""
    return {row["choice"]: row["answer"] for row in rows}
