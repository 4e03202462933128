"""Post texts: within what a network takes, cut where a sentence ends, and no more of her than she shows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline import texts
from pipeline.texts import Clip, Templates

OURS = Templates(
    title="{who}{where}: «{first}»",
    post="{who}{where} — мужчинам Беларуси:\n\n«{said}»\n\n{hashtags} {organisation}",
    alt="Видеообращение. {who}{where} говорит в камеру, внизу русские субтитры: «{said}»",
    organisation="",
)
SAID = "Дорогие беларусы! Я обращаюсь к вам как мать. Не идите на эту войну. Мы ждём вас дома."
HANNA = Clip(name="Hanna", country="Польша", said=SAID, hashtags="#NoMeansNo #NoWar")
NOBODY = replace(HANNA, name="", country="")


def test_a_post_says_who_speaks_from_where_and_what():
    made = texts.post(OURS, HANNA, "youtube", 100, 5000)
    assert made.title == "Hanna (Польша): «Дорогие беларусы!»"
    assert made.text == f"Hanna (Польша) — мужчинам Беларуси:\n\n«{SAID[:-1]}».\n\n#NoMeansNo #NoWar"


def test_who_shows_neither_name_nor_country_is_a_woman():
    assert texts.post(OURS, NOBODY, "telegram", 0, 1024).text.startswith("Женщина — мужчинам Беларуси:")
    assert texts.post(OURS, NOBODY, "telegram", 0, 1024).title == ""


@pytest.mark.parametrize("limit", range(100, 190, 7))
def test_what_is_too_long_ends_where_a_sentence_does(limit):
    text = texts.post(OURS, HANNA, "x", 0, limit).text
    assert texts.length(text, "x") <= limit
    said = text.partition("«")[2].partition("»")[0]
    assert said in {SAID[:17], SAID[:44], SAID[:67], SAID[:-1]} or f"{said}." in {SAID[:45], SAID[:68]}
    assert text.endswith("#NoMeansNo #NoWar"), "what follows her words stays"


def test_of_a_first_sentence_that_is_too_long_whole_words_are_left():
    long = replace(NOBODY, said="Мы ждём вас дома, родные, и будем ждать столько, сколько понадобится.")
    assert texts.post(OURS, long, "youtube", 40, 5000).title == "Женщина: «Мы ждём вас дома, родные, и…»"
    assert texts.post(OURS, long, "youtube", 36, 5000).title == "Женщина: «Мы ждём вас дома, родные…»"


def test_where_there_is_no_room_for_her_words_the_rest_is_cut_at_a_word():
    assert texts.post(OURS, HANNA, "x", 0, 20).text == "Hanna (Польша) —…"
    assert texts.post(OURS, HANNA, "x", 0, 3).text == ""


def test_a_clip_without_words_leaves_no_empty_quotation_marks():
    silent = replace(HANNA, said="")
    assert texts.post(OURS, silent, "youtube", 100, 5000).title == "Hanna (Польша)"
    assert "«" not in texts.alt(OURS, silent) and texts.alt(OURS, silent).endswith("субтитры")


def test_quotation_marks_inside_of_hers_are_the_inner_ones():
    quoting = replace(NOBODY, said="Он сказал: «Нет». И ушёл")
    assert "«Он сказал: „Нет“. И ушёл»" in texts.alt(OURS, quoting)


@pytest.mark.parametrize(
    ("network", "text", "length"),
    [
        ("x", "Мы ждём — «вас»", 15),
        ("x", "да…", 4),  # an ellipsis is two
        ("x", "🕊", 2),
        ("x", "см. https://example.org/a/very/long/address/that/goes/on", 27),
        ("youtube", "дом", 6),  # bytes
        ("telegram", "дом🕊", 5),  # UTF-16
    ],
)
def test_each_network_counts_in_its_own_way(network, text, length):
    assert texts.length(text, network) == length


def test_youtube_takes_no_angle_brackets():
    assert "<" not in texts.post(OURS, replace(HANNA, said="5 < 6"), "youtube", 100, 5000).text


def test_what_she_says_is_never_taken_for_a_template():
    assert "«{who} {nothing}»" in texts.alt(OURS, replace(HANNA, said="{who} {nothing}"))


def test_words_for_those_who_cannot_see_it_are_short_enough_for_all():
    assert 800 < texts.length(texts.alt(OURS, replace(HANNA, said=SAID * 50))) <= texts.ALT_CHARS


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ({"title": "a"}, "needs title, post, alt, organisation"),
        ([], "needs title"),
        ({"title": 1, "post": "", "alt": "", "organisation": ""}, "title must be text"),
        ({"title": "", "post": "{whom}", "alt": "", "organisation": ""}, r"post: \{whom\} is none of first"),
    ],
)
def test_what_is_wrong_in_the_campaigns_file_is_said(table, sentence):
    with pytest.raises(ValueError, match=sentence):
        texts.read(table)
