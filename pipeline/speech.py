"""Where somebody speaks, and the windows in which Whisper hears it. The model of silero-vad comes with its package."""

from __future__ import annotations

import wave
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

RATE = 16_000  # samples a second: what Whisper and silero-vad want
WINDOW = 30_000  # ms that Whisper hears at once
LONGEST = 28  # s of speech in one span: with silence on both sides it still fits into a window
MARGIN = 1000  # ms of silence that a window keeps before and after each span of speech, where there is so much

Samples = npt.NDArray[np.float32]
Span = tuple[int, int]  # start and end in ms
Spans = Sequence[Span]


def read_wav(path: Path) -> Samples:
    """The samples of one of our own files (16 kHz, mono, 16 bit), between -1 and 1."""
    with wave.open(str(path)) as file:
        data = file.readframes(file.getnframes())
    return np.frombuffer(data, "<i2").astype(np.float32) / np.float32(32768)


def find_speech(audio: Path) -> list[Span]:
    """Spans of speech in ms, in order, of 28 s at most; empty where nobody speaks."""
    import torch

    with one_thread():
        from silero_vad import get_speech_timestamps  # which leaves all of torch on one thread, for good

        spans = get_speech_timestamps(
            torch.from_numpy(read_wav(audio)),
            _detector(),
            sampling_rate=RATE,
            max_speech_duration_s=LONGEST,  # who speaks without a pause is parted at the longest breath
        )
    return [(span["start"] * 1000 // RATE, span["end"] * 1000 // RATE) for span in spans]


@contextmanager
def one_thread() -> Iterator[None]:
    """For a network so small that waiting for other threads takes most of the time, on a busy machine nearly all."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


@cache
def _detector() -> Any:
    from silero_vad import load_silero_vad

    return load_silero_vad()


@dataclass(frozen=True)
class Window:
    """Pieces of a clip that Whisper hears as one: some speech, without what is longer than two seconds of silence.

    Silence is where Whisper invents, and every 30 seconds of it cost as much as 30 seconds of speech.
    """

    pieces: tuple[Span, ...]

    @property
    def length(self) -> int:
        """In ms, as it is heard."""
        return sum(end - start for start, end in self.pieces)

    def cut(self, samples: Samples) -> Samples:
        """The sound of the pieces, one after the other."""
        return np.concatenate([samples[start * RATE // 1000 : end * RATE // 1000] for start, end in self.pieces])

    def when(self, start: int, end: int) -> Span:
        """What lies from start to end in the window (ms) lies in the clip then; never in two pieces."""
        begin = 0  # of the piece, in the window
        for piece in self.pieces:
            length = piece[1] - piece[0]
            if (start + end) / 2 < begin + length or piece is self.pieces[-1]:
                break
            begin += length
        shift = piece[0] - begin
        return max(start + shift, piece[0]), max(min(end + shift, piece[1]), piece[0])


def windows(speech: Spans, longest: int = WINDOW) -> list[Window]:
    """As few windows as hold all the speech, each of `longest` ms at most, parted where pauses are long.

    None is much shorter than the others, where pauses allow it: Whisper tells less from a short one. A single span that
    is longer makes a window of its own.
    """
    spans = _with_margins(speech)
    best: list[tuple[int, float, list[Window]]] = [(0, 0, [])]  # for the first spans: number of windows, cost, windows
    for end in range(1, len(spans) + 1):
        ways = []
        for start in reversed(range(end)):
            window = _joined(spans[start:end])
            if window.length > longest and start < end - 1:
                break
            pause = min(speech[start][0] - speech[start - 1][1], 2 * MARGIN) if start else 0
            waste = (
                2 * MARGIN * (1 - window.length / longest) ** 2
            )  # half a window empty is as bad as half a second less
            count, cost, earlier = best[start]
            ways.append((count + 1, cost + waste - pause, [*earlier, window]))
        best.append(min(ways, key=lambda way: way[:2]))
    return best[-1][2]


def _with_margins(speech: Spans) -> list[Span]:
    """Each span with some silence before and after; where there is too little for two spans, they share it."""
    if not speech:
        return []
    before = [-speech[0][0], *(end for _, end in speech[:-1])]
    after = [*(start for start, _ in speech[1:]), speech[-1][1] + 2 * MARGIN]
    return [
        (max(start - MARGIN, (start + earlier) // 2), min(end + MARGIN, (end + later) // 2))
        for (start, end), earlier, later in zip(speech, before, after, strict=True)
    ]


def _joined(spans: Spans) -> Window:
    pieces: list[Span] = []
    for start, end in spans:
        if pieces and start <= pieces[-1][1]:
            pieces[-1] = (pieces[-1][0], max(end, pieces[-1][1]))
        else:
            pieces.append((start, end))
    return Window(tuple(pieces))
