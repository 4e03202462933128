"""Words become cues that can be read; times are whole milliseconds."""

from __future__ import annotations

import random
from itertools import pairwise

from pipeline.cues import GAP, LONGEST, MAX_CHARS, Cue, Word, empty, from_json, from_words, to_json


def words(text, start=0, each=300, probability=1.0):
    """The words of a text, spoken one after the other."""
    return [
        Word(start + i * each, start + (i + 1) * each, " " + word, probability) for i, word in enumerate(text.split())
    ]


def test_a_sentence_is_a_cue():
    cues = from_words(words("Не ідзіце на вайну. Мы чакаем вас дома!"))
    assert [cue.text for cue in cues] == ["Не ідзіце на вайну.", "Мы чакаем вас дома!"]
    assert cues[0].start == 0 and cues[1].end == 2400


def test_a_long_pause_parts_a_sentence():
    cues = from_words([*words("Ні значит"), *words("ні", start=2000)])
    assert [cue.text for cue in cues] == ["Ні значит", "ні"]


def test_a_long_sentence_is_parted_near_its_middle_after_a_comma():
    text = "Я звяртаюся да ўсіх, хто мяне чуе сёння вечарам у гэтай краіне, бо маўчаць больш нельга"
    cues = from_words(words(text))
    assert " ".join(cue.text for cue in cues) == text
    assert all(len(cue.text) <= MAX_CHARS for cue in cues)
    assert cues[0].text.endswith("краіне,") or cues[0].text.endswith("усіх,") or cues[0].text.endswith("ўсіх,")


def test_a_short_cue_stays_a_second_where_there_is_room():
    first, second = from_words([*words("Не.", each=200), *words("Так.", start=500, each=200)])
    assert (first.start, first.end) == (0, 500 - GAP)
    assert second.end - second.start == 1000


def test_no_words_are_no_cues():
    assert from_words([]) == []


def test_words_heard_with_little_certainty_are_doubted():
    sure, unsure = from_words([*words("Так."), *words("Ні.", start=3000, probability=0.3)])
    assert (sure.doubts, unsure.doubts) == ((), ("low_probability",))


def test_whatever_the_times_cues_follow_one_another_and_lose_no_word():
    chance = random.Random(3)
    for _ in range(200):
        heard, at = [], 0
        for _ in range(chance.randint(1, 60)):
            at += chance.choice([0, 10, 100, 300, 2000])
            length = chance.choice([0, 0, 20, 200, 900, 9000])
            heard.append(
                Word(at, at + length, " " + "x" * chance.randint(1, 14) + chance.choice(["", "", ",", "."]), 1)
            )
        cues = from_words(heard)
        assert " ".join(cue.text for cue in cues) == "".join(word.text for word in heard).strip()
        assert all(0 < cue.end - cue.start <= LONGEST for cue in cues)
        assert all(cue.end + GAP <= later.start for cue, later in pairwise(cues))


def test_empty_cues_cover_the_speech_in_pieces_of_at_most_seven_seconds():
    cues = empty([(500, 9000), (10_000, 11_000)], "unread")
    assert [(cue.start, cue.end) for cue in cues] == [(500, 7417), (7500, 9000), (10_000, 11_000)]
    assert all(cue.text == "" and cue.doubts == ("unread",) for cue in cues)


def test_reading_speed_counts_spaces_but_no_line_break():
    assert Cue(0, 2000, "да да\nда").cps == 3.5


def test_cues_survive_json():
    cues = [Cue(0, 1000, "да\nнет", ("unread",)), Cue(2000, 3000, "")]
    assert from_json(to_json(cues)) == cues
