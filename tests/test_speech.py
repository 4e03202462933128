"""Finding speech: with the real detector, on the sample clips."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.speech import find_speech, read_wav
from tests.media import CLIPS, ffmpeg


def sound_of(name, folder):
    path = folder / "audio.wav"
    ffmpeg("-i", CLIPS / name, "-ac", "1", "-ar", "16000", "-c:a", "pcm_s16le", path)
    return path


def test_speech_is_found_where_somebody_speaks(tmp_path):
    audio = sound_of("be-portrait.mp4", tmp_path)
    spans = find_speech(audio)
    length = len(read_wav(audio)) / 16
    assert 300 < spans[0][0] < 1000  # the clip begins with 0.6 s of silence
    assert all(start < end <= length for start, end in spans)
    assert spans == sorted(spans)


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
