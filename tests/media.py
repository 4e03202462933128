"""Helpers of the tools' tests: the sample clips, cut short, and what is really in a file (asked of plain ffmpeg)."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.sandbox import Sandbox

CLIPS = Path(__file__).parent / "data"
BOX = Sandbox()


def ffmpeg(*arguments: str | Path) -> bytes:
    return subprocess.run(
        ["ffmpeg", "-v", "error", "-nostdin", "-y", *arguments], check=True, capture_output=True
    ).stdout


def short(name: str, folder: Path, seconds: float = 2) -> Path:
    """The beginning of a sample clip, its streams as they are."""
    path = folder / f"short-{name}"
    ffmpeg("-i", CLIPS / name, "-t", str(seconds), "-map", "0", "-c", "copy", path)
    return path


def streams(path: Path) -> list[dict[str, Any]]:
    command = ["ffprobe", "-v", "error", "-show_streams", "-of", "json", path]
    found: list[dict[str, Any]] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)["streams"]
    return found


def frame(path: Path, seconds: float, width: int, height: int) -> np.ndarray:
    """One picture as grey values, height x width."""
    raw = ffmpeg("-ss", str(seconds), "-i", path, "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "gray", "-")
    return np.frombuffer(raw, np.uint8).reshape(height, width).astype(int)


def packets(path: Path, stream: str, *filters: str) -> bytes:
    """A hash over the packets of one stream."""
    return ffmpeg("-i", path, "-map", f"0:{stream}", "-c", "copy", *filters, "-f", "streamhash", "-")
