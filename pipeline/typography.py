"""Russian typography, so that nobody has to look for keys that her keyboard lacks. Marks change, words never do.

One dash for everything, the en dash: Russian subtitles mostly have it, and on a phone an em dash takes the room of two
letters in a line of 24. Quotes are «outer» and „inner“ ones, an ellipsis is one character.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from pipeline.errors import N_

QUOTES = '"«»„“”'
KEPT = "\ue000"  # stands in for what is no prose: addresses, hashtags, accounts, and itself
NOT_PROSE = re.compile(
    rf"(?:https?://|www\.)[^\s…{QUOTES}]*[\w/]|[#@][\w-]+|(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+|{KEPT}",
)

DASHES = "-–—−"
GAP_BEFORE = "([{" + DASHES  # after one of these, as after a space, a quote opens
GAP_AFTER = ".,!?:;…)]}"  # before one of these, as before a space, it closes

#: Without one of these nothing is to be done, which is so for most texts, and seven times as fast to see.
SUSPECT = re.compile(rf"""[{QUOTES}\t—−]|  |\n\n|[.…!?][.…!?]|\s[-.,!?:;…]|^[-–\s]|\s$|\n[-–\s]|\s\n""")


def tidy(text: str) -> str:
    """The text as Russian is set, with the same words; tidied again, it stays the same."""
    if not SUSPECT.search(text):
        return text
    prose = NOT_PROSE.sub(KEPT, text)
    for rule in RULES:
        prose = rule.set_right(prose)
    kept = iter(NOT_PROSE.findall(text))
    return re.sub(KEPT, lambda _: next(kept), prose)


def faults(text: str) -> list[str]:
    """What tidy() sets right: sentences about the cue %(number)s."""
    if not SUSPECT.search(text):
        return []
    prose, found = NOT_PROSE.sub(KEPT, text), []
    for rule in RULES:
        before, prose = prose, rule.set_right(prose)
        if prose != before:
            found.append(rule.fault)
    return found


def _spaces(text: str) -> str:
    """No-break spaces were meant."""
    lines = (re.sub(r"[ \t]{2,}|\t", " ", line).strip(" \t") for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def _ellipses(text: str) -> str:
    """After ? and ! Russian has two points, as in print."""

    def one(run: re.Match[str]) -> str:
        before, after = text[max(run.start() - 1, 0) : run.start()], text[run.end() : run.end() + 1]
        if run[0] == ".." and (before in "?!" or not before.isalnum() or after.isalnum()):
            return run[0]
        return ".." if before and before in "?!" else "…"

    return re.sub(r"\.{2,}[.…]*|\.?…[.…]*", one, text)


def _marks(text: str) -> str:
    text = re.sub(rf"(?<=[^\s.,!?:;…–—−{KEPT}-])[ \t]+(?=[.,!?:;…]+(?:[\s{QUOTES}']|$))", "", text)
    return re.sub(r"[!?]{2,}", lambda run: "".join(sorted(run[0], reverse=True)), text)


def _dashes(text: str) -> str:
    """For a speaker, at the start of a line, and between words; not in -5, not in -то."""
    lines = "\n".join(_speaker(line) for line in text.split("\n"))
    return re.sub(r"(?<=\S)([^\S\n])(?:[-—−]|--)(?=\s\S|$)", r"\1–", lines)


def _speaker(line: str) -> str:
    found = re.match(r"([-–—−]|--)([ \t]*)(?=[^\s–—−-])", line)
    if not found:
        return line
    rest = line[found.end() :]
    if not found[2] and (
        rest[0].isdigit() or (found[1] == "-" and not rest[0].isupper() and rest[0] not in QUOTES + "…")
    ):
        return line
    return f"– {rest}"


def _quotes(text: str) -> str:
    """A quote without its partner stays as it is: that may stand in another cue."""
    quotes, paired = _read_quotes(text)
    made = list(text)
    depth = sum(not opens and place not in paired for place, opens in quotes)  # so many were opened in a cue before
    for place, opens in quotes:
        depth -= not opens
        if place in paired:
            made[place] = ("«»" if depth == 0 else "„“")[not opens]
        depth += opens
    return "".join(made)


def unpaired_quotes(text: str) -> list[tuple[str, bool]]:
    """The quotes without a partner in this text, in order, and whether each opens."""
    quotes, paired = _read_quotes(text)
    return [(text[place], opens) for place, opens in quotes if place not in paired]


def _read_quotes(text: str) -> tuple[list[tuple[int, bool]], set[int]]:
    """Where quotes stand and whether they open; and where those stand that have a partner.

    What is around a quote says whether it opens; only where that says nothing, the mark itself does: languages use the
    same marks the other way round.
    """
    quotes: list[tuple[int, bool]] = []
    opened: list[int] = []
    paired: set[int] = set()
    for place, mark, before, after in _each_quote(text):
        gap_before = not before or before.isspace() or before in GAP_BEFORE
        gap_after = not after or after.isspace() or after in GAP_AFTER
        by_itself = mark in "«„" or (mark != "»" and not opened)
        opens = by_itself if gap_before == gap_after else gap_before
        quotes.append((place, opens))
        if opens:
            opened.append(place)
        elif opened:
            paired |= {opened.pop(), place}
    return quotes, paired


def _each_quote(text: str) -> Iterator[tuple[int, str, str, str]]:
    """Where it stands, the mark, and what is before and after it, other quotes aside."""
    for run in re.finditer(f"[{QUOTES}]+", text):
        before, after = text[max(run.start() - 1, 0) : run.start()], text[run.end() : run.end() + 1]
        for place, mark in enumerate(run[0], run.start()):
            yield place, mark, before, after


class Rule(NamedTuple):
    """A rule of setting: what a text has that breaks it, and how it is set right."""

    fault: str
    set_right: Callable[[str], str]


SPACES = N_("Cue %(number)s has spaces where one or none is enough.")
RULES = (
    Rule(SPACES, _spaces),
    Rule(N_("Cue %(number)s has a space before a mark, or !? for ?!."), _marks),
    Rule(N_("Cue %(number)s has points for an ellipsis, which is one mark (…)."), _ellipses),
    Rule(N_("Cue %(number)s has another dash than the one of subtitles (–, with a space)."), _dashes),
    Rule(N_("Cue %(number)s has other quotes than «these» and „these“ within."), _quotes),
)
