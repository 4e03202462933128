"""TTML: subtitles as XML, which YouTube and broadcasters take. Times are read in each way that it knows."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from fractions import Fraction
from typing import NamedTuple
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from pipeline.cues import Cue
from pipeline.errors import S_
from pipeline.subtitles.decoding import BadSubtitles
from pipeline.subtitles.plain import shown

SPACE = "{http://www.w3.org/XML/1998/namespace}space"
DEPTH = 50  # of nested elements: far more than any program writes
CLOCK = re.compile(r"(\d{2,3}):([0-5]\d):([0-5]\d)(?:[.,](\d{1,9})|:(\d{1,3})(?:\.\d+)?)?")
OFFSET = re.compile(r"(\d{1,12}(?:\.\d{1,9})?)(h|m|s|ms|f|t)")

FILE = """<?xml version="1.0" encoding="utf-8"?>
<tt xmlns="http://www.w3.org/ns/ttml" xmlns:tts="http://www.w3.org/ns/ttml#styling" xml:lang="">
  <head>
    <layout>
      <region xml:id="low" tts:origin="10% 10%" tts:extent="80% 80%" tts:displayAlign="after" tts:textAlign="center"/>
    </layout>
  </head>
  <body region="low">
    <div>
{}    </div>
  </body>
</tt>
"""
CUE = '      <p begin="{}" end="{}" xml:space="preserve">{}</p>\n'


def ttml(cues: Iterable[Cue]) -> str:
    """Timed Text Markup Language; captions low in the picture, the language left open."""
    return FILE.format("".join(CUE.format(_clock(cue.start), _clock(cue.end), _text(cue)) for cue in shown(cues)))


def _text(cue: Cue) -> str:
    return html.escape(cue.text, quote=False).replace("\n", "<br/>")


def _clock(ms: int) -> str:
    return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}.{ms % 1000:03}"


def read_ttml(text: str) -> list[tuple[int, Cue]]:
    """Each cue with its line. Definitions of own entities are refused, whatever they are for."""
    reader = _Reader()
    reader.parser = DefusedXMLParser(target=reader, forbid_dtd=True)
    try:
        reader.parser.feed(text)
        reader.parser.close()
    except ParseError as error:
        raise BadSubtitles(error.position[0], S_("The XML is broken or cut off here.")) from error
    except DefusedXmlException as error:
        raise BadSubtitles(reader.line, S_("Definitions (DOCTYPE, ENTITY) are not taken.")) from error
    return reader.cues


class _Place(NamedTuple):
    """An open element: its name, its times in ms (own: not only those of what it stands in), and how spaces count."""

    name: str
    start: Fraction
    end: Fraction | None
    own: bool
    preserve: bool


class _Reader:
    """Takes what the XML parser finds; collects the cues."""

    parser: DefusedXMLParser

    def __init__(self) -> None:
        self.cues: list[tuple[int, Cue]] = []
        self.open = [_Place("", Fraction(0), None, False, False)]
        self.text: list[str] = []
        self.began = 0  # the line on which the cue began
        self.frames = self.ticks = Fraction(1)

    @property
    def line(self) -> int:
        return int(self.parser.parser.CurrentLineNumber)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition("}")[2]
        given = {key.rpartition("}")[2]: value for key, value in attributes.items()}
        if len(self.open) == 1:
            self._root(name, given)
        if len(self.open) > DEPTH:
            raise BadSubtitles(self.line, S_("Elements are nested too deeply."))
        self.open.append(self._place(name, given, attributes.get(SPACE)))
        if name == "p":
            self.began, self.text = self.line, []
        if name == "br":
            self.text.append("\n")

    def data(self, text: str) -> None:
        if any(place.name == "p" for place in self.open):
            self.text.append(text if self.open[-1].preserve else re.sub(r"[ \t\r\n]+", " ", text))

    def end(self, tag: str) -> None:
        place = self.open.pop()
        if place.name == "p" or (place.name == "span" and place.own and not self._timed_p()):
            self._finish(place)

    def close(self) -> None:
        pass

    def _timed_p(self) -> bool:
        return any(place.name == "p" and place.own for place in self.open)

    def _root(self, name: str, given: dict[str, str]) -> None:
        if name != "tt":
            raise BadSubtitles(
                self.line, S_("This is not TTML: it begins with <%(name)s>, not with <tt>."), name=name[:30]
            )
        frames = self._number(given, "frameRate", "30")
        multiplier = re.fullmatch(r"(\d{1,6})[ :](\d{1,6})", given.get("frameRateMultiplier", "1 1"))
        if not multiplier or not int(multiplier[1]) or not int(multiplier[2]):
            raise BadSubtitles(self.line, S_("The %(name)s cannot be read."), name="frameRateMultiplier")
        self.frames = Fraction(frames * int(multiplier[1]), int(multiplier[2]))
        ticks = self.frames * self._number(given, "subFrameRate", "1") if "frameRate" in given else Fraction(1)
        self.ticks = Fraction(self._number(given, "tickRate", "1")) if "tickRate" in given else ticks

    def _number(self, given: dict[str, str], name: str, otherwise: str) -> int:
        value = given.get(name, otherwise)
        if not re.fullmatch(r"\d{1,9}", value) or not int(value):
            raise BadSubtitles(self.line, S_("The %(name)s cannot be read."), name=name)
        return int(value)

    def _place(self, name: str, given: dict[str, str], space: str | None) -> _Place:
        """Times are counted from the start of what an element stands in, and end with it at the latest."""
        around = self.open[-1]
        if given.get("timeContainer") == "seq":
            raise BadSubtitles(self.line, S_("Times that count from the end of the cue before (seq) are not read."))
        start = around.start + self._ms(given.get("begin", "0s"))
        ends = [around.end] if around.end is not None else []
        ends += [around.start + self._ms(given["end"])] if "end" in given else []
        ends += [start + self._ms(given["dur"])] if "dur" in given else []
        own = bool({"begin", "end", "dur"} & given.keys())
        return _Place(name, start, min(ends, default=None), own, space == "preserve" if space else around.preserve)

    def _ms(self, value: str) -> Fraction:
        if clock := CLOCK.fullmatch(value.strip()):
            hours, minutes, seconds, fraction, frames = clock.groups()
            whole = Fraction(int(hours) * 3600 + int(minutes) * 60 + int(seconds))
            return 1000 * (whole + Fraction(f"0.{fraction or 0}") + int(frames or 0) / self.frames)
        if offset := OFFSET.fullmatch(value.strip()):
            units = {"h": Fraction(3600), "m": Fraction(60), "s": Fraction(1), "ms": Fraction(1, 1000)}
            units |= {"f": 1 / self.frames, "t": 1 / self.ticks}
            return 1000 * Fraction(offset[1]) * units[offset[2]]
        raise BadSubtitles(self.line, S_("The time %(time)r cannot be read."), time=value[:30])

    def _finish(self, place: _Place) -> None:
        """A cue of what was read since the last one."""
        text, self.text = "".join(self.text), []
        if not text.strip():
            return
        if place.end is None:
            raise BadSubtitles(self.began, S_("This cue has no times, or no end."))
        if not place.preserve:
            text = re.sub(" {2,}", " ", text)
        self.cues.append((self.began, Cue(round(place.start), round(place.end), text)))
