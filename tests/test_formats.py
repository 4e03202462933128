"""Text is shown as it was typed, in each format, and does nothing else."""

from __future__ import annotations

import html
import re

import pytest

from pipeline.cues import Cue
from pipeline.formats import WORD_JOINER, ass, srt, vtt

WICKED = [
    r"{\i1}курсив{\i0}",
    r"{\an8\fs300}",
    "<b>жирный</b> <script>",
    "a & b &amp; c < d > e",
    "00:00:01,000 --> 00:00:02,000",
    r"путь\Nдальше\nи\hещё\\конец",
    "{скобки} и }{",
    "a, b, ,c: d; !",
    "NOTE это не примечание",
]


def shown(text):
    """What a viewer sees of it."""
    return text.replace(WORD_JOINER, "")


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


@pytest.mark.parametrize("text", WICKED)
def test_ass_shows_what_was_typed(text):
    (line,) = [line for line in ass([Cue(1000, 2500, text)], 1080, 1920).splitlines() if line.startswith("Dialogue")]
    written = line.split(",", 9)[9]
    assert shown(written).replace(r"\{", "{") == text
    assert not re.search(r"(?<!\\)\{|\\[Nnhia]", written)  # no command, no break


def test_two_lines_stay_two_lines_in_each_format():
    cues = [Cue(0, 1000, "Да,\nэто так.")]
    assert "Да,\nэто так.\n" in srt(cues) and "Да,\nэто так.\n" in vtt(cues)
    assert r"Да,\Nэто так." in ass(cues, 1080, 1920)


def test_empty_lines_and_control_characters_cannot_end_a_cue():
    text = "раз\r\n\n\n2\n00:00:05,000 --> 00:00:06,000\u2028три\x00\x1b[31m\tчетыре"
    for written in (srt([Cue(0, 1000, text)]), vtt([Cue(0, 1000, text)])):
        assert written.count("-->") == 1
        assert "\n\n2" not in written and "\x1b" not in written
    assert ass([Cue(0, 1000, text)], 1080, 1920).count("Dialogue") == 1


def test_cues_without_text_are_not_written():
    cues = [Cue(0, 1000, "", ("unread",)), Cue(1000, 2000, " \n"), Cue(3000, 4000, "да")]
    assert srt(cues).count("-->") == vtt(cues).count("-->") == ass(cues, 1080, 1920).count("Dialogue") == 1


def test_cues_are_written_in_order():
    late, early = Cue(5000, 6000, "потом"), Cue(0, 1000, "сначала")
    for written in (srt([late, early]), vtt([late, early]), ass([late, early], 1080, 1920)):
        assert written.index("сначала") < written.index("потом")


def test_nothing_to_write_is_still_a_file():
    assert vtt([]).startswith("WEBVTT") and srt([]) == ""
    assert "[Events]" in ass([], 1080, 1920)


def test_the_frame_of_the_ass_is_the_frame_of_the_clip():
    written = ass([Cue(0, 1000, "да")], 720, 1280)
    assert "PlayResX: 720\n" in written and "PlayResY: 1280\n" in written
