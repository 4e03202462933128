"""Cues as SRT, WebVTT and ASS. Text is shown as it was typed: nothing in it works as markup.

pysubs2 knows the formats but takes text for markup and writes it raw, so text is made harmless on its way there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from unicodedata import category

import pysubs2

from pipeline.cues import Cue
from pipeline.look import style_for

FONT = "Noto Sans"
WORD_JOINER = "\u2060"  # invisible; parts what together would be a command


def srt(cues: Iterable[Cue]) -> str:
    """SubRip. It has no escapes, so tags and arrows are parted by an invisible character."""
    return _write(cues, "srt", lambda text: re.sub(r"<(?=[a-zA-Z/])|\{|--(?=>)", rf"\g<0>{WORD_JOINER}", text))


def vtt(cues: Iterable[Cue]) -> str:
    """WebVTT."""
    return _write(cues, "vtt", lambda text: text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))


def ass(cues: Iterable[Cue], width: int, height: int) -> str:
    """Advanced SubStation for a frame of width x height pixels, ready to be burned in."""
    style = style_for(width, height)
    file = _file(cues, lambda text: text.replace("{", r"\{"))
    file.info |= {"PlayResX": str(width), "PlayResY": str(height), "ScaledBorderAndShadow": "yes", "WrapStyle": "0"}
    file.styles["Default"] = pysubs2.SSAStyle(
        fontname=FONT,
        fontsize=style.font,
        bold=True,
        outline=style.outline,
        shadow=0,
        marginl=style.left,
        marginr=style.right,
        marginv=style.bottom,
        alignment=pysubs2.Alignment.BOTTOM_CENTER,
        backcolor=pysubs2.Color(0, 0, 0, 128),
    )
    return file.to_string("ass")


def _write(cues: Iterable[Cue], form: str, escape: Callable[[str], str]) -> str:
    # Tags are "kept": pysubs2 would delete {what stands in braces}, and we have none
    return _file(cues, escape).to_string(form, keep_ssa_tags=True)


def _file(cues: Iterable[Cue], escape: Callable[[str], str]) -> pysubs2.SSAFile:
    """Cues with text, in order; an empty one waits for a person and shows nothing."""
    file = pysubs2.SSAFile()
    for cue in sorted(cues, key=lambda cue: cue.start):
        if lines := _lines(cue.text):
            text = r"\N".join(escape(line) for line in lines)
            file.append(pysubs2.SSAEvent(start=cue.start, end=cue.end, text=text))
    return file


def _lines(text: str) -> list[str]:
    """Without control characters, and without empty lines: one of those would end a cue in SRT and WebVTT.

    A backslash begins a command in ASS, and pysubs2 takes it for one in every format.
    """
    plain = ("".join(" " if category(char) == "Cc" else char for char in line).strip() for line in text.splitlines())
    return [line.replace("\\", "\\" + WORD_JOINER) for line in plain if line]
