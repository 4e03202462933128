"""Transcribing: the real Whisper path on the phrasebook checkpoint, against what the sample clips say."""

from __future__ import annotations

import tomllib

import numpy as np
import pytest

from pipeline.cues import Cue
from pipeline.errors import PipelineError
from pipeline.speech import find_speech, read_wav
from pipeline.transcribe import Model, _known, load_model, resolve, transcribe, transcribe_or_leave_empty
from tests.media import CLIPS
from tests.test_speech import sound_of

SPOKEN = {
    name: said for name, said in tomllib.loads((CLIPS / "spoken.toml").read_text("utf-8")).items() if said["sentences"]
}


@pytest.mark.parametrize("name", SPOKEN)
def test_whisper_hears_what_the_sample_clips_say(name, tmp_path):
    audio = sound_of(name, tmp_path)
    speech = find_speech(audio)
    heard = transcribe(load_model("phrasebook"), read_wav(audio), SPOKEN[name]["language"], speech)
    assert [cue.text for cue in heard.cues] == SPOKEN[name]["sentences"]
    assert not [cue for cue in heard.cues if cue.doubts]
    assert all(cue.end + 83 <= later.start for cue, later in zip(heard.cues, heard.cues[1:], strict=False))
    assert heard.model == "phrasebook"


def test_a_language_that_was_not_told_is_detected(tmp_path):
    audio = sound_of("de-rotated.mp4", tmp_path)
    heard = transcribe(load_model("phrasebook"), read_wav(audio), None, find_speech(audio))
    assert heard.language == "de" and len(heard.cues) == 3


def test_where_nobody_speaks_whisper_is_not_asked():
    nobody = Model("deaf", None)  # would fail if it were asked
    assert transcribe(nobody, np.zeros(16_000, np.float32), "be", []).cues == ()


def test_what_whisper_heard_and_the_detector_did_not_is_doubted_and_the_reverse_left_for_a_person(tmp_path):
    samples = read_wav(sound_of("ru-portrait.mp4", tmp_path))
    heard = transcribe(load_model("phrasebook"), samples, "ru", [(0, 2500), (60_000, 62_000)])
    assert [cue.doubts for cue in heard.cues] == [(), ("no_speech",), ("no_speech",), ("no_speech",), ("unread",)]
    assert heard.cues[-1] == Cue(60_000, 62_000, "", ("unread",))


def test_a_sentence_heard_twice_in_a_row_is_doubted(tmp_path):
    audio = sound_of("ru-portrait.mp4", tmp_path)
    once = read_wav(audio)[: 3 * 16_000]
    twice = np.concatenate([once, np.zeros(4_000, np.float32), once])
    heard = transcribe(load_model("phrasebook"), twice, "ru", [(0, 7000)])
    assert heard.cues[0].text == heard.cues[1].text
    assert "repetition" in heard.cues[1].doubts and "repetition" not in heard.cues[0].doubts


def test_without_a_model_the_draft_holds_empty_cues_where_somebody_speaks(tmp_path):
    left = transcribe_or_leave_empty("no/such/model.pt", tmp_path / "unused.wav", "be", [(500, 9000)])
    assert left.model == "none" and left.language == "be"
    assert [(cue.start, cue.text, cue.doubts) for cue in left.cues] == [
        (500, "", ("unread",)),
        (7500, "", ("unread",)),
    ]


def test_a_file_that_is_no_model_has_a_reason(tmp_path):
    (tmp_path / "not-a-model.pt").write_text("hello")
    with pytest.raises(PipelineError) as failure:
        load_model(str(tmp_path / "not-a-model.pt"))
    assert failure.value.reason == "no_model"


def test_auto_takes_the_best_model_at_hand_and_fetches_nothing(tmp_path):
    assert resolve("auto", tmp_path) == "phrasebook"
    for name in ("base", "small"):
        (tmp_path / f"{name}.pt").touch()
    assert resolve("auto", tmp_path) == "small"
    assert resolve("tiny", tmp_path) == "tiny"


def test_a_language_that_whisper_was_not_taught_is_guessed():
    assert [_known(code) for code in ("be", "be-BY", "ce", "", None)] == ["be", "be", None, None, None]
