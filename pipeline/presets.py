"""What each network takes: the numbers of presets.toml, which says where they come from and when they were checked."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pipeline.look import Box

FILE = Path(__file__).with_name("presets.toml")


@dataclass(frozen=True)
class Preset:
    """What one place on a network takes. Lengths in ms, sizes in bytes, the frame in pixels, rates in kbit/s."""

    name: str
    network: str  # a key of campaign.networks
    label: str  # as people know it
    width: int
    height: int
    min_ms: int
    max_ms: int
    max_bytes: int
    min_fps: float
    max_fps: float
    max_kbps: int  # of the picture
    audio_kbps: int
    zone: Box  # what the network's own buttons leave free, in shares of the frame
    title_chars: int  # 0: there is no title
    text_chars: int
    srt: str  # the name of a subtitle file beside the video, with {name}; "": it takes none
    own_frame: bool  # a clip that is wider than high keeps its shape: the frame is turned


def _read(name: str, table: dict[str, Any]) -> Preset:
    width, height = table["width"], table["height"]
    left, top, right, bottom = table["zone"]
    (min_s, max_s), (min_fps, max_fps) = table["seconds"], table["fps"]
    return Preset(
        name=name,
        network=table["network"],
        label=table["label"],
        width=width,
        height=height,
        min_ms=min_s * 1000,
        max_ms=max_s * 1000,
        max_bytes=table["megabytes"] * 1_000_000,
        min_fps=min_fps,
        max_fps=max_fps,
        max_kbps=table["kbps"],
        audio_kbps=table["audio_kbps"],
        zone=Box(left / width, top / height, (right - left) / width, (bottom - top) / height),
        title_chars=table["title"],
        text_chars=table["text"],
        srt=table["srt"],
        own_frame=table.get("own_frame", False),
    )


_TABLES = tomllib.loads(FILE.read_text("utf-8"))
CHECKED: date = _TABLES.pop("checked")
PRESETS: dict[str, Preset] = {name: _read(name, table) for name, table in _TABLES.items()}


def for_networks(keys: Iterable[str]) -> list[Preset]:
    """The presets of these networks, in the order of the file."""
    wanted = set(keys)
    return [preset for preset in PRESETS.values() if preset.network in wanted]
