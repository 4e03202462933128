"""What the networks get: in their frame, as loud as they play it, her words laid out anew, and as they want an MP4."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from pipeline import ffmpeg as tool
from pipeline import renditions
from pipeline.card import Card
from pipeline.cues import Cue
from pipeline.errors import PipelineError
from pipeline.framing import Framing
from pipeline.pieces import film_of
from pipeline.prepare import prepare, proxy_size
from pipeline.presets import PRESETS
from pipeline.probe import probe
from pipeline.recipes import Source, Wish
from pipeline.render import burn_in
from tests.media import BOX, ffmpeg, frame, packets, streams

SIZE = (216, 384)
CUES = [Cue(0, 1000, "Нет значит нет."), Cue(1500, 2900, "Мы ждём вас дома.")]
AS_IT_IS = Wish()
CARD = Card(2, ("Нет.",), address="https://example.org")
#: As small as the clip: a test of small frames is a fast one.
TALL, WIDE, EVEN = (
    replace(PRESETS[name], width=width, height=height, own_frame=False)
    for name, width, height in (("tiktok", 216, 384), ("youtube", 384, 216), ("square", 216, 216))
)


def recorded(
    folder: Path, picture: str = "testsrc2=size=216x384:rate=25", sound: str = "sine=440", *coding: str
) -> Path:
    """Three seconds as a supporter might send them."""
    path = folder / "original.mp4"
    lavfi = ["-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound]
    ffmpeg(*lavfi, "-t", "3", "-pix_fmt", "yuv420p", "-c:a", "aac", *coding, path)
    return path


def source(original: Path, folder: Path, cues: list[Cue] = CUES, focus: tuple[float, float] | None = None) -> Source:
    """The clip as it is when it is approved."""
    folder.mkdir(exist_ok=True)
    info = probe(BOX, original, folder)
    clean = prepare(BOX, original, info, folder).clean
    finished = burn_in(BOX, clean, cues, info, folder / "finished.mp4")
    return Source(clean, finished, proxy_size(info), info.fps, info.duration_ms, cues, focus)


@dataclass
class Maker:
    """Makes renditions of one clip."""

    clip: Source
    work: Path

    def __call__(self, *wanted: Any, wish: Wish = AS_IT_IS, **ends: int) -> dict[str, Path]:
        presets = {preset.name: (preset, ends.get(preset.name)) for preset in wanted}
        return renditions.make(BOX, self.clip, presets, wish, self.work)


@pytest.fixture(scope="module")
def plain(tmp_path_factory) -> Source:
    folder = tmp_path_factory.mktemp("plain")
    return source(recorded(folder), folder)


@pytest.fixture
def make(plain, tmp_path) -> Maker:
    return Maker(plain, tmp_path)


def other(tmp_path: Path, *recording: str, **fields: Any) -> Maker:
    """A maker for a clip that was recorded otherwise."""
    tmp_path.mkdir(exist_ok=True)
    return Maker(source(recorded(tmp_path, *recording), tmp_path / "other", **fields), tmp_path)


def pictures(path: Path) -> list[str]:
    """A hash of each decoded frame."""
    lines = ffmpeg("-i", path, "-map", "0:v", "-fps_mode", "passthrough", "-f", "framemd5", "-").decode().splitlines()
    return [line.split(",")[-1].strip() for line in lines if not line.startswith("#")]


def length(path: Path) -> float:
    return max(float(each["duration"]) for each in streams(path))


def boxes(data: bytes) -> list[bytes]:
    """The names of all boxes of an MP4, in order, those inside others too."""
    found, at = [], 0
    while at + 8 <= len(data):
        size, name = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        size = size or len(data) - at
        found.append(name)
        if name in (b"moov", b"trak", b"mdia", b"edts", b"minf", b"udta"):
            found += boxes(data[at + 8 : at + size])
        at += max(size, 8)
    return found


# one picture for many


def test_what_asks_for_the_same_shares_a_file_and_the_approved_picture_is_copied(make):
    made = make(TALL, replace(TALL, name="reels"), EVEN)
    assert made["tiktok"] == made["reels"] != made["square"]
    assert packets(made["tiktok"], "v") == packets(make.clip.finished, "v")


def test_what_differs_only_in_its_sound_or_its_rate_is_another_file(make):
    made = make(
        TALL, replace(TALL, name="quiet", audio_kbps=64), replace(EVEN, name="a"), replace(EVEN, name="b", min_fps=28)
    )
    assert len({*made.values()}) == 4
    rates = {name: streams(path)[0]["r_frame_rate"] for name, path in made.items()}
    assert rates == {"tiktok": "25/1", "quiet": "25/1", "a": "25/1", "b": "30/1"}


# as networks want an MP4


@pytest.mark.parametrize("card", [None, CARD], ids=["plain", "card"])
def test_every_file_is_an_mp4_as_networks_want_it(make, card):
    for path in {*make(TALL, WIDE, EVEN, wish=Wish(card=card)).values()}:
        names = boxes(path.read_bytes())
        assert names.index(b"moov") < names.index(b"mdat"), "it plays before it is loaded"
        assert not {b"elst", b"edts"} & {*names}
        assert b"\0\0\0\x08ilst" in path.read_bytes(), "the list of metadata is empty"
        video, audio = streams(path)
        assert (video["codec_name"], video["pix_fmt"], video["profile"]) == ("h264", "yuv420p", "High")
        assert (audio["codec_name"], audio["sample_rate"], audio["channels"]) == ("aac", "48000", 2)
        assert float(video["start_time"]) == float(audio["start_time"]) == 0
        assert video["has_b_frames"], "B-frames without an edit list"
        seconds = 3 + (card.seconds if card else 0)
        assert abs(float(video["duration"]) - seconds) < 0.05 and abs(float(audio["duration"]) - seconds) < 0.05
        film = film_of(BOX, path, make.work)
        gaps = np.diff([*film.keys, film.times[-1]]) / film.scale
        assert film.times[0] in film.keys and gaps.max() <= 2.05
        assert b"x264 - core" not in path.read_bytes() and b"Lavf" not in path.read_bytes()


# sound


def heard(path: Path) -> tuple[float, float]:
    """Loudness (LUFS) and true peak (dBFS) as another meter finds them."""
    stderr = tool.listen(BOX, tool.source(path)["a:0"].filter("ebur128", peak="true"), read=path, write=path.parent)
    last = stderr[stderr.rindex("Summary:") :]
    return float(re.search(r"I:\s+(\S+)", last)[1]), float(re.search(r"Peak:\s+(\S+)", last)[1])


@pytest.mark.parametrize("volume", ["0.02", "0.9"])
def test_every_clip_is_as_loud_as_networks_play_it(volume, tmp_path):
    speech = f"anoisesrc=color=pink:seed=1,tremolo=f=4:d=0.7,volume={volume}"
    maker = other(tmp_path, "testsrc2=size=216x384:rate=25", speech)
    loudness, peak = heard(maker(TALL)["tiktok"])
    assert abs(loudness + 14) < 1 and peak <= -1


def test_silence_stays_silence(tmp_path):
    maker = other(tmp_path, "testsrc2=size=216x384:rate=25", "anullsrc")
    path = maker(TALL)["tiktok"]
    assert heard(path)[0] < -60 and abs(length(path) - 3) < 0.05


def test_sound_and_picture_stay_together(tmp_path):
    """A flash and a beep at one moment: a player that knows no edit list finds them there."""
    flash, beep = "lt(abs(t-1.5)\\,0.02)", "if(between(t\\,1.48\\,1.6)\\,sin(2000*PI*t)\\,0)"
    picture = f"color=black:size=216x384:rate=50,drawbox=color=white:t=fill:enable='{flash}'"
    maker = other(tmp_path, picture, f"aevalsrc='{beep}':s=48000")
    for path in maker(TALL, EVEN).values():
        raw = ffmpeg("-i", path, "-map", "0:a", "-ac", "1", "-f", "s16le", "-")
        loud = np.nonzero(np.abs(np.frombuffer(raw, np.int16).astype(int)) > 3000)[0]
        size = tuple(streams(path)[0][side] for side in ("width", "height"))
        assert abs(loud[0] / 48000 - 1.48) < 0.006
        assert frame(path, 1.5, *size).mean() > 150 and frame(path, 1.44, *size).mean() < 60


# frames


@pytest.mark.parametrize(
    ("framing", "focus", "left", "right"),
    [
        (Framing.PAD, None, (200, 20), (20, 200)),
        (Framing.CENTRE, None, (200, 20), (20, 200)),
        (Framing.FACE, (0.1, 0.5), (200, 20), (200, 20)),
        (Framing.FACE, (0.9, 0.5), (20, 200), (20, 200)),
        (Framing.FACE, None, (200, 20), (20, 200)),
    ],
    ids=["pad", "centre", "left", "right", "nobody"],
)
def test_a_wide_clip_comes_into_a_high_frame(framing, focus, left, right, tmp_path):
    """Its left half is red, its right half blue; red and blue values are those of two points in the middle row."""
    halves = "color=red:size=384x216:rate=25,drawbox=x=192:w=192:color=blue:t=fill"
    path = other(tmp_path, halves, cues=[], focus=focus)(TALL, wish=Wish(framing))["tiktok"]
    raw = ffmpeg("-ss", "1", "-i", path, "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "rgb24", "-")
    picture = np.frombuffer(raw, np.uint8).reshape(384, 216, 3).astype(int)
    for column, (red, blue) in ((20, left), (195, right)):
        assert abs(picture[192, column, 0] - red) < 60 and abs(picture[192, column, 2] - blue) < 60
    if framing == Framing.PAD:
        assert picture[20, 20, 0] < picture[192, 20, 0] - 10, "the copy behind is darker"


def test_too_few_frames_a_second_become_enough_and_sixty_stay(tmp_path):
    path = other(tmp_path / "slow", "testsrc2=size=216x384:rate=1")(TALL)["tiktok"]
    assert streams(path)[0]["r_frame_rate"] == "30/1" and 85 <= len(pictures(path)) <= 91
    fast = other(tmp_path / "fast", "testsrc2=size=216x384:rate=60")
    assert {streams(path)[0]["r_frame_rate"] for path in fast(TALL, EVEN).values()} == {"60/1"}


def test_odd_sides_and_uneven_times_make_even_frames(tmp_path):
    uneven = "testsrc2=size=217x383:rate=25,select='not(mod(n\\,3))+mod(n\\,7)*lt(mod(n\\,50)\\,25)'"
    maker = other(tmp_path, uneven, "sine=440", "-fps_mode", "vfr", "-c:v", "libvpx-vp9", "-deadline", "realtime")
    for name, path in maker(TALL, EVEN).items():
        preset = {"tiktok": TALL, "square": EVEN}[name]
        assert tuple(streams(path)[0][side] for side in ("width", "height")) == (preset.width, preset.height)
        assert abs(length(path) - 3) < 0.1


# words


def test_lines_are_broken_anew_where_the_frame_is_read_by_other_rules():
    wide = [Cue(0, 3000, "Дорогие мужчины Беларуси, я обращаюсь к вам"), Cue(5000, 9000, "Нет")]
    [first] = renditions.refitted(wide, (1920, 1080), (1080, 1920), 4000)
    assert first.text.count("\n") == 1 and first.end == 3000, "and what is after the cut is gone"
    assert renditions.refitted(wide, (1920, 1080), (1280, 720), 9000) == wide
    [_whole, cut] = renditions.refitted(wide, (1920, 1080), (1280, 720), 6000)
    assert cut.end == 6000


def test_words_stand_in_every_frame_while_they_are_spoken(make):
    silent = replace(make.clip, cues=[])
    (make.work / "silent").mkdir()
    without = Maker(silent, make.work / "silent")(WIDE, EVEN)
    for name, path in make(WIDE, EVEN).items():
        width, height = (streams(path)[0][side] for side in ("width", "height"))
        for at, there in ((0.5, True), (1.2, False), (2.5, True)):
            differs = np.abs(frame(path, at, width, height) - frame(without[name], at, width, height)) > 60
            assert bool(differs.sum() > 100) is there, (name, at)
            assert not differs[: height // 3].any(), "never in her face"


def test_a_clip_that_is_cut_off_ends_there_with_picture_sound_and_words(make):
    made = make(TALL, EVEN, wish=Wish(card=None), tiktok=2000, square=2000)
    for path in made.values():
        assert abs(length(path) - 2) < 0.05
        assert len(pictures(path)) == 50


# the card


def test_the_card_follows_the_last_frame_in_every_file(make):
    made = make(TALL, EVEN, wish=Wish(card=CARD))
    assert packets(make.clip.finished, "v")
    approved = pictures(make.clip.finished)
    assert pictures(made["tiktok"])[: len(approved)] == approved, "copied, not encoded again"
    for path in made.values():
        width, height = (streams(path)[0][side] for side in ("width", "height"))
        assert frame(path, 2.9, width, height).mean() > 60
        for at in (3.1, 4.8):
            on = frame(path, at, width, height).astype(np.uint8)
            large = cv2.resize(on, None, fx=4, fy=4, interpolation=cv2.INTER_NEAREST)
            assert cv2.QRCodeDetector().detectAndDecode(large)[0] == CARD.address
        assert heard(path)[0] < 0 and abs(length(path) - 5) < 0.05


def test_there_is_no_card_where_the_network_would_not_take_it(make):
    made = make(replace(TALL, max_ms=4000), EVEN, wish=Wish(card=CARD))
    assert abs(length(made["tiktok"]) - 3) < 0.05 and abs(length(made["square"]) - 5) < 0.05


# limits and faults


def test_what_is_too_large_is_made_smaller_once(tmp_path):
    maker = other(tmp_path, "testsrc2=size=216x384:rate=25,noise=alls=60:allf=t")
    large = maker(TALL)["tiktok"].stat().st_size
    tight = replace(TALL, name="telegram", max_bytes=large // 2)
    made = maker(TALL, tight)
    assert made["telegram"].stat().st_size <= large // 2 < made["tiktok"].stat().st_size
    with pytest.raises(PipelineError) as raised:
        maker(replace(TALL, max_bytes=20_000))
    assert raised.value.reason == "tool_failed" and "tiktok" in raised.value.detail


@pytest.mark.parametrize("size", ["40000", "150000", "400000"], ids=["sound", "copied", "encoded"])
def test_a_full_disk_is_named_whichever_file_it_meets(size, plain, tmp_path):
    """In a file system of so many bytes, made for one process by the box's own means."""
    code = (
        "import sys; from pathlib import Path; from tests.test_renditions import *\n"
        "clean, finished, out = sys.argv[1:]\n"
        f"clip = Source(Path(clean), Path(finished), SIZE, 25, {plain.length_ms}, CUES, None)\n"
        "try: Maker(clip, Path(out))(TALL, WIDE, EVEN)\n"
        "except Exception as error: print(error.reason)"
    )
    small = ["bwrap", "--dev-bind", "/", "/", "--size", size, "--tmpfs", tmp_path]
    command = [*small, sys.executable, "-c", code, plain.clean, plain.finished, tmp_path]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.stdout == "disk_full\n", done.stderr


# the cover


@pytest.mark.parametrize(("cues", "at"), [(CUES, 0.5), ([], 1.5), ([Cue(2900, 3000, "Нет.")], 2.8)])
def test_the_cover_shows_the_first_words(plain, cues, at, tmp_path):
    path = renditions.cover(BOX, plain.finished, cues, plain.length_ms, tmp_path / "cover.jpg")
    [picture] = [np.frombuffer(ffmpeg("-i", path, "-f", "rawvideo", "-pix_fmt", "gray", "-"), np.uint8)]
    there = picture.reshape(SIZE[::-1]).astype(int)
    assert np.abs(there - frame(plain.finished, at, *SIZE)).mean() < 6
    assert np.abs(there - frame(plain.finished, (at + 1) % 3, *SIZE)).mean() > 6
