"""Preparing: copied where a copy will do, transcoded once where not, and nothing of the supporter's in the result."""

from __future__ import annotations

import json
import struct
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from pipeline.errors import BadMedia, LostLease
from pipeline.prepare import peaks, prepare
from pipeline.probe import probe
from pipeline.speech import read_wav
from tests import hostile
from tests.media import BOX, CLIPS, ffmpeg, frame, packets, short, streams


def prepared(clip, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    return prepare(BOX, clip, probe(BOX, clip, out), out)


def picture_of(path):
    return next(stream for stream in streams(path) if stream["codec_type"] == "video")


def test_a_plain_clip_is_copied_packet_by_packet(tmp_path):
    clip = short("be-portrait.mp4", tmp_path)
    made = prepared(clip, tmp_path)
    assert packets(made.clean, "a") == packets(clip, "a")
    without_sei = ["-bsf:v", "filter_units=remove_types=6"]
    assert packets(made.clean, "v", *without_sei) == packets(clip, "v", *without_sei)


def test_nothing_that_names_the_supporter_is_left(tmp_path):
    clip = hostile.rich_metadata(tmp_path)
    before = clip.read_bytes()
    found = [canary for canary in hostile.CANARIES if canary.encode() in before]
    assert len(found) > 10
    made = prepared(clip, tmp_path)
    for path in (made.clean, made.audio, made.peaks, made.poster):
        after = path.read_bytes()
        assert not [canary for canary in (*hostile.CANARIES, "Lavf", "x264") if canary.encode() in after]
    assert [stream["codec_type"] for stream in streams(made.clean)] == ["video", "audio"]
    assert not [stream for stream in streams(made.clean) if "creation_time" in stream["tags"]]


def trimmed(folder: Path, *parts: tuple[int, int]) -> Path:
    """The Belarusian clip as phones trim: all bytes stay, an edit list says which parts (from, length: ms) play."""
    path = folder / "trimmed.mp4"
    ffmpeg("-i", CLIPS / "be-portrait.mp4", "-c", "copy", path)  # the table of contents at its end: it may grow
    path.write_bytes(with_edits(path.read_bytes(), parts))
    return path


def with_edits(boxes: bytes, parts: Sequence[tuple[int, int]], rate: int = 0) -> bytes:
    made = b""
    while boxes:
        size, kind = struct.unpack(">I4s", boxes[:8])
        body, boxes = boxes[8:size], boxes[size:]
        if kind == b"trak":
            [rate] = struct.unpack_from(">I", body, body.index(b"mdhd") + 16)  # units of media time in a second
        if kind in {b"moov", b"trak", b"edts"}:
            body = with_edits(body, parts, rate)
        if kind in {b"mvhd", b"tkhd"}:  # how long the whole plays, and each track
            at = 16 if kind == b"mvhd" else 20
            body = body[:at] + struct.pack(">I", sum(length for _, length in parts)) + body[at + 4 :]
        if kind == b"elst":
            entries = [struct.pack(">IIHH", length, start * rate // 1000, 1, 0) for start, length in parts]
            body = struct.pack(">II", 0, len(entries)) + b"".join(entries)
        made += struct.pack(">I4s", 8 + len(body), kind) + body
    return made


@pytest.mark.parametrize(
    "parts",
    [[(3300, 10_000)], [(0, 4600)], [(0, 12_000)], [(0, 3000), (8000, 3000)]],
    ids=["beginning", "end", "long end", "middle"],
)
def test_what_was_trimmed_off_on_the_phone_is_not_in_the_proxy(tmp_path, parts):
    clip = trimmed(tmp_path, *parts)
    played = sum(length for _, length in parts) / 1000
    assert float(streams(clip)[0]["nb_frames"]) == 409  # it is all still in there
    for stream, rate in zip(streams(prepared(clip, tmp_path).clean), (25, 48_000 / 1024), strict=True):
        assert int(stream["nb_frames"]) <= played * rate + 4


def test_a_turned_clip_comes_out_upright(tmp_path):
    clip = short("de-rotated.mp4", tmp_path)
    made = prepared(clip, tmp_path)
    picture = picture_of(made.clean)
    assert (picture["width"], picture["height"]) == (720, 1280)
    assert "side_data_list" not in picture
    difference = frame(made.clean, 1, 720, 1280) - frame(clip, 1, 720, 1280)  # ffmpeg itself turns the original
    assert np.abs(difference).mean() < 3


def test_hdr_comes_out_as_ordinary_video(tmp_path):
    picture = picture_of(prepared(hostile.hevc_10bit_hdr(tmp_path), tmp_path).clean)
    assert (picture["codec_name"], picture["pix_fmt"], picture["color_transfer"]) == ("h264", "yuv420p", "bt709")
    seen = frame(tmp_path / "out" / "clean.mp4", 1, 320, 180)
    assert 40 < seen.mean() < 200 and seen.std() > 30  # neither black nor washed out


@pytest.mark.parametrize(("name", "size"), [("odd_dimensions", (428, 240)), ("webm_vp8_opus", (320, 180))])
def test_other_forms_become_h264_and_aac_with_even_sides(name, size, tmp_path):
    picture, sound = streams(prepared(hostile.ALL[name](tmp_path), tmp_path).clean)
    assert (picture["codec_name"], picture["pix_fmt"], sound["codec_name"]) == ("h264", "yuv420p", "aac")
    assert (picture["width"], picture["height"]) == size


def test_a_4k_clip_is_scaled_down(tmp_path):
    clip = tmp_path / "4k.mp4"
    picture = ["-f", "lavfi", "-i", "color=teal:size=2160x3840:rate=5:duration=1"]
    ffmpeg(*picture, "-f", "lavfi", "-i", "sine=duration=1", "-preset", "ultrafast", clip)
    made = picture_of(prepared(clip, tmp_path).clean)
    assert (made["width"], made["height"]) == (1080, 1920)


def test_pixels_that_are_not_square_become_square(tmp_path):
    clip = tmp_path / "anamorphic.mp4"
    picture = ["-f", "lavfi", "-i", "testsrc2=size=360x288:rate=5:duration=1,setsar=16/11"]
    ffmpeg(*picture, "-f", "lavfi", "-i", "sine=duration=1", "-preset", "ultrafast", clip)
    made = picture_of(prepared(clip, tmp_path).clean)
    assert (made["width"], made["height"], made["sample_aspect_ratio"]) == (524, 288, "1:1")


def test_a_changing_frame_rate_keeps_its_times(tmp_path):
    clip = hostile.vfr(tmp_path)
    made = prepared(clip, tmp_path)
    assert packets(made.clean, "a") == packets(clip, "a")
    assert picture_of(made.clean)["nb_frames"] == picture_of(clip)["nb_frames"]


@pytest.mark.parametrize("name", ["cut_in_half", "lying_duration"])
def test_a_clip_that_is_not_whole_is_found_out(name, tmp_path):
    with pytest.raises(BadMedia) as refusal:
        prepared(hostile.ALL[name](tmp_path), tmp_path)
    assert refusal.value.reason == "damaged"


def test_sound_that_starts_late_keeps_its_place(tmp_path):
    clip = tmp_path / "late.mp4"
    late = ["-itsoffset", "1", "-f", "lavfi", "-i", "sine=duration=1"]
    ffmpeg("-f", "lavfi", "-i", "color=size=64x64:rate=10:duration=2", *late, "-preset", "ultrafast", clip)
    sound = read_wav(prepared(clip, tmp_path).audio)
    assert len(sound) == pytest.approx(2 * 16_000, abs=800)
    assert np.abs(sound[:15_000]).max() < 0.001 < np.abs(sound[17_000:]).mean()


def test_peaks_draw_the_waveform():
    sound = np.concatenate([np.zeros(16_000), np.full(8_000, -0.5), np.ones(100)]).astype(np.float32)
    drawn = peaks(sound)
    assert drawn["rate"] == 20
    assert drawn["peaks"] == [0] * 20 + [63] * 10 + [127]


def test_peaks_and_poster_are_made(tmp_path):
    made = prepared(short("uk-landscape.mp4", tmp_path), tmp_path)
    drawn = json.loads(made.peaks.read_text())["peaks"]
    assert len(drawn) == pytest.approx(40, abs=2) and 0 < max(drawn) <= 127
    poster = picture_of(made.poster)
    assert (poster["codec_name"], poster["width"], poster["height"]) == ("mjpeg", 1280, 720)


def test_it_stops_when_the_lease_is_lost(tmp_path):
    clip, stop = CLIPS / "de-rotated.mp4", threading.Event()
    stop.set()
    with pytest.raises(LostLease):
        prepare(BOX, clip, probe(BOX, clip, tmp_path), tmp_path, stop)
