"""OFFLINE: no model is fetched, and nobody elsewhere is asked to translate."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
import whisper

from ops import run
from pipeline.config import Settings
from pipeline.errors import PipelineError
from pipeline.russian import engines
from pipeline.transcribe import load_model


@pytest.fixture(autouse=True)
def nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever tries to fetch something is found out."""

    def fetch(*_: object, **__: object) -> None:
        raise AssertionError("it called out")

    monkeypatch.setattr("urllib.request.urlopen", fetch)


@pytest.mark.parametrize("engine", ["whisper", "faster-whisper"])
def test_a_model_that_is_not_here_is_not_fetched_and_said(tmp_path: Path, engine: str) -> None:
    with pytest.raises(PipelineError) as error:
        load_model("tiny", engine, tmp_path, True)
    assert error.value.detail == "The speech model is not on this machine, and OFFLINE forbids to fetch it."


def test_damaged_weights_are_not_fetched_anew(tmp_path: Path) -> None:
    (tmp_path / "tiny.pt").write_bytes(b"half")
    with pytest.raises(PipelineError, match="could not be loaded"):
        load_model("tiny", "whisper", tmp_path, True)


def test_weights_that_are_here_are_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(whisper._MODELS, "tiny", f"https://x/{hashlib.sha256(b'whole').hexdigest()}/tiny.pt")
    monkeypatch.setattr(whisper, "load_model", lambda name, **_: name)
    (tmp_path / "tiny.pt").write_bytes(b"whole")
    monkeypatch.setattr("pipeline.hearing.standard.Standard", lambda network: network)
    assert load_model("tiny", "whisper", tmp_path, True).network == "tiny"


def test_the_phrasebook_needs_nobody(tmp_path: Path) -> None:
    assert load_model("phrasebook", "whisper", tmp_path, True).name == "phrasebook"


def test_engines_on_other_machines_are_left_out_and_named_once(caplog: pytest.LogCaptureFixture) -> None:
    far, near = "libretranslate:http://translate.example:5000", "libretranslate:http://127.0.0.1:5000"
    table = {"be": [far, "apertium"], "any": [far, near, "libretranslate:http://localhost:1", "ctranslate2:/models/x"]}
    made = engines.read(table, offline=True)
    assert [[engine.name for engine in row] for row in made.values()] == [
        ["apertium"],
        ["libretranslate", "libretranslate", "x"],
    ]
    assert caplog.text.count("is left out") == 1
    assert sum(map(len, engines.read(table).values())) == 6


def test_the_start_does_not_even_try(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "fetch", lambda *_: pytest.fail("it fetched"))
    settings = Settings.from_env({"DATA_DIR": str(tmp_path), "WEIGHTS_DIR": str(tmp_path), "OFFLINE": "1"})
    assert run.choose_model(settings) == "phrasebook"
