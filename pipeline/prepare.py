"""From a supporter's original to what everybody after this step works with. The original is not touched again."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pipeline import ffmpeg
from pipeline.errors import BadMedia
from pipeline.probe import LONG_SIDE, MAX_FPS, MediaInfo
from pipeline.sandbox import Sandbox
from pipeline.speech import RATE, Samples, read_wav

PEAKS_A_SECOND = 20
POSTER_AT_MS = 1000


@dataclass(frozen=True)
class Prepared:
    """The four files that prepare() makes."""

    clean: Path
    audio: Path
    peaks: Path
    poster: Path


def prepare(box: Sandbox, original: Path, info: MediaInfo, out: Path, stop: threading.Event | None = None) -> Prepared:
    """Make the clean proxy, its sound as 16 kHz WAV, waveform peaks and a poster in the directory `out`.

    Picture and sound are copied where they are what we need, else transcoded once. Raises BadMedia where the
    original is damaged, ToolFailed, LostLease.
    """
    made = Prepared(*(out / name for name in ("clean.mp4", "audio.wav", "peaks.json", "poster.jpg")))
    # A little more than the clip claims to hold: a clip that lies is cut there, and found out by verify
    clip = ffmpeg.source(original, t=info.duration_ms / 1000 * 1.1 + 2)
    coding = _video(info) | _audio(info) | ffmpeg.ANONYMOUS
    proxy = ffmpeg.output(_picture(clip["V:0"], info), clip["a:0"], name=made.clean.name, **coding)
    # Sound that starts late or has holes is filled up, so that its times are those of the picture
    whole = clip["a:0"].filter("aresample", RATE, **{"async": 1, "first_pts": 0})
    wav = ffmpeg.output(whole, name=made.audio.name, f="wav", acodec="pcm_s16le", ac=1, **ffmpeg.BARE)
    ffmpeg.run(box, proxy, wav, read=original, write=out, stop=stop, otherwise=BadMedia, reason="damaged")
    with ThreadPoolExecutor() as threads:  # ffprobe and ffmpeg spend most of a short call on starting up
        poster = threads.submit(_poster, box, made, min(POSTER_AT_MS, info.duration_ms // 2))
        ffmpeg.verify(box, made.clean, info.duration_ms)
        made.peaks.write_text(json.dumps(peaks(read_wav(made.audio))))
    poster.result()
    for path in (made.audio, made.peaks, made.poster):
        ffmpeg.to_disk(path)
    return made


def peaks(samples: Samples) -> dict[str, Any]:
    """The loudest sample of each twentieth of a second, 0 to 127, for drawing a waveform."""
    step = RATE // PEAKS_A_SECOND
    padded = np.pad(np.abs(samples), (0, -len(samples) % step))
    return {"rate": PEAKS_A_SECOND, "peaks": (padded.reshape(-1, step).max(axis=1) * 127).astype(int).tolist()}


def _video(info: MediaInfo) -> dict[str, Any]:
    if info.copy_picture:
        return {"vcodec": "copy", **ffmpeg.NO_SEI}
    return ffmpeg.H264 | {"fpsmax": MAX_FPS}


def _audio(info: MediaInfo) -> dict[str, Any]:
    if info.copy_sound:
        return {"acodec": "copy"}
    return {"acodec": "aac", "audio_bitrate": "128k", "ar": 48_000, "ac": 2}


def _picture(picture: Any, info: MediaInfo) -> Any:
    """Upright (ffmpeg turns it before any filter), square pixels, even sides, 8 bit, SDR."""
    if info.copy_picture:
        return picture
    width, height = proxy_size(info)
    picture = picture.filter("bwdif", mode="send_frame", deint="interlaced").filter("scale", width, height)
    if info.hdr:
        picture = (
            picture.filter("zscale", tin=info.transfer, pin="bt2020", min="bt2020nc", rin="tv", t="linear", npl=100)
            .filter("format", "gbrpf32le")
            .filter("zscale", p="bt709")
            .filter("tonemap", tonemap="hable", desat=0)
            .filter("zscale", t="bt709", m="bt709", r="tv")
        )
    return picture.filter("setsar", 1).filter("format", "yuv420p")


def proxy_size(info: MediaInfo) -> tuple[int, int]:
    """Width and height of the clean proxy: even, the long side at most LONG_SIDE."""
    if info.copy_picture:
        return info.width, info.height
    scale = min(1, LONG_SIDE / max(info.width, info.height))
    return max(2, round(info.width * scale / 2) * 2), max(2, round(info.height * scale / 2) * 2)


def _poster(box: Sandbox, made: Prepared, at_ms: int) -> None:
    frame = ffmpeg.source(made.clean, ss=at_ms / 1000)["V:0"].filter("scale", -2, "min(720,ih)")
    jpeg = ffmpeg.output(frame, name=made.poster.name, f="image2", update=1, vframes=1, **ffmpeg.BARE)
    ffmpeg.run(box, jpeg, read=made.clean, write=made.poster.parent)
