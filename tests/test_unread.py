"""Speech without words becomes empty cues for a person, between those that have some."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.cues import Word
from pipeline.hearing.unread import between, unread, with_unread
from pipeline.layout import LANDSCAPE, PORTRAIT


def words(*times):
    return [Word(start, end, " так", 1) for start, end in times]


def test_speech_with_words_is_read():
    assert unread([(0, 2000), (2500, 4000)], words((100, 900), (1000, 1900), (2600, 3800))) == []


def test_a_span_without_a_word_is_unread_however_short():
    assert unread([(0, 2000), (5000, 5300)], words((100, 1900))) == [(5000, 5300)]


def test_a_long_hole_in_a_span_is_unread_and_a_short_one_is_not():
    assert unread([(0, 9000)], words((0, 3000), (6000, 9000))) == [(3300, 5700)]
    assert unread([(0, 9000)], words((0, 4000), (6000, 9000))) == []
    assert unread([(0, 9000)], words((0, 4000))) == [(4300, 9000)]


def test_spans_with_little_pause_between_them_are_one():
    assert unread([(0, 1000), (1400, 2000), (3000, 4000)], []) == [(0, 2000), (3000, 4000)]


def test_what_is_taken_is_cut_out():
    assert between([(5, 6), (2, 3), (0, 1)], [(0, 10)]) == [(1, 2), (3, 5), (6, 10)]
    assert between([], [(0, 10), (20, 30)]) == [(0, 10), (20, 30)]
    assert between([(0, 30)], [(5, 10)]) == []


def test_empty_cues_stand_between_the_others():
    made = with_unread(words((0, 3000), (8000, 9000)), [(0, 9000)], PORTRAIT)
    assert [cue.text for cue in made] == ["так", "", "так"]
    assert made[1].doubts == ("unread",)
    assert 3000 < made[1].start < made[1].end < 8000


def said_under(text, start, end):
    return [Word(start, end, f" {text}", 1)]


def test_a_cue_with_too_few_words_for_its_speech_is_doubted():
    swallowed, whole = "Мы ждём вас. Вы очень нужны", "Мы ждём вас. Вы очень нужны нам дома."
    assert [cue.doubts for cue in with_unread(said_under(swallowed, 0, 3200), [(0, 3200)], PORTRAIT)] == [("omission",)]
    assert [cue.doubts for cue in with_unread(said_under(whole, 0, 3200), [(0, 3200)], PORTRAIT)] == [()]


def test_pauses_little_speech_and_scripts_of_syllables_are_no_omission():
    for text, speech in [
        ("Мы ждём вас", [(0, 1200), (2000, 3200)]),
        ("Мы ждём", [(0, 2400)]),
        ("我们在家里等你们回来", [(0, 3200)]),
    ]:
        assert [cue.doubts for cue in with_unread(said_under(text, 0, speech[-1][1]), speech, PORTRAIT)] == [()]


TIMES = st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 9000)), max_size=12)


def laid_out(gaps):
    spans, at = [], 0
    for pause, length in gaps:
        spans.append((at + pause, at + pause + length))
        at += pause + length
    return spans


@settings(derandomize=True, deadline=None, max_examples=60)
@given(TIMES, TIMES, st.sampled_from([PORTRAIT, LANDSCAPE]))
def test_whatever_the_times_cues_follow_one_another(said, spoken, frame):
    speech = [span for span in laid_out(spoken) if span[0] < span[1]]
    made = with_unread(words(*laid_out(said)), speech, frame)
    assert all(cue.start < cue.end for cue in made)
    assert all(cue.end + frame.gap <= later.start for cue, later in pairwise(made))
