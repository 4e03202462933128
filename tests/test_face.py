"""She is found where she is, so that a narrow frame shows her; a picture without a face is no riddle."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline import face
from tests import portrait
from tests.media import BOX, ffmpeg

WIDTH, HEIGHT, TOP = 640, 360, 60


def clip(folder, left):
    """Three seconds of her in a landscape frame, the left side of her portrait there at time t."""
    path, raw = folder / "clip.mp4", folder / "portrait.raw"
    raw.write_bytes(portrait.drawn().tobytes())
    size = f"{portrait.SIZE}x{portrait.SIZE}"
    wall = f"color=0x8090a0:s={WIDTH}x{HEIGHT}:r=10:d=3[wall]"
    ffmpeg(
        "-f", "lavfi", "-i", "sine=duration=3", "-f", "rawvideo", "-pix_fmt", "gray", "-s", size, "-i", raw,
        "-filter_complex", f"{wall};[wall][1]overlay=x='{left}':y={TOP}", "-pix_fmt", "yuv420p", "-t", "3", path,
    )  # fmt: skip
    return path


@pytest.mark.parametrize(
    ("left", "middle"), [("0", 120), ("400", 520), ("100+t*100", 370)], ids=["left", "right", "walks"]
)
def test_her_face_is_found_where_it_is(left, middle, tmp_path):
    focus = face.find(BOX, clip(tmp_path, left), (WIDTH, HEIGHT), 3000, tmp_path)
    assert focus and abs(focus["x"] - middle / WIDTH) < 0.05
    assert abs(focus["y"] - (TOP + portrait.MIDDLE[1] * portrait.SIZE) / HEIGHT) < 0.05
    assert not (tmp_path / "grey.raw").exists()


def test_where_there_is_no_face_none_is_found(tmp_path):
    path = tmp_path / "bars.mp4"
    ffmpeg("-f", "lavfi", "-i", f"testsrc2=s={WIDTH}x{HEIGHT}:r=10:d=2", path)
    assert face.find(BOX, path, (WIDTH, HEIGHT), 2000, tmp_path) is None


def test_a_clip_of_one_frame_is_looked_at_too(tmp_path):
    path = tmp_path / "one.mp4"
    ffmpeg("-ss", "1", "-i", clip(tmp_path, "0"), "-frames:v", "1", "-an", path)
    assert face.find(BOX, path, (WIDTH, HEIGHT), 100, tmp_path)


def test_who_is_seen_for_a_moment_only_does_not_count():
    """A poster on a tram that passes by."""
    her = portrait.drawn()
    assert face.middle(np.stack([her] + [her * 0] * 2))
    assert face.middle(np.stack([her] + [her * 0] * 11)) is None
