"""Lines a viewer can read on a phone, in the place that the networks leave free."""

from __future__ import annotations

import tomllib
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.layout import LANDSCAPE, PORTRAIT, SQUARE, clings, fit, profile
from pipeline.reading.borders import MONTHS, SMALL_WORDS, TOGETHER, TORN, ends_sentence

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
    for above, below in pairwise(fit(text, PORTRAIT).split("\n")):
        assert clings(above.split()[-1], below.split()[0]) < TORN


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Я прошу вас не подписывать повестку.", "Я прошу вас / не подписывать повестку."),
        ("Светлана Тихановская обратилась к женщинам.", "Светлана Тихановская / обратилась к женщинам."),
        ("Мы поможем вам уехать – напишите нам сегодня.", "Мы поможем вам уехать – / напишите нам сегодня."),
        ("Скажите «нет» тем, кто посылает вас убивать.", "Скажите «нет» тем, / кто посылает вас убивать."),
        ("В 2022 году мой брат уехал из Минска в Варшаву.", "В 2022 году мой брат уехал / из Минска в Варшаву."),
        ("Сегодня я хочу обратиться к каждому солдату.", "Сегодня я хочу обратиться / к каждому солдату."),
        ("Мы не хотим, чтобы наши дети умирали.", "Мы не хотим, / чтобы наши дети умирали."),
        ("Пожалуйста, не делайте этого! Вы присягали", "Пожалуйста, не делайте этого! / Вы присягали"),
        ("Мне страшно, потому что завтра его заберут.", "Мне страшно, / потому что завтра его заберут."),
    ],
)
def test_a_line_breaks_where_an_editor_would_break_it(text, lines):
    assert fit(text, SQUARE if "потому" in text or "!" in text else PORTRAIT) == lines.replace(" / ", "\n")


def test_a_short_text_stays_in_one_line():
    assert fit("Нет значит нет.", PORTRAIT) == "Нет значит нет."


def test_a_line_a_little_longer_than_wished_for_is_better_than_a_bad_break():
    assert fit("Старшему двадцать три года,", PORTRAIT) == "Старшему двадцать три года,"


def test_two_lines_are_balanced_and_break_rather_after_a_comma():
    assert fit("Дорогие белорусы, я обращаюсь к вам.", PORTRAIT) == "Дорогие белорусы,\nя обращаюсь к вам."
    assert fit("Берегите себя и своих близких.", PORTRAIT) == "Берегите себя\nи своих близких."


def test_line_breaks_of_before_do_not_count():
    assert fit("Нет\nзначит  нет.", LANDSCAPE) == "Нет значит нет."
    assert fit("Нет\n– значит нет.", LANDSCAPE) == "Нет – значит нет."


def test_each_speaker_keeps_a_line():
    assert fit("– Ты пойдёшь?\n– Нет, не пойду.", LANDSCAPE) == "– Ты пойдёшь?\n– Нет, не пойду."
    assert (
        fit("– Ты пойдёшь с ними туда?\n– Нет,\nне пойду.", PORTRAIT) == "– Ты пойдёшь с ними туда?\n– Нет, не пойду."
    )


@pytest.mark.parametrize("text", ["", "х" * 100, "слово " * 30, "слово " * 500, "х" * 100 + " и " + "у" * 90])
def test_what_does_not_fit_loses_nothing_and_takes_no_time(text):
    assert fit(text, PORTRAIT).replace("\n", "").replace(" ", "") == text.replace(" ", "")


WORDS = st.lists(
    st.text("аяб.,!-–«»12№ИI", min_size=1, max_size=12) | st.sampled_from(["не", "в", "х" * 110]), max_size=40
)


@given(WORDS, st.sampled_from([PORTRAIT, SQUARE, LANDSCAPE]))
@settings(derandomize=True, deadline=None, max_examples=300)
def test_whatever_the_words_they_stay_in_two_lines_where_two_lines_can_hold_them(words, frame):
    text = " ".join(words)
    lines = fit(text, frame).split("\n")
    assert " ".join(lines) == text
    assert all(len(line) <= frame.hard or " " not in line for line in lines)
    ways = [(len(" ".join(words[:at])), len(" ".join(words[at:]))) for at in range(len(words) + 1)]
    if any(max(way) <= frame.hard for way in ways):
        assert len(lines) <= 2
    assert fit("\n".join(lines), frame) == "\n".join(lines)


@pytest.mark.parametrize(
    "pair",
    [
        *("в Минске", "не пойду", "и мы", "который год", "ні ідзі", "the war", "nie idź", "į karą", "nicht"),
        *(
            "пойти бы",
            "знаете ли",
            "потому что",
            "друг друга",
            "each other",
            "16 %",
            "№ 5",
            "г. Минск",
            "Mr. Brown",
            "А. Петрова",
            "z.B. heute",
        ),
        *("война – это", "boję się"),
    ],
)
def test_what_belongs_together_is_not_parted(pair):
    left, right = pair.split()[:2] if " " in pair else (pair, "gehen")
    assert clings(left, right) >= (TOGETHER if pair != "nicht" else 0.5)


def test_a_name_is_not_parted_and_a_pronoun_with_a_capital_is_no_name():
    assert clings("Светлана", "Тихановская") >= TORN
    assert clings("Today", "I") < TORN and clings("Анна,", "Мария") == 0


def test_breaks_rank_from_marks_over_small_words_to_any_words():
    ranked = [("дома,", "где"), ("мы", "и"), ("жить", "в"), ("жить", "долго"), ("новая", "жизнь"), ("эту", "войну")]
    costs = [clings(*pair) for pair in ranked]
    assert costs == sorted(costs) and costs[0] == 0 and costs[-1] < TORN


@pytest.mark.parametrize(
    ("word", "following", "ends"),
    [
        ("дома.", "Мы", True),
        ("«дома».", "Мы", True),
        ("дома!»", "Мы", True),
        ("дома…", "мы", False),
        ("дома?", "– Да.", True),
        ("г.", "Минск", False),
        ("др.", "Мы", True),
        ("др.", "страны", False),
        ("Петра", "Мы", False),
        ("А.", "Петрова", False),
        ("3.", "Mai", False),
        ("2020.", "Мы", True),
        ("Я.", "Мы", True),
        ("no.", "We", True),
        ("Mr.", "Smith", False),
        ("z.B.", "Anna", False),
        ("სახლში.", "ჩვენ", True),
    ],
)
def test_a_sentence_ends_at_a_mark_unless_the_word_is_an_abbreviation_or_the_next_is_small(word, following, ends):
    assert ends_sentence(word, following.split()[0]) == ends


def test_the_lists_of_small_words_hold_no_word_twice_and_no_capital():
    text = SMALL_WORDS.read_text("utf-8")
    for language, kinds in tomllib.loads(text).items():
        for kind, listed in kinds.items():
            words = listed.split("|" if kind == "compounds" else None)
            assert sorted(set(words)) == sorted(words), (language, kind)
            assert listed == listed.lower()
    assert "mai" in MONTHS
