"""SubRip and WebVTT: a line with two times, text below it, an empty line."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence

from pipeline.cues import Cue
from pipeline.errors import S_
from pipeline.subtitles.decoding import BadSubtitles
from pipeline.subtitles.plain import JOINER, hold_empty_lines, release_empty_lines, shield, shown, unshield

Timed = tuple[int, int, int, str]  # the line of the times, from 1; start and end in ms; what stands below

CLOCK = r"(?:(\d{1,3}):)?([0-5]?\d):([0-5]?\d)(?:[.,](\d{1,9}))?"
TIMES = re.compile(rf"\s*{CLOCK}\s*-->\s*{CLOCK}(?:\s.*)?")
NUMBER = re.compile(r"\s*\d+\s*")
SRT_MARKUP = re.compile(
    r"</?(?:b|i|u|s|em|strong|font|span|c|v)(?:[ \t.=][^<>\n]*)?>|\{\\[^{}\n]*\}",
    re.IGNORECASE | re.ASCII,  # else a Turkish İ is an i
)
VTT_MARKUP = re.compile(r"</?(?:[a-zA-Z][^<>\n]*|[\d:.]*)>")
VTT_SPOKEN_AT = re.compile(r"<[\d:.]+>")  # before a word: when it is spoken
VTT_NOT_A_CUE = re.compile(r"(?:NOTE|STYLE|REGION)(?:\s|$)")


def srt(cues: Iterable[Cue]) -> str:
    """SubRip. It has no escapes: what would be a command or the end of the cue is parted by an invisible character."""
    return "\n".join(
        f"{number}\n{_clock(cue.start, ',')} --> {_clock(cue.end, ',')}\n{shield(cue.text)}\n"
        for number, cue in enumerate(shown(cues), 1)
    )


def vtt(cues: Iterable[Cue]) -> str:
    """WebVTT."""
    return "WEBVTT\n" + "".join(
        f"\n{number}\n{_clock(cue.start, '.')} --> {_clock(cue.end, '.')}\n{hold_empty_lines(_escape(cue.text))}\n"
        for number, cue in enumerate(shown(cues), 1)
    )


def read_srt(lines: Sequence[str]) -> Iterator[tuple[int, Cue]]:
    """Each cue with the line of its times. An empty line ends no cue: only the next times do."""
    for line, start, end, text in _by_times(lines, 1):
        yield line, Cue(start, end, unshield(SRT_MARKUP.sub("", text)))


def read_vtt(lines: Sequence[str]) -> Iterator[tuple[int, Cue]]:
    """Each cue with the line of its times."""
    if not re.fullmatch(r"WEBVTT(?:[ \t].*)?", lines[0]):
        raise BadSubtitles(1, S_("A WebVTT file begins with the word WEBVTT."))
    found = [each for number, block in _blocks(lines) for each in _by_times(block, number)]
    if any(VTT_SPOKEN_AT.search(text) for _, _, _, text in found):
        found = list(_unrolled(found))
    for line, start, end, text in found:
        yield line, Cue(start, end, release_empty_lines(_unescape(VTT_MARKUP.sub("", text))))


def _escape(text: str) -> str:
    """Backslashes and braces mean nothing in WebVTT, but ffmpeg and the players built on it obey them all the same."""
    return re.sub(r"[\\{]", rf"\g<0>{JOINER}", html.escape(text, quote=False))


def _unescape(text: str) -> str:
    return re.sub(rf"([\\{{]){JOINER}", r"\1", html.unescape(text))


def _clock(ms: int, point: str) -> str:
    return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}{point}{ms % 1000:03}"


def _ms(hours: str | None, minutes: str, seconds: str, fraction: str | None) -> int:
    whole = int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)
    return whole * 1000 + int((fraction or "0")[:3].ljust(3, "0"))


def _by_times(lines: Sequence[str], first: int) -> Iterator[Timed]:
    """What stands below each line of times, up to the next one and without its number. first: number of lines[0]."""
    times = [(at, found) for at, line in enumerate(lines) if (found := _times(lines, at, first + at))]
    starts = [at - _numbered(lines, at) for at, _ in times] + [len(lines)]
    for at, line in enumerate(lines[: starts[0]]):
        if line.strip():
            raise BadSubtitles(first + at, S_("This text belongs to no cue: there is no line with times above it."))
    for (at, found), end in zip(times, starts[1:], strict=True):
        yield first + at, _ms(*found.group(1, 2, 3, 4)), _ms(*found.group(5, 6, 7, 8)), "\n".join(lines[at + 1 : end])


def _times(lines: Sequence[str], at: int, number: int) -> re.Match[str] | None:
    """The times in a line; None where there are none. Raises BadSubtitles where they can only be meant."""
    before, arrow, _ = lines[at].partition("-->")
    if not arrow:
        return None
    found = TIMES.fullmatch(lines[at])
    if not found and (re.search(r"\d:\d", before) or _numbered(lines, at)):
        raise BadSubtitles(number, S_("The times cannot be read. They look like this: 00:01:02,500 --> 00:01:04,000"))
    return found


def _numbered(lines: Sequence[str], at: int) -> bool:
    """Whether the line above is the number of a cue and not its text: an empty line, or nothing, is above it."""
    return at > 0 and bool(NUMBER.fullmatch(lines[at - 1])) and (at == 1 or not lines[at - 2].strip())


def _blocks(lines: Sequence[str]) -> Iterator[tuple[int, Sequence[str]]]:
    """What an empty line parts, each with the number of its first line, without the names of cues. Not the header."""
    at = next((i for i, line in enumerate(lines) if not line or "-->" in line), len(lines))
    while at < len(lines):
        end = _end_of_block(lines, at)
        if end > at and not VTT_NOT_A_CUE.match(lines[at]):
            named = end > at + 1 and "-->" in lines[at + 1] and "-->" not in lines[at]
            yield at + named + 1, lines[at + named : end]
        at = end + 1


def _end_of_block(lines: Sequence[str], at: int) -> int:
    return next((i for i in range(at, len(lines)) if not lines[i]), len(lines))


def _unrolled(found: Sequence[Timed]) -> Iterator[Timed]:
    """YouTube's own captions roll: each cue shows the line before once more, and so do cues of 10 ms in between."""
    before: set[str] = set()
    for line, start, end, text in found:
        rows = {row: VTT_MARKUP.sub("", row).strip() for row in text.split("\n")}
        new = [row for row, plain in rows.items() if VTT_SPOKEN_AT.search(row) or plain not in before]
        before = set(rows.values())
        yield line, start, end, "\n".join(new)
