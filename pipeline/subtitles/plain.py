"""What a cue's text may hold, and how SubRip, which has no escapes, holds it without taking any of it for markup.

What together would be a command is parted by a word joiner, a character without width. Each shield can be taken off
again, also where somebody typed word joiners: there is always one more of them than was typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from pipeline.cues import Cue

JOINER = "\u2060"
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
NOT_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")  # halves of characters, and what no file format takes

#: A backslash, a brace, "<" before a tag's name, and the arrow between two times.
COMMAND = re.compile(rf"\\|\{{|<{JOINER}*(?=[a-zA-Z/])|--{JOINER}*(?=>)")
SHIELDED = re.compile(rf"(\\|\{{|<{JOINER}*(?={JOINER}[a-zA-Z/])|--{JOINER}*(?={JOINER}>)){JOINER}")


def clean(text: str) -> str:
    """The text as every format can hold it.

    Lines are parted by a newline and have no spaces at their ends, there are no empty ones before and after the
    text, other control characters are spaces.
    """
    lines = (CONTROL.sub(" ", line).strip() for line in text.splitlines())
    return NOT_XML.sub("\ufffd", "\n".join(lines).strip("\n"))


def shown(cues: Iterable[Cue]) -> list[Cue]:
    """The cues that show something, clean and in order; an empty one waits for a person."""
    clear = (replace(cue, text=clean(cue.text)) for cue in cues)
    return sorted((cue for cue in clear if cue.text), key=lambda cue: cue.start)


def shield(text: str) -> str:
    """Clean text for SubRip: no tag, no command, no arrow, and no empty line, for that would end the cue."""
    return hold_empty_lines(COMMAND.sub(rf"\g<0>{JOINER}", text))


def unshield(text: str) -> str:
    """The reverse of shield."""
    return release_empty_lines(SHIELDED.sub(r"\1", text))


def hold_empty_lines(text: str) -> str:
    """An invisible character in each empty line."""
    return re.sub(rf"(?m)^{JOINER}*$", rf"\g<0>{JOINER}", text)


def release_empty_lines(text: str) -> str:
    """The reverse of hold_empty_lines."""
    return re.sub(rf"(?m)^({JOINER}*){JOINER}$", r"\1", text)
