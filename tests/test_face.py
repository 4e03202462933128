"""She is found where she is, so that a narrow frame shows her; a picture without a face is no riddle.

tests/data/face.jpg: Commodore Grace M. Hopper, by James S. Davis, 1984: a work of the US Navy, in the public domain.
"""

from __future__ import annotations

import pytest

from pipeline import face
from tests.media import BOX, CLIPS, ffmpeg

WIDTH, HEIGHT = 640, 360
HERS = 0.42  # of the way down of her photograph her face has its middle


def clip(folder, left):
    """Three seconds of her in a landscape frame, her photograph 240 pixels wide, its left side there at time t."""
    path = folder / "clip.mp4"
    picture = (
        f"[1]scale=240:-2[her];color=0x8090a0:s={WIDTH}x{HEIGHT}:r=10:d=3[wall];[wall][her]overlay=x='{left}':y=30"
    )
    ffmpeg(
        "-f", "lavfi", "-i", "sine=duration=3", "-i", CLIPS / "face.jpg", "-filter_complex", picture,
        "-pix_fmt", "yuv420p", "-t", "3", path,
    )  # fmt: skip
    return path


@pytest.mark.parametrize(
    ("left", "middle"), [("0", 120), ("400", 520), ("100+t*100", 370)], ids=["left", "right", "walks"]
)
def test_her_face_is_found_where_it_is(left, middle, tmp_path):
    focus = face.find(BOX, clip(tmp_path, left), (WIDTH, HEIGHT), 3000, tmp_path)
    assert focus and abs(focus["x"] - middle / WIDTH) < 0.05
    assert abs(focus["y"] - 0.45) < 0.1
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
    import numpy as np

    raw = ffmpeg("-i", CLIPS / "face.jpg", "-f", "rawvideo", "-pix_fmt", "gray", "-")
    her = np.frombuffer(raw, np.uint8).reshape(-1, 300)
    assert face.middle(np.stack([her] + [her * 0] * 2))
    assert face.middle(np.stack([her] + [her * 0] * 11)) is None
