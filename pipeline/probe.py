"""What a clip is, and whether we take it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from pipeline import ffmpeg
from pipeline.errors import BadMedia
from pipeline.sandbox import Sandbox

ENTRIES = (
    "format=duration"
    ":stream=index,codec_type,codec_name,profile,width,height,pix_fmt,sample_aspect_ratio,field_order,color_transfer,"
    "avg_frame_rate,duration,channels:stream_disposition=attached_pic:stream_side_data=rotation"
    ":packet=stream_index,flags"
)
LEAD_IN = 3  # packets of sound that players drop at the beginning: AAC needs them to get going
LONG_SIDE = 1920  # of the clean proxy; a longer one is scaled down
MAX_FPS = 60
HDR_TRANSFERS = ("smpte2084", "arib-std-b67")  # PQ and HLG


@dataclass(frozen=True)
class MediaInfo:
    """One clip. Width and height are of the picture as it is seen: upright, with square pixels.

    copy_picture, copy_sound: the stream may go into the clean proxy as it is.
    """

    duration_ms: int
    width: int
    height: int
    fps: float
    video_codec: str
    audio_codec: str
    rotation: int
    transfer: str
    copy_picture: bool
    copy_sound: bool

    @property
    def hdr(self) -> bool:
        return self.transfer in HDR_TRANSFERS

    def to_dict(self) -> dict[str, Any]:
        """Plain values for a JSON column."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> MediaInfo:
        """The reverse of to_dict."""
        return cls(**values)


def probe(box: Sandbox, clip: Path, work: Path) -> MediaInfo:
    """Look into a file of unknown kind. Raises BadMedia with the reason that a supporter can act on."""
    found = ffmpeg.ffprobe(box, clip, ENTRIES, work=work)
    streams = found["streams"]
    picture = next((s for s in streams if s["codec_type"] == "video" and not s["disposition"]["attached_pic"]), None)
    sound = next((s for s in streams if s["codec_type"] == "audio"), None)
    if not picture:
        raise BadMedia("no_picture" if sound else "not_a_video")
    if not sound:
        raise BadMedia("no_sound")
    known = picture.get("codec_name") in ffmpeg.VIDEO_CODECS and sound.get("codec_name") in ffmpeg.AUDIO_CODECS
    if not known or not picture["width"] or not picture["height"]:
        raise BadMedia("unknown_codec", f"{picture.get('codec_name')}, {sound.get('codec_name')}")
    said = [float(part["duration"]) for part in (found["format"], picture, sound) if "duration" in part]
    seconds = max(said) if said else _measured_seconds(box, clip, work)
    info = _describe(picture, sound, round(seconds * 1000))
    if _hides_something(found["packets"], picture["index"], sound["index"]):
        return replace(info, copy_picture=False, copy_sound=False)
    return info


def _hides_something(packets: Sequence[dict[str, Any]], picture: int, sound: int) -> bool:
    """Whether a clip was cut on the phone by a mark alone: players skip what she cut off, a copy would keep it."""
    hidden = Counter(packet["stream_index"] for packet in packets if "D" in packet["flags"])
    return hidden[picture] > 0 or hidden[sound] > LEAD_IN


def _describe(picture: dict[str, Any], sound: dict[str, Any], duration_ms: int) -> MediaInfo:
    rotation = next((round(d["rotation"]) for d in picture.get("side_data_list", ()) if "rotation" in d), 0)
    pixel = Fraction(picture.get("sample_aspect_ratio", "1:1").replace(":", "/").replace("0/1", "1/1"))
    width, height = round(picture["width"] * pixel), picture["height"]
    fps = float(Fraction(picture["avg_frame_rate"].replace("/0", "/1")))
    transfer = picture.get("color_transfer", "")
    plain = (
        picture["codec_name"] == "h264"
        and picture.get("pix_fmt") in ("yuv420p", "yuvj420p")
        and picture.get("field_order", "progressive") in ("progressive", "unknown")
        and transfer not in HDR_TRANSFERS
    )
    return MediaInfo(
        duration_ms=duration_ms,
        width=height if rotation % 180 else width,
        height=width if rotation % 180 else height,
        fps=round(fps, 3),
        video_codec=picture["codec_name"],
        audio_codec=sound["codec_name"],
        rotation=rotation,
        transfer=transfer,
        copy_picture=plain
        and not rotation
        and pixel == 1
        and max(width, height) <= LONG_SIDE
        and width % 2 == height % 2 == 0
        and fps <= MAX_FPS + 0.5,
        copy_sound=sound["codec_name"] == "aac" and sound.get("profile") == "LC" and sound.get("channels", 0) <= 2,
    )


def _measured_seconds(box: Sandbox, clip: Path, work: Path) -> float:
    """The end of the last packet: a browser's recorder writes no duration into the file."""
    found = ffmpeg.ffprobe(box, clip, "packet=pts_time,duration_time", work=work)
    ends = [float(p["pts_time"]) + float(p.get("duration_time", 0)) for p in found["packets"] if "pts_time" in p]
    if not ends:
        raise BadMedia("damaged", "no packets")
    return max(ends)


def check_limits(info: MediaInfo, *, min_ms: int, max_ms: int, max_pixels: int) -> None:
    """Hold a clip against the campaign's limits. Raises BadMedia: too_short, too_long or too_large_picture."""
    if info.duration_ms < min_ms:
        raise BadMedia("too_short")
    if info.duration_ms > max_ms:
        raise BadMedia("too_long")
    if info.width * info.height > max_pixels:
        raise BadMedia("too_large_picture")
