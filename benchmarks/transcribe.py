"""Our transcription step beside plain openai-whisper and plain faster-whisper, on networks of real sizes.

All hear the same 54 seconds of speech in two windows and write the same tokens, greedily and with times for the words
(recital.py sees to that). Ours finds the speech first, and so does faster-whisper with its vad_filter; openai-whisper
cannot. The plain ones are called as their readmes show, but without faster-whisper's five beams. It computes in 32 bits
by default, ours in 8: its time in 8 bits stands beside the others. Networks are loaded beforehand. Each gets one core,
and what counts is processor time, which other work on the machine does not lengthen.
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks import recital
from benchmarks.side_by_side import SAMPLE, ffmpeg
from benchmarks.steady import apart, resident
from pipeline.layout import PORTRAIT
from pipeline.speech import RATE, find_speech, read_wav
from pipeline.transcribe import load_model, transcribe

SECONDS = 54
LANGUAGE = "be"
ROUNDS = 3

Work = Callable[[], int]  # gives the number of words


def measure() -> float:
    """The faster engine as a multiple of the better of the two plain ones."""
    return apart("benchmarks.transcribe", "faster")


def measure_whisper() -> float:
    """The standard engine as a multiple of plain openai-whisper."""
    return apart("benchmarks.transcribe", "standard")


def faster() -> float:
    with tempfile.TemporaryDirectory() as folder:
        setting = Setting(Path(folder), "base")
        own = _first("ours", lambda: setting.ours("faster-whisper"))
        plain = {"openai-whisper": setting.plain_whisper, "faster-whisper": setting.plain_faster}
        first = {name: _first(name, work) for name, work in plain.items()}
        _first("faster-whisper in 8 bits", lambda: setting.plain_faster("int8"))
        assert {run.words for run in first.values()} == {own.words}, "not the same work"
        return _beside(lambda: setting.ours("faster-whisper"), plain[min(plain, key=lambda name: first[name].took)])


def standard() -> float:
    with tempfile.TemporaryDirectory() as folder:
        setting = Setting(Path(folder), "tiny")
        own, first = _first("ours", lambda: setting.ours("whisper")), _first("openai-whisper", setting.plain_whisper)
        assert own.words == first.words, "not the same work"
        return _beside(lambda: setting.ours("whisper"), setting.plain_whisper)


class Setting:
    """A checkpoint of this size, and the sound."""

    def __init__(self, folder: Path, size: str) -> None:
        import torch

        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        torch.set_num_threads(1)
        self.folder, self.checkpoint, self.audio = folder, folder / f"{size}.pt", folder / "audio.wav"
        recital.write(self.checkpoint, size, LANGUAGE)
        ffmpeg("-stream_loop", "-1", "-i", SAMPLE, "-t", str(SECONDS), "-vn", "-ac", "1", "-ar", str(RATE), self.audio)

    def ours(self, engine: str) -> int:
        model = load_model(str(self.checkpoint), engine, self.folder)
        heard = transcribe(model, read_wav(self.audio), LANGUAGE, find_speech(self.audio), PORTRAIT)
        return sum(len(cue.text.split()) for cue in heard.cues)

    def plain_whisper(self) -> int:
        network = load_model(str(self.checkpoint), "whisper", self.folder).network
        heard = network.transcribe(
            read_wav(self.audio), language=LANGUAGE, condition_on_previous_text=False, word_timestamps=True, fp16=False
        )
        return len(heard["text"].split())

    def plain_faster(self, compute_type: str = "float32") -> int:
        segments, _ = self.network(compute_type).transcribe(
            read_wav(self.audio),
            language=LANGUAGE,
            beam_size=1,
            condition_on_previous_text=False,
            word_timestamps=True,
            vad_filter=True,
        )
        return sum(len(segment.text.split()) for segment in segments)

    @cache  # noqa: B019 - one setting in a process
    def network(self, compute_type: str) -> Any:
        """faster-whisper's, of the weights that ours converted."""
        from faster_whisper import WhisperModel

        return WhisperModel(
            str(next((self.folder / "ctranslate2").iterdir())), compute_type=compute_type, cpu_threads=1
        )


@dataclass(frozen=True)
class Run:
    """What a work gave, and what it took."""

    words: int
    took: float  # s of the processor


def _beside(ours: Work, plain: Work) -> float:
    """By the quickest round of each: whatever disturbs one only makes it slower."""
    rounds = [(_run(ours).took, _run(plain).took) for _ in range(ROUNDS)]
    return min(took for took, _ in rounds) / min(took for _, took in rounds)


def _run(work: Work) -> Run:
    began = time.process_time()
    return Run(work(), time.process_time() - began)


def _first(name: str, work: Work) -> Run:
    """A run of something that is warm already; tells how far memory rose above that at rest."""
    work()
    rest, highest, done = resident(), [0], threading.Event()

    def watch() -> None:
        while not done.wait(0.02):
            highest[0] = max(highest[0], resident())

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        run = _run(work)
    finally:
        done.set()
        watcher.join()
    print(f"  {name}: {run.took:.1f} s, {max(highest[0] - rest, 0) >> 20} MB above rest", file=sys.stderr)
    return run
