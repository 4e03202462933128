"""ffmpeg and ffprobe, always in the box: what they may open, how they are called, and when a result is whole.

ffmpeg leaves with 0 on a full disk, on half a file and on broken pictures. So "done" means here: exit 0, nothing
alarming on stderr, and an output that ffprobe reads and finds as long as it must be.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import ffmpeg

from pipeline.errors import BadMedia, PipelineError, ToolFailed
from pipeline.sandbox import Done, Limits, Sandbox

VIDEO_CODECS = ("h264", "hevc", "mpeg4", "h263", "vp8", "vp9", "av1", "libdav1d", "mpeg2video")
AUDIO_CODECS = (
    "aac", "aac_latm", "mp3", "mp3float", "mp2", "mp2float", "opus", "libopus", "vorbis", "amrnb", "amrwb",
    "pcm_s16le", "pcm_s16be", "pcm_u8", "pcm_mulaw", "pcm_alaw", "ac3", "eac3", "alac", "flac",
)  # fmt: skip
#: ffprobe opens every stream, also those that we never use: subtitles, and the cover picture of some phones.
UNUSED_CODECS = ("mov_text", "subrip", "srt", "ass", "ssa", "webvtt", "mjpeg", "png")

MAX_PIXELS = 40_000_000  # 8K has 33 million

#: A playlist (HLS, DASH, ffconcat) named .mp4 could read other files: only these two containers are ever opened.
GUARDS = {
    "protocol_whitelist": "file",
    "format_whitelist": "mov,matroska",
    "codec_whitelist": ",".join(VIDEO_CODECS + AUDIO_CODECS),
    "max_streams": 32,
    "max_pixels": MAX_PIXELS,
}

#: Encoders sign their work in SEI messages (type 6), and phones put other things there: only pictures (1 to 5) and
#: what it takes to decode them (7, 8) may pass.
NO_SEI = {"bsf:v": "filter_units=pass_types=1-5|7-8"}

#: vfr: each frame keeps its time. By default ffmpeg doubles and drops frames until they march in step, also the
#: million frames that a clip with a gap in its times would ask for. A key frame each 2 s, nothing before it needed by
#: anything after it: networks ask for that, and the clip can be cut there (pieces.py).
H264 = {
    "vcodec": "libx264", "preset": "veryfast", "crf": 20, "fps_mode": "vfr",
    "force_key_frames": "expr:gte(t,n_forced*2)", **NO_SEI,
}  # fmt: skip

#: For every file that we make: no tags of the original, no trace of when or by what it was made.
BARE = {"map_metadata": -1, "map_chapters": -1, "fflags": "+bitexact"}

#: For every MP4: nothing of the original but picture and sound; ready to play before it is loaded whole.
ANONYMOUS = {
    **BARE,
    "flags:v": "+bitexact",
    "flags:a": "+bitexact",
    "write_tmcd": 0,
    "empty_hdlr_name": 1,
    "movflags": "+faststart",
    "f": "mp4",
}

#: What stderr says, and what it means; the first match counts.
MEANINGS: tuple[tuple[str, type[PipelineError], str], ...] = (
    ("bwrap: ", ToolFailed, "tool_failed"),
    ("prlimit: ", ToolFailed, "tool_failed"),
    ("No space left on device", ToolFailed, "disk_full"),
    ("Format not on whitelist", BadMedia, "not_a_video"),
    ("exceeds specified max pixel count", BadMedia, "too_large_picture"),
    ("max_streams", BadMedia, "not_a_video"),
    ("partial file", BadMedia, "damaged"),
    ("Truncat", BadMedia, "damaged"),
    ("corrupt", BadMedia, "damaged"),
    ("Error while decoding", BadMedia, "damaged"),
    ("Error writing", ToolFailed, "tool_failed"),
)


def source(path: Path, **options: Any) -> Any:
    """An ffmpeg-python input that opens this one file and nothing it refers to."""
    return ffmpeg.input(f"file:{path}", **GUARDS, **options)


def captions(name: str) -> Any:
    """An SRT file that we wrote ourselves, by its name in the directory of the call."""
    return ffmpeg.input(f"file:{name}", f="srt", protocol_whitelist="file")


def still(name: str) -> Any:
    """A PNG that we wrote ourselves, by its name in the directory of the call; one picture at time 0."""
    return ffmpeg.input(f"file:{name}", f="png_pipe", protocol_whitelist="file", codec_whitelist="png")


def joined(name: str, **options: Any) -> Any:
    """The files of an ffconcat list that we wrote ourselves, one after the other; its name as in captions().

    auto_convert=0: their packets as they are. Else what a decoder must know would be put before each key frame.
    """
    formats = {"format_whitelist": f"concat,{GUARDS['format_whitelist']}"}
    return ffmpeg.input(f"file:{name}", f="concat", safe=0, auto_convert=0, **GUARDS | formats, **options)


def ticks(scale: int) -> dict[str, Any]:
    """Options for an output that counts so many ticks a second: by default times are rounded to the frame rate."""
    return {"enc_time_base": f"1/{scale}", "video_track_timescale": scale}


def output(*streams: Any, name: str, **options: Any) -> Any:
    """An output file `name` in the directory of the call."""
    return ffmpeg.output(*streams, f"file:{name}", **options)


def run(
    box: Sandbox,
    *outputs: Any,
    read: Path,
    write: Path,
    also: Sequence[Path] = (),
    stop: threading.Event | None = None,
    otherwise: type[PipelineError] = ToolFailed,
    reason: str = "tool_failed",
) -> None:
    """Make all outputs in one pass, reading also these files.

    Raises BadMedia, ToolFailed, LostLease; `otherwise` where stderr tells nothing.
    """
    quiet = ("-hide_banner", "-nostdin", "-v", "error", "-xerror", "-y", "-filter_complex_threads", str(cores(8)))
    both = ffmpeg.merge_outputs(*outputs).global_args(*quiet)
    judge(box.run(both.compile(), read=[read, *also], write=write, stop=stop), otherwise, reason)


def cores(most: int) -> int:
    """How many cores this process may use, up to so many: each thread takes a share of the box's address space."""
    return min(len(os.sched_getaffinity(0)), most)


def listen(box: Sandbox, stream: Any, *, read: Path, write: Path) -> str:
    """What a filter says at its end about a stream, on stderr. Raises as run() does."""
    nothing = ffmpeg.output(stream, "-", f="null").global_args("-hide_banner", "-nostdin", "-nostats", "-v", "info")
    done = box.run(nothing.compile(), read=[read], write=write)
    judge(done)
    return done.stderr


def judge(done: Done, otherwise: type[PipelineError] = ToolFailed, reason: str = "tool_failed") -> None:
    """Raise what the end of a run means; `otherwise` when it failed and stderr says nothing that we know."""
    for words, error, meaning in MEANINGS:
        if words in done.stderr:
            raise error(meaning, done.stderr)
    if done.returncode > 128 or done.returncode < 0:
        raise ToolFailed("tool_failed", f"ended by signal: {done.returncode}\n{done.stderr}")
    if done.returncode:
        raise otherwise(reason, done.stderr)


def ffprobe(box: Sandbox, path: Path, entries: str, *, work: Path, options: Sequence[str] = ()) -> dict[str, Any]:
    """What ffprobe says of a file, as its JSON. Raises BadMedia where it cannot be read."""
    codecs = ",".join(VIDEO_CODECS + AUDIO_CODECS + UNUSED_CODECS)
    guards = [
        word for name, value in (GUARDS | {"codec_whitelist": codecs}).items() for word in (f"-{name}", str(value))
    ]
    argv = [
        "ffprobe",
        "-v",
        "error",
        *guards,
        *options,
        "-show_entries",
        entries,
        "-of",
        "json=compact=1",
        "-i",
        f"file:{path}",
    ]
    done = box.run(argv, read=[path], write=work, limits=Limits(wall_s=120))
    if "not on whitelist" in done.stderr and "Codec (" in done.stderr:
        raise BadMedia("unknown_codec", done.stderr)
    if "moov atom not found" in done.stderr and _has_boxes(path):
        raise BadMedia("damaged", done.stderr)
    judge(done, BadMedia, "not_a_video")
    try:
        found: dict[str, Any] = json.loads(done.stdout)
    except ValueError as error:  # longer than the box keeps: no honest clip says so much about itself
        raise BadMedia("not_a_video", "ffprobe's answer was cut off") from error
    return found


def scale(box: Sandbox, path: Path, work: Path) -> int:
    """How many ticks a second the times of an MP4's picture are counted in. Raises BadMedia."""
    found = ffprobe(box, path, "stream=time_base", work=work, options=["-select_streams", "V:0"])
    return int(found["streams"][0]["time_base"].removeprefix("1/"))


def _has_boxes(path: Path) -> bool:
    """Whether a file without a table of contents was a video once, and not just any file named so."""
    with path.open("rb") as file:
        return file.read(8)[4:] in (b"ftyp", b"mdat", b"wide", b"free", b"skip")


def verify(box: Sandbox, path: Path, duration_ms: int, kinds: Sequence[str] = ("video", "audio")) -> None:
    """Let an output count as done: whole, with a stream of each kind, as long as it must be, and on the disk.

    Raises BadMedia("damaged") where it came out shorter or longer, for what it was made from is then not what it
    claims to be.
    """
    entries = "format=duration:stream=codec_type,nb_read_packets"
    found = ffprobe(box, path, entries, work=path.parent, options=["-count_packets"])
    streams = {stream["codec_type"]: int(stream.get("nb_read_packets", 0)) for stream in found["streams"]}
    if not all(streams.get(kind) for kind in kinds):
        raise BadMedia("damaged", f"{path.name} has {streams}")
    made_ms = float(found["format"].get("duration", 0)) * 1000
    if abs(made_ms - duration_ms) > max(500, duration_ms * 0.02):
        raise BadMedia("damaged", f"{path.name} is {made_ms:.0f} ms long, not {duration_ms} ms")
    to_disk(path)


def to_disk(path: Path) -> None:
    """Hold the file and its name against a power cut."""
    for place in (path, path.parent):
        handle = os.open(place, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
