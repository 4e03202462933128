"""Whether a sentence was really said, for a model that knows only a few of them and answers everything with one.

Such a model is as sure of a guess as of what it knows, so it is not asked: what was heard is compared with how the
sentence sounds, which stands beside the checkpoint in a file of the same name (phrasebook/sounds.py makes it). Models
without such a file, that is all real ones, have nothing to do with this.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pipeline.hearing.doubt import Segment
from pipeline.speech import RATE, Samples, Spans

STEP, FRAME, POINTS = 480, 400, 512  # samples from one frame to the next, in a frame, and in its Fourier transform
BANDS, SHAPES = 26, 8  # of the mel scale; of the cosines that describe a frame's spectrum, without its loudness
QUIET = 0.03  # share of the loudest frame's amplitude below which a frame does not count as speech
AROUND = 300  # ms of sound before and after the words and their speech that may belong to them
STRETCH = 16  # frames, half a second: one wrong word is enough, however well the rest fits
SCALE = 16  # of the numbers in the file, which are whole ones from -127 to 127

# How far the worst stretch of a sentence may be from the nearest of its sounds, in standard deviations. Measured with
# espeak-ng 1.51 in seven languages and eight voices, after the number was chosen: of 181 cues with what was really said
# none was taken for a guess; of 222 guesses at 39 sentences that the phrasebook does not know none was missed; of 61
# guesses at 29 sentences that differ from a known one by a word or two, four were ("brother" for "mother").
UNLIKE = 0.66

Frames = npt.NDArray[np.float32]  # frames x SHAPES
Sounds = Mapping[str, list[Frames]]  # of each sentence, in a few voices


def read(path: Path) -> Sounds | None:
    """The sounds beside a checkpoint; None where there are none."""
    if not path.with_suffix(".npz").exists():
        return None
    sounds: dict[str, list[Frames]] = {}
    with np.load(path.with_suffix(".npz")) as data:
        parts = np.split(data["frames"].astype(np.float32) / SCALE, np.cumsum(data["lengths"])[:-1])
        for text, part in zip(data["texts"], parts, strict=True):
            sounds.setdefault(str(text), []).append(part)
    return sounds


def write(path: Path, sounds: Iterable[tuple[str, Samples]]) -> None:
    """The file for read(), from sentences and the sound of each, without silence around it."""
    texts, samples = zip(*sounds, strict=True)
    made = [np.clip(np.round(frames(sound) * SCALE), -127, 127).astype(np.int8) for sound in samples]
    np.savez_compressed(path, texts=texts, lengths=[len(part) for part in made], frames=np.concatenate(made))


def guessed(segment: Segment, samples: Samples, speech: Spans, sounds: Sounds) -> bool:
    """Whether the segment's text is not what is said there. All times are those of the samples."""
    if not segment.words:
        return False
    start, end = segment.words[0].start, segment.words[-1].end
    near = [(start, end), *(span for span in speech if span[0] < end and start < span[1])]
    first, last = min(start for start, _ in near) - AROUND, max(end for _, end in near) + AROUND
    heard = frames(samples[max(first, 0) * RATE // 1000 : last * RATE // 1000])
    return min((distance(sound, heard) for sound in sounds.get(segment.text, ())), default=np.inf) > UNLIKE


def frames(samples: Samples) -> Frames:
    """The spectrum every 30 ms, as few numbers that say what is spoken rather than by whom and how loud (MFCC)."""
    count = max((len(samples) - FRAME) // STEP + 1, 0)
    cut = samples[np.arange(count)[:, None] * STEP + np.arange(FRAME)]
    power = np.abs(np.fft.rfft(cut * np.hanning(FRAME), POINTS)) ** 2
    bands, cosines = _bands()
    shapes = np.log(power @ bands + 1e-6) @ cosines
    loudness = np.sqrt((cut**2).mean(1))
    speech = shapes[loudness > QUIET * loudness.max(initial=0)]
    if not len(speech):
        return np.zeros((0, SHAPES), np.float32)
    made: Frames = ((shapes - speech.mean(0)) / (speech.std(0) + 1e-3)).astype(np.float32)
    return made


def distance(sound: Frames, heard: Frames) -> float:
    """Mean distance in the worst stretch of the sound, laid on what was heard wherever it fits best as a whole.

    Time may run twice as fast there, or stand still: dynamic time warping.
    """
    if not len(heard) or not len(sound):
        return np.inf
    apart = np.sqrt(((sound[:, None] - heard) ** 2).mean(-1))
    total, steps = apart[0], []
    for row in apart[1:]:
        before = np.pad(total, (2, 0), constant_values=np.inf)
        ways = np.stack([before[2:], before[1:-1], before[:-2]])  # from the same frame, the one before, the one before
        steps.append(ways.argmin(0))
        total = row + ways.min(0)
    at = int(total.argmin())
    path = [apart[-1, at]]
    for row, step in zip(apart[-2::-1], reversed(steps), strict=True):
        at -= int(step[at])
        path.append(row[at])
    stretch = np.ones(min(STRETCH, len(path)))
    return float(np.convolve(path, stretch / len(stretch), "valid").max())


@cache
def _bands() -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """The weight of each frequency in each band, and of each band in each shape."""
    lowest, highest = (2595 * np.log10(1 + hertz / 700) for hertz in (60, 7600))
    edges = 700 * (10 ** (np.linspace(lowest, highest, BANDS + 2) / 2595) - 1)
    hertz = np.fft.rfftfreq(POINTS, 1 / RATE)[:, None]
    rising = (hertz - edges[:-2]) / np.diff(edges)[:-1]
    falling = (edges[2:] - hertz) / np.diff(edges)[1:]
    cosines = np.cos(np.pi / BANDS * np.outer(np.arange(BANDS) + 0.5, np.arange(1, SHAPES + 1)))
    return np.clip(np.minimum(rising, falling), 0, None), cosines
