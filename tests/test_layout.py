"""Lines a viewer can read on a phone, in the place that the networks leave free."""

from __future__ import annotations

import pytest

from pipeline.layout import CLINGING, LANDSCAPE, PORTRAIT, SQUARE, fit, profile
from pipeline.look import style_for

SENTENCES = [
    "Дорогие белорусы, я обращаюсь к вам.",
    "Настоящий герой тот, кто отказывается убивать.",
    "Меня зовут Анна, я живу в Вильнюсе.",
    "Вы имеете право сказать нет.",
    "Берегите себя и своих близких.",
]


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((1080, 1920), PORTRAIT),
        ((720, 1280), PORTRAIT),
        ((1080, 1080), SQUARE),
        ((1080, 1350), SQUARE),
        ((1920, 1080), LANDSCAPE),
        ((640, 480), LANDSCAPE),
    ],
)
def test_the_profile_follows_the_shape_of_the_frame(size, expected):
    assert profile(*size) is expected


@pytest.mark.parametrize("text", SENTENCES)
@pytest.mark.parametrize("frame", [PORTRAIT, SQUARE, LANDSCAPE])
def test_a_sentence_fits_in_two_lines_and_keeps_its_words(text, frame):
    lines = fit(text, frame).split("\n")
    assert len(lines) <= 2 and " ".join(lines) == text
    assert all(len(line) <= frame.hard for line in lines)


@pytest.mark.parametrize("text", SENTENCES)
def test_no_line_ends_with_a_word_that_belongs_to_the_next(text):
    first = fit(text, PORTRAIT).split("\n")[0]
    assert first.split()[-1].lower() not in CLINGING


def test_a_short_text_stays_in_one_line():
    assert fit("Нет значит нет.", PORTRAIT) == "Нет значит нет."


def test_two_lines_are_balanced_and_break_rather_after_a_comma():
    assert fit("Дорогие белорусы, я обращаюсь к вам.", PORTRAIT) == "Дорогие белорусы,\nя обращаюсь к вам."
    assert fit("Берегите себя и своих близких.", PORTRAIT) == "Берегите себя\nи своих близких."


def test_line_breaks_of_before_do_not_count():
    assert fit("Нет\nзначит  нет.", LANDSCAPE) == "Нет значит нет."


@pytest.mark.parametrize("text", ["", "х" * 100, "слово " * 30, "слово " * 500, "х" * 100 + " и " + "у" * 90])
def test_what_does_not_fit_loses_nothing_and_takes_no_time(text):
    assert fit(text, PORTRAIT).replace("\n", "").replace(" ", "") == text.replace(" ", "")


def test_margins_keep_to_the_common_safe_box_and_scale_with_the_frame():
    style = style_for(1080, 1920)
    assert style.left >= 65 and 1080 - style.right <= 900 and 1920 - style.bottom <= 1440
    half = style_for(540, 960)
    assert (half.font, half.left, half.right, half.bottom) == (32, 60, 90, 240)
