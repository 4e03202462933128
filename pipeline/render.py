"""The finished clip: captions in the picture, or beside it as a text stream that a player can switch off.

What is drawn into a picture, whatever it is for: lay_out() writes captions and logo into the folder of the call,
drawn() gives the stream. For several frames in one call give each captions a name of its own.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from pipeline import ffmpeg, formats
from pipeline.cues import Cue
from pipeline.errors import BadMedia, PipelineError, ToolFailed
from pipeline.look import PLAIN, Look
from pipeline.prepare import proxy_size
from pipeline.probe import MediaInfo, probe
from pipeline.sandbox import Sandbox

CAPTIONS, LOGO = "captions.ass", "logo.png"  # names in the folder of a call
CYRILLIC_FONTS = ("Noto Sans", "DejaVu Sans")


def lay_out(cues: Sequence[Cue], size: tuple[int, int], look: Look, folder: Path, name: str = CAPTIONS) -> str:
    """Write what drawn() needs into the folder of the call, for a frame of width x height; gives `name` back."""
    (folder / name).write_text(formats.ass(cues, *size, look, marks=True), "utf-8")
    if look.image:
        (folder / LOGO).write_bytes(look.image)
    return name


def drawn(picture: Any, captions: str, size: tuple[int, int], look: Look) -> Any:
    """The picture, in a frame of this size, with the captions of that file, the hashtags and the logo drawn into it.

    captions: what lay_out() gave, a bare name in the folder of the call: a path with an apostrophe in it would not
    survive the quoting. Only our own ASS reaches libass, for its filter opens files itself, past all guards. Captions
    go by the times of the frames.
    """
    picture = picture.filter("ass", captions)
    if look.logo and look.image:
        place = look.logo
        left, top, width, height = (
            max(round(share * side), 1)
            for share, side in zip((place.left, place.top, place.width, place.height), size * 2, strict=True)
        )
        logo = ffmpeg.still(LOGO)["v:0"].filter("scale", width, height, force_original_aspect_ratio="decrease")
        # One tick a second: the clip's own, finer ticks are kept
        logo = logo.filter("settb", "1")
        picture = picture.overlay(logo, x=f"{left}+({width}-w)/2", y=f"{top}+({height}-h)/2")
    return picture.filter("format", "yuv420p")


def burn_in(
    box: Sandbox,
    clean: Path,
    cues: Sequence[Cue],
    info: MediaInfo,
    out: Path,
    stop: threading.Event | None = None,
    look: Look = PLAIN,
) -> Path:
    """Draw the cues into the picture of the clean proxy; the sound is copied. Raises ToolFailed or LostLease."""
    size, clip = proxy_size(info), ffmpeg.source(clean)
    with our_own_work():
        ticks = ffmpeg.ticks(ffmpeg.scale(box, clean, out.parent))
    finished = ffmpeg.output(
        drawn(clip["V:0"], lay_out(cues, size, look, out.parent), size, look), clip["a:0"], name=out.name,
        acodec="copy", **ffmpeg.ANONYMOUS, **ffmpeg.H264, **ticks,
    )  # fmt: skip
    with our_own_work():
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
    with our_own_work():
        ffmpeg.run(box, made, read=clean, write=out.parent)
        ffmpeg.verify(box, out, length)
    return out


@contextmanager
def our_own_work() -> Iterator[None]:
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
