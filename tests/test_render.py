"""Captions in the picture: where they belong, only while they are shown, and as they were typed."""

from __future__ import annotations

import subprocess
import sys
import threading
from dataclasses import replace

import numpy as np
import pytest

from pipeline import ffmpeg as tool
from pipeline.cues import Cue
from pipeline.errors import BadMedia, LostLease, ToolFailed
from pipeline.look import Box, Look, read
from pipeline.prepare import prepare
from pipeline.probe import probe
from pipeline.render import burn_in, fonts_ready, soft_subs
from tests import hostile
from tests.media import BOX, CLIPS, ffmpeg, frame, packets, short, streams

TEXT = "Настоящий герой тот,\nкто отказывается убивать."
NOISE = 24  # grey levels by which encoding alone may change a pixel
#: Where a caption may be: left, right, top, bottom. Of a portrait frame the networks leave this much free.
SAFE = {(1080, 1920): (65, 900, 270, 1440), (1920, 1080): (96, 1824, 540, 1026)}


@pytest.fixture(params=["be-portrait.mp4", "uk-landscape.mp4"])
def clip(request, tmp_path):
    """A prepared clip of two seconds, and what the probe found."""
    original = short(request.param, tmp_path)
    info = probe(BOX, original, tmp_path)
    return prepare(BOX, original, info, tmp_path).clean, info


def changed(clean, finished, info, at):
    """The rows and columns in which the finished picture differs from the clean one."""
    before, after = (frame(path, at, info.width, info.height) for path in (clean, finished))
    return np.nonzero(abs(before - after) > NOISE)


def test_a_caption_changes_only_its_own_area_and_only_in_its_time(clip, tmp_path):
    clean, info = clip
    finished = burn_in(BOX, clean, [Cue(500, 1500, TEXT)], info, tmp_path / "finished.mp4")
    rows, columns = changed(clean, finished, info, 1.0)
    left, right, top, bottom = SAFE[info.width, info.height]
    assert len(rows) > 5000
    assert left <= columns.min() and columns.max() <= right
    assert top <= rows.min() and rows.max() <= bottom
    assert not len(changed(clean, finished, info, 0.2)[0])
    assert not len(changed(clean, finished, info, 1.8)[0])


@pytest.mark.parametrize("clip", ["be-portrait.mp4"], indirect=True)
def test_typed_commands_are_drawn_not_obeyed(clip, tmp_path):
    clean, info = clip
    cues = [Cue(0, 1000, r"{\an8\fs200}Да"), Cue(1000, 2000, "Да")]
    finished = burn_in(BOX, clean, cues, info, tmp_path / "finished.mp4")
    wicked, plain = changed(clean, finished, info, 0.5), changed(clean, finished, info, 1.5)
    assert wicked[0].min() > 1300  # at its place at the bottom, in its size
    assert np.ptp(wicked[1]) > 3 * np.ptp(plain[1])  # and the command can be read


def test_the_look_of_the_campaign_is_drawn_and_its_logo_left_alone(tmp_path):
    clean = short("ru-portrait.mp4", tmp_path, 0.6)
    info = probe(BOX, clean, tmp_path)
    logo = Box(0, 0.6, 1, 0.4)
    finished = burn_in(BOX, clean, [Cue(0, 1500, TEXT)], info, tmp_path / "finished.mp4", look=Look("box", logo))
    rows, columns = changed(clean, finished, info, 0.3)
    assert rows.max() < 0.6 * info.height and columns.min() >= 65
    band = frame(finished, 0.3, info.width, info.height)[rows.min() : rows.max(), columns.min() : columns.max()]
    assert np.median(band) < 60  # most of the caption's area is the dark band


@pytest.mark.parametrize("clip", ["be-portrait.mp4"], indirect=True)
def test_logo_and_hashtags_are_burned_in_where_the_campaign_wants_them(clip, tmp_path):
    clean, info = clip
    ffmpeg("-f", "lavfi", "-i", "color=red:size=40x10", "-frames:v", "1", tmp_path / "red.png")
    table = {"hashtags": True, "logo": {"left": 0.8, "top": 0.02, "width": 0.2, "height": 0.1, "file": "red.png"}}
    look = read(table, tmp_path, "#NoWar #StandUpWithUkraine")
    finished = burn_in(BOX, clean, [Cue(500, 1500, TEXT)], info, tmp_path / "finished.mp4", look=look)
    for at in ("0.1", "1.9"):  # it is a still, and stays
        raw = ffmpeg("-ss", at, "-i", finished, "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "rgb24", "-")
        seen = np.frombuffer(raw, np.uint8).reshape(info.height, info.width, 3).astype(int)
        rows, columns = np.nonzero((seen[:, :, 0] > 200) & (seen[:, :, 1] < 60))
        # the whole width of its place, and in the middle of its height: it keeps its shape
        assert (columns.min(), columns.max()) == (pytest.approx(864, abs=2), pytest.approx(1079, abs=2))
        assert (rows.min(), rows.max()) == (pytest.approx(107, abs=2), pytest.approx(161, abs=2))
    rows, _ = changed(clean, finished, info, 0.1)
    tags = rows[(rows > 200) & (rows < 900)]
    assert len(tags) > 1000 and tags.min() >= 270 and tags.max() < 340


@pytest.mark.parametrize("clip", ["be-portrait.mp4"], indirect=True)
def test_the_finished_clip_keeps_sound_and_frames_and_carries_no_tags(clip, tmp_path):
    clean, info = clip
    finished = burn_in(BOX, clean, [], info, tmp_path / "finished.mp4")
    picture, sound = streams(finished)
    assert packets(finished, "a") == packets(clean, "a")
    assert (picture["codec_name"], picture["pix_fmt"]) == ("h264", "yuv420p")
    assert picture["nb_frames"] == streams(clean)[0]["nb_frames"]
    assert set(picture["tags"]) | set(sound["tags"]) <= {"language", "handler_name", "vendor_id", "encoder"}


def test_a_changing_frame_rate_keeps_its_frames(tmp_path):
    original = hostile.vfr(tmp_path)
    finished = burn_in(BOX, original, [], probe(BOX, original, tmp_path), tmp_path / "finished.mp4")
    assert streams(finished)[0]["nb_frames"] == streams(original)[0]["nb_frames"]


def test_a_folder_with_an_odd_name_is_no_trouble(tmp_path):
    folder = tmp_path / "it's a: [folder], 100%d"
    folder.mkdir()
    original = short("ru-portrait.mp4", folder, 0.6)
    info = probe(BOX, original, folder)
    clean = prepare(BOX, original, info, folder).clean
    assert burn_in(BOX, clean, [Cue(0, 500, "Да")], info, folder / "finished.mp4").stat().st_size


@pytest.mark.parametrize("clip", ["be-portrait.mp4"], indirect=True)
def test_soft_subtitles_are_a_russian_stream_shown_by_default(clip, tmp_path):
    clean, _ = clip
    wicked = r"<b>Да</b> & {\i1} --> \N нет"
    cues = [Cue(500, 900, TEXT), Cue(1000, 99_000, wicked), Cue(120_000, 130_000, "после конца")]
    made = soft_subs(BOX, clean, cues, tmp_path / "soft.mp4")
    text = streams(made)[2]
    assert (text["codec_name"], text["tags"]["language"], text["disposition"]["default"]) == ("mov_text", "rus", 1)
    assert packets(made, "v") == packets(clean, "v")
    held = ffmpeg("-i", made, "-map", "0:s", "-c", "copy", "-f", "data", "-").decode("utf-8", "replace")
    assert TEXT in held and wicked in held.replace("\u2060", "") and "после" not in held


@pytest.mark.parametrize("clip", ["uk-landscape.mp4"], indirect=True)
def test_soft_subtitles_without_any_cue_are_no_trouble(clip, tmp_path):
    assert soft_subs(BOX, clip[0], [], tmp_path / "soft.mp4").stat().st_size


def test_a_font_with_cyrillic_letters_is_there(tmp_path, monkeypatch):
    assert fonts_ready(BOX, tmp_path) == ""
    monkeypatch.setattr("pipeline.render.CYRILLIC_FONTS", ("No Such Font",))
    assert "fonts-noto-core" in fonts_ready(BOX, tmp_path)


def test_it_stops_when_the_lease_is_lost(tmp_path):
    stop = threading.Event()
    stop.set()
    info = probe(BOX, CLIPS / "ru-portrait.mp4", tmp_path)
    with pytest.raises(LostLease):
        burn_in(BOX, CLIPS / "ru-portrait.mp4", [], info, tmp_path / "finished.mp4", stop)


def test_a_finished_clip_that_is_not_whole_is_our_fault_and_tried_again(tmp_path):
    clean = CLIPS / "ru-portrait.mp4"
    claimed = replace(probe(BOX, clean, tmp_path), duration_ms=60_000)
    with pytest.raises(ToolFailed) as failure:
        burn_in(BOX, clean, [], claimed, tmp_path / "finished.mp4")
    assert failure.value.retry


def test_an_output_that_is_not_whole_does_not_count(tmp_path):
    half = tmp_path / "half.mp4"
    ffmpeg("-i", CLIPS / "ru-portrait.mp4", "-map", "0", "-c", "copy", "-movflags", "+faststart", half)
    half.write_bytes(half.read_bytes()[: half.stat().st_size // 2])
    for path, length in ((half, 12_000), (short("ru-portrait.mp4", tmp_path), 12_000)):
        with pytest.raises(BadMedia):
            tool.verify(BOX, path, length)


@pytest.mark.parametrize("size", ["40000", "400000"])  # room for nothing, and for the beginning
def test_a_full_disk_is_noticed_although_ffmpeg_leaves_with_0(size, tmp_path):
    """In a file system of so many bytes, made for one process by the box's own means."""
    code = (
        "from pathlib import Path; import sys; from tests.media import BOX, CLIPS; from pipeline.probe import probe\n"
        "from pipeline.prepare import prepare; clip, out = CLIPS / 'be-portrait.mp4', Path(sys.argv[1])\n"
        "try: prepare(BOX, clip, probe(BOX, clip, out), out)\n"
        "except Exception as error: print(error.reason)"
    )
    small = ["bwrap", "--dev-bind", "/", "/", "--size", size, "--tmpfs", tmp_path]
    done = subprocess.run([*small, sys.executable, "-c", code, tmp_path], capture_output=True, text=True)
    assert done.stdout == "disk_full\n", done.stderr
