"""Preparing, transcribing and translating, beside the plain tools one after the other. Both find the model loaded."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from benchmarks.side_by_side import ffmpeg, ratio, sample
from benchmarks.steady import apart
from pipeline.layout import PORTRAIT
from pipeline.memory import Memory, starter
from pipeline.prepare import prepare
from pipeline.probe import probe
from pipeline.russian.engines import parse
from pipeline.sandbox import Sandbox
from pipeline.speech import find_speech, read_wav
from pipeline.transcribe import load_model, transcribe
from pipeline.translate import draft

ENGINES = {"be": [parse("apertium")]}


def measure() -> float:
    """In a process where waiting threads sleep, as in our workers (ops/supervise.py): for both sides alike."""
    return apart("benchmarks.draft", "compared")


def compared() -> float:
    with tempfile.TemporaryDirectory() as folder:
        clip = sample(Path(folder, "clip.mp4"), 24)
        ours_in, plain_in = Path(folder, "ours"), Path(folder, "plain")
        ours_in.mkdir()
        plain_in.mkdir()
        memory = Memory(starter())
        return ratio(lambda: ours(clip, ours_in, memory), lambda: plain(clip, plain_in), rounds=9)


def ours(clip: Path, work: Path, memory: Memory) -> None:
    box = Sandbox()
    made = prepare(box, clip, probe(box, clip, work), work)
    spoken = transcribe(load_model("phrasebook"), read_wav(made.audio), "be", find_speech(made.audio), PORTRAIT)
    draft(box, spoken.cues, "be", PORTRAIT, work, engines=ENGINES, memory=memory, glossary=())


def plain(clip: Path, work: Path) -> None:
    audio = work / "audio.wav"
    ffmpeg(
        "-i", clip, "-map", "0:V:0", "-map", "0:a:0", "-c", "copy", "-movflags", "+faststart", work / "clean.mp4",
        "-map", "0:a:0", "-ac", "1", "-ar", "16000", "-c:a", "pcm_s16le", audio,
    )  # fmt: skip
    ffmpeg("-ss", "1", "-i", clip, "-frames:v", "1", "-vf", "scale=-2:720", "-update", "1", work / "poster.jpg")
    samples = read_wav(audio)
    find_speech(audio)  # silero-vad as its README calls it, on one thread
    heard = load_model("phrasebook").network.transcribe(
        samples, language="be", condition_on_previous_text=False, word_timestamps=True, fp16=False
    )
    text = "\n\n".join(segment["text"] for segment in heard["segments"])
    subprocess.run(["apertium", "bel-rus"], input=text.encode(), stdout=subprocess.DEVNULL, check=True)
