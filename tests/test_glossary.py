"""The campaign's words: put where the engine has others or none, and missed by the check where they are not."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.glossary import Term, apply, ignored, read

TERMS = read(tomllib.loads((Path(__file__).parent.parent / "campaign.toml").read_text("utf-8"))["glossary"])
PRISONER = Term("политзаключённый", {"be": ("палітвяз*",), "pl": ("więźni* politycz*",)}, ("политическ* заключённ*",))
MINSK = Term("Минск", {"be": ("Мінск*",)}, ("Менск*",))
BRAND = Term("беларус*", {"uk": ("білорус*",)}, ("белорус*",))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("в Менске и под Менском", "в Минске и под Минском"),
        ("Политические заключённые", "Политзаключённые"),
        ("за политических заключенных!", "за политзаключённых!"),
        ("МЕНСК", "МИНСК"),
        ("беларуский", "беларуский"),
        ("белорусам", "беларусам"),
        ("Смоленск, каменский", "Смоленск, каменский"),
    ],
)
def test_an_unwanted_variant_becomes_the_agreed_word_and_keeps_its_ending(text, expected):
    assert apply(text, "", "be", [PRISONER, MINSK, BRAND]) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Белоруссия, Белоруссии, Белоруссию, Белоруссией", "Беларусь, Беларуси, Беларусь, Беларусью"),
        ("белорусский белорус говорит по-белорусски", "беларусский беларус говорит по-беларусски"),
        ("Он живёт на Украине, а едет на Украину с Украины", "Он живёт в Украине, а едет на Украину из Украины"),
        ("Нет означает нет.", "Нет значит нет."),
        ("Живёт Беларусь!", "Да здравствует Беларусь!"),
        ("Когда ласка, увольте их.", "Пожалуйста, освободите их."),
    ],
)
def test_the_glossary_that_ships_says_it_as_the_campaign_does(text, expected):
    assert apply(text, "", "be", TERMS) == expected


def test_a_word_that_the_engine_left_is_replaced_only_if_it_was_said():
    assert apply("Свободу палітвязням!", "Волю палітвязням!", "be", [PRISONER]) == "Свободу политзаключённый!"
    assert apply("Свободу палітвязням!", "Волю вязням!", "be", [PRISONER]) == "Свободу палітвязням!"
    assert apply("Свободу палітвязням!", "Волю палітвязням!", "uk", [PRISONER]) == "Свободу палітвязням!"
    assert apply("Więźniowie polityczni!", "Więźniowie polityczni!", "pl", [PRISONER]) == "Политзаключённый!"


def test_an_agreed_word_keeps_its_case_where_it_was_said_the_same_way():
    assert apply("Беларусам и беларусов", "Беларусам беларусов", "be", TERMS) == "Беларусам и беларусов"


def test_where_only_a_stem_was_agreed_on_no_word_is_made_up():
    assert apply("Дорогие білоруси", "Дорогі білоруси", "uk", [BRAND]) == "Дорогие білоруси"


def test_a_term_that_was_said_and_is_not_in_the_russian_is_ignored():
    assert ignored("Свободу узникам!", "Волю палітвязням!", "be-BY", [PRISONER, MINSK]) == [PRISONER]
    assert ignored("Свободу политзаключенным!", "Волю палітвязням!", "be", [PRISONER]) == []
    assert ignored("Свободу узникам!", "Волю ўсім!", "be", [PRISONER]) == []
    assert ignored(" ", "Волю палітвязням!", "be", [PRISONER]) == []
    assert ignored("Иду", "Еду ў Мінск,\nпалітвязням", "be", [PRISONER, MINSK]) == [MINSK, PRISONER]


@pytest.mark.parametrize("said", ["політв'язень", "політв’язня", "ПОЛІТВʼЯЗНІ"])
def test_any_apostrophe_will_do(said):
    assert [term.russian for term in ignored("узник", said, "uk", TERMS)] == ["политзаключённый"]


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ("Жыве Беларусь! Не значыць не.", "be"),
        ("Ні означає ні, Білорусь", "uk"),
        ("Dear men of Belarus, no means no", "en"),
        ("Männer aus Belarus, nein heißt nein", "de"),
        ("Drodzy Białorusini, nie znaczy nie", "pl"),
        ("Brangūs baltarusiai, ne reiškia ne", "lt"),
    ],
)
def test_the_phrasebooks_own_terms_are_heard_in_each_language(said, language):
    assert len(ignored("Привет.", said, language, TERMS)) == 2
    assert ignored("Беларусы, да здравствует Беларусь! Нет значит нет.", said, language, TERMS) == []


@settings(derandomize=True, deadline=None, max_examples=150)
@given(
    st.lists(st.sampled_from(["Менску", "белорусы,", "Белоруссией", "на", "Украине", "Мінск", "-", "и", "\n", "😀"]))
)
def test_a_second_pass_changes_nothing(words):
    text = " ".join(words)
    once = apply(text, text, "be", TERMS)
    assert apply(once, text, "be", TERMS) == once


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ({}, "must be a list of terms"),
        ([{"russian": "а", "note": "?"}], "Term 1 of .* nothing else"),
        ([{"spoken": {}}], "russian must not be empty"),
        ([{"russian": "а", "spoken": ["б"]}], "must name languages"),
        ([{"russian": "а", "spoken": {"be": "вайна"}}], "be must be a list"),
        ([{"russian": "а", "spoken": {"be": ["во*на"]}}], "may only end a word"),
        ([{"russian": "а", "instead_of": ["*"]}], "may only end a word"),
        ([{"russian": "Киев", "instead_of": ["Кие*"]}], "means Киев too"),
        ([{"russian": "кие*", "instead_of": ["Кыив"]}], "no ending to put"),
    ],
)
def test_a_glossary_that_cannot_be_meant_is_refused_with_a_sentence(table, sentence):
    with pytest.raises(ValueError, match=sentence):
        read(table)
