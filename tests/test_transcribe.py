"""Transcribing: the real Whisper path on the phrasebook checkpoint, against what the sample clips say."""

from __future__ import annotations

from contextlib import nullcontext
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from pipeline.cues import Cue, Word
from pipeline.errors import LostLease, PipelineError
from pipeline.hearing.doubt import Segment
from pipeline.hearing.ears import NO_SENSE, UNDERSTOOD_NOTHING, why_none
from pipeline.layout import LANDSCAPE, PORTRAIT
from pipeline.transcribe import (
    PHRASEBOOK,
    Model,
    _known,
    _languages,
    _tag,
    load_model,
    resolve,
    transcribe,
    transcribe_or_leave_empty,
)
from tests.hearing import LANGUAGES, SPOKEN, heard, model, sample, sound_of, texts


def doubted(cues, doubt):
    return [doubt in cue.doubts for cue in cues]


@pytest.mark.parametrize("language", LANGUAGES)
def test_whisper_hears_what_the_sample_clips_say_and_nobody_need_doubt_it(language):
    transcript = heard(language)
    assert texts(transcript) == " ".join(SPOKEN[LANGUAGES[language]]["sentences"])
    assert not [cue for cue in transcript.cues if cue.doubts or cue.language]
    assert all(cue.end + PORTRAIT.gap <= later.start for cue, later in pairwise(transcript.cues))
    assert (transcript.language, transcript.model, transcript.reason) == (language, "phrasebook", "")


def test_a_language_that_was_not_told_is_detected():
    found = transcribe(model(), *spoken("de", None), PORTRAIT)
    assert found.language == "de"
    assert found.cues == heard("de").cues


def spoken(of, language):
    samples, speech = sample(of)
    return samples, language, speech


def test_another_language_than_the_declared_one_is_a_doubt_and_no_switch():
    found = transcribe(model(), *spoken("de", "be"), PORTRAIT)
    assert found.language == "be" and found.cues
    assert all(doubted(found.cues, "other_language"))


def test_a_language_that_whisper_was_not_taught_stays_declared_and_is_doubted():
    found = transcribe(model(), *spoken("en", "ga"), PORTRAIT)
    assert found.language == "ga" and texts(found) == texts(heard("en"))
    assert all(doubted(found.cues, "other_language"))


def test_no_cue_is_shown_after_the_clip():
    late = Segment((Word(1100, 1300, " Нет.", 0.9),), -0.1, 1.0, 0.0)
    ears = SimpleNamespace(listening=nullcontext, detect=lambda sound: {"ru": 1.0}, hear=lambda sound, language: [late])
    found = transcribe(Model("one word", None, ears), np.zeros(32_000, np.float32), "ru", [(300, 1950)], PORTRAIT)
    said = next(cue for cue in found.cues if cue.text)
    assert said.end == 2000 and said.end - said.start < PORTRAIT.shortest


def test_several_languages_are_heard_each_in_its_own():
    (belarusian, first), (german, second) = sample("be"), sample("de")
    later = len(belarusian) // 16
    speech = [*first, *((start + later, end + later) for start, end in second)]
    found = transcribe(model(), np.concatenate([belarusian, german]), "mul", speech, PORTRAIT)
    assert found.language == "mul" and all(cue.language for cue in found.cues if cue.text)
    by_time = {cue.text.replace("\n", " "): cue for cue in found.cues if "guess" not in cue.doubts}
    assert by_time["Мы чакаем вас дома."].language == "be" and by_time["Мы чакаем вас дома."].end < later
    assert by_time["Bitte geht nicht in diesen Krieg."].language == "de"
    assert not any(doubted(found.cues, "other_script"))


def test_a_window_whose_language_is_unclear_is_doubted():
    sure, unsure = {"be": 0.9, "ru": 0.1}, {"be": 0.3, "ru": 0.4, "uk": 0.3}
    assert _languages("mul", [1, 1], [sure, unsure]) == ("mul", [("be", False), ("ru", True)])


def test_windows_agree_on_the_language_by_how_long_they_are():
    german, polish = {"de": 0.9, "pl": 0.1}, {"de": 0.1, "pl": 0.9}
    assert _languages(None, [20_000, 5000], [german, polish]) == ("de", [("de", False), ("de", True)])
    assert _languages(None, [5000, 20_000], [german, polish]) == ("pl", [("pl", True), ("pl", False)])
    assert _languages(None, [], []) == ("", [])


def test_where_nobody_speaks_whisper_is_not_asked():
    deaf = Model("deaf", None, SimpleNamespace(listening=nullcontext))  # neither detects nor hears
    assert transcribe(deaf, np.zeros(16_000, np.float32), "be", [], PORTRAIT).cues == ()


def test_what_whisper_heard_and_the_detector_did_not_is_doubted_and_the_reverse_left_for_a_person():
    samples, speech = sample("ru")
    longer = np.pad(samples, (0, 62_000 * 16 - len(samples)))
    found = transcribe(model(), longer, "ru", [(0, 2900), speech[-1], (60_000, 62_000)], LANDSCAPE)
    assert found.cues[0].doubts == ()
    assert found.cues[-1] == Cue(60_000, 62_000, "", ("unread",))


def test_a_sentence_heard_twice_in_a_row_is_doubted():
    samples, _ = sample("ru")
    once = samples[: 3 * 16_000]
    twice = np.concatenate([once, np.zeros(4_000, np.float32), once])
    found = transcribe(model(), twice, "ru", [(600, 2900), (3850, 6150)], LANDSCAPE)
    assert found.cues[0].text == found.cues[1].text
    assert doubted(found.cues, "repetition")[:2] == [False, True]


def test_progress_rises_to_the_whole_and_a_long_clip_comes_window_by_window():
    samples, speech = sample("de")
    length = len(samples) // 16
    silence = np.zeros(5 * 16_000, np.float32)
    clip = np.concatenate([samples, silence] * 4)
    spans = [(start + i * (length + 5000), end + i * (length + 5000)) for i in range(4) for start, end in speech]
    progress = []
    found = transcribe(model(), clip, "de", spans, PORTRAIT, progress.append)
    assert progress == sorted(progress) and progress[-1] == 1.0
    assert len(progress) == 4  # two windows, each detected and heard
    said = [cue for cue in found.cues if cue.text.startswith("Bitte geht nicht") and not cue.doubts]
    assert len(said) == 2  # once in each window, at the same place of the clip; what is between them is guessed
    assert said[1].start - said[0].start == pytest.approx(2 * (length + 5000), abs=300)


def test_the_work_stops_where_progress_raises():
    heard_so_far = []

    def stop(share):
        heard_so_far.append(share)
        raise LostLease

    with pytest.raises(LostLease):
        transcribe(model(), *spoken("de", "de"), PORTRAIT, stop)
    assert heard_so_far == [0.5]
    assert transcribe(model(), *spoken("de", "de"), PORTRAIT) == heard("de")  # and nothing of it stays behind


def test_a_window_is_encoded_once():
    calls = []
    network = model().network
    count = network.encoder.conv1.register_forward_hook(lambda *_: calls.append(1))
    transcribe(model(), *spoken("de", None), PORTRAIT)
    count.remove()
    assert len(calls) == 1
    assert "forward" not in vars(network.encoder)


def test_a_model_is_loaded_once_however_it_is_asked_for():
    assert load_model("phrasebook") is load_model("phrasebook", "whisper") is model()


def test_without_a_model_the_draft_holds_empty_cues_where_somebody_speaks_and_says_why(tmp_path):
    left = transcribe_or_leave_empty("no/such/model.pt", tmp_path / "unused.wav", "be", [(500, 9000)], LANDSCAPE)
    assert (left.model, left.language) == ("none", "be")
    assert left.reason == "There is no speech model of this name, and no such file."
    assert all(cue.text == "" and cue.doubts == ("unread",) for cue in left.cues)
    assert left.cues[0].start == 500 and len(left.cues) == 2


@pytest.mark.parametrize("content", [b"hello", b"", PHRASEBOOK.read_bytes()[:100_000], None])
@pytest.mark.parametrize("engine", ["whisper", "faster-whisper"])
def test_a_file_that_is_no_whole_checkpoint_has_a_reason(content, engine, tmp_path):
    path = tmp_path / "broken.pt"
    if content is None:
        torch.save({"dims": {}, "model_state_dict": {}}, path)
    else:
        path.write_bytes(content)
    with pytest.raises(PipelineError) as failure:
        load_model(str(path), engine, tmp_path)
    assert failure.value.reason == "no_model"
    assert failure.value.detail == "The file of the speech model is damaged, or it is no Whisper checkpoint."
    assert sorted(found.name for found in tmp_path.rglob("*") if found.is_file()) == ["broken.pt"]


def test_a_checkpoint_without_numbers_leaves_empty_cues_and_says_why(tmp_path):
    checkpoint = torch.load(PHRASEBOOK, weights_only=True)
    for name, weights in checkpoint["model_state_dict"].items():
        if "positional" not in name:
            weights.mul_(float("nan"))
    torch.save(checkpoint, path := tmp_path / "damaged.pt")
    audio = sound_of(LANGUAGES["de"], tmp_path)
    whisper, faster = (
        transcribe_or_leave_empty(str(path), audio, "de", [(500, 3000)], LANDSCAPE, engine, weights=tmp_path)
        for engine in ("whisper", "faster-whisper")
    )
    assert (whisper.model, whisper.reason) == ("none", NO_SENSE)
    assert (faster.model, faster.reason) == ("damaged, faster-whisper", UNDERSTOOD_NOTHING)
    assert whisper.cues == faster.cues == (Cue(500, 3000, "", ("unread",)),)


def test_a_name_of_whispers_is_signed_whole(tmp_path, monkeypatch):
    network = SimpleNamespace(device=torch.device("cpu"))
    monkeypatch.setattr("pipeline.hearing.standard.network", lambda path, weights: network)
    names = [load_model(name, weights=tmp_path).name for name in ("base.en", "base", str(PHRASEBOOK))]
    assert names == ["base.en", "base", "phrasebook"]


def test_too_little_memory_while_hearing_leaves_empty_cues_too(tmp_path, monkeypatch):
    def exhausted(*_):
        raise RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: can't allocate memory")

    audio = sound_of(LANGUAGES["de"], tmp_path)
    monkeypatch.setattr(model().ears, "hear", exhausted)
    left = transcribe_or_leave_empty("phrasebook", audio, "de", [(500, 3000)], LANDSCAPE)
    assert (left.model, left.reason) == ("none", "There is not enough memory for the speech model.")
    assert doubted(left.cues, "unread") == [True]


def test_another_fault_while_hearing_is_not_hidden(tmp_path, monkeypatch):
    def broken(*_):
        raise RuntimeError("shapes cannot be multiplied")

    audio = sound_of(LANGUAGES["de"], tmp_path)
    monkeypatch.setattr(model().ears, "hear", broken)
    with pytest.raises(RuntimeError, match="multiplied"):
        transcribe_or_leave_empty("phrasebook", audio, "de", [(500, 3000)], LANDSCAPE)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (ModuleNotFoundError("No module", name="faster_whisper"), "is not installed: faster_whisper."),
        (ConnectionResetError(104, "reset"), "could not be fetched."),
        (PermissionError(13, "Permission denied", "/secret/small.pt"), "cannot be read or stored: Permission denied."),
        (MemoryError(), "not enough memory"),
    ],
)
def test_the_reason_is_a_sentence_without_paths(error, sentence):
    assert sentence in why_none(error)
    assert "/" not in why_none(error)


def test_auto_takes_the_best_model_at_hand_and_fetches_nothing(tmp_path):
    assert resolve("auto", tmp_path) == "phrasebook"
    for name in ("base", "small"):
        (tmp_path / f"{name}.pt").touch()
    assert resolve("auto", tmp_path) == "small"
    assert resolve("tiny", tmp_path) == "tiny"


def test_whispers_codes_and_those_of_the_form_are_translated_both_ways():
    codes = ["be", "be-BY", "jv", "nb", "fil", "ce", "", None]
    assert [_known(code) for code in codes] == ["be", "be", "jw", "no", "tl", None, None, None]
    assert [_tag(code) for code in ("be", "jw", "no")] == ["be", "jv", "no"]
