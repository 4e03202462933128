"""Where somebody speaks. The model of silero-vad comes with its package; nothing is fetched."""

from __future__ import annotations

import wave
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

RATE = 16_000  # samples a second: what Whisper and silero-vad want

Samples = npt.NDArray[np.float32]


def read_wav(path: Path) -> Samples:
    """The samples of one of our own files (16 kHz, mono, 16 bit), between -1 and 1."""
    with wave.open(str(path)) as file:
        data = file.readframes(file.getnframes())
    return np.frombuffer(data, "<i2").astype(np.float32) / np.float32(32768)


def find_speech(audio: Path) -> list[tuple[int, int]]:
    """Spans of speech in ms, in order; empty where nobody speaks."""
    import torch
    from silero_vad import get_speech_timestamps

    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # the model is so small that waiting for other threads takes most of the time
    try:
        spans = get_speech_timestamps(torch.from_numpy(read_wav(audio)), _detector(), sampling_rate=RATE)
    finally:
        torch.set_num_threads(threads)
    return [(span["start"] * 1000 // RATE, span["end"] * 1000 // RATE) for span in spans]


@cache
def _detector() -> Any:
    from silero_vad import load_silero_vad

    return load_silero_vad()
