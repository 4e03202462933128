"""A finished clip, beside the plain ffmpeg command with the same settings."""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.side_by_side import ffmpeg, ratio, sample
from pipeline.cues import Cue
from pipeline.probe import probe
from pipeline.render import burn_in
from pipeline.sandbox import Sandbox

CUES = [Cue(at, at + 2500, "Настоящий герой тот,\nкто отказывается убивать.") for at in range(500, 23_000, 3000)]


def measure() -> float:
    with tempfile.TemporaryDirectory() as folder:
        work, box = Path(folder), Sandbox()
        clip = sample(work / "clip.mp4", 24)
        info = probe(box, clip, work)

        def ours() -> None:
            burn_in(box, clip, CUES, info, work / "finished.mp4")  # leaves captions.ass for the plain command

        def plain() -> None:
            ffmpeg(
                "-i", clip, "-vf", f"ass={work / 'captions.ass'},format=yuv420p", "-fps_mode", "vfr",
                "-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-c:a", "copy",
                "-movflags", "+faststart", work / "plain.mp4",
            )  # fmt: skip

        return ratio(ours, plain, rounds=5)
