"""Text is shown as it was typed, in each format, does nothing else there, and comes back as it was."""

from __future__ import annotations

import html
import re
import subprocess

import pysubs2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.cues import Cue
from pipeline.formats import ass, read, srt, ttml, vtt
from pipeline.look import STYLES, Look
from pipeline.subtitles.plain import JOINER
from pipeline.subtitles.substation import WRAP

WICKED = [
    r"{\i1}курсив{\i0}",
    r"{\an8\fs300}",
    "<b>жирный</b> <script>",
    "a & b &amp; c < d > e &lt",
    "00:00:01,000 --> 00:00:02,000",
    r"путь\Nдальше\nи\hещё\\конец",
    r"\{не команда\}",
    "{скобки} и }{",
    "a, b, ,c: d; !",
    "NOTE это не примечание",
    "שלום עולם, مرحبا",
    "👩‍👩‍👧 ждём 🇺🇦",
    "и\u0306 не й",
]
WRITERS = {"srt": srt, "vtt": vtt, "ttml": ttml, "ass": lambda cues: ass(cues, 1080, 1920)}
FORMS = pytest.mark.parametrize("form", WRITERS)


def shown(text):
    """What a viewer sees of it."""
    return text.replace(JOINER, "")


@pytest.mark.parametrize("text", WICKED)
def test_srt_shows_what_was_typed(text):
    number, times, *lines = srt([Cue(1000, 2500, text)]).strip().split("\n")
    assert (number, times) == ("1", "00:00:01,000 --> 00:00:02,500")
    assert [shown(line) for line in lines] == [text]
    assert not re.search(r"<[a-zA-Z/]|\{\\|-->|\\[Nnh]", lines[0])


@pytest.mark.parametrize("text", WICKED)
def test_webvtt_shows_what_was_typed(text):
    head, number, times, *lines = re.sub("\n\n", "\n", vtt([Cue(1000, 2500, text)]).strip()).split("\n")
    assert (head, number, times) == ("WEBVTT", "1", "00:00:01.000 --> 00:00:02.500")
    assert [shown(html.unescape(line)) for line in lines] == [text]
    assert not re.search(r"[<>]|&(?!amp;|lt;|gt;)", lines[0])


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("text", WICKED)
def test_ass_shows_what_was_typed(text, style):
    written = ass([Cue(1000, 2500, text)], 1080, 1920, Look(style))
    (line,) = [line for line in written.splitlines() if line.startswith("Dialogue")]
    ours = re.match(r"(\{(\\[a-z]+[\d.]+)+\})?", line.split(",", 9)[9])
    typed = line.split(",", 9)[9][ours.end() :]
    assert "i1" not in ours[0] and "an8" not in ours[0] and "fs300" not in ours[0]
    assert shown(typed.replace(r"\{", "{").replace(WRAP, "")) == text
    assert not re.search(r"(?<!\\)\{|\\[Nnhia]|\{\\", typed.replace(WRAP, ""))  # no command, no break


@FORMS
def test_two_lines_stay_two_lines(form):
    written = WRITERS[form]([Cue(0, 1000, "Да,\nэто так.")])
    assert {"ass": r"Да,\Nэто так.", "ttml": "Да,<br/>это так."}.get(form, "Да,\nэто так.\n") in written


@FORMS
def test_control_characters_and_what_is_no_character_cannot_end_a_cue_or_a_file(form):
    text = "раз\r\n2\n00:00:05,000 --> 00:00:06,000\u2028три\x00\x1b[31m\tчетыре\ud800\uffff"
    (cue,) = read(WRITERS[form]([Cue(0, 1000, text)]).encode(), f"a.{form}")
    assert cue.text == "раз\n2\n00:00:05,000 --> 00:00:06,000\nтри  [31m четыре\ufffd\ufffd"


@FORMS
def test_an_empty_line_inside_a_cue_stays_and_around_it_goes(form):
    text = " \n\nраз\n \n\n2\nдва\n\n"
    written = WRITERS[form]([Cue(0, 1000, text), Cue(2000, 3000, "три")])
    assert [cue.text for cue in read(written.encode(), f"a.{form}")] == ["раз\n\n\n2\nдва", "три"]
    if form in {"srt", "vtt"}:
        assert written.count("\n\n") == (form == "vtt") + 1  # for others it would end the cue


@FORMS
def test_cues_without_text_are_not_written(form):
    cues = [Cue(0, 1000, "", ("unread",)), Cue(1000, 2000, " \n"), Cue(3000, 4000, "да")]
    assert WRITERS[form](cues) == WRITERS[form](cues[2:])


@FORMS
def test_cues_are_written_in_order(form):
    late, early = Cue(5000, 6000, "потом"), Cue(0, 1000, "сначала")
    assert WRITERS[form]([late, early]) == WRITERS[form]([early, late])


def test_nothing_to_write_is_still_a_file():
    assert vtt([]).startswith("WEBVTT") and srt([]) == ""
    assert "[Events]" in ass([], 1080, 1920) and "</tt>" in ttml([])


def test_the_frame_of_the_ass_is_the_frame_of_the_clip():
    written = ass([Cue(0, 1000, "да")], 720, 1280)
    assert "PlayResX: 720\n" in written and "PlayResY: 1280\n" in written


# Any text: more often of what is markup somewhere, never of what is no text (controls, halves of characters).
letters = st.sampled_from(list("<>&-{}\\/\u2060Nnhib 1:,.;#|א😀й\u0306")) | st.characters(
    exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters="\ufffe\uffff"
)
lines = st.text(letters, max_size=40).map(str.strip)
texts = st.lists(lines, min_size=1, max_size=5).map("\n".join).filter(lambda text: text and text == text.strip("\n"))
TEN_HOURS = 35_999_990  # ms; ASS has one digit for hours
spans = st.tuples(st.integers(0, TEN_HOURS - 1), st.integers(1, 20_000))
tracks = st.lists(
    st.builds(lambda span, text: Cue(span[0], min(sum(span), TEN_HOURS), text), spans, texts),
    min_size=1, max_size=4, unique_by=lambda cue: cue.start,
).map(lambda cues: sorted(cues, key=lambda cue: cue.start))  # fmt: skip


@settings(derandomize=True, deadline=None, max_examples=150)
@given(tracks)
def test_what_is_written_is_read_back_the_same(cues):
    for form in ("srt", "vtt", "ttml"):
        assert read(WRITERS[form](cues).encode(), f"track.{form}") == cues
    back = read(ass(cues, 1080, 1920).encode(), "track.ass")
    assert [cue.text for cue in back] == [cue.text for cue in cues]
    for read_back, cue in zip(back, cues, strict=True):  # to hundredths of a second
        assert abs(read_back.start - cue.start) <= 5 and abs(read_back.end - cue.end) <= 5


@settings(derandomize=True, deadline=None, max_examples=150)
@given(texts)
def test_nothing_typed_is_a_command_for_libass(text):
    """What libass makes of a line, by its own rules: an escaped brace is text, any other brace begins commands."""
    (line,) = [line for line in ass([Cue(0, 1000, text)], 1080, 1920).splitlines() if line.startswith("Dialogue")]
    commands = re.findall(r"(?<!\\)\{([^}]*)\}?", line.split(",", 9)[9].replace(r"\{", ""))
    assert all(re.fullmatch(r"(\\(fs\d+|blur[\d.]+|q0))+", command) for command in commands)


@pytest.mark.parametrize("form", ["srt", "vtt", "ass"])
@pytest.mark.parametrize("other", ["srt", "webvtt"])
def test_ffmpeg_reads_our_files_without_loss(form, other, tmp_path):
    """It keeps the letters; braces and backslashes it shows in its own ways."""
    cues = [Cue(i * 1000, i * 1000 + 900, text) for i, text in enumerate([*WICKED, "раз\n\nдва"])]
    (tmp_path / f"ours.{form}").write_text(WRITERS[form](cues))
    command = ["ffmpeg", "-v", "error", "-i", tmp_path / f"ours.{form}", "-f", other, "-"]
    made = subprocess.run(command, check=True, capture_output=True).stdout.decode()
    assert made.count("-->") - made.count("-->\u2060") >= len(cues)

    def plain(text):
        return re.sub(rf"[\\{{}}\s{JOINER}]", "", text)

    for cue in cues:
        assert plain(cue.text) in plain(made) or plain(cue.text) in plain(html.unescape(made))


def test_another_reader_of_ttml_finds_the_same():
    cues = [Cue(1000, 2500, "a & b < c\nи --> конец"), Cue(3000, 4000, "да")]
    found = pysubs2.SSAFile.from_string(ttml(cues), "ttml")
    assert [Cue(event.start, event.end, event.text.replace(r"\N", "\n")) for event in found] == cues
