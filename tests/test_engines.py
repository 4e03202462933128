"""Engines are tried in the campaign's order, each answer is judged, and whatever they do a draft comes out."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from pipeline.russian import apertium
from pipeline.russian.answer import Made, Room, UnknownLanguage, plausible
from pipeline.russian.engines import Ask, Engine, Translation, for_language, parse, read, translate
from tests.media import BOX

NOTHING = Translation("", doubts=("untranslated", "no_answer"))
BELARUSIAN = ["Не ідзіце на гэтую вайну.", "", "Мы чакаем вас\nдома", "Жыве Беларусь!"]


def room(work: Path, seconds: float = 60) -> Room:
    return Room(BOX, work, time.monotonic() + seconds)


def says(*answers: str) -> Ask:
    """An engine that answers so whatever it is asked."""
    return lambda texts, language, room: [Made(answer) for answer in answers]


def fails(error: Exception) -> Ask:
    def ask(texts: Sequence[str], language: str, room: Room) -> list[Made]:
        raise error

    return ask


GOOD = Engine("good", lambda texts, language, room: [Made(f"Хорошо: {len(text)} знаков.") for text in texts])


def test_the_first_engine_that_answers_well_signs(tmp_path):
    engines = [Engine("first", says("Привет.")), GOOD]
    assert translate(engines, ["Вітаю."], "be", room(tmp_path)) == [Translation("Привет.", "first")]


@pytest.mark.parametrize(
    "ask",
    [
        fails(RuntimeError("down")),
        fails(UnknownLanguage("be")),
        says("один"),
        says("один", "два", "три"),
        says("", " "),
        says("nothing", "Cyrillic"),
        says("да" * 200, "да" * 200),
        says("Вітаю вас!", "Гэта не наша вайна"),
    ],
    ids=["down", "language", "few", "many", "empty", "Latin", "long", "source"],
)
def test_a_bad_answer_goes_to_the_next_engine(ask, tmp_path):
    made = translate([Engine("bad", ask), GOOD], ["Вітаю вас!", "Гэта не наша вайна"], "be", room(tmp_path))
    assert [each.engine for each in made] == ["good", "good"]


def test_what_is_spoken_is_in_no_log(tmp_path, caplog):
    translate([Engine("bad", fails(ValueError("Вітаю вас! key=secret")))], ["Вітаю вас!"], "be", room(tmp_path))
    assert [record.getMessage() for record in caplog.records] == ["bad did not answer: ValueError"]


def test_only_the_texts_that_failed_are_asked_again(tmp_path):
    asked: list[str] = []

    def second(texts: Sequence[str], language: str, room: Room) -> list[Made]:
        asked.extend(texts)
        return [Made("Нет.") for _ in texts]

    engines = [Engine("first", says("Да.", "nonsense", "Может быть.")), Engine("second", second)]
    made = translate(engines, ["Так.", "Не.", "Можа."], "be", room(tmp_path))
    assert [each.text for each in made] == ["Да.", "Нет.", "Может быть."] and asked == ["Не."]


@pytest.mark.parametrize(
    ("asks", "why"),
    [
        ([], "no_engine"),
        ([fails(UnknownLanguage("be"))], "no_engine"),
        ([fails(OSError("down"))], "no_answer"),
        ([says("")], "no_answer"),
        ([says("Latin")], "bad_answer"),
        ([says("Latin"), fails(OSError("down"))], "bad_answer"),
        ([fails(OSError("down")), fails(UnknownLanguage("be"))], "no_answer"),
    ],
)
def test_what_no_engine_can_do_stays_empty_and_says_why(asks, why, tmp_path):
    engines = [Engine(str(number), ask) for number, ask in enumerate(asks)]
    assert translate(engines, ["Так.", " "], "be", room(tmp_path)) == [
        Translation("", doubts=("untranslated", why)),
        Translation(""),
    ]


def test_an_engine_that_hangs_leaves_the_next_one_its_share_of_the_time(tmp_path):
    never = threading.Event()

    def hangs(texts: Sequence[str], language: str, room: Room) -> list[Made]:
        never.wait(60)
        return []

    began = time.monotonic()
    left: list[float] = []

    def next_one(texts: Sequence[str], language: str, room: Room) -> list[Made]:
        left.append(room.seconds)
        return [Made("Да.")]

    made = translate([Engine("hangs", hangs), Engine("next", next_one)], ["Так."], "be", room(tmp_path, 1))
    never.set()
    assert made[0].engine == "next" and left[0] > 0.2 and time.monotonic() - began < 10


def test_without_time_nothing_is_asked_for_long(tmp_path):
    assert translate([parse("apertium")], ["Так."], "be", room(tmp_path, 0)) == [NOTHING]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Hello.", "Привет."),
        ("OK", "Хорошо, договорились."),
        ("Мама дома.", "Мама дома."),
        ("1999!", "1999!"),
        ("#NoWar @anna https://a.b/c", "#NoWar @anna https://a.b/c"),
        ("I am Anna Smith-Jones.", "Меня зовут Anna Smith."),
        ("Не, не, не, не, не, не, не, не!", "Нет, нет, нет, нет, нет, нет, нет, нет!"),
        ("2 < 3 <b>", "2 < 3 <b> да"),
    ],
)
def test_what_can_be_a_translation_is_believed(text, answer):
    assert plausible(text, answer)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Hello.", ""),
        ("Hello.", "…!"),
        ("Hello.", "Hello."),
        ("Hello.", "Привет\ufffd"),
        ("Hello.", "Привет\ud800"),
        ("Hello.", "При\x00вет"),
        ("Hello.", "Привет\x9b"),
        ("Hello.", "<p>Привет</p>"),
        ("Hello you.", "Да, " * 40),
        ("My dear, I have been waiting for you at home all these years.", "Да."),
        ("Гэта не наша вайна.", "Гэта не наша вайна."),
        ("Мама, тата і я дома.", "Мама, тата і я дома."),
        ("Мама и папа сегодня дома", "мама и папа сегодня дома!"),
        ("We want to live in peace with everyone.", "мы мы мы мы мы мы мы мы"),
        ("Не значит не", "Ničevo to nie znači да"),
    ],
)
def test_what_cannot_be_a_translation_is_not(text, answer):
    assert not plausible(text, answer)


def test_what_was_left_as_it_was_is_believed_only_if_some_of_it_was_known():
    assert plausible("Мы чакаем вас дома", "Мы чакаем вас дома", ["чакаем"])
    assert not plausible("Палітвязні!", "Палітвязні!", ["Палітвязні"])


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("apertium", "apertium"),
        ("ctranslate2:models/opus-mt-uk-ru", "opus-mt-uk-ru"),
        ("libretranslate:http://translate:5000", "libretranslate"),
        ("libretranslate:https://translate.example/", "libretranslate"),
    ],
)
def test_an_engine_is_named_in_the_campaign(written, name):
    assert parse(written).name == name


@pytest.mark.parametrize(
    "written",
    [
        "",
        "google",
        "apertium:be",
        "ctranslate2:",
        "libretranslate",
        "libretranslate:translate:5000",
        "libretranslate:file:///etc",
        5,
    ],
)
def test_an_engine_that_is_not_known_is_refused_with_a_sentence(written):
    with pytest.raises(ValueError, match="is no engine: apertium, "):
        parse(written)


@pytest.mark.parametrize("table", [[], {"be": "apertium"}, {"be": ["apertium", "google"]}])
def test_a_table_of_engines_that_cannot_be_meant_is_refused(table):
    with pytest.raises(ValueError, match="engine"):
        read(table)


def test_a_language_without_engines_of_its_own_has_those_of_any():
    engines = read({"be": ["apertium"], "uk": [], "any": ["ctranslate2:models/nllb"]})
    assert [engine.name for engine in for_language(engines, "be-BY")] == ["apertium"]
    assert for_language(engines, "uk") == ()
    assert [engine.name for engine in for_language(engines, "")] == ["nllb"]
    assert for_language({}, "de") == ()


def by_apertium(texts: Sequence[str], language: str, work: Path) -> list[Translation]:
    return translate([parse("apertium")], texts, language, room(work))


def test_belarusian_is_translated_text_by_text(tmp_path):
    made = by_apertium(BELARUSIAN, "be", tmp_path)
    assert [each.engine for each in made] == ["apertium", "", "apertium", "apertium"]
    assert made[0] == Translation("Не идите на эту войну.", "apertium")
    assert made[1] == Translation("") and made[3].text == "Живёт Беларусь!"


def test_ukrainian_is_translated_although_its_tagger_is_broken(tmp_path):
    made = by_apertium(["Мій сину, не йди на війну.", "Ні означає ні."], "uk", tmp_path)
    assert [each.text for each in made] == ["Мой сын, не иди на войну.", "Нет означает нет."]


def test_a_word_that_is_not_known_is_named_and_not_marked_in_the_text(tmp_path):
    (made,) = by_apertium(["Дарагія беларусы, я звяртаюся да вас."], "be", tmp_path)
    assert made.text == "Дорогие белорусы, я звяртаюся к вас." and made.unknown == ("звяртаюся",)


def test_an_unknown_word_with_an_apostrophe_is_one_word(tmp_path):
    (made,) = by_apertium(["Поверніть політв'язнів додому."], "uk", tmp_path)
    assert made.text == "Поверните політв'язнів домой." and "політв'язнів" in made.unknown


def test_what_was_typed_is_not_taken_for_a_mark_or_a_command(tmp_path):
    typed = ["#НеВайне $(id) `id` ^x/y$ [z] \\ 'вайна'", "вайна @ {\\i1} <b> *"]
    hashtag, tags = apertium.ask(typed, "be", room(tmp_path))
    assert hashtag.text.startswith("#") and "$(id) `id`" in hashtag.text and "uid" not in hashtag.text
    assert tags.text == "война @ {\\i1} <b> *"


def test_no_text_leaks_into_its_neighbour(tmp_path):
    texts = ["Вялікі", "фотаздымак", "Незалежная", "Дзяржава Самоа", "Паведамляйце пра", "памылкі"]  # they would agree
    together = by_apertium(texts, "be", tmp_path)
    assert together == [by_apertium([text], "be", tmp_path)[0] for text in texts]


@pytest.mark.parametrize("language", ["de", "", "pl"])
def test_apertium_says_which_languages_it_never_learned(language, tmp_path):
    assert by_apertium(["Nein heißt nein."], language, tmp_path)[0].doubts == ("untranslated", "no_engine")


@pytest.mark.parametrize(
    "stages",
    [
        "cat; exit 1",  # it fails
        "cat >/dev/null",  # it says nothing and leaves with 0, as it did
        "abort",  # a stage is missing
        "cat | tr -d '\\n'",  # it runs texts together
    ],
)
def test_a_broken_apertium_leaves_doubts_and_keeps_the_count(stages, tmp_path, monkeypatch):
    (tmp_path / "bel-rus.mode").write_text(stages)
    monkeypatch.setattr(apertium, "MODES", tmp_path)
    assert by_apertium(BELARUSIAN, "be", tmp_path) == [NOTHING, Translation(""), NOTHING, NOTHING]


def test_a_missing_apertium_leaves_doubts(tmp_path, monkeypatch):
    monkeypatch.setattr(apertium, "MODES", tmp_path / "nowhere")
    assert by_apertium(["Жыве Беларусь!"], "be", tmp_path) == [NOTHING]
