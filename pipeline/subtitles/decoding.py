"""The text in a file of unknown encoding, as programs for subtitles write it: Unicode in all its forms, or 8 bits.

Guessing libraries look at the whole file, and of a subtitle file most is digits and English keywords. Here only what
is not ASCII counts: which reading of it looks most like the languages that the campaign works with.
"""

from __future__ import annotations

import codecs
import re
from itertools import islice
from unicodedata import category

from pipeline.errors import S_

MARKS = (  # longest first: the mark of UTF-16 begins that of UTF-32
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

#: Frequent letters of Russian, Belarusian and Ukrainian, then the rest of theirs. Tell KOI8 from Windows-1251, where
#: one is the other in other letters: О is н, А is ю, Т is р.
FREQUENT, SELDOM = "оеаинтсрвлкмдпуяыіь", "згбйчхжшюцўєїщэфёъґ"

#: Letters beyond ASCII by encoding and language; of two that fit alike the earlier one is taken.
READINGS = (
    ("cp1251", FREQUENT + SELDOM),
    ("cp1252", "äöüß"),
    ("cp1250", "ąćęłńóśźż"),
    ("cp1257", "ąčęėįšųūž"),
    ("cp1252", "éèêëàâçîïôûùœæñáíóúãõòìåø"),
    ("koi8-u", FREQUENT + SELDOM),
    ("cp866", FREQUENT + SELDOM),
)
TYPOGRAPHY = "«»„“”‘’—–…№\xa0"  # says nothing about the language


class BadSubtitles(ValueError):
    """A subtitle file that cannot be read: the line (from 1) where reading ended, and a sentence for its owner."""

    def __init__(self, line: int, sentence: str, **values: object) -> None:
        super().__init__(line, sentence, values)
        self.line, self.sentence, self.values = line, sentence, values

    def __str__(self) -> str:
        return f"Line {self.line}: {self.sentence % self.values}"


def decode(data: bytes) -> str:
    """The text of a file, its byte order mark left out. Raises BadSubtitles for pictures, programs and the like."""
    try:
        text = _decode(data)
    except UnicodeDecodeError:
        text = "\0"
    sample = text[:20_000]
    odd = sum((category(char) == "Cc" and not char.isspace()) or char == "\ufffd" for char in sample)
    if "\0" in text or odd > 2 + len(sample) / 50:
        raise BadSubtitles(1, S_("This is not a text file."))
    return text


def _decode(data: bytes) -> str:
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return data.decode(encoding)
    if b"\0" in data:
        return _wide(data)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        unread = data.decode("utf-8", "replace")
        if unread.count("\ufffd") * 20 < sum(not char.isascii() for char in unread):
            line = data.count(b"\n", 0, error.start) + 1
            raise BadSubtitles(line, S_("The file is damaged here: this is not valid UTF-8.")) from error
    words = _words(data)
    encoding, _ = max(READINGS, key=lambda reading: _likeness(words, *reading))
    return data.decode(encoding, "replace")


def _wide(data: bytes) -> str:
    """UTF-16 without its mark: of digits, spaces and line ends one byte of two is zero, and always the same one."""
    text = data.decode("utf-16-le" if data[1::2].count(0) > data[::2].count(0) else "utf-16-be")
    ascii_share = sum(char.isascii() for char in text) / len(text)
    return text if ascii_share > 0.1 else "\0"  # digits of times; other files come out in all scripts of the world


def _words(data: bytes) -> bytes:
    """The first words of a file that hold more than ASCII."""
    words = (word for word in re.findall(rb"[A-Za-z\x80-\xff]+", data) if not word.isascii())
    return b" ".join(word[:50] for word in islice(words, 3000))


def _likeness(words: bytes, encoding: str, letters: str) -> float:
    """How much the words look like a language with these letters: 1 at best, below 0 for nonsense."""
    text = words.decode(encoding, "replace")
    points = [
        _point(before, char, after, letters)
        for before, char, after in zip(" " + text, text, text[1:] + " ", strict=False)
        if not char.isascii() and char not in TYPOGRAPHY
    ]
    return sum(points) / max(len(points), 1)


def _point(before: str, char: str, after: str, letters: str) -> float:
    """One letter: whether it is one of the language, frequent, and stands where such a letter stands."""
    cyrillic = FREQUENT[0] in letters
    latin = any(near.isascii() and near.isalpha() for near in (before, after))
    if cyrillic and latin:
        return -2
    if char.lower() not in letters or (char.isupper() and before.islower()):
        return -1
    if cyrillic:
        return 0.5 + 0.5 * (char.lower() in FREQUENT)
    return 1 if latin else 0.25
