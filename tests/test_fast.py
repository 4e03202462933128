"""The faster engine: the same checkpoint, converted here, hears the same as openai-whisper, without any network."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import numpy as np
import pytest
from whisper.tokenizer import get_tokenizer

from pipeline.hearing import fast
from pipeline.hearing.standard import network as open_checkpoint
from pipeline.layout import PORTRAIT
from pipeline.transcribe import PHRASEBOOK, load_model, transcribe
from tests.hearing import LANGUAGES, heard, model, sample, texts

FASTER = "faster-whisper"
TOKENIZER = get_tokenizer(True, num_languages=99)
TEXTS = [
    " Дарагія беларусы, я звяртаюся да вас.",
    " Brangūs baltarusiai – ačiū!",
    " You're 12 and I'll be 1,000.5 «years»…",
    "♪♪ ♩ -- ' - 你好  \n\n x",
]


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_engines_hear_the_same(language):
    plain, faster = heard(language), heard(language, FASTER)
    assert faster.model == "phrasebook, faster-whisper" and faster.language == plain.language
    assert [(cue.text, cue.doubts) for cue in faster.cues] == [(cue.text, cue.doubts) for cue in plain.cues]
    edges = [(cue.start, cue.end) for cue in plain.cues]
    assert np.abs(np.array([(cue.start, cue.end) for cue in faster.cues]) - np.array(edges)).max() <= 40


def test_both_engines_hear_the_same_language_and_doubt_the_same():
    samples, speech = sample("de")
    for language in (None, "be"):
        plain, faster = (
            transcribe(model(engine), samples, language, speech, PORTRAIT) for engine in ("whisper", FASTER)
        )
        assert (faster.language, texts(faster)) == (plain.language, texts(plain))
        assert [cue.doubts for cue in faster.cues] == [cue.doubts for cue in plain.cues]
    german, belarusian = (model(engine).ears.detect(samples) for engine in ("whisper", FASTER))
    assert german["de"] == pytest.approx(belarusian["de"], abs=0.01)


def test_a_window_is_encoded_once(monkeypatch):
    samples, speech = sample("de")
    calls, kind = [], type(model(FASTER).network)
    encode = kind.encode
    monkeypatch.setattr(kind, "encode", lambda network, features: calls.append(1) or encode(network, features))
    transcribe(model(FASTER), samples, None, speech, PORTRAIT)
    assert len(calls) == 1


def test_the_tokenizer_is_whispers():
    ours = fast._tokenizer(TOKENIZER.encoding)
    for text in TEXTS:
        numbers = ours.encode(text, add_special_tokens=False).ids
        assert numbers == TOKENIZER.encode(text)
        assert ours.decode(numbers) == TOKENIZER.decode(numbers)
    for name, number in TOKENIZER.special_tokens.items():
        assert ours.token_to_id(name) == number


def test_nothing_is_fetched(monkeypatch, tmp_path):
    def refuse(*_):
        raise AssertionError("a connection was asked for")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    made = load_model(str(PHRASEBOOK), FASTER, tmp_path)
    assert sorted(path.name for path in next((tmp_path / "ctranslate2").iterdir()).iterdir()) == [
        "config.json",
        "model.bin",
        "preprocessor_config.json",
        "tokenizer.json",
        "vocabulary.json",
    ]
    assert made.ears.detect(np.zeros(16_000, np.float32))


def test_what_was_converted_is_found_again_unless_the_checkpoint_changed(tmp_path):
    first = fast.folder_for(PHRASEBOOK, tmp_path)
    copy = tmp_path / "phrasebook.pt"
    copy.write_bytes(b"another one")
    os.utime(copy, ns=(0, PHRASEBOOK.stat().st_mtime_ns))
    assert fast.folder_for(PHRASEBOOK, tmp_path) == first != fast.folder_for(copy, tmp_path)
    assert fast.folder_for(Path("small"), tmp_path).name == f"small-{fast.VERSION}"
    assert fast.folder_for(Path("base.en"), tmp_path) != fast.folder_for(Path("base"), tmp_path)


def test_a_conversion_that_fails_leaves_nothing_and_a_second_one_does_no_harm(tmp_path, monkeypatch):
    network, folder = open_checkpoint(PHRASEBOOK, None), tmp_path / "made" / "phrasebook"
    with monkeypatch.context() as patch:
        patch.setattr(fast, "_tokenizer", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            fast.convert(network, TOKENIZER, folder)
    assert list(folder.parent.iterdir()) == []
    folder.mkdir()
    (folder / "made by another worker").touch()
    monkeypatch.setattr(fast, "_tokenizer", lambda _: Saved())
    fast.convert(network, TOKENIZER, folder)
    assert [path.name for path in folder.parent.iterdir()] == ["phrasebook"]
    assert [path.name for path in folder.iterdir()] == ["made by another worker"]


def test_a_worker_that_ends_in_the_same_moment_does_no_harm(tmp_path, monkeypatch):
    folder, rename = tmp_path / "phrasebook", Path.rename

    def late(path, target):
        folder.mkdir()
        (folder / "made by another worker").touch()
        return rename(path, target)

    monkeypatch.setattr(fast, "_tokenizer", lambda _: Saved())
    monkeypatch.setattr(Path, "rename", late)
    fast.convert(open_checkpoint(PHRASEBOOK, None), TOKENIZER, folder)
    assert [path.name for path in tmp_path.iterdir()] == ["phrasebook"]


def test_what_a_killed_conversion_left_is_removed_after_a_day(tmp_path, monkeypatch):
    old, running, other = (tmp_path / name for name in ("phrasebook-1.a", "phrasebook-1.b", "phrasebook-11"))
    for left in (old, running, other):
        left.mkdir()
        (left / "model.bin").touch()
    for left in (old, other):
        os.utime(left, (1, 1))
    monkeypatch.setattr(fast, "_tokenizer", lambda _: Saved())
    fast.convert(open_checkpoint(PHRASEBOOK, None), TOKENIZER, tmp_path / "phrasebook-1")
    assert {path.name for path in tmp_path.iterdir()} == {"phrasebook-1", running.name, other.name}


class Saved:
    """Stands in for the tokenizer, which takes most of the time."""

    def save(self, path):
        pass
