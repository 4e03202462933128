"""Cues as files and files as cues: SRT, WebVTT, ASS, TTML. Text is shown as it was typed: nothing in it is markup.

Our own files come back as they were, but for what a format cannot hold: ASS counts hundredths of a second. Of foreign
files styles, positions and comments are dropped, for a cue is text and time; what cannot be read is refused with its
line, so that nothing is lost silently. Files come from people: reading takes time in proportion to their size.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from pipeline.cues import Cue
from pipeline.errors import S_
from pipeline.subtitles.decoding import BadSubtitles, decode
from pipeline.subtitles.plain import clean
from pipeline.subtitles.subrip import read_srt, read_vtt, srt, vtt
from pipeline.subtitles.substation import FONT, ass, read_ass
from pipeline.subtitles.ttml import read_ttml, ttml

__all__ = ["FONT", "BadSubtitles", "as_written", "ass", "read", "srt", "ttml", "vtt"]

MAX_BYTES = 5_000_000  # a film of three hours has about 200 kB
MAX_CHARS = 2_000  # of one cue: the screen full of text
MAX_MS = 3_600_000_000  # 1000 hours: SubRip as others read it has three digits for hours at most


def read(data: bytes, name: str) -> list[Cue]:
    """The cues of a file, in order, those without text left out. Its beginning says which format it is, else its name.

    Raises BadSubtitles.
    """
    return sorted((cue for cue in as_written(data, name) if cue.text), key=lambda cue: cue.start)


def as_written(data: bytes, name: str) -> list[Cue]:
    """read() in the order of the file, with the cues that have no text."""
    if len(data) > MAX_BYTES:
        raise BadSubtitles(
            1, S_("The file is larger than %(size)s MB: these cannot be subtitles."), size=MAX_BYTES // 1_000_000
        )
    text = decode(data)
    cues = [_checked(line, cue) for line, cue in _found(text, Path(name).suffix.lower())]
    if not any(cue.text for cue in cues):
        raise BadSubtitles(1, S_("There is no cue in this file."))
    return cues


def _found(text: str, suffix: str) -> Iterable[tuple[int, Cue]]:
    """Each cue with its line in the file."""
    if suffix in {".ttml", ".dfxp", ".xml"} or re.match(r"\s*<(?:\?xml|tt[\s>]|\w+:tt[\s>])", text):
        return read_ttml(text)
    # some programs end a line twice over: CR CR LF; each run of CR is looked through once, from its beginning
    lines = re.split(r"(?<!\r)\r+\n|\n|\r", text)
    if text.startswith("WEBVTT") or suffix == ".vtt":
        return read_vtt(lines)
    if suffix in {".ass", ".ssa"} or any(re.match(r"\[(?:Script Info|Events)\]", line) for line in lines):
        return read_ass(lines)
    return read_srt(lines)


def _checked(line: int, cue: Cue) -> Cue:
    if cue.end < cue.start:
        raise BadSubtitles(line, S_("This cue ends before it begins."))
    if cue.end >= MAX_MS:
        raise BadSubtitles(line, S_("This cue is later than any clip is long."))
    text = cue.text.strip()
    if len(text) > MAX_CHARS:
        raise BadSubtitles(
            line,
            S_("This cue has %(count)s characters; nobody reads more than %(most)s."),
            count=len(text),
            most=MAX_CHARS,
        )
    return replace(cue, text=clean(text))
