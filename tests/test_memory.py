"""What people made of a sentence before: found again however it is written, and learned from approved clips only."""

from __future__ import annotations

import random
import time
import tomllib
from pathlib import Path

import pytest
from rapidfuzz import fuzz

from benchmarks.text import Speaker
from pipeline.cues import Cue, Offer
from pipeline.memory import Memory, Pair, normal, pairs, starter
from pipeline.russian.similar import Similar

PHRASEBOOK = tomllib.loads((Path(__file__).parent.parent / "phrasebook" / "phrasebook.toml").read_text("utf-8"))
STARTER = Memory(starter())


def spoken(*texts: str, doubts: tuple[str, ...] = (), language: str = "") -> list[Cue]:
    """Cues of two seconds, one after the other."""
    return [Cue(at * 2000, at * 2000 + 1900, text, doubts, language) for at, text in enumerate(texts)]


@pytest.mark.parametrize("language", sorted(PHRASEBOOK.keys() - {"ru"}))
def test_every_sentence_of_the_phrasebook_has_its_russian(language):
    for sentence in PHRASEBOOK[language]:
        (offer, *_) = STARTER.exact(language, sentence)
        assert offer.origin == "memory" and offer.score == 100 and offer.text[-1] == sentence[-1]


def test_the_starter_memory_speaks_seven_languages():
    assert {pair.language for pair in starter()} == {"be", "uk", "en", "de", "pl", "lt"}
    assert STARTER.exact("de", "Nein heißt nein!")[0].text == "Нет значит нет!"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("be", "мы чака́ем  вас,\nдома"),
        ("be-BY", "«МЫ ЧАКАЕМ ВАС ДОМА…»"),
        ("uk", "Не стріля\u0301йте в наших дітей!"),
        ("de", "NEIN HEISST NEIN"),
        ("lt", "Nẽ réiškia nè."),
        ("pl", "Nie - znaczy - nie"),
    ],
)
def test_case_punctuation_spaces_and_stress_do_not_matter(language, text):
    assert STARTER.exact(language, text)


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("pl", "Więźniów są setki", "Wiezniow sa setki"),
        ("pl", "Bóg", "Bog"),  # ó is a letter, not a stress
        ("be", "Мой сын", "Мои сын"),
        ("be", "Вас чакаюць.", "Вас чакаюць?"),
        ("en", "50 %", "50"),
    ],
)
def test_what_means_something_else_is_not_the_same(language, one, other):
    assert normal(one, language) != normal(other, language)


@pytest.mark.parametrize(
    ("language", "one", "other"), [("uk", "політв'язень", "політвʼязень"), ("fa", "می\u200cروم", "میروم")]
)
def test_apostrophes_and_characters_without_width_do_not_part_words(language, one, other):
    assert normal(one, language) == normal(other, language)


def test_the_end_mark_is_the_one_of_this_cue():
    memory = Memory([Pair("be", "калі мы дома.", "когда мы дома."), Pair("be", "Так", "Да!")])
    assert memory.exact("be", "Калі мы дома,")[0].text == "Когда мы дома,"
    assert memory.exact("be", "Так.")[0].text == "Да!"


def test_the_russian_given_last_comes_first_and_none_twice():
    russian = ["Один.", "Два.", "Три.", "Четыре.", "Два."]
    memory = Memory([Pair("be", "Слова.", text) for text in russian])
    assert [offer.text for offer in memory.exact("be", "слова")] == ["Два", "Четыре", "Три"]
    assert [offer.text for offer in memory.like("be", "словы.")] == ["Два.", "Четыре.", "Три."]


def test_a_like_sentence_is_offered_with_its_score_and_its_source():
    first, second = STARTER.like("uk", "Ми чекаємо вас вдома.")
    assert first == Offer("Мы ждём вас дома.", "memory", 95, "Ми чекаємо вас удома.")
    assert second.score < first.score and second.text == "Мы ждём тебя дома."
    assert STARTER.like("uk", "Ми чекаємо вас вдома.", at_least=90) == [first]
    assert STARTER.like("uk", "Зовсім інше речення.") == STARTER.like("kk", "Ми чекаємо вас удома.") == []


def test_a_question_is_offered_the_statement_but_not_filled_in_with_it():
    assert STARTER.exact("be", "Мы чакаем вас дома?") == []
    assert STARTER.like("be", "Мы чакаем вас дома?")[0].text == "Мы ждём вас дома."


@pytest.mark.parametrize("text", ["", " ", "?", "…", "а" * 20_000, "😀"])
def test_odd_texts_find_nothing_and_break_nothing(text):
    memory = Memory(
        [Pair("be", "", "пусто"), Pair("be", "Не значыць не.", "Нет значит нет."), Pair("be", "б" * 20_000, "б")]
    )
    assert memory.exact("be", text) == memory.like("be", text) == []


@pytest.mark.parametrize("unit", ["?", "?)", ".", ",", ")", " "])
def test_a_text_full_of_marks_is_read_at_once(unit):
    text = unit * 50_000 + "х"
    memory = Memory([Pair("be", "х.", "икс.")])
    began = time.process_time()
    assert memory.exact("be", text)[:1] == [Offer("икс", "memory", 100, "х.")]
    assert [pair.source for pair in pairs(spoken(unit * 200 + "х"), spoken("икс"), "be")]
    assert time.process_time() - began < 1


def test_what_is_too_long_is_not_kept():
    memory = Memory([Pair("be", "так " * 200, "да"), Pair("be", "так", "да " * 200), Pair("be", "не", "нет")])
    assert memory.exact("be", "так " * 200) == memory.exact("be", "так") == []
    assert memory.exact("be", "не")


@pytest.mark.parametrize(
    ("source", "russian", "language"),
    [
        ("You have the right to say no.", "Вы имеете право сказать «нет». Никто его у вас не отнимет.", "en"),
        ("Мы чакаем вас дома.", "Мы ждём вас дома, как ждут вас ваши дети, ваши жёны и ваши старые матери.", "be"),
        ("Мы чакаем.", "Мы ждём! Дома.", "be"),
        ("Так.", "да " * 200, "be"),
    ],
)
def test_russian_that_has_more_than_was_said_is_not_learned(source, russian, language):
    assert pairs(spoken(source), spoken(russian), language) == []


@pytest.mark.parametrize(
    ("source", "russian", "language"),
    [
        ("No! Never.", "Нет, никогда.", "en"),
        ("OK", "Хорошо, договорились.", "en"),
        ("Dr. Müller kommt.", "Приедет доктор Мюллер.", "de"),
        ("我们在家里等着你们回来，永远等着你们。", "Мы дома ждём, когда вы вернётесь, и будем ждать вас всегда.", "zh"),
        ("不要去。我们等你。", "Не иди. Мы ждём тебя.", "zh"),
    ],
)
def test_russian_that_is_shorter_or_of_a_denser_script_is_learned(source, russian, language):
    assert pairs(spoken(source), spoken(russian), language)


def test_all_that_the_starter_memory_knows_could_be_learned():
    for pair in starter():
        assert pairs(spoken(pair.source), spoken(pair.russian), pair.language) == [pair]


def test_one_text_and_many_get_the_same_offers():
    speaker = Speaker(1, words=300)
    said = speaker.sentences(300)
    memory = Memory([Pair("be", text, f"{number}") for number, text in enumerate(said)])
    asked = [speaker.varied(text) for text in said]
    together = memory.all_like("be", asked)
    assert [offers for offers in together if offers] and together == [memory.like("be", text) for text in asked]


def test_the_index_finds_nearly_all_that_measuring_everything_finds():
    speaker = Speaker(2)
    said = list(dict.fromkeys(normal(text, "be") for text in speaker.sentences(4000)))
    asked = [normal(speaker.varied(text), "be") for text in random.Random(2).sample(said, 250)]
    found = Similar(said).find(asked, 75, 3)
    hits = wanted = 0
    for text, places in zip(asked, found, strict=True):
        scores = sorted((score for other in said if (score := fuzz.ratio(text, other)) >= 75), reverse=True)[:3]
        wanted += len(scores)
        hits += sum(abs(score - best) < 0.01 for (_, score), best in zip(places, scores, strict=False))
        assert all(abs(fuzz.ratio(text, said[place]) - score) < 0.01 for place, score in places)
    assert wanted > 250 and hits / wanted >= 0.97


def test_an_approved_clip_teaches_its_cues():
    made = spoken("Мы ждём\nвас дома.", "Не стреляйте.")
    assert pairs(spoken("Мы чакаем вас\nдома.", "Не страляйце."), made, "be-BY") == [
        Pair("be", "Мы чакаем вас дома.", "Мы ждём вас дома."),
        Pair("be", "Не страляйце.", "Не стреляйте."),
    ]


def test_a_sentence_over_several_cues_is_learned_whole_too():
    said = spoken("Сапраўдны герой той,", "хто адмаўляецца забіваць.", "Так.")
    made = spoken("Настоящий герой — тот,", "кто отказывается убивать.", "Да.")
    sources = [pair.source for pair in pairs(said, made, "be")]
    assert sources == [said[0].text, said[1].text, f"{said[0].text} {said[1].text}", "Так."]


def test_cues_that_a_person_parted_or_joined_are_one_pair():
    said = [Cue(0, 4000, "Адзін, два."), Cue(4100, 6000, "Тры."), Cue(6100, 8000, "Чатыры.")]
    made = [Cue(0, 1900, "Один,"), Cue(2000, 4000, "два."), Cue(4200, 8000, "Три. Четыре.")]
    assert pairs(said, made, "be") == [
        Pair("be", "Адзін, два.", "Один, два."),
        Pair("be", "Тры. Чатыры.", "Три. Четыре."),
    ]


@pytest.mark.parametrize(
    "doubt",
    ["no_speech", "phantom", "perhaps_no_speech", "repetition", "unread", "guess", "other_language", "other_script"],
)
def test_what_was_perhaps_not_said_is_not_learned(doubt):
    assert pairs(spoken("Мы чакаем.", doubts=(doubt,)), spoken("Мы ждём."), "be") == []
    assert pairs(spoken("Мы чакаем.", doubts=("low_probability",)), spoken("Мы ждём."), "be")


def test_nothing_is_learned_from_empty_cues_russian_or_no_language():
    assert pairs(spoken("", "Мы чакаем."), spoken("Да.", ""), "be") == []
    assert pairs(spoken("Мы ждём."), spoken("Мы ждём."), "ru") == []
    assert pairs(spoken("Мы чакаем."), spoken("Мы ждём."), "mul") == []
    assert pairs([], spoken("Да."), "be") == pairs(spoken("Так."), [], "be") == []


def test_in_a_clip_of_several_languages_each_cue_teaches_its_own():
    said = [*spoken("Ми чекаємо.", language="uk"), Cue(2000, 3900, "Так.", language="be")]
    assert [pair.language for pair in pairs(said, spoken("Мы ждём.", "Да."), "mul")] == ["uk", "be"]
    mixed = [Cue(0, 1900, "Ми чекаємо,", language="uk"), Cue(2000, 3900, "так.", language="be")]
    assert [pair.source for pair in pairs(mixed, spoken("Мы ждём,", "да."), "mul")] == ["Ми чекаємо,", "так."]


def test_an_unread_cue_does_not_join_the_sentences_around_it():
    said = spoken("Мы чакаем", "", "вас дома.")
    assert [pair.source for pair in pairs(said, spoken("Мы", "ждём", "вас дома."), "be")] == ["Мы чакаем", "вас дома."]
    said = spoken("", "Калі мы", "дома.")
    assert [pair.source for pair in pairs(said, spoken("А", "Когда мы", "дома."), "be")][-1] == "Калі мы дома."
