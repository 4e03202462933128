"""The finished clip in pieces: what was not changed since the last time is not encoded again.

A piece is a stretch of the clean proxy from one of its key frames to another, with what is drawn into it; it is
addressed by all that it is made from. Pieces are joined by copying, and the sound comes from the proxy as it is. Where
a proxy cannot be cut so, or the joined clip is not to the tick what the proxy is, the whole is rendered in one pass:
correct goes before fast.
"""

from __future__ import annotations

import hashlib
import json
import threading
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

from pipeline import ffmpeg, formats
from pipeline.cues import Cue
from pipeline.errors import BadMedia, ToolFailed
from pipeline.look import Look
from pipeline.prepare import proxy_size
from pipeline.probe import MediaInfo
from pipeline.render import drawn, lay_out, our_own_work
from pipeline.sandbox import Sandbox
from pipeline.subtitles.plain import shown

#: A cue on a border costs two of them: both together must be a small part of a clip. Shorter ones cost more to start
#: than they save.
SECONDS = 4
HUNDREDTH = 10  # ms: ASS counts hundredths of a second
MICRO = 1_000_000  # the times of lists of files, and of seeking, are in microseconds
HEAD = 100_000  # bytes; in so many the table of contents of a piece ends
RECIPE = 1  # to be counted up when pieces come out differently for a reason that is not in their address


class Unfit(Exception):
    """The pieces do not make the clip: render it in one pass."""


@dataclass(frozen=True)
class Film:
    """The picture of a proxy: when its frames are shown, in order of time, and which of them a player can start at.

    Times are in ticks, `scale` of them a second. extradata: a hash over what a decoder must know of all its frames.
    """

    scale: int
    times: tuple[int, ...]
    keys: tuple[int, ...]
    extradata: str


@dataclass(frozen=True)
class Stretch:
    """What it takes to make one piece from the proxy. Times in ticks: of its first frame, and of all after that one."""

    address: str
    scale: int
    start: int
    times: tuple[int, ...]
    size: tuple[int, int]
    captions: str  # ASS with the cues that are seen in it

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Stretch:
        """The reverse of to_json."""
        values = json.loads(text)
        return cls(**values | {"times": tuple(values["times"]), "size": tuple(values["size"])})


def film_of(box: Sandbox, clip: Path, work: Path) -> Film | None:
    """When the frames of this clip are shown; None where its times say too little for a cut."""
    entries = "format=start_time:stream=time_base,extradata_hash:packet=pts,flags"
    found = ffmpeg.ffprobe(box, clip, entries, work=work, options=("-select_streams", "V:0", *EXTRADATA))
    packets = found["packets"]
    # A clip whose sound and picture both begin late is moved to 0 by ffmpeg, and its captions with it
    if float(found["format"].get("start_time", 1)) or not all("pts" in packet for packet in packets):
        return None
    [stream] = found["streams"]
    scale = int(stream["time_base"].removeprefix("1/"))
    order = [int(packet["pts"]) for packet in packets]
    keys = _starts(order, ["K" in packet["flags"] for packet in packets])
    if not order or min(order) < 0 or len(set(order)) < len(order):
        return None
    return Film(scale, tuple(sorted(order)), keys, stream.get("extradata_hash", ""))


EXTRADATA = ("-show_data_hash", "sha256")


def _starts(order: Sequence[int], key: Sequence[bool]) -> tuple[int, ...]:
    """The times of key frames that part what is decoded before from what is shown after: not those of open groups."""
    latest, sooner = -1, []
    for time in order:
        sooner.append(latest)
        latest = max(latest, time)
    found, soonest = [], latest + 1
    for time, is_key, before in zip(reversed(order), reversed(key), reversed(sooner), strict=True):
        soonest = min(soonest, time)
        if is_key and before < time == soonest:
            found.append(time)
    return tuple(reversed(found))


def plan(film: Film, cues: Sequence[Cue], info: MediaInfo, look: Look, sha256: str) -> list[Stretch]:
    """The stretches of this proxy, in order; none where it is better rendered in one pass."""
    seen = shown(cues)
    borders = [*_borders(film, seen), film.times[-1] + 1]
    if borders[0] != film.times[0] or len(borders) < 3:
        return []
    size = proxy_size(info)
    return [_stretch(film, seen, size, look, sha256, *border) for border in pairwise(borders)]


def _borders(film: Film, cues: Sequence[Cue]) -> Iterator[int]:
    """The first key frame of each SECONDS, whatever the cues, so that an edit moves no border.

    None where one of two cues that are shown at once began before: which of them stands below is known only to whoever
    drew that. Captions that lie in each other's way are an error in the workbench, so that these are few.
    """
    sofar = -1
    for key in film.keys:
        part, ms = key // (SECONDS * film.scale), key * 1000 / film.scale
        if part > sofar and sum(cue.start - HUNDREDTH < ms < cue.end + HUNDREDTH for cue in cues) < 2:
            sofar = part
            yield key


def _stretch(
    film: Film, cues: Sequence[Cue], size: tuple[int, int], look: Look, sha256: str, start: int, end: int
) -> Stretch:
    times = film.times[bisect_left(film.times, start) : bisect_left(film.times, end)]
    # as ffmpeg tells libass, whole ms of a double; what ends at 8 s is still shown at 7.999...
    first, last = (int(time * (1 / film.scale) * 1000) for time in (times[0], times[-1]))
    # from the hundredth in which it begins to the one in which it ends, however ASS rounds
    seen = [
        cue
        for cue in cues
        if cue.start // HUNDREDTH * HUNDREDTH <= last and -(-cue.end // HUNDREDTH) * HUNDREDTH > first
    ]
    stretch = Stretch(
        address="", scale=film.scale, start=start, times=tuple(time - start for time in times), size=size,
        captions=formats.ass(seen, *size, look, marks=True),
    )  # fmt: skip
    return Stretch(**asdict(stretch) | {"address": address(stretch, look, sha256)})


def address(stretch: Stretch, look: Look, sha256: str) -> str:
    """SHA-256 over everything that goes into a piece; the address that it has already is none of it."""
    parts = asdict(stretch) | {
        "address": "",
        "proxy": sha256,
        "logo": look.logo and asdict(look.logo),
        "image": hashlib.sha256(look.image).hexdigest(),
        "coding": ffmpeg.H264,
        "recipe": RECIPE,
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def make(
    box: Sandbox,
    clean: Path,
    stretch: Stretch,
    look: Look,
    out: Path,
    stop: threading.Event | None = None,
    threads: int = 0,
) -> str:
    """Render one piece, with so many threads (0: all); gives a hash over what a decoder must know of it.

    Whether it holds its frames join() finds out, once for all: starting ffprobe costs a tenth of making a piece.
    Raises ToolFailed, LostLease, Unfit.
    """
    lay_out([], stretch.size, look, out.parent)
    (out.parent / "captions.ass").write_text(stretch.captions, "utf-8")
    clip = ffmpeg.source(clean, ss=f"{_micro(stretch.start, stretch.scale)}us", threads=threads)
    # Frames come with the seek at 0; captions go by the clip's own time
    picture = clip["V:0"].filter("setpts", f"PTS+{stretch.start}")
    picture = drawn(picture, "captions.ass", stretch.size, look).filter("setpts", f"PTS-{stretch.start}")
    piece = ffmpeg.output(
        picture, name=out.name, threads=threads,
        **ffmpeg.H264, **ffmpeg.ANONYMOUS, **ffmpeg.ticks(stretch.scale), **{"frames:v": len(stretch.times)},
    )  # fmt: skip
    with our_own_work():
        ffmpeg.run(box, piece, read=clean, write=out.parent, stop=stop)
    return _extradata(out)


def _extradata(piece: Path) -> str:
    """The hash of the avcC box (ISO/IEC 14496-15), which stands at the beginning of our files, its length before it."""
    with piece.open("rb") as file:
        head = file.read(HEAD)
    at = head.find(b"avcC")
    if at < 4:
        raise Unfit("a piece says nothing of how it is decoded")
    return hashlib.sha256(head[at : at - 4 + int.from_bytes(head[at - 4 : at])]).hexdigest()


def join(
    box: Sandbox,
    clean: Path,
    film: Film,
    parts: Sequence[tuple[Stretch, Path]],
    info: MediaInfo,
    out: Path,
    stop: threading.Event | None = None,
) -> Path:
    """Put all pieces together, with the sound of the proxy. Raises Unfit, LostLease, ToolFailed on a full disk."""
    (out.parent / LIST).write_text(_listed(film, parts), "utf-8")
    begin = _micro(film.times[0], film.scale)
    picture, clip = ffmpeg.joined(LIST, itsoffset=f"{begin}us"), ffmpeg.source(clean)
    finished = ffmpeg.output(
        picture["v:0"], clip["a:0"], name=out.name, vcodec="copy", acodec="copy",
        **ffmpeg.ANONYMOUS, video_track_timescale=film.scale,
    )  # fmt: skip
    try:
        ffmpeg.run(box, finished, read=clean, also=[path for _, path in parts], write=out.parent, stop=stop)
        ffmpeg.verify(box, out, info.duration_ms)
        made = film_of(box, out, out.parent)
    except (BadMedia, ToolFailed) as error:
        if error.reason == "disk_full":
            raise
        raise Unfit(f"the pieces cannot be joined: {error.detail}") from error
    if made is None or (made.scale, made.times) != (film.scale, film.times):
        raise Unfit("the joined clip does not hold the frames of the proxy")
    return out


LIST = "pieces.ffconcat"


def _listed(film: Film, parts: Sequence[tuple[Stretch, Path]]) -> str:
    """The list of files for ffmpeg. Each length is what makes the next one begin at its very microsecond."""
    starts = [_micro(stretch.start, film.scale) for stretch, _ in parts]
    ends = [*starts[1:], _micro(film.times[-1] + 1, film.scale)]
    lines = ["ffconcat version 1.0"]
    for (_, path), start, end in zip(parts, starts, ends, strict=True):
        quoted = str(path).replace("'", r"'\''")
        lines += [f"file 'file:{quoted}'", f"duration {end - start}us"]
    return "\n".join(lines) + "\n"


def _micro(ticks: int, scale: int) -> int:
    return round(ticks * MICRO / scale)
