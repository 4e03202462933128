"""Translating: as many texts as came in, in order, and never an error; with the real apertium."""

from __future__ import annotations

import pytest

from pipeline import translate as module
from pipeline.translate import UNTRANSLATED, Translation, translate
from tests.media import BOX

BELARUSIAN = ["Не ідзіце на гэтую вайну.", "", "Мы чакаем вас\nдома", "Жыве Беларусь!"]


def test_russian_stays_as_it_is(tmp_path):
    assert translate(BOX, ["Да,\nэто так."], "ru", tmp_path) == [Translation("Да,\nэто так.", "same")]


def test_belarusian_is_translated_text_by_text(tmp_path):
    made = translate(BOX, BELARUSIAN, "be", tmp_path)
    assert [draft.engine for draft in made] == ["apertium", "none", "apertium", "apertium"]
    assert made[0] == Translation("Не идите на эту войну.", "apertium")
    assert made[1] == Translation("", "none")
    assert made[3].text == "Живёт Беларусь!"


def test_ukrainian_is_translated_although_its_tagger_is_broken(tmp_path):
    made = translate(BOX, ["Мій сину, не йди на війну.", "Ні означає ні."], "uk", tmp_path)
    assert [draft.text for draft in made] == ["Мой сын, не иди на войну.", "Нет означает нет."]


def test_a_word_that_is_not_known_is_marked_as_a_doubt_and_not_in_the_text(tmp_path):
    (made,) = translate(BOX, ["Дарагія беларусы, я звяртаюся да вас."], "be", tmp_path)
    assert made.text == "Дорогие белорусы, я звяртаюся к вас."
    assert made.doubts == ("unknown_word",)


def test_what_was_typed_is_not_taken_for_a_mark_or_a_command(tmp_path):
    typed = ["#НеВайне $(id) `id` ^x/y$ [z] \\ 'вайна'", "вайна @ {\\i1} <b> *"]
    hashtag, tags = translate(BOX, typed, "be", tmp_path)
    assert hashtag.text.startswith("#") and "$(id) `id`" in hashtag.text and "uid" not in hashtag.text
    assert tags.text == "война @ {\\i1} <b> *"


@pytest.mark.parametrize("language", ["de", "", "pl-PL"])
def test_a_language_without_an_engine_is_left_to_a_person(language, tmp_path):
    assert translate(BOX, ["Nein heißt nein.", ""], language, tmp_path) == [UNTRANSLATED] * 2


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
    monkeypatch.setattr(module, "MODES", tmp_path)
    assert translate(BOX, BELARUSIAN, "be", tmp_path) == [UNTRANSLATED] * 4


def test_a_missing_apertium_leaves_doubts(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "MODES", tmp_path / "nowhere")
    assert translate(BOX, ["Жыве Беларусь!"], "be", tmp_path) == [UNTRANSLATED]


def test_nothing_to_translate_is_nothing(tmp_path):
    assert translate(BOX, [], "be", tmp_path) == []
    assert translate(BOX, ["", " "], "uk", tmp_path) == [Translation("", "none")] * 2
