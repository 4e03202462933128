"""The draft: from the memory, else from an engine, sentence by sentence; as many cues as came in, at their times."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline import translate as module
from pipeline.cues import Cue, Offer
from pipeline.glossary import Term
from pipeline.layout import LANDSCAPE, PORTRAIT, SQUARE
from pipeline.memory import Memory, Pair, starter
from pipeline.russian.answer import Made, Room
from pipeline.russian.engines import Engine, parse
from pipeline.translate import draft
from tests.media import BOX

TINY = parse(f"ctranslate2:{Path(__file__).parent.parent / 'phrasebook' / 'marian'}")
BY_RULES = {"be": [parse("apertium")], "uk": [parse("apertium")]}
EMPTY = Memory()


def spoken(*texts: str, language: str = "", doubts: tuple[str, ...] = ()) -> list[Cue]:
    """Cues of two seconds, one close after the other."""
    return [Cue(at * 2000, at * 2000 + 1900, text, doubts, language) for at, text in enumerate(texts)]


def engine(**russian: str) -> Engine:
    """An engine that knows some texts (underscores are spaces) and is silent on others."""
    known = {text.replace("_", " ").strip(): made for text, made in russian.items()}
    return Engine("engine", lambda texts, language, room: [Made(known.get(text.rstrip("."), "")) for text in texts])


def in_russian(
    cues: Sequence[Cue],
    language: str,
    work: Path,
    *engines: Engine,
    memory: Memory = EMPTY,
    glossary: Sequence[Term] = (),
) -> list[Cue]:
    """The draft in a wide frame, with these engines for every language."""
    return draft(BOX, cues, language, LANDSCAPE, work, engines={"any": engines}, memory=memory, glossary=glossary)


def test_a_clip_in_belarusian_is_drafted_by_apertium(tmp_path):
    cues = spoken("Не ідзіце на гэтую вайну.", "", "Мы чакаем вас дома.", doubts=("low_probability",))
    made = draft(BOX, cues, "be-BY", PORTRAIT, tmp_path, engines=BY_RULES, memory=EMPTY, glossary=())
    assert [cue.text for cue in made] == ["Не идите на эту войну.", "", "Мы чакаем вас дома."]
    assert [cue.origin for cue in made] == ["apertium", "", "apertium"]
    assert [cue.doubts for cue in made] == [("low_probability",)] * 2 + [("low_probability", "unknown_word")]


def test_what_the_memory_knows_is_filled_in_and_the_engine_offers_its_own(tmp_path):
    (cue,) = draft(
        BOX, spoken("Мы чакаем вас дома!"), "be", PORTRAIT, tmp_path,
        engines=BY_RULES, memory=Memory(starter()), glossary=(),
    )  # fmt: skip
    assert (cue.text, cue.origin, cue.doubts) == ("Мы ждём вас дома!", "memory", ())
    assert cue.offers == (Offer("Мы чакаем вас дома!", "apertium", 100, "Мы чакаем вас дома!"),)


def test_what_the_memory_knows_nearly_is_offered_and_the_engines_text_stays(tmp_path):
    memory = Memory(
        [Pair("be", "Мы чакаем вас тут", "Мы ждём вас тут"), Pair("be", "Мы чакалі вас дома", "Мы ждали вас дома")]
    )
    (cue,) = in_russian(spoken("Мы чакаем вас дома"), "be", tmp_path, engine(Мы_чакаем_вас_дома="Ждём"), memory=memory)
    assert (cue.text, cue.origin) == ("Ждём", "engine")
    assert [(offer.text, offer.origin) for offer in cue.offers] == [
        ("Мы ждали вас дома", "memory"),
        ("Мы ждём вас тут", "memory"),
    ]
    assert 100 > cue.offers[0].score >= cue.offers[1].score >= 75


def test_other_russian_of_the_same_sentence_is_offered(tmp_path):
    memory = Memory([Pair("be", "Так.", "Так."), Pair("be", "Так.", "Да.")])
    (cue,) = in_russian(spoken("Так."), "be", tmp_path, engine(Так="Ага."), memory=memory)
    assert cue.text == "Да." and [(offer.text, offer.score) for offer in cue.offers] == [("Так.", 100), ("Ага.", 100)]


def test_without_engine_and_memory_the_cue_stays_empty_and_says_why(tmp_path):
    made = in_russian(spoken("Nein heißt nein.", "", doubts=("repetition",)), "de", tmp_path)
    assert made == [
        Cue(0, 1900, "", ("repetition", "untranslated", "no_engine")),
        Cue(2000, 3900, "", ("repetition",)),
    ]


def test_a_sentence_over_two_cues_is_translated_whole_and_laid_over_them(tmp_path):
    asked: list[str] = []

    def ask(texts: Sequence[str], language: str, room: Room) -> list[Made]:
        asked.extend(texts)
        return [Made("Настоящий герой – тот, кто отказывается убивать.")]

    cues = spoken("A real hero is a man", "who refuses to kill.")
    made = in_russian(cues, "en", tmp_path, Engine("engine", ask))
    assert asked == ["A real hero is a man who refuses to kill."]
    assert [cue.text for cue in made] == ["Настоящий герой – тот,", "кто отказывается убивать."]


def test_a_sentence_over_two_cues_is_found_whole_in_the_memory(tmp_path):
    cues = spoken("A real hero is a man", "who refuses to kill.")
    made = in_russian(cues, "en", tmp_path, memory=Memory(starter()))
    assert [(cue.text, cue.origin) for cue in made] == [
        ("Настоящий герой – тот,", "memory"),
        ("кто отказывается убивать.", "memory"),
    ]


def test_a_cue_that_the_memory_knows_parts_a_sentence_that_it_does_not(tmp_path):
    memory = Memory([Pair("be", "Мы чакаем вас,", "Мы вас ждём,")])
    cues = spoken("Калі скончыцца вайна,", "мы чакаем вас,", "усе разам.")
    known = engine(усе_разам="Все вместе.")
    made = in_russian(cues, "be", tmp_path, known, memory=memory)
    assert [(cue.text, cue.origin) for cue in made] == [("", ""), ("Мы вас ждём,", "memory"), ("Все вместе.", "engine")]


def test_several_sentences_of_a_cue_that_the_memory_knows_as_one_stay_one(tmp_path):
    memory = Memory([Pair("be", "Так. Мы тут.", "Да, мы тут.")])
    (cue,) = in_russian(spoken("Так. Мы тут."), "be", tmp_path, memory=memory)
    assert (cue.text, cue.origin) == ("Да, мы тут.", "memory")


def test_a_cue_that_begins_with_the_end_of_a_sentence_is_not_filled_in_as_a_whole(tmp_path):
    memory = Memory([Pair("be", "дома. Так. Мы тут.", "Не то.")])
    known = engine(Мы_чакаем_вас_дома="Мы ждём вас дома.", Так="Да.", Мы_тут="Мы тут.")
    made = in_russian(spoken("Мы чакаем вас", "дома. Так. Мы тут."), "be", tmp_path, known, memory=memory)
    assert [cue.text for cue in made] == ["Мы ждём вас", "дома. Да. Мы тут."]


def test_what_stands_there_already_is_not_offered(tmp_path):
    memory = Memory([Pair("be", "Так.", "Да.")])
    (cue,) = in_russian(spoken("Так."), "be", tmp_path, engine(Так="Да."), memory=memory)
    assert cue == Cue(0, 1900, "Да.", origin="memory")


def test_an_offer_for_one_sentence_keeps_the_others_of_its_cue(tmp_path):
    memory = Memory([Pair("be", "Мы чакаем вас тут.", "Ждём вас тут.")])
    known = engine(Так="Да.", Мы_чакаем_вас_там="Ждём вас там.")
    (cue,) = in_russian(spoken("Так. Мы чакаем вас там."), "be", tmp_path, known, memory=memory)
    assert cue.text == "Да. Ждём вас там."
    assert [offer.text for offer in cue.offers] == ["Да. Ждём вас тут."]


def test_offers_for_a_long_sentence_are_laid_over_its_cues_too(tmp_path):
    memory = Memory(
        [Pair("en", "A real hero is a woman who refuses to kill.", "Настоящая героиня – та, кто отказывается убивать.")]
    )
    first, second = in_russian(spoken("A real hero is a man", "who refuses to kill."), "en", tmp_path, memory=memory)
    assert first.text == "" and first.offers[0].text == "Настоящая героиня – та,"
    assert second.offers[0].text == "кто отказывается убивать."
    assert second.offers[0].source == "A real hero is a woman who refuses to kill."


def test_an_unknown_word_is_doubted_in_the_cue_where_it_stands(tmp_path):
    half = Engine("engine", lambda texts, language, room: [Made("Мы ждём вас, палітвязні наши.", ("палітвязні",))])
    made = in_russian(spoken("Мы чакаем вас,", "палітвязні нашыя."), "be", tmp_path, half)
    assert [cue.doubts for cue in made] == [(), ("unknown_word",)]
    replaced = Term("политзаключённые", {"be": ("палітвяз*",)})
    made = in_russian(spoken("Мы чакаем вас,", "палітвязні нашыя."), "be", tmp_path, half, glossary=[replaced])
    assert [(cue.text, cue.doubts) for cue in made] == [
        ("Мы ждём вас,", ()),
        ("политзаключённые наши.", ("unknown_word",)),
    ]
    somewhere = Engine("engine", lambda texts, language, room: [Made("Мы ждём вас, наши.", ("іншае",))])
    made = in_russian(spoken("Мы чакаем вас,", "палітвязні нашыя."), "be", tmp_path, somewhere)
    assert [cue.doubts for cue in made] == [("unknown_word",)] * 2


def test_the_glossary_has_the_last_word(tmp_path):
    term = Term("политзаключённые", {"be": ("палітвяз*",)}, ("узник*",))
    known = engine(Палітвязні="Узники.", Волю_палітвязням="Воля палітвязням.")
    made = in_russian(spoken("Палітвязні.", "Волю палітвязням."), "be", tmp_path, known, glossary=[term])
    assert [cue.text for cue in made] == ["Политзаключённи.", "Воля политзаключённые."]


def test_russian_goes_through_tidied_and_laid_out(tmp_path):
    cue = Cue(0, 5000, 'Он сказал: "Не идите на эту войну", -  и ушёл.', ("phantom",))
    (made,) = draft(BOX, [cue], "ru-RU", PORTRAIT, tmp_path, engines={}, memory=EMPTY, glossary=())
    assert made == replace(cue, text="Он сказал: «Не идите\nна эту войну», – и ушёл.", origin="same")


def test_in_a_clip_of_several_languages_each_cue_has_the_engines_of_its_own(tmp_path):
    def named(name: str) -> list[Engine]:
        return [Engine(name, lambda texts, language, room: [Made(f"По-русски, {language}.") for _ in texts])]

    cues = [
        *spoken("Ми чекаємо.", language="uk"),
        Cue(2000, 3900, "Мы ждём.", language="ru"),
        Cue(4000, 5900, "Чакаем.", language="be"),
        Cue(6000, 7900, "Hm."),
    ]
    engines = {"uk": named("one"), "any": named("other")}
    made = draft(BOX, cues, "mul", PORTRAIT, tmp_path, engines=engines, memory=EMPTY, glossary=())
    assert [(cue.text, cue.origin, cue.language) for cue in made] == [
        ("По-русски, uk.", "one", ""),
        ("Мы ждём.", "same", ""),
        ("По-русски, be.", "other", ""),
        ("По-русски, .", "other", ""),
    ]


def test_two_speakers_keep_their_lines(tmp_path):
    known = engine(Ты_дома="Ты дома?", Не_я_тут="Нет, я тут.")
    cue = Cue(0, 3000, "– Ты дома.\n– Не я тут.")
    (made,) = in_russian([cue], "be", tmp_path, known)
    assert made.text == "– Ты дома?\n– Нет, я тут."


def test_the_tiny_model_drafts_a_clip_in_german(tmp_path):
    cues = spoken("Bitte geht nicht in diesen Krieg.", "Ihr habt das Recht,", "nein zu sagen.")
    made = in_russian(cues, "de", tmp_path, TINY)
    assert [cue.text for cue in made] == ["Пожалуйста, не идите на эту войну.", "Вы имеете право", "сказать «нет»."]
    assert {cue.origin for cue in made} == {"marian"}


def test_the_time_of_all_engines_is_one_budget(tmp_path, monkeypatch):
    left: list[float] = []

    def ask(texts: Sequence[str], language: str, room: Room) -> list[Made]:
        left.append(room.seconds)
        return [Made("") for _ in texts]

    monkeypatch.setattr(module, "SECONDS", 60)
    began = time.monotonic()
    in_russian(spoken("Так."), "be", tmp_path, Engine("one", ask), Engine("two", ask), Engine("three", ask))
    spent = time.monotonic() - began
    assert left == pytest.approx([60 / 3, 60 / 2, 60], abs=spent + 0.1)


TEXT = st.text(st.sampled_from('абў і.,!?–\n«»"123 xyz<&😀\u0301\u200d'), max_size=40)
ANSWERS = st.one_of(
    st.lists(st.builds(Made, TEXT, st.lists(TEXT, max_size=2).map(tuple)), max_size=8),
    st.sampled_from([RuntimeError("down"), OSError("down"), KeyError("be"), MemoryError()]),
)


@settings(
    derandomize=True, deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    texts=st.lists(TEXT, max_size=6),
    gaps=st.lists(st.integers(-500, 2500), min_size=6, max_size=6),
    answers=st.lists(ANSWERS, max_size=2),
    remembered=st.lists(st.tuples(TEXT, TEXT), max_size=3),
    language=st.sampled_from(["be", "uk", "ru", "mul", "", "en-GB"]),
    frame=st.sampled_from([PORTRAIT, SQUARE, LANDSCAPE]),
)
def test_count_and_times_never_change(tmp_path, texts, gaps, answers, remembered, language, frame):
    def answering(answer: list[Made] | Exception) -> Engine:
        def ask(asked: Sequence[str], language: str, room: Room) -> list[Made]:
            if isinstance(answer, Exception):
                raise answer
            return (answer * len(asked))[: len(asked)] if len(answer) % 2 else answer

        return Engine("engine", ask)

    cues, at = [], 0
    for text, gap in zip(texts, gaps, strict=False):
        cues.append(Cue(at, at + 1500, text, ("guess",), "uk" if gap % 7 == 0 else ""))
        at += max(1500 + gap, 0)
    memory = Memory(
        Pair("be", source, russian) for source, russian in [*remembered, *((text, "Да.") for text in texts[:1])]
    )
    made = draft(
        BOX, cues, language, frame, tmp_path,
        engines={"any": [answering(answer) for answer in answers]}, memory=memory, glossary=(),
    )  # fmt: skip
    assert [(cue.start, cue.end) for cue in made] == [(cue.start, cue.end) for cue in cues]
    for cue, said in zip(made, cues, strict=True):
        assert cue.doubts[0] == "guess" and cue.language == ""
        assert bool(cue.text) <= bool(cue.origin) and (said.text.strip() or not cue.text)
        assert all(offer.text and offer.text != cue.text for offer in cue.offers)


def test_an_engine_that_hangs_in_one_language_leaves_the_others_their_time(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "SECONDS", 1)
    never = threading.Event()

    def hangs(texts: Sequence[str], language: str, room: Room) -> list[Made]:
        never.wait(60)
        return []

    def works(texts: Sequence[str], language: str, room: Room) -> list[Made]:
        return [Made("Привет." if room.seconds > 0.1 else "")]

    cues = [Cue(0, 1900, "Hallo.", language="de"), Cue(2000, 3900, "Вітаю.", language="be")]
    engines = {"de": [Engine("hangs", hangs)], "be": [Engine("works", works)]}
    made = draft(BOX, cues, "mul", LANDSCAPE, tmp_path, engines=engines, memory=EMPTY, glossary=())
    never.set()
    assert [cue.text for cue in made] == ["", "Привет."]
