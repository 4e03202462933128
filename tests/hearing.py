"""What the tests of hearing share: the sound of the sample clips, and what each engine makes of it, worked out once."""

from __future__ import annotations

import subprocess
import tempfile
import tomllib
import wave
from functools import cache
from pathlib import Path

import numpy as np

from pipeline.layout import PORTRAIT
from pipeline.speech import RATE, Samples, Span, find_speech, read_wav
from pipeline.transcribe import Model, Transcript, load_model, transcribe
from tests.media import CLIPS, ffmpeg

SPOKEN = {
    name: said for name, said in tomllib.loads((CLIPS / "spoken.toml").read_text("utf-8")).items() if said["sentences"]
}
LANGUAGES = {said["language"]: name for name, said in SPOKEN.items()}


def sound_of(name: str, folder: Path) -> Path:
    """The sound of a sample clip as our own WAV."""
    path = folder / "audio.wav"
    ffmpeg("-i", CLIPS / name, "-ac", "1", "-ar", "16000", "-c:a", "pcm_s16le", path)
    return path


@cache
def sample(language: str) -> tuple[Samples, list[Span]]:
    """The sound of the clip in this language, and where somebody speaks in it."""
    with tempfile.TemporaryDirectory() as folder:
        path = sound_of(LANGUAGES[language], Path(folder))
        return read_wav(path), find_speech(path)


def speech_in(samples: Samples) -> list[Span]:
    """Where somebody speaks in these samples."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "audio.wav")
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes((samples * 32767).astype("<i2").tobytes())
        return find_speech(path)


@cache
def model(engine: str = "whisper") -> Model:
    """The phrasebook, converted into a folder that goes with the process."""
    if engine == "whisper":
        return load_model("phrasebook")
    return load_model("phrasebook", engine, Path(_scratch().name))


@cache
def _scratch() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory()


@cache
def heard(language: str, engine: str = "whisper") -> Transcript:
    """What an engine makes of the clip in this language, which is declared."""
    samples, speech = sample(language)
    return transcribe(model(engine), samples, language, speech, PORTRAIT)


def texts(transcript: Transcript) -> str:
    """All that was heard, as one line."""
    return " ".join(cue.text.replace("\n", " ") for cue in transcript.cues)


def say(text: str, voice: str) -> Samples:
    """A sentence as espeak-ng speaks it, with a second of faint room tone around it."""
    wav = subprocess.run(["espeak-ng", "-v", voice, "-s", "150", "--stdout", text], check=True, capture_output=True)
    pcm = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", "-", "-ar", str(RATE), "-ac", "1", "-f", "f32le", "-"],
        input=wav.stdout,
        check=True,
        capture_output=True,
    )
    silence = np.zeros(RATE, np.float32)
    sound = np.concatenate([silence, 0.8 * np.frombuffer(pcm.stdout, np.float32), silence])
    return (sound + np.random.default_rng(1).normal(0, 0.0005, len(sound))).astype(np.float32)
