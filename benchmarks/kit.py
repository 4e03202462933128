"""All files of a kit of a clip of 90 s, beside the plain ffmpeg commands that make the same ones, one by one."""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.pieces import CUES, LENGTH
from benchmarks.side_by_side import ffmpeg, sample, seconds
from pipeline import card, renditions
from pipeline.campaign import Campaign
from pipeline.config import Settings
from pipeline.framing import cut
from pipeline.look import Look
from pipeline.prepare import proxy_size
from pipeline.presets import PRESETS
from pipeline.probe import probe
from pipeline.recipes import Recipe, Source, Wish, recipe
from pipeline.render import burn_in, lay_out
from pipeline.sandbox import Sandbox

LOUDNORM = "loudnorm=I=-14:TP=-1.5:LRA=11"


@dataclass(frozen=True)
class Bench:
    """One approved clip, and what a reviewer chose for it: each picture whole, before a blurred copy, with the card."""

    source: Source
    wish: Wish
    work: Path

    def ours(self) -> None:
        renditions.make(
            Sandbox(), self.source, {name: (it, None) for name, it in PRESETS.items()}, self.wish, self.work
        )

    def plain(self) -> None:
        """One call for each file that is not there yet, as somebody would type it: measure, frame, draw and encode."""
        for each in {recipe(preset, self.source, self.wish): None for preset in PRESETS.values()}:
            length = each.length_ms(self.wish.card) / 1000
            held = f"tpad=stop_mode=clone:stop_duration={length - each.end_ms / 1000}"
            picture = f"{_framed(self.source.size, each.frame)},{held},ass={self._drawn(each)},format=yuv420p"
            stereo = "aresample=48000,aformat=channel_layouts=stereo"
            sound = f"{_measured(self.source.clean)},{stereo},apad=whole_dur={length}"
            ffmpeg(
                "-i", self.source.clean, "-filter_complex", f"[0:v]{picture}[v];[0:a]{sound}[a]",
                "-map", "[v]", "-map", "[a]", "-map_metadata", "-1", "-use_editlist", "0",
                "-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-fps_mode", "vfr",
                "-maxrate", f"{each.kbps}k", "-bufsize", f"{each.kbps}k", "-force_key_frames", "expr:gte(t,n_forced*2)",
                "-c:a", "aac", "-b:a", f"{each.audio_kbps}k",
                "-movflags", "+faststart+negative_cts_offsets", self.work / f"plain-{each.name}",
            )  # fmt: skip

    def _drawn(self, each: Recipe) -> Path:
        """What is drawn: the captions in the lines of this frame, and the card."""
        path, wish = self.work / "plain.ass", self.wish
        cues = renditions.refitted(self.source.cues, self.source.size, each.frame, each.end_ms)
        lay_out(cues, each.frame, wish.look, self.work, path.name)
        if wish.card:
            text = card.added(path.read_text("utf-8"), wish.card, wish.hashtags, each.frame, each.end_ms)
            path.write_text(text, "utf-8")
        return path


def _framed(size: tuple[int, int], frame: tuple[int, int]) -> str:
    """The filters of pipeline/framing.py in ffmpeg's own words."""
    if size == frame:
        return "null"
    part, (width, height) = cut(size, frame), frame
    inside = f"scale={width}:{height}:force_original_aspect_ratio=decrease:force_divisible_by=2"
    return (
        f"split[a][b];[a]crop={part.width}:{part.height},scale={width // 8}:{height // 8},gblur=6,eq=brightness=-0.12,"
        f"scale={width}:{height}[behind];[b]{inside}[before];[behind][before]overlay=(W-w)/2:(H-h)/2"
    )


def _measured(clip: Path) -> str:
    """The second pass of loudnorm, after the first one."""
    command: list[str | Path] = [
        "ffmpeg",
        "-nostdin",
        "-i",
        clip,
        "-vn",
        "-af",
        f"{LOUDNORM}:print_format=json",
        "-f",
        "null",
        "-",
    ]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stderr
    heard = json.loads(re.findall(r"\{[^{}]*\}", said)[-1])
    return (
        f"{LOUDNORM}:measured_I={heard['input_i']}:measured_TP={heard['input_tp']}:measured_LRA={heard['input_lra']}"
        f":measured_thresh={heard['input_thresh']}:offset={heard['target_offset']}:linear=true"
    )


def measure(length: int = LENGTH) -> float:
    """The approved clip is there for both; only we copy its picture."""
    with tempfile.TemporaryDirectory() as folder:
        work, box = Path(folder), Sandbox()
        clip = sample(work / "clip.mp4", length)
        info = probe(box, clip, work)
        finished = burn_in(box, clip, CUES, info, work / "finished.mp4")
        campaign = Campaign.load(Settings.from_env({"DATA_DIR": folder}).campaign_file)
        source = Source(clip, finished, proxy_size(info), info.fps, info.duration_ms, CUES, None)
        bench = Bench(source, Wish(card=campaign.card, hashtags=campaign.hashtags, look=Look()), work)
        return seconds(bench.ours) / seconds(bench.plain)  # minutes each: nothing that would have to be warm
