"""What is written beside a clip on each network, in Russian: titles, posts and words for those who cannot see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True)
class Templates:
    """The [texts] of campaign.toml; the words in braces that may stand in them are listed there."""

    title: str
    post: str
    alt: str
    organisation: str  # the tag of the organisation, as @name or #name; empty: none


def read(table: Any) -> Templates:
    """The [texts] of campaign.toml. Raises ValueError with a sentence."""
    names = [field.name for field in fields(Templates)]
    if not isinstance(table, Mapping) or table.keys() != set(names):
        raise ValueError(f"[texts] needs {', '.join(names)}, and nothing else.")
    for name in names:
        if not isinstance(table[name], str):
            raise ValueError(f"[texts] {name} must be text in quotes.")
    return Templates(**table)
