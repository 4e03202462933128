"""Finding speech, with the real detector on the sample clips; and the windows that Whisper hears it in."""

from __future__ import annotations

import sys
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.speech import MARGIN, RATE, WINDOW, Window, find_speech, read_wav, windows
from tests.hearing import sample, sound_of, speech_in
from tests.media import ffmpeg


def test_speech_is_found_where_somebody_speaks():
    samples, spans = sample("be")
    assert 300 < spans[0][0] < 1000  # the clip begins with 0.6 s of silence
    assert all(start < end <= len(samples) / 16 for start, end in spans)
    assert spans == sorted(spans)


def test_finding_speech_leaves_the_threads_to_whisper_that_it_had(tmp_path, monkeypatch):
    audio = sound_of("no-speech.mp4", tmp_path)
    for module in [name for name in sys.modules if name.startswith("silero_vad")]:
        monkeypatch.delitem(sys.modules, module)
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        find_speech(audio)
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)


def test_music_and_wind_are_no_speech(tmp_path):
    assert find_speech(sound_of("no-speech.mp4", tmp_path)) == []


def test_silence_is_no_speech(tmp_path):
    path = tmp_path / "silence.wav"
    ffmpeg("-f", "lavfi", "-i", "anullsrc=r=16000:cl=mono", "-t", "1", path)
    assert find_speech(path) == []


def test_samples_lie_between_minus_one_and_one(tmp_path):
    path = tmp_path / "sine.wav"
    ffmpeg("-f", "lavfi", "-i", "aevalsrc=0.5*sin(2*PI*100*t):s=16000", "-t", "1", "-c:a", "pcm_s16le", path)
    samples = read_wav(path)
    assert samples.dtype == np.float32 and len(samples) == 16_000
    assert samples.max() == pytest.approx(0.5, abs=0.001) and samples.min() == pytest.approx(-0.5, abs=0.001)


def test_who_speaks_without_a_pause_is_parted_so_that_whisper_can_hear_it():
    samples, spans = sample("be")
    breathless = np.concatenate([samples[start * 16 : end * 16] for start, end in spans] * 3)
    found = speech_in(breathless)
    assert found[-1][1] > WINDOW
    assert all(end - start <= 28_000 for start, end in found)


def test_a_clip_that_fits_is_one_window_with_a_little_silence_around_it():
    assert windows([(2000, 5000), (5500, 9000)]) == [Window(((2000 - MARGIN, 9000 + MARGIN),))]
    assert windows([(300, 1000)]) == [Window(((0, 1000 + MARGIN),))]
    assert windows([]) == []


def test_a_long_silence_is_left_out_of_a_window_and_times_come_back_as_in_the_clip():
    window = Window(((1000, 4000), (20_000, 22_000)))
    assert windows([(2000, 3000), (21_000, 21_000)]) == [window]
    assert [window.when(at, at + 100) for at in (0, 2900, 3000, 4900)] == [
        (1000, 1100),
        (3900, 4000),
        (20_000, 20_100),
        (21_900, 22_000),
    ]
    assert window.when(2800, 3100) == (3800, 4000)  # over the cut: it stays where most of it is
    samples = np.arange(25 * RATE, dtype=np.float32)
    assert len(window.cut(samples)) == window.length * 16 == 5 * RATE
    assert window.cut(samples)[3 * RATE] == 20 * RATE


def test_windows_part_where_the_pause_is_long():
    speech = [(0, 8000), (10_000, 22_000), (22_200, 34_000)]
    assert [window.pieces for window in windows(speech)] == [((0, 9000),), ((9000, 35_000),)]


def test_where_pauses_are_alike_no_window_is_much_shorter_than_the_others():
    speech = [(at, at + 1900) for at in range(0, 40_000, 2000)]
    assert [round(window.length, -3) for window in windows(speech)] == [20_000, 21_000]


SPANS = st.lists(st.tuples(st.integers(40, 9000), st.integers(250, 28_000)), max_size=30).map(
    lambda parts: [
        (sum(p + s for p, s in parts[:i]) + parts[i][0], sum(p + s for p, s in parts[: i + 1]))
        for i in range(len(parts))
    ]
)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(SPANS)
def test_all_speech_is_heard_once_in_windows_that_whisper_can_take(speech):
    found = windows(speech)
    pieces = [piece for window in found for piece in window.pieces]
    assert all(window.length <= WINDOW for window in found)
    assert all(end <= later for (_, end), (later, _) in pairwise(pieces))
    for start, end in speech:
        assert sum(first <= start and end <= last for first, last in pieces) == 1
    silence = [0, *(edge for span in speech for edge in span)]
    kept = sum(end - start for start, end in pieces)
    assert kept <= sum(end - start for start, end in speech) + sum(
        min(silence[i + 1] - silence[i], 2 * MARGIN) for i in range(0, len(silence) - 1, 2)
    ) + MARGIN * bool(speech)
    for window in found:
        for piece in window.pieces:
            at = sum(end - start for start, end in window.pieces if end <= piece[0])
            assert window.when(at, at + 10) == (piece[0], piece[0] + 10)
