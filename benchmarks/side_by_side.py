"""Two ways of doing the same work, measured in turns in one run, so that a busy machine slows both alike."""

from __future__ import annotations

import statistics
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

SAMPLE = Path(__file__).parent.parent / "tests" / "data" / "be-portrait.mp4"


def ratio(ours: Callable[[], object], plain: Callable[[], object], rounds: int) -> float:
    """How many times as long ours takes as plain: the median over the rounds, each beginning with the other one."""
    ours(), plain()  # caches, compilers and models are warm for both
    quotients = []
    for turn in range(rounds):
        order = (ours, plain) if turn % 2 else (plain, ours)
        took = {work: seconds(work) for work in order}
        quotients.append(took[ours] / took[plain])
    return statistics.median(quotients)


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def ffmpeg(*arguments: str | Path) -> None:
    """The plain command, as somebody would type it."""
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", *arguments], check=True)


def sample(path: Path, length: int) -> Path:
    """A portrait clip of so many seconds, made from the Belarusian sample without transcoding."""
    ffmpeg("-stream_loop", "-1", "-i", SAMPLE, "-t", str(length), "-c", "copy", path)
    return path
