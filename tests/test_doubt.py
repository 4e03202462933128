"""Doubt flags what needs a look: every reason for it, and speech that gives none."""

from __future__ import annotations

import tomllib

import pytest

from pipeline.cues import Word
from pipeline.hearing.doubt import PHANTOMS, Segment, again_and_again, foreign, marked, other_language, plain

SOMEWHERE = [(0, 60_000)]


def segment(text, at=0, *, unsure=-0.3, regular=1.4, no_speech=0.01, doubts=(), language=""):
    """A segment whose words take 300 ms each."""
    words = tuple(
        Word(at + i * 300, at + (i + 1) * 300, " " + word, 0.9, language=language)
        for i, word in enumerate(text.split())
    )
    return Segment(words, unsure, regular, no_speech, doubts)


def doubts(*segments, language="ru", speech=SOMEWHERE):
    """All doubts of each word."""
    return [word.doubts for word in marked(segments, speech, language)]


def test_clear_speech_has_no_doubt():
    assert doubts(segment("Нет значит нет."), segment("Мы ждём вас дома.", 3000)) == [()] * 7


@pytest.mark.parametrize(
    ("measure", "doubt"),
    [
        ({"unsure": -1.1}, "low_probability"),
        ({"no_speech": 0.7}, "perhaps_no_speech"),
        ({"regular": 2.5}, "compressed"),
        ({"doubts": ("guess",)}, "guess"),
    ],
)
def test_what_whisper_measured_over_a_window_falls_on_each_of_its_words(measure, doubt):
    assert doubts(segment("Мы ждём вас.", **measure), segment("Да.", 3000)) == [(doubt,)] * 3 + [()]


def test_at_the_limit_whisper_itself_is_content():
    assert doubts(segment("Да.", unsure=-1.0, no_speech=0.6, regular=2.4)) == [()]


@pytest.mark.parametrize(
    ("text", "again"),
    [
        ("нет нет нет", False),  # people do say that
        ("нет нет нет нет", True),
        ("мы вас ждём мы вас ждём", False),
        ("мы вас ждём мы вас ждём мы вас ждём", True),
        ("и вот мы тут мы тут мы тут сидим", True),
        ("мир миру мир", False),
        ("", False),
    ],
)
def test_words_that_follow_themselves_again_and_again_are_doubted(text, again):
    assert again_and_again(text.split()) is again
    assert all(("repetition" in doubt) is again for doubt in doubts(segment(text)))


def test_a_segment_like_the_one_before_is_doubted_and_the_first_is_not():
    once, twice = segment("Мы ждём."), segment("мы ждем", 2000)
    assert doubts(once, twice) == [()] * 2 + [("repetition",)] * 2
    assert doubts(once, segment("Да.", 1000), twice) == [()] * 5


def test_words_far_from_all_speech_are_doubted():
    assert doubts(segment("Мы ждём вас дома."), speech=[(0, 100)]) == [(), (), ("no_speech",), ("no_speech",)]
    assert doubts(segment("Мы ждём."), speech=[(700, 900)]) == [(), ()]  # as near as word times are exact
    assert doubts(segment("Мы ждём."), speech=[]) == [("no_speech",)] * 2


def test_every_phrase_of_the_list_is_found_in_any_dress_and_whatever_the_language():
    tables = tomllib.loads(PHANTOMS.read_text("utf-8"))
    assert next(iter(tables)) == "ru" and {"uk", "en", "de", "pl", "lt"} <= set(tables)
    for table in tables.values():
        for phrase in table["anywhere"]:
            found = doubts(segment("Да. " + phrase.capitalize() + "!", language="en"))
            assert found[0] == ("other_script",) and all("phantom" in word for word in found[1:]), phrase
        for phrase in table.get("alone", []):
            assert all("phantom" in word for word in doubts(segment(phrase + "..."))), phrase


def test_a_phantom_is_found_over_the_edge_of_two_segments_and_only_its_words_are_doubted():
    found = doubts(segment("И потом редактор"), segment("субтитров А.Семкин", 2000))
    assert found == [(), (), ("phantom",), ("phantom",), ("phantom",)]


def test_what_somebody_may_say_is_a_phantom_only_where_nothing_else_is_said():
    assert doubts(segment("До новых встреч, друзья!")) == [()] * 4
    assert doubts(segment("До новых встреч!")) == [("phantom",)] * 3
    assert doubts(segment("Субтитры читать трудно.")) == [()] * 3


@pytest.mark.parametrize(
    ("language", "text", "odd"),
    [
        ("ru", "Ёжик, объявление", False),
        ("ru", "свято і", True),
        ("ru", "NATO", True),
        ("be", "Ўсё ідзе", False),
        ("be", "щи", True),
        ("be", "їжа", True),
        ("uk", "Її ґанок і п'ять", False),
        ("uk", "сын", True),
        ("uk-UA", "Україна", False),
        ("de", "Größe, café", False),
        ("de", "Привет", True),
        ("lt", "Ačiū", False),
        ("ka", "გამარჯობა", False),
        ("ka", "hello", True),
        ("bg", "ъгъл", False),
        ("xx", "Whatever, любое", False),  # nothing is known of it
        ("", "Whatever", False),
        ("ru", "№ 5 – 2026!", False),
    ],
)
def test_letters_that_a_language_does_not_write_are_seen(language, text, odd):
    assert foreign(text, language) is odd


def test_a_word_in_a_language_of_its_own_is_measured_by_that():
    assert doubts(segment("Guten Tag", language="de"), segment("Прывітанне", 2000, language="be"), language="mul") == [
        (),
        (),
        (),
    ]
    assert doubts(segment("Прывітанне", language="de"), language="mul") == [("other_script",)]


@pytest.mark.parametrize(
    ("declared", "heard", "other"),
    [
        ("be", {"be": 0.9, "ru": 0.1}, False),
        ("be", {"ru": 0.9, "be": 0.1}, False),  # so near that Whisper often mistakes it
        ("be", {"ru": 0.96, "be": 0.04}, True),
        ("be", {"de": 0.85, "be": 0.15}, True),
        ("be", {"de": 0.7, "be": 0.1}, False),
        ("uk", {"pl": 0.9}, False),
        ("ru", {"pl": 0.9}, True),
    ],
)
def test_another_language_counts_only_where_whisper_is_sure_and_surer_still_of_a_near_one(declared, heard, other):
    assert other_language(declared, heard) is other


def test_words_are_compared_without_case_punctuation_and_dots_over_e():
    assert plain("«Всё», — Amara.org!") == ["все", "amara", "org"]


def test_a_segment_is_looked_at_once_however_many_words_it_has(monkeypatch):
    looked = []
    monkeypatch.setattr("pipeline.hearing.doubt.again_and_again", lambda words: looked.append(words))
    assert len(doubts(segment("Мы ждём вас дома."), segment("Да, мы ждём вас.", 3000))) == 8
    assert len(looked) == 2
