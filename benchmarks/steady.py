"""Memory over many clips: that of a fresh worker after 50 of them, as a multiple of that after 10."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.side_by_side import SAMPLE, ffmpeg
from pipeline.layout import PORTRAIT
from pipeline.speech import RATE, find_speech
from pipeline.transcribe import transcribe_or_leave_empty

ENGINES = ("whisper", "faster-whisper")
LANGUAGES = ("be", None, "ru", "mul")  # as declared, in turn: more of the code is used


def measure() -> float:
    """The worse of the two engines."""
    return max(apart("benchmarks.steady", "growth", engine) for engine in ENGINES)


def apart(module: str, name: str, *arguments: str) -> float:
    """What a function gives in a process of its own: nothing has grown there, and nothing of it stays here.

    Threads that wait for one another sleep there. By default they spin, and torch on a busy machine then takes up to
    twenty times as long, whoever calls it.
    """
    code = f"import sys; from {module} import {name}; print({name}(*sys.argv[1:]))"
    environ = {**os.environ, "OMP_WAIT_POLICY": "PASSIVE"}
    command = [sys.executable, "-c", code, *arguments]
    return float(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environ).stdout)


def growth(engine: str) -> float:
    """The whole step on six seconds of sound, 50 times."""
    with tempfile.TemporaryDirectory() as name:
        audio, after = Path(name, "audio.wav"), {}
        ffmpeg("-i", SAMPLE, "-t", "6", "-vn", "-ac", "1", "-ar", str(RATE), audio)
        for clip in range(1, 51):
            language = LANGUAGES[clip % len(LANGUAGES)]
            transcribe_or_leave_empty(
                "phrasebook", audio, language, find_speech(audio), PORTRAIT, engine, weights=Path(name)
            )
            after[clip] = resident()
        return after[50] / after[10]


def resident() -> int:
    """Bytes of memory that this process holds now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
