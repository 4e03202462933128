"""TMX 1.4, the exchange format of translation memories: what OmegaT, Trados and the others read and write."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from itertools import product
from xml.sax import SAXParseException
from xml.sax.expatreader import AttributesImpl
from xml.sax.handler import ContentHandler
from xml.sax.saxutils import escape

from defusedxml import DefusedXmlException, sax

from pipeline.russian.similar import LONGEST

MAX_TEXTS = 50  # in a unit: each is paired with each Russian one, so that many make very many pairs
MAX_PAIRS = 500_000
MAX_BYTES = 64_000_000  # some 150,000 pairs as Trados writes them, with dates and authors
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # may not stand in XML 1.0 at all
CODE = {"bpt", "ept", "it", "ph", "sub", "ut"}  # inline tags that hold the formatting of a document, not its words

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<tmx version="1.4">
<header creationtool="appeals" creationtoolversion="1" segtype="sentence" o-tmf="appeals" adminlang="en" \
srclang="*all*" datatype="plaintext"/>
<body>
"""
UNIT = '<tu><tuv xml:lang="{}"><seg>{}</seg></tuv><tuv xml:lang="ru"><seg>{}</seg></tuv></tu>\n'


@dataclass(frozen=True, slots=True)
class Pair:
    """What was said, in a language (BCP 47), and the Russian that a person made of it."""

    language: str
    source: str
    russian: str


class BadTmx(ValueError):
    """A file that is not what it says: the line (from 1) and a sentence for whoever sent it."""

    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(f"Line {line}: {sentence}")
        self.line, self.sentence = line, sentence


def write(pairs: Iterable[Pair]) -> bytes:
    """A TMX file with a unit for each pair. Control characters, which XML cannot hold, are left out."""
    units = [UNIT.format(_text(pair.language), _text(pair.source), _text(pair.russian)) for pair in pairs]
    return "".join([HEAD, *units, "</body>\n</tmx>\n"]).encode()


def read(data: bytes) -> list[Pair]:
    """Each text of each unit with the unit's Russian, in order; units without Russian are passed over.

    So are texts of more than LONGEST characters: they are no sentence, and no memory would find them.

    Nothing that the file names is fetched, and a file with entities of its own is refused. Raises BadTmx.
    """
    if len(data) > MAX_BYTES:
        raise BadTmx(1, f"The file is larger than {MAX_BYTES // 1_000_000} MB; please split it.")
    found = _Units()
    parser = sax.make_parser()
    parser.forbid_dtd, parser.forbid_external = False, False  # <!DOCTYPE tmx SYSTEM "tmx14.dtd"> is usual; not opened
    parser.setContentHandler(found)
    try:
        parser.parse(BytesIO(data))
    except SAXParseException as error:
        raise BadTmx(error.getLineNumber() or 1, f"The XML is broken: {error.getMessage()}.") from error
    except DefusedXmlException as error:
        raise BadTmx(parser.getLineNumber() or 1, "The file declares entities, which we do not open.") from error
    except (ValueError, LookupError) as error:
        raise error if isinstance(error, BadTmx) else BadTmx(1, f"The text cannot be read: {error}.") from error
    return found.pairs


class _Units(ContentHandler):
    """Follows the parser and keeps the pairs."""

    def __init__(self) -> None:
        super().__init__()
        self.pairs: list[Pair] = []
        self.unit: list[tuple[str, str]] = []  # language and text
        self.language = ""
        self.segment: list[str] | None = None  # its text so far, while we are in one
        self.inside_code = 0
        self.open = 0

    def startElement(self, name: str, attrs: AttributesImpl) -> None:
        if not self.open and name != "tmx":
            raise self.bad(f"This is no TMX file: it begins with <{name[:40]}>.")
        self.open += 1
        if name == "tu":
            self.unit = []
        elif name == "tuv":
            self.language = _code(attrs.get("xml:lang") or attrs.get("lang") or "")
        elif name == "seg":
            if not self.language:
                raise self.bad("A text does not say its language (xml:lang).")
            self.segment = []
        elif name in CODE:
            self.inside_code += 1

    def endElement(self, name: str) -> None:
        if name in CODE:
            self.inside_code -= 1
        elif name == "seg" and self.segment is not None:
            if len(self.unit) >= MAX_TEXTS:
                raise self.bad(f"A unit has more than {MAX_TEXTS} texts.")
            self.unit.append((self.language, "".join(self.segment).strip()))
            self.segment = None
        elif name == "tuv":
            self.language = ""
        elif name == "tu":
            self.pairs += _pairs(self.unit)
            if len(self.pairs) > MAX_PAIRS:
                raise self.bad(f"The file has more than {MAX_PAIRS} pairs; please split it.")

    def characters(self, content: str) -> None:
        if self.segment is not None and not self.inside_code:
            self.segment.append(content)

    def skippedEntity(self, name: str) -> None:
        if self.segment is not None:
            raise self.bad(f"The entity &{name[:40]}; is not known here.")

    def bad(self, sentence: str) -> BadTmx:
        return BadTmx(self._locator.getLineNumber() or 1, sentence)  # type: ignore[attr-defined]  # set by the parser


def _pairs(unit: list[tuple[str, str]]) -> list[Pair]:
    kept = [(language, text) for language, text in unit if 0 < len(text) <= LONGEST]
    russian = [text for language, text in kept if _is_russian(language)]
    others = [(language, text) for language, text in kept if not _is_russian(language)]
    return [Pair(language, source, text) for (language, source), text in product(others, russian)]


def _is_russian(language: str) -> bool:
    return language.split("-")[0] == "ru"


def _code(written: str) -> str:
    """`BE_by`, as some programs write it, is be-BY."""
    language, *rest = re.split("[-_]", written.strip())
    return "-".join([language.lower(), *(part.upper() if len(part) == 2 else part for part in rest)])


def _text(text: str) -> str:
    return escape(NOT_XML.sub("", text), {"\r": "&#13;", '"': "&quot;"})
