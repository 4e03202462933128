"""Marks become Russian ones; words, numbers and addresses stay as they are."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.typography import RULES, SUSPECT, faults, tidy, unpaired_quotes


@pytest.mark.parametrize(
    ("typed", "set_right"),
    [
        ('Скажите "нет" войне.', "Скажите «нет» войне."),
        ("Скажите “нет” войне.", "Скажите «нет» войне."),
        ("Скажите „нет“ войне.", "Скажите «нет» войне."),
        ("Скажите »нет« войне.", "Скажите «нет» войне."),
        ('Он сказал: "Газета "Труд" закрыта".', "Он сказал: «Газета „Труд“ закрыта»."),
        ("Он сказал: «Газета «Труд» закрыта».", "Он сказал: «Газета „Труд“ закрыта»."),
        ('"Нет!" - сказала она.', "«Нет!» – сказала она."),
        ('("Нет")', "(«Нет»)"),
        ("Мой брат — солдат.", "Мой брат – солдат."),
        ("Мой брат -- солдат.", "Мой брат – солдат."),
        ("Мой брат -\nсолдат.", "Мой брат –\nсолдат."),
        ("- Идёшь?\n-Нет.", "– Идёшь?\n– Нет."),
        ("—Идёшь?\n— Нет.", "– Идёшь?\n– Нет."),
        ('- "Нет".', "– «Нет»."),
        ("Я... не знаю....", "Я… не знаю…"),
        ("Ну.. ладно", "Ну… ладно"),
        ("Что?... Нет!…", "Что?.. Нет!.."),
        ("Как  так ?  Вот , так !", "Как так? Вот, так!"),
        ("Зачем!?", "Зачем?!"),
        (" Нет \n\n да ", "Нет\nда"),
    ],
)
def test_marks_become_russian(typed, set_right):
    assert tidy(typed) == set_right
    assert faults(typed) and not faults(set_right)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Нет значит нет.",
        "Она сказала: «Газета „Труд“ закрыта»…",
        "кто-то, из-за, +375-29-123, 10-15 лет, -5 градусов",
        "-5\n-то",
        "–5\n−5 градусов",
        "3.5 и 1..2, файл a..b",
        "https://a.by/?q=x...y,z #не_война--да @vasya-p a.b@c.by",
        "Экран 5\" и о'кей",
        "Привет :) Что?..",
        "и ушёл“, – сказал он»",
        "«Так вот: „Нет",
        "10\u00a0000 рублей",
        "\ue000 – \ue000",
    ],
)
def test_what_is_right_or_no_prose_stays(text):
    assert tidy(text) == text and not faults(text)


def test_a_quotation_that_runs_over_cues_keeps_its_lonely_quotes():
    assert tidy('Он сказал: «Я читал "Труд"') == "Он сказал: «Я читал „Труд“"
    assert tidy('и "Правду"».') == "и „Правду“»."
    assert unpaired_quotes("«Я читал „Труд“") == [("«", True)]
    assert unpaired_quotes('и „Правду“» "') == [("»", False), ('"', True)]


def test_each_fault_is_named_once():
    assert len(faults('- "Да"  !? - Нет... "Да" ...')) == 5


PARTS = 'слово - -- — " « » “ „ ... .. ? ! -то 5 https://a.by/x #нет @a \ue000 , :) Да'.split(" ")  # noqa: SIM905
TYPED = st.text("аБ1 .,!?:;…-–—\"«»„“”'()\n\t#@/ў\u00a0", max_size=40) | st.lists(
    st.sampled_from([*PARTS, " ", "  ", "\n"]), max_size=25
).map("".join)


@given(TYPED)
@settings(derandomize=True, deadline=None, max_examples=1500)
def test_whatever_is_typed_tidying_changes_no_word_and_is_done_after_once(typed):
    made = tidy(typed)
    assert tidy(made) == made
    assert not faults(made) and bool(faults(typed)) == (made != typed)
    assert re.findall(r"\w+", made) == re.findall(r"\w+", typed)
    assert SUSPECT.search(typed) or all(rule.set_right(typed) == typed for rule in RULES)
