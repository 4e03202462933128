"""Subtitle files of other programs: read whatever wrote them, or refused with the line where they are broken."""

from __future__ import annotations

import time
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.cues import Cue
from pipeline.formats import BadSubtitles, read, srt

BOOK = tomllib.loads((Path(__file__).parent.parent / "phrasebook" / "phrasebook.toml").read_text("utf-8"))
RUSSIAN = "1\n00:00:01,000 --> 00:00:02,500\nНе идите на эту войну.\n\n2\n00:00:03,000 --> 00:00:04,000\nМы ждём вас.\n"
CUES = [Cue(1000, 2500, "Не идите на эту войну."), Cue(3000, 4000, "Мы ждём вас.")]


def texts(data, name="a.srt"):
    return [cue.text for cue in read(data.encode() if isinstance(data, str) else data, name)]


def refused(data, name="a.srt"):
    with pytest.raises(BadSubtitles) as failure:
        read(data.encode() if isinstance(data, str) else data, name)
    return failure.value.line, str(failure.value)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1251", "koi8-r", "cp866"]
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\r\r\n"])
def test_any_common_encoding_and_any_line_end(encoding, end):
    assert read(RUSSIAN.replace("\n", end).encode(encoding), "a.srt") == CUES


@pytest.mark.parametrize(
    ("language", "encoding"),
    [("ru", "cp1251"), ("be", "cp1251"), ("uk", "cp1251"), ("ru", "koi8-r"), ("uk", "koi8-u"), ("ru", "cp866"),
     ("de", "cp1252"), ("pl", "cp1250"), ("lt", "cp1257")],
)  # fmt: skip
@pytest.mark.parametrize("change", [str, str.upper])
def test_one_sentence_is_enough_to_tell_an_encoding(language, encoding, change):
    for sentence in map(change, BOOK[language]):
        assert texts(srt([Cue(0, 1000, sentence)]).encode(encoding)) == [sentence]


def test_capitals_quotes_and_dashes_of_windows_are_read():
    text = "– «ЁЛКА», – сказала она… №1"
    assert texts(srt([Cue(0, 1000, text)]).encode("cp1251")) == [text]


def test_capitals_that_only_begin_words_tell_two_encodings_of_cyrillic_apart():
    assert texts(srt([Cue(0, 1000, "хочемо Ми")]).encode("cp1251")) == ["хочемо Ми"]  # in KOI8-U: УНВЕЛН лХ


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\0" + bytes(range(256)) * 40, "not a text file"),
        (b"PK\x03\x04\x14\0\x08\0" + bytes(range(255, -1, -1)) * 40, "not a text file"),
        (bytes(range(1, 256)) * 40, "not a text file"),
        (b"\xff\xfe\x00", "not a text file"),
        (b"", "no cue"),
        (b"\n \n\r\n", "no cue"),
        (b"\xef\xbb\xbf", "no cue"),
        (b"1\n00:00:01,000 --> 00:00:02,000\n\n", "no cue"),
    ],
)
@pytest.mark.parametrize("name", ["a.srt", "a"])
def test_what_is_no_subtitle_file_is_refused(content, sentence, name):
    line, said = refused(content, name)
    assert line == 1 and sentence in said


def test_a_file_that_is_too_large_is_refused():
    assert "5 MB" in refused(b"a" * 5_000_001)[1]


def test_a_cut_letter_is_not_taken_for_another_encoding():
    data = RUSSIAN.encode()
    assert refused(data[: data.rindex(b".") - 1]) == (7, "Line 7: The file is damaged here: this is not valid UTF-8.")


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        ("Привет\n1\n00:00:01,000 --> 00:00:02,000\nДа\n", 1, "belongs to no cue"),
        ("Привет\n\nПока\n", 1, "belongs to no cue"),
        ("1\n00:00:01,000 --> 00:00:02,000\nДа\n\n2\n00:00:0x,000 --> 00:00:04,000\nНет\n", 6, "cannot be read"),
        ("1\n00:00:01,000 --> 00:00:02,000\nДа\n\n2\nскоро --> потом\nНет\n", 6, "cannot be read"),
        ("1\n00:00:01,000 --> 00:75:02,000\nДа\n", 2, "cannot be read"),
        ("1\n-00:00:01,000 --> 00:00:02,000\nДа\n", 2, "cannot be read"),
        ("1\n00:00:05,000 --> 00:00:02,000\nДа\n", 2, "ends before it begins"),
        ("1\n00:00:01,000 --> 00:00:02,000\n" + "а" * 2001, 2, "2001 characters"),
    ],
)
def test_a_broken_srt_is_refused_with_its_line(content, line, words):
    found, sentence = refused(content)
    assert found == line and words in sentence


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("7\n00:00:01,000 --> 00:00:02,000\nА\n\n7\n00:00:03,000 --> 00:00:04,000\nБ\n", ["А", "Б"]),
        ("00:00:01,000 --> 00:00:02,000\nА\n\n00:00:03.5 --> 00:00:04\n42\n", ["А", "42"]),
        ("1\n00:00:01,000 --> 00:00:02,000 X1:10 X2:20\nА\n\n\n\nБ\n\n2\n0:0:3,0-->0:0:4,0\nВ", ["А\n\n\n\nБ", "В"]),
        (
            "1\n00:00:01,000 --> 00:00:02,000\n5\n\n2\n00:00:03,000 --> 00:00:04,000\nРаз --> два\n",
            ["5", "Раз --> два"],
        ),
        (
            '1\n00:01,000 --> 00:02,000\n{\\an8}<font color="#fff"><i>А</i></font> <B>Б</B> <слово> {в}\n',
            ["А Б <слово> {в}"],
        ),
        ("2\n00:00:03,000 --> 00:00:04,000\nБ\n\n1\n00:00:01,000 --> 00:00:02,000\nА\n", ["А", "Б"]),
        ("1\n00:00:01,000 --> 00:00:01,000\nА\n\n2\n00:00:03,000 --> 00:00:04,000\n<i></i>\n", ["А"]),
    ],
)
def test_srt_of_any_program(content, expected):
    assert texts(content) == expected


YOUTUBE = """WEBVTT
Kind: captions
Language: ru

00:00:00.160 --> 00:00:02.470 align:start position:0%
&nbsp;
дорогие<00:00:00.480><c> белорусы</c>

00:00:02.470 --> 00:00:02.480 align:start position:0%
дорогие белорусы
&nbsp;

00:00:02.480 --> 00:00:05.000 align:start position:0%
дорогие белорусы
мы<00:00:02.800><c> ждём</c><00:00:03.100><c.colorE5E5E5> вас</c>

00:00:05.000 --> 00:00:07.000 align:start position:0%
мы ждём вас
[музыка]
""".replace("&nbsp;", " ")  # a line of one space
STYLED = """\ufeffWEBVTT - Титры

NOTE
Это --&gt; не титры

STYLE
::cue { color: lime }

REGION
id:low

начало
00:01.000 --> 00:02.500 line:10% align:start
<v Анна>R&amp;D, R&D &lt;b&gt;&nbsp;<i>да</i></v> a < b

1000:00:03.000 --> 1000:00:04.000
"""


def test_youtubes_rolling_captions_are_unrolled():
    assert [(cue.start, cue.text) for cue in read(YOUTUBE.encode(), "a.vtt")] == [
        (160, "дорогие белорусы"), (2480, "мы ждём вас"), (5000, "[музыка]"),
    ]  # fmt: skip


def test_captions_that_roll_in_colour_are_unrolled_too():
    """As an older youtube-dl left them: colours, and times right below a text."""
    content = (
        "WEBVTT\nStyle:\n::cue(c.a) { color: red;\n }\n##\n\n\n00:01.000 --> 00:02.000\nда\n\n\n"
        "00:02.000 --> 00:03.000\nда\n<c.a>вот</c>\n00:03.000 --> 00:04.000\n"
        "это<00:03.100><c> так</c><c.a><00:03.200><c> и есть</c></c>\n\n"
        "00:04.000 --> 00:04.010\nэто так<c.a> и есть\n </c>\n"
    )
    assert texts(content, "a.vtt") == ["да", "вот", "это так и есть"]


def test_webvtt_with_notes_styles_regions_names_and_positions():
    content = STYLED.replace("1000:", "100:") + "нет\n"
    (first, second) = read(content.encode(), "a.vtt")
    assert first == Cue(1000, 2500, "R&D, R&D <b>\xa0да a < b")
    assert second == Cue(360_003_000, 360_004_000, "нет")


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        ("00:01.000 --> 00:02.000\nДа\n", 1, "begins with the word"),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\nДа\n\nНет\n", 6, "belongs to no cue"),
        ("WEBVTT\n\n00:01.000 --> 00:02\nДа\n\nимя\n1.000 --> 00:04.000\nДа", 7, "belongs to no cue"),
        ("WEBVTT\n\n00:01.000 --> 0:0a.000\nДа", 3, "cannot be read"),
        ("WEBVTT\n00:04.000 --> 00:01.000\nДа", 2, "ends before"),
    ],
)
def test_a_broken_webvtt_is_refused_with_its_line(content, line, words):
    found, sentence = refused(content, "a.vtt")
    assert found == line and words in sentence


AEGISUB = r"""[Script Info]
; Script generated by Aegisub 3.2.2
Title: Титры
ScriptType: v4.00+
WrapStyle: 0
PlayResX: 1920

[Aegisub Project Garbage]
Audio File: clip.mp4

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour
Style: Default,Arial,20,&H00FFFFFF

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Comment: 0,0:00:00.00,0:00:09.00,Default,,0,0,0,,не показывать
Dialogue: 0,0:00:03.00,0:00:04.50,Default,Анна,0,0,0,,{\an8\b1}Не идите,\Nна\hэту, {\i1}войну{\i0}{заметка} \{да\}.
Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,{\k20}ка{\k30}ра{\kf15}о\nке
Dialogue: 1,0:00:05.00,0:00:06.00,Default,,0,0,0,,{\p1}m 0 0 l 100 0 100 100{\p0}
Dialogue: 1,0:00:07.00,0:00:08.00,Default,,0,0,0,,{\pos(10,20)\p0}открытая {скобка
"""


def test_ass_of_aegisub_with_commands_comments_karaoke_and_drawings():
    assert read(AEGISUB.encode("utf-8-sig"), "a.ass") == [
        Cue(1000, 2000, "караоке".replace("ок", "о к")),
        Cue(3000, 4500, "Не идите,\nна\xa0эту, войну {да}."),
        Cue(7000, 8000, "открытая {скобка"),
    ]
    wrapped = AEGISUB.replace("WrapStyle: 0", "WrapStyle: 2")
    assert texts(wrapped, "a.ass")[0] == "карао\nке"


def test_fields_of_ass_stand_where_its_format_line_says():
    content = "[Events]\nFormat: Start, End, Text\nDialogue: 0:00:01.00,0:00:02.00,да, и нет\n"
    assert read(content.encode(), "script") == [Cue(1000, 2000, "да, и нет")]


@pytest.mark.parametrize("fields", ["0,завтра,0:00:02.00,Default,,0,0,0,,Да", "0,0:00:01.00", ""])
def test_a_broken_ass_is_refused_with_its_line(fields):
    line, sentence = refused(f"[Script Info]\n\n[Events]\nDialogue: {fields}\n", "a.ass")
    assert line == 4 and "cannot be read" in sentence


def tt(body, attributes=""):
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<tt xmlns="http://www.w3.org/ns/ttml" xmlns:ttp="http://www.w3.org/ns/ttml#parameter" '
        f"{attributes}>\n<head><metadata>нет</metadata></head>\n<body>{body}</body></tt>"
    )


@pytest.mark.parametrize(
    ("body", "attributes", "expected"),
    [
        ('<div><p begin="00:00:01.500" end="00:00:02:15">а</p></div>', 'ttp:frameRate="30"', (1500, 2500)),
        ('<div><p begin="25f" dur="1s">а</p></div>', 'ttp:frameRate="25"', (1000, 2000)),
        ('<p begin="30f" end="60f">а</p>', 'ttp:frameRate="30" ttp:frameRateMultiplier="1000 1001"', (1001, 2002)),
        ('<p begin="10000000t" end="25000000t">а</p>', 'ttp:tickRate="10000000"', (1000, 2500)),
        ('<p begin="1.5s" end="2500ms">а</p>', "", (1500, 2500)),
        ('<p begin="0.5m" end="0.01h">а</p>', "", (30_000, 36_000)),
        ('<div begin="10s"><p begin="1s" end="2s">а</p></div>', "", (11_000, 12_000)),
        ('<div begin="1s" end="3s"><p>а</p></div>', "", (1000, 3000)),
        ('<p><span begin="1s" end="2s">а</span></p>', "", (1000, 2000)),
        ('<p begin="1s" end="9s"><span begin="1s" end="2s">а</span></p>', "", (1000, 9000)),
    ],
)
def test_each_way_that_ttml_knows_to_write_times(body, attributes, expected):
    assert read(tt(body, attributes).encode(), "a.ttml") == [Cue(*expected, "а")]


def test_ttml_breaks_spaces_and_entities():
    body = '<p begin="1s" end="2s">\n  Да,   <span>это</span>\n  так<br/><br/>&amp; &lt;b&gt; &#8230;\n</p>'
    assert texts(tt(body), "a.xml") == ["Да, это так\n\n& <b> …"]
    assert texts(tt(body.replace("<p ", '<p xml:space="preserve" ')), "a.xml")[0].startswith("Да,   это\nтак")


def test_ttml_may_say_its_encoding():
    content = tt('<p begin="1s" end="2s">Да</p>').replace("UTF-8", "windows-1251")
    assert texts(content.encode("cp1251"), "a.dfxp") == ["Да"]


LAUGHS = '<!DOCTYPE tt [<!ENTITY a "ха"><!ENTITY b "&a;&a;&a;&a;">]>\n'


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        (tt('<p begin="1s" end="2s">Да</p>')[:-12], 4, "broken or cut off"),
        ("<tt><body>&laugh;</body></tt>", 1, "broken"),
        (LAUGHS + tt("&b;")[39:], 1, "DOCTYPE"),
        ('<transcript>\n<text start="1">Да</text></transcript>', 1, "not TTML"),
        (tt('\n<p begin="1s">Да</p>'), 5, "no end"),
        (tt('\n\n<p begin="вчера" end="2s">Да</p>'), 6, "cannot be read"),
        (tt('<p begin="3s" end="2s">Да</p>'), 4, "ends before"),
        (tt('<p begin="3s" end="999999999999h">Да</p>'), 4, "later than any clip"),
        (tt('<div timeContainer="seq"><p dur="2s">Да</p></div>'), 4, "seq"),
        (tt("<div>" * 100), 4, "nested"),
        (tt("", 'ttp:frameRate="0"'), 2, "frameRate"),
        (tt("", 'ttp:frameRateMultiplier="1e999999 1"'), 2, "frameRateMultiplier"),
        (tt(""), 1, "no cue"),
    ],
)
def test_a_broken_ttml_is_refused_with_its_line(content, line, words):
    found, sentence = refused(content, "a.ttml")
    assert found == line and words in sentence


@pytest.mark.parametrize(
    ("content", "right"), [(YOUTUBE, "vtt"), (AEGISUB, "ass"), (tt('<p begin="1s" end="2s">а</p>'), "ttml")]
)
def test_a_file_with_the_wrong_name_is_read_for_what_it_is(content, right):
    assert read(content.encode(), "a.srt") == read(content.encode(), f"a.{right}")


T = "00:00:01,000 --> 00:00:02,000"
HEAVY = {
    "braces": (f"1\n{T}\n" + "{" * 1_000_000, "a.srt"),
    "backslashes": (f"1\n{T}\n" + "{\\" * 500_000, "a.srt"),
    "angles": (f"1\n{T}\n" + "<i " * 300_000, "a.srt"),
    "dashes": (f"1\n{T}\n" + "-" * 1_000_000, "a.srt"),
    "arrows": (f"1\n{T}\n" + "-->1:1" * 160_000, "a.srt"),
    "digits": ("1" * 1_000_000 + " --> 1", "a.srt"),
    "spaces": (" " * 1_000_000 + "--> 1", "a.srt"),
    "joiners": (f"1\n{T}\n<" + "\u2060" * 300_000, "a.srt"),
    "lines": (f"1\n{T}\n" + "\n" * 1_000_000, "a.srt"),
    "returns": (f"1\n{T}\n" + "\r" * 1_000_000, "a.srt"),
    "angles of vtt": ("WEBVTT\n\n" + T.replace(",", ".") + "\n" + "<a" * 500_000, "a.vtt"),
    "entities": ("WEBVTT\n\n" + T.replace(",", ".") + "\n" + "&" * 1_000_000, "a.vtt"),
    "blocks": ("WEBVTT\n\n" + "NOTE\n\n" * 160_000, "a.vtt"),
    "braces of ass": ("Dialogue: 0,0:00:01.00,0:00:02.00,,,0,0,0,," + "{" * 1_000_000, "a.ass"),
    "closed braces": ("Dialogue: 0,0:00:01.00,0:00:02.00,,,0,0,0,," + "{\\p1" * 250_000 + "}", "a.ass"),
    "commas": ("Dialogue: " + "," * 1_000_000, "a.ass"),
    "elements": (tt("<p>" * 300_000), "a.ttml"),
    "latin": ("ab" * 500_000 + "\xff", "a.srt"),
}


@pytest.mark.parametrize("name", HEAVY)
def test_reading_takes_time_in_proportion_to_the_size(name):
    content, file = HEAVY[name]
    began = time.process_time()
    refused(content.encode("latin-1" if name == "latin" else "utf-8"), file)
    assert time.process_time() - began < 3


PIECES = ["WEBVTT", "\n", "1", T, "-->", "<", "{\\", "}", "&", "Dialogue:", "[Events]", "<tt>", "а"]


@settings(derandomize=True, deadline=None, max_examples=120)
@given(
    st.binary(max_size=200) | st.text(max_size=200).map(str.encode)
    | st.lists(st.sampled_from(PIECES), max_size=30).map(lambda parts: "".join(parts).encode()),
    st.sampled_from(["a.srt", "a.vtt", "a.ass", "a.ttml", "a"]),
)  # fmt: skip
def test_whatever_it_is_it_is_read_or_refused(data, name):
    try:
        assert all(cue.text and cue.start <= cue.end for cue in read(data, name))
    except BadSubtitles as error:
        assert error.line >= 1 and error.sentence.endswith((".", "00:01:04,000", "0:01:02.50", "WEBVTT."))
