"""What the checkpoint learns from: windows of sound with a few sentences in them, and the tokens Whisper should write.

Draws come from the global generators of `random` and `numpy`, seeded in train.py, in a fixed order: the same seed gives
the same windows.
"""

# ruff: noqa: S311 - draws that repeat are what we want here

import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from speak import RATE, Clip, Sound
from whisper.audio import log_mel_spectrogram
from whisper.tokenizer import get_tokenizer

FRAME = 320  # samples in a frame of the encoder and in a step of the time stamps: 20 ms
NOWHERE = -1.0  # the frame of a token that is not spoken
CHORD_HERTZ = [50, 110, 220, 262, 330, 392, 440, 523]

Spoken = dict[str, list[tuple[str, Sound]]]  # by language: sentences with their sounds


@dataclass
class Sequence:
    """Tokens and, for each, the frame in which it is spoken or NOWHERE."""

    tokens: list[int]
    frames: list[float]

    def add(self, tokens: list[int], frames: Iterable[float]) -> None:
        self.tokens += tokens
        self.frames += frames


@dataclass
class Window:
    mel: torch.Tensor  # half precision, 80 bands
    stamped: Sequence  # with time stamps, as Whisper transcribes
    plain: Sequence  # without, as word_timestamps=True asks for


class Tokens:
    """The tokens of Whisper's vocabulary that the phrasebook needs: training knows only these, by small numbers."""

    def __init__(self, spoken: Spoken) -> None:
        self.whisper = get_tokenizer(True, num_languages=99, language="en", task="transcribe")
        w = self.whisper
        special = {w.eot, w.sot, w.transcribe, w.no_timestamps, w.no_speech}
        languages = {w.to_language_token(language) for language in spoken}
        words = {token for clips in spoken.values() for text, _ in clips for token in self.encode(text)}
        stamps = set(range(w.timestamp_begin, w.timestamp_begin + 1501))
        self.ids = sorted(special | languages | words | stamps)
        self.small = {token: number for number, token in enumerate(self.ids)}

    def encode(self, text: str) -> list[int]:
        return self.whisper.encode(" " + text)

    def stamp(self, sample: int) -> int:
        return self.whisper.timestamp_begin + round(sample / FRAME)

    def width(self, token: int) -> int:
        """How many bytes of text the token stands for: a fair measure of how long it takes to say."""
        return max(1, len(self.whisper.encoding.decode_single_token_bytes(token)))


def by_language(clips: Iterable[Clip]) -> Spoken:
    spoken: Spoken = defaultdict(list)
    for clip in clips:
        spoken[clip.language].append((clip.text, clip.sound))
    return spoken


def make_window(spoken: Spoken, tokens: Tokens, frames: int, sentences: int, silent_share: float) -> Window:
    """Up to `sentences` sentences of one language over a noise; in `silent_share` of all windows only the noise."""
    sound = noise(frames * FRAME)
    if random.random() < silent_share:
        sound = sound * random.choice([1, 5])
        nothing = Sequence([tokens.whisper.sot, tokens.whisper.no_speech], [NOWHERE] * 2)
        return Window(mel(sound), nothing, nothing)
    stamped, plain = speak_over(sound, spoken, tokens, sentences)
    return Window(mel(sound), stamped, plain)


def speak_over(sound: Sound, spoken: Spoken, tokens: Tokens, sentences: int) -> tuple[Sequence, Sequence]:
    """Add the sentences to `sound`, and write down what was said when."""
    w = tokens.whisper
    language = random.choice(list(spoken))
    start = int(random.uniform(0, 1.5) * RATE)
    stamped = Sequence([w.sot, w.to_language_token(language), w.transcribe], [NOWHERE] * 3)
    plain = Sequence([*stamped.tokens, w.no_timestamps], [NOWHERE] * 4)
    for _ in range(random.randint(1, sentences)):
        text, voice = random.choice(spoken[language])
        end = start + len(voice)
        if end > len(sound):
            break
        sound[start:end] += voice * random.uniform(0.3, 1)
        first, last = (start + edge for edge in edges(voice))
        said = tokens.encode(text)
        frames = token_frames(said, tokens, first, last)
        stamped.add([tokens.stamp(start), *said, tokens.stamp(end)], [first / FRAME, *frames, last / FRAME])
        plain.add(said, frames)
        start = end + int(random.uniform(0.1, 0.9) * RATE)
    stamped.add([w.eot], [NOWHERE])
    plain.add([w.eot], [NOWHERE])
    return stamped, plain


def token_frames(said: list[int], tokens: Tokens, first: int, last: int) -> list[float]:
    """The frame in the middle of each token, if all bytes between two samples took the same time to say."""
    widths = np.array([tokens.width(token) for token in said], float)
    middles = (np.cumsum(widths) - widths / 2) / widths.sum()
    return list((first + middles * (last - first)) / FRAME)


def edges(voice: Sound) -> tuple[int, int]:
    """The samples between which the voice is louder than a hundredth of its peak."""
    loud = np.abs(voice) > 0.01 * np.abs(voice).max()
    return int(np.argmax(loud)), len(voice) - int(np.argmax(loud[::-1]))


def noise(samples: int) -> Sound:
    """What a quiet room may sound like: nothing, hiss, a hum or chord, or a rumble."""
    kind = random.random()
    hiss = np.random.randn(samples).astype(np.float32)
    if kind < 0.3:
        return hiss * 0
    if kind < 0.7:
        return hiss * 10 ** random.uniform(-5, -2.3)
    if kind < 0.85:
        return chord(samples)
    return np.convolve(hiss, np.ones(8) / 8, "same").astype(np.float32) * random.uniform(0.001, 0.01)


def chord(samples: int) -> Sound:
    t = np.arange(samples) / RATE
    tones = [np.sin(2 * np.pi * hertz * t + random.random()) for hertz in random.sample(CHORD_HERTZ, 3)]
    waves: npt.NDArray[np.float64] = sum(tones, np.zeros(samples))
    return waves.astype(np.float32) * random.uniform(0.001, 0.02)


def mel(sound: Sound) -> torch.Tensor:
    return log_mel_spectrogram(torch.from_numpy(sound)).half()
