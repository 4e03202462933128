"""The finished clip: captions in the picture, or beside it as a text stream that a player can switch off."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from pipeline import ffmpeg, formats
from pipeline.cues import Cue
from pipeline.errors import BadMedia, PipelineError, ToolFailed
from pipeline.look import PLAIN, Look
from pipeline.prepare import proxy_size
from pipeline.probe import MediaInfo, probe
from pipeline.sandbox import Sandbox

CYRILLIC_FONTS = ("Noto Sans", "DejaVu Sans")


def burn_in(
    box: Sandbox,
    clean: Path,
    cues: Sequence[Cue],
    info: MediaInfo,
    out: Path,
    stop: threading.Event | None = None,
    look: Look = PLAIN,
) -> Path:
    """Draw the cues into the picture of the clean proxy; the sound is copied. Raises ToolFailed or LostLease.

    Only our own ASS reaches libass: its filter opens files itself, past all guards. It goes by a bare name, for a
    path with an apostrophe in it would not survive the quoting.
    """
    captions = out.with_name("captions.ass")
    captions.write_text(formats.ass(cues, *proxy_size(info), look), "utf-8")
    clip = ffmpeg.source(clean)
    picture = clip["V:0"].filter("ass", captions.name).filter("format", "yuv420p")
    finished = ffmpeg.output(
        picture, clip["a:0"], name=out.name,
        acodec="copy", **ffmpeg.H264, **ffmpeg.ANONYMOUS,
    )  # fmt: skip
    with _our_own_work():
        ffmpeg.run(box, finished, read=clean, write=out.parent, stop=stop)
        ffmpeg.verify(box, out, info.duration_ms)
    return out


def soft_subs(box: Sandbox, clean: Path, cues: Sequence[Cue], out: Path) -> Path:
    """The clean proxy with the cues as a Russian text stream, shown unless it is switched off."""
    length = probe(box, clean, out.parent).duration_ms
    inside = [replace(cue, end=min(cue.end, length)) for cue in cues if cue.start < length]
    captions = out.with_name("captions.srt")
    captions.write_text(formats.srt(inside), "utf-8")
    clip, text = ffmpeg.source(clean), ffmpeg.captions(captions.name)
    made = ffmpeg.output(
        clip["V:0"], clip["a:0"], text["s:0"], name=out.name,
        vcodec="copy", acodec="copy", scodec="mov_text",
        **ffmpeg.ANONYMOUS, **{"metadata:s:s:0": "language=rus", "disposition:s:0": "default"},
    )  # fmt: skip
    with _our_own_work():
        ffmpeg.run(box, made, read=clean, write=out.parent)
        ffmpeg.verify(box, out, length)
    return out


@contextmanager
def _our_own_work() -> Iterator[None]:
    """The proxy was whole when it was stored: what goes wrong from here on is not the supporter's file."""
    try:
        yield
    except BadMedia as error:
        raise ToolFailed("tool_failed", error.detail) from error


def fonts_ready(box: Sandbox, work: Path) -> str:
    """ "" when captions will be drawn in a font that has Cyrillic letters, else one sentence."""
    try:
        done = box.run(["fc-match", "--format", "%{family}", f"{formats.FONT}:bold:lang=ru"], write=work)
    except PipelineError as error:
        return f"Fonts could not be looked up: {error.detail or error}."
    if done.stdout.decode("utf-8", "replace").startswith(CYRILLIC_FONTS):
        return ""
    return "No font with Cyrillic letters was found: install fonts-noto-core or fonts-dejavu."
