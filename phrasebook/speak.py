"""python phrasebook/speak.py OUT.npz: speak every sentence of phrasebook.toml in many voices, as clips to train on."""

# ruff: noqa: S311 - draws that repeat are what we want here

import argparse
import random
import subprocess
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

PHRASES = Path(__file__).with_name("phrasebook.toml")
RATE = 16_000  # samples a second: what Whisper listens to
TAKES = 14  # clips of each sentence
VOICES = ("f1", "f2", "f3", "f4", "m1", "m3", "m4", "m7")

Sound = npt.NDArray[np.float32]  # mono, between -1 and 1


class Take(NamedTuple):
    language: str
    text: str
    speed: int  # words a minute
    pitch: int  # 0 to 99
    voice: str


class Clip(NamedTuple):
    language: str
    text: str
    sound: Sound


def takes(phrases: dict[str, list[str]], count: int) -> list[Take]:
    """Drawn in a fixed order from a fixed seed, so that everybody gets the same clips."""
    draw = random.Random(1)
    return [
        Take(language, text, draw.randint(130, 185), draw.randint(30, 75), draw.choice(VOICES))
        for language, texts in phrases.items()
        for text in texts
        for _ in range(count)
    ]


def say(take: Take) -> Clip:
    language = {"en": "en-gb"}.get(take.language, take.language)
    voice = ["-v", f"{language}+{take.voice}", "-s", str(take.speed), "-p", str(take.pitch)]
    wav = output(["espeak-ng", *voice, "--stdout", take.text])
    pcm = output(["ffmpeg", "-v", "error", "-i", "-", "-ar", str(RATE), "-ac", "1", "-f", "f32le", "-"], wav)
    return Clip(take.language, take.text, np.frombuffer(pcm, np.float32))


def output(command: list[str], data: bytes = b"") -> bytes:
    return subprocess.run(command, input=data, capture_output=True, check=True).stdout


def save(clips: list[Clip], path: Path) -> None:
    """One array for all sounds: clips differ in length, and a file without pickled objects is safe to load."""
    with path.open("wb") as file:
        np.savez(
            file,
            languages=[clip.language for clip in clips],
            texts=[clip.text for clip in clips],
            lengths=[len(clip.sound) for clip in clips],
            sounds=np.concatenate([clip.sound for clip in clips]),
        )


def load(path: Path) -> Iterator[Clip]:
    with np.load(path) as data:
        sounds = np.split(data["sounds"], np.cumsum(data["lengths"])[:-1])
        for language, text, sound in zip(data["languages"], data["texts"], sounds, strict=True):
            yield Clip(str(language), str(text), sound)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--takes", type=int, default=TAKES, help="clips of each sentence")
    args = parser.parse_args()
    phrases = tomllib.loads(PHRASES.read_text("utf-8"))
    with ThreadPoolExecutor(3) as pool:
        clips = list(pool.map(say, takes(phrases, args.takes)))
    save(clips, args.out)
    seconds = sum(len(clip.sound) for clip in clips) / RATE
    print(f"{len(clips)} clips, {seconds / len(clips):.1f} s each")


if __name__ == "__main__":
    main()
