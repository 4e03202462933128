"""python -m pipeline: all steps on one file, with exit 0, or 1 and one sentence."""

from __future__ import annotations

import subprocess
import sys

import pytest

from pipeline.__main__ import main
from tests import hostile
from tests.media import CLIPS, ffmpeg, short, streams

TRACKS = {f"{track}.{form}" for track in ("transcript", "russian") for form in ("srt", "vtt", "ttml", "ass")}


def small(name, folder, seconds="3.4"):
    """The beginning of a sample clip in a small picture, so that drawing takes no time."""
    path = folder / "small.mp4"
    ffmpeg("-i", CLIPS / name, "-t", seconds, "-vf", "scale=iw/4:-2", "-preset", "ultrafast", path)
    return path


def test_a_clip_becomes_a_finished_clip_with_its_tracks(tmp_path):
    clip, out = small("be-portrait.mp4", tmp_path), tmp_path / "out"
    command = [sys.executable, "-m", "pipeline", clip, "--out", out, "--language", "be", "--model", "phrasebook"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "" and "Translating\n" in done.stderr
    assert {path.name for path in out.iterdir()} == TRACKS | {"finished.mp4"}  # and no scratch is left
    assert "Дарагія беларусы, я звяртаюся да вас." in (out / "transcript.srt").read_text()
    assert "Дорогие белорусы,\n" in (out / "russian.vtt").read_text()
    assert [stream["codec_name"] for stream in streams(out / "finished.mp4")] == ["h264", "aac"]


def test_a_clip_in_which_nobody_speaks_has_empty_tracks(tmp_path, capsys):
    clip, out = small("no-speech.mp4", tmp_path, "1"), tmp_path / "out"
    assert main([str(clip), "--out", str(out), "--model", "phrasebook"]) == 0
    assert "Nobody speaks" in capsys.readouterr().err
    assert (out / "russian.srt").read_text() == "" and (out / "finished.mp4").exists()


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("text_named_mp4", "This file is not a video"),
        ("hls_local", "This file is not a video"),
        ("cut_in_half", "damaged or was cut off"),
        ("audio_only", "sound but no picture"),
        ("video_only", "no sound"),
    ],
)
def test_a_bad_clip_ends_with_one_sentence(name, sentence, tmp_path, capsys):
    clip, out = hostile.ALL[name](tmp_path), tmp_path / "out"
    assert main([str(clip), "--out", str(out), "--model", "phrasebook"]) == 1
    last = capsys.readouterr().err.strip().split("\n")[-1]
    assert sentence in last and "Traceback" not in last
    assert list(out.iterdir()) == []


def test_a_clip_that_is_not_there_ends_with_one_sentence(tmp_path, capsys):
    assert main([str(tmp_path / "nothing.mp4"), "--out", str(tmp_path / "out")]) == 1
    assert capsys.readouterr().err.strip().split("\n")[-1] == "There is no file nothing.mp4."


def test_a_model_that_is_not_there_ends_with_one_sentence(tmp_path, capsys):
    clip = short("ru-portrait.mp4", tmp_path, 1)
    assert main([str(clip), "--out", str(tmp_path / "out"), "--model", "no/such.pt"]) == 1
    assert capsys.readouterr().err.endswith("The speech model could not be loaded.\n")


def test_a_full_disk_ends_with_one_sentence(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    small_disk = ["bwrap", "--dev-bind", "/", "/", "--size", "200000", "--tmpfs", out]
    command = [sys.executable, "-m", "pipeline", CLIPS / "ru-portrait.mp4", "--out", out]
    done = subprocess.run([*small_disk, *command], capture_output=True, text=True)
    assert (done.returncode, done.stderr.splitlines()[-1]) == (1, "The disk is full.")
