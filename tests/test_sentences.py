"""What is translated is a sentence, whole; what is shown is its share in each cue."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.cues import Cue
from pipeline.layout import clings
from pipeline.russian.sentences import LONGEST, SPOKEN, parted, sentences

WORD = st.text("абвг,.–«»😀", min_size=1, max_size=12)


def spoken(*texts: str, gap: int = 100) -> list[Cue]:
    return [Cue(at * (2000 + gap), at * (2000 + gap) + 2000, text) for at, text in enumerate(texts)]


def found(cues: list[Cue], *languages: str) -> list[str]:
    return [sentence.text for sentence in sentences(cues, languages or ["be"] * len(cues))]


def test_a_sentence_without_an_end_mark_goes_on_in_the_next_cue():
    cues = spoken("Сапраўдны герой той,", "хто адмаўляецца забіваць.", "Жыве Беларусь!")
    assert found(cues) == ["Сапраўдны герой той, хто адмаўляецца забіваць.", "Жыве Беларусь!"]


def test_a_cue_may_hold_the_end_of_one_and_the_beginning_of_another():
    first, second = sentences(spoken("Мы чакаем", "вас. Не ідзіце", "на вайну."), ["be"] * 3)
    assert [(part.cue, part.text) for part in first.parts] == [(0, "Мы чакаем"), (1, "вас.")]
    assert [(part.cue, part.text) for part in second.parts] == [(1, "Не ідзіце"), (2, "на вайну.")]


def test_silence_another_language_and_an_unread_cue_end_a_sentence():
    assert found(spoken("Мы чакаем", "вас дома", gap=1000)) == ["Мы чакаем", "вас дома"]
    assert found(spoken("Мы чакаем", "чекаємо"), "be", "uk") == ["Мы чакаем", "чекаємо"]
    assert found([Cue(0, 1000, "Мы чакаем"), Cue(1100, 1500, ""), Cue(1600, 2000, "вас дома")]) == [
        "Мы чакаем",
        "вас дома",
    ]


def test_an_abbreviation_ends_no_sentence():
    assert found(spoken("Я живу на ул. Ленина,", "это в г. Минске. Да.")) == [
        "Я живу на ул. Ленина, это в г. Минске.",
        "Да.",
    ]


def test_a_transcript_without_marks_is_parted_somewhere():
    texts = found(spoken(*["слова за словам"] * 100))
    assert len(texts) > 3 and all(len(text) < LONGEST + 50 for text in texts)


def test_each_speaker_has_sentences_of_her_own():
    first, second = sentences(spoken("– Ты дома?\n– Не, я на вайне"), ["be"])
    assert (first.text, second.text) == ("Ты дома?", "Не, я на вайне")
    assert first.parts[0].lead == second.parts[0].lead == SPOKEN


@pytest.mark.parametrize(
    ("text", "shares", "pieces"),
    [
        (
            "Настоящий герой тот, кто отказывается убивать.",
            [20, 25],
            ["Настоящий герой тот,", "кто отказывается убивать."],
        ),
        ("Мы ждём вас в доме у реки", [10, 10], ["Мы ждём вас", "в доме у реки"]),
        ("Один два три четыре", [1, 1, 1, 1], ["Один", "два", "три", "четыре"]),
        ("Нет, нет", [3, 30, 20], ["", "Нет,", "нет"]),
        ("Слово", [5], ["Слово"]),
        ("", [5, 5], ["", ""]),
        ("Да да", [0, 0], ["Да", "да"]),
        ("Первое. Второе слово здесь, третье слово", [8, 40], ["Первое.", "Второе слово здесь, третье слово"]),
    ],
)
def test_a_text_is_parted_in_proportion_at_good_places(text, shares, pieces):
    assert parted(text, shares, clings) == pieces


@settings(derandomize=True, deadline=None, max_examples=150)
@given(st.lists(WORD, max_size=12), st.lists(st.integers(0, 60), min_size=1, max_size=5), st.integers(0, 3))
def test_no_word_is_lost_and_no_piece_empty_while_there_are_words(words, shares, kind):
    cost = (clings, lambda left, right: 0.0, lambda left, right: 1.0, lambda left, right: float(len(left) % 2))[kind]
    pieces = parted(" ".join(words), shares, cost)
    assert " ".join(pieces).split() == words and len(pieces) == len(shares)
    assert sum(1 for piece in pieces if piece) == min(len(words), len(shares))


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.lists(WORD, min_size=2, max_size=8), st.lists(st.integers(1, 60), min_size=2, max_size=4))
def test_no_other_way_to_part_it_is_better(words, shares):
    if len(words) < len(shares):
        return
    text = " ".join(words)

    def ways(start: int, left: int) -> list[list[int]]:
        if left == 0:
            return [[]]
        return [[at, *rest] for at in range(start, len(words)) for rest in ways(at + 1, left - 1)]

    def cost(borders: list[int]) -> float:
        total, mean = len(text) + 1, (len(text) + 1) / len(shares)
        wanted = [total * sum(shares[: at + 1]) / sum(shares) for at in range(len(borders))]
        ends = [len(" ".join(words[:border])) + 1 for border in borders]
        return sum(
            clings(words[border - 1], words[border]) + 4 * ((end - want) / mean) ** 2
            for border, end, want in zip(borders, ends, wanted, strict=True)
        )

    pieces = parted(text, shares, clings)
    chosen = [sum(len(piece.split()) for piece in pieces[: at + 1]) for at in range(len(shares) - 1)]
    assert all(before < after for before, after in pairwise([0, *chosen, len(words)]))
    assert cost(chosen) <= min(map(cost, ways(1, len(shares) - 1))) + 1e-9


@settings(derandomize=True, deadline=None, max_examples=100)
@given(
    st.lists(
        st.tuples(st.lists(WORD | st.just("\n–"), max_size=6), st.integers(0, 2000), st.sampled_from(["be", "uk"])),
        max_size=6,
    )
)
def test_every_word_of_every_cue_is_in_one_sentence(rows):
    cues, at = [], 0
    for words, gap, _ in rows:
        cues.append(Cue(at, at + 1000, " ".join(words)))
        at += 1000 + gap
    made = list(sentences(cues, [language for *_, language in rows]))
    shown: dict[int, str] = {}
    for sentence in made:
        assert sentence.text and {rows[part.cue][2] for part in sentence.parts} == {sentence.language}
        for part in sentence.parts:
            shown[part.cue] = f"{shown.get(part.cue, '')} {part.lead}{part.text}"
    plain = str.maketrans("", "", "–— -")
    assert ["".join(shown.get(number, "").split()).translate(plain) for number in range(len(cues))] == [
        "".join(cue.text.split()).translate(plain) for cue in cues
    ]
