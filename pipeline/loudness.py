"""The sound of a rendition: as loud as the networks play it, encoded once for all of them."""

from __future__ import annotations

import json
import re
from pathlib import Path

from pipeline import ffmpeg
from pipeline.errors import ToolFailed
from pipeline.sandbox import Sandbox

#: LUFS, dBTP, LU: YouTube plays at -14, and AAC of a sound that peaks at -1.5 does not clip (EBU R 128 s2).
TARGET = {"I": -14, "TP": -1.5, "LRA": 11}
RATE = 48_000  # loudnorm works at 192 kHz
PRIMING = 1024  # samples that an AAC encoder puts before the first; without an edit list they are played
MEASURED = {
    "measured_I": "input_i",
    "measured_TP": "input_tp",
    "measured_LRA": "input_lra",
    "measured_thresh": "input_thresh",
    "offset": "target_offset",
}


def measure(box: Sandbox, clip: Path, work: Path) -> dict[str, float] | None:
    """What loudnorm's first pass says of the sound, as options of its second; None where there is only silence."""
    heard = ffmpeg.source(clip)["a:0"].filter("loudnorm", **TARGET, print_format="json")
    said = ffmpeg.listen(box, heard, read=clip, write=work)
    found = re.findall(r"\{[^{}]*\}", said)
    if not found:
        raise ToolFailed("tool_failed", said)
    values = json.loads(found[-1])
    options = {option: float(values[name]) for option, name in MEASURED.items()}
    silent = any(value in {float("inf"), float("-inf")} for value in options.values())
    return None if silent else options


def normalised(
    box: Sandbox, clip: Path, out: Path, length_ms: int, kbps: int, end_ms: int, measured: dict[str, float] | None
) -> Path:
    """The sound of the clip up to end_ms, at TARGET, as AAC in an MP4 of its own, with silence up to length_ms."""
    sound = ffmpeg.source(clip)["a:0"].filter("aresample", RATE, **{"async": 1, "first_pts": 0})
    sound = sound.filter("atrim", end=end_ms / 1000)
    if measured:
        sound = sound.filter("loudnorm", **TARGET, **measured, linear="true").filter("aresample", RATE)
    sound = sound.filter("apad", whole_dur=length_ms / 1000).filter("atrim", end=length_ms / 1000)
    sound = sound.filter("atrim", start_sample=PRIMING).filter("asetpts", "PTS-STARTPTS")
    made = ffmpeg.output(
        sound, name=out.name, acodec="aac", audio_bitrate=f"{kbps}k", ac=2, ar=RATE, use_editlist=0, **ffmpeg.ANONYMOUS
    )
    ffmpeg.run(box, made, read=clip, write=out.parent)
    ffmpeg.verify(box, out, length_ms, kinds=("audio",))
    return out
