"""Advanced SubStation (ASS): what libass draws into the picture."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import pysubs2

from pipeline.cues import Cue
from pipeline.errors import S_
from pipeline.look import PLAIN, TAGS, Box, Ink, Look, style_for
from pipeline.subtitles.decoding import BadSubtitles
from pipeline.subtitles.fitting import fitted
from pipeline.subtitles.plain import JOINER, shown

FONT = "Noto Sans"
WRAP = r"\N{\q0}"  # a line break that the picture needs and the text does not have; the command after it does nothing
ALWAYS = 35_999_990  # ms; the last hundredth of a second that ASS can say
OUTLINE, BAND = 1, 4  # values of BorderStyle; 4 is libass's own: one band behind all lines, its edge is the "shadow"
FIELDS = "layer start end style name marginl marginr marginv effect text"
TIME = re.compile(r"\s*(\d{1,3}):([0-5]?\d):([0-5]?\d)[.:,](\d{1,3})\s*")
ESCAPE = re.compile(rf"\\(?P<letter>\{{{JOINER}?|[Nnh}}{JOINER}])")
MARKUP = re.compile(rf"{re.escape(WRAP)}|\{{[^}}]*\}}|{ESCAPE.pattern}")
LETTERS = {"N": "\n", "n": " ", "h": "\xa0", JOINER: "\\", "{": "{", "{" + JOINER: "{", "}": "}"}


def ass(cues: Iterable[Cue], width: int, height: int, look: Look = PLAIN, *, marks: bool = False) -> str:
    """Advanced SubStation for a frame of width x height pixels, ready to be burned in.

    marks: with the hashtags of the look, which are not what anybody says, so that no file for people has them.
    """
    style = style_for(width, height, look)
    file = pysubs2.SSAFile()
    file.info |= {"PlayResX": str(width), "PlayResY": str(height), "ScaledBorderAndShadow": "yes", "WrapStyle": "0"}
    font, below, hang = style.font, height - style.area.bottom, pysubs2.Alignment.TOP_CENTER
    file.styles["Default"] = _style(style.ink, font, style.area, width, below, pysubs2.Alignment.BOTTOM_CENTER)
    if marks and look.hashtags:
        small = round(TAGS * font)
        file.styles["Hashtags"] = _style(style.ink, small, style.tags, width, style.tags.top, hang)
        text = _drawn(look.hashtags, style.ink, small, style.tags)
        file.append(pysubs2.SSAEvent(start=0, end=ALWAYS, text=text, style="Hashtags"))
    for cue in shown(cues):
        text = _drawn(cue.text, style.ink, font, style.area)
        file.append(pysubs2.SSAEvent(start=cue.start, end=cue.end, text=text))
    return file.to_string("ass")


def _style(ink: Ink, font: int, place: Box, width: int, off_edge: float, side: pysubs2.Alignment) -> pysubs2.SSAStyle:
    """Letters in this place, so many pixels off the edge of the frame that they stand on or hang from."""
    veil = pysubs2.Color(0, 0, 0, round(255 * (1 - ink.opacity)))  # in ASS 0 is opaque
    return pysubs2.SSAStyle(
        fontname=FONT,
        fontsize=font,
        bold=True,
        outlinecolor=veil,
        backcolor=veil,
        borderstyle=BAND if ink.beside else OUTLINE,
        outline=round(ink.outline * font, 2),
        shadow=round(ink.shadow * font, 2),
        marginl=round(place.left),
        marginr=round(width - place.right),
        marginv=round(off_edge),
        alignment=side,
    )


def _drawn(text: str, ink: Ink, font: int, place: Box) -> str:
    """The text as libass takes it, after what is ours to command: its size where it is long, and the blur."""
    size, lines = fitted(text, font, place.width, place.height)
    ours = [rf"\fs{size}"] if size < font else []
    ours += [rf"\blur{ink.blur * font:.1f}"] if ink.blur else []
    ours += [rf"\xshad{ink.beside * font:.1f}\yshad{ink.above * font:.1f}"] if ink.beside else []
    return (f"{{{''.join(ours)}}}" if ours else "") + r"\N".join(
        WRAP.join(_escape(part) for part in line) for line in lines
    )


def _escape(text: str) -> str:
    """A backslash begins a command unless an invisible character follows it, and a brace unless a backslash is before.

    ffmpeg's own reader, unlike libass, minds only what comes after the brace: there too the two must not meet.
    """
    return text.replace("\\", "\\" + JOINER).replace("{", r"\{" + JOINER)


def read_ass(lines: Sequence[str]) -> Iterator[tuple[int, Cue]]:
    """Each line of dialogue with its number in the file. Comments, styles and drawings are left out."""
    fields = FIELDS.split()
    letters = LETTERS | ({"n": "\n"} if any(re.match(r"WrapStyle:\s*2", line) for line in lines) else {})
    for number, line in enumerate(lines, 1):
        kind, _, rest = line.partition(":")
        if kind == "Format" and "text" in rest.lower():
            fields = [name.strip().lower() for name in rest.split(",")]
        elif kind == "Dialogue":
            values = dict(zip(fields, rest.split(",", len(fields) - 1), strict=False))
            start, end = (_ms(values.get(name, ""), number) for name in ("start", "end"))
            yield number, Cue(start, end, _text(values.get("text", ""), letters))


def _ms(value: str, number: int) -> int:
    found = TIME.fullmatch(value)
    if not found:
        raise BadSubtitles(
            number, S_("The time %(time)r cannot be read. It looks like this: 0:01:02.50"), time=value.strip()[:30]
        )
    hours, minutes, seconds = (int(found[i]) for i in (1, 2, 3))
    return (hours * 3600 + minutes * 60 + seconds) * 1000 + int(found[4].ljust(3, "0"))


def _text(written: str, letters: dict[str, str]) -> str:
    """What is shown of it: commands taken out, and drawings, whose coordinates stand where text would."""
    head, brace, tail = written.rpartition("}")
    parts, drawing = [], False
    for part, markup in ((head + brace, MARKUP), (tail, ESCAPE)):  # a brace that nothing closes is text
        at = 0
        for found in markup.finditer(part):
            letter = found["letter"]
            parts.append("" if drawing else part[at : found.start()] + letters.get(letter, ""))
            at = found.end()
            if modes := re.findall(r"\\p(\d)", found[0]):
                drawing = modes[-1] != "0"
        parts.append("" if drawing else part[at:])
    return "".join(parts)
