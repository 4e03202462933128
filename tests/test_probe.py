"""What we take, and what we refuse with a reason that the supporter can act on."""

from __future__ import annotations

import json
import socket

import pytest

from pipeline.errors import BadMedia, ToolFailed
from pipeline.probe import MediaInfo, check_limits, probe
from pipeline.sandbox import Limits, Sandbox
from tests import hostile
from tests.media import BOX, CLIPS, short

LIMITS = {"min_ms": 1000, "max_ms": 180_000, "max_pixels": 3840 * 2160}

REFUSED = {
    "empty": "not_a_video",
    "text_named_mp4": "not_a_video",
    "random_bytes": "not_a_video",
    "hls_local": "not_a_video",
    "hls_http": "not_a_video",
    "ffconcat_script": "not_a_video",
    "many_streams": "not_a_video",
    "moov_missing": "damaged",
    "audio_only": "no_picture",
    "video_only": "no_sound",
    "huge_picture": "too_large_picture",
    "png_in_mov": "too_large_picture",
    "codec_off_list": "unknown_codec",
    "four_minutes": "too_long",
}


def why_refused(clip, work, box=BOX):
    with pytest.raises(BadMedia) as refusal:
        check_limits(probe(box, clip, work), **LIMITS)
    assert not refusal.value.retry
    return refusal.value.reason


@pytest.mark.parametrize("name", REFUSED)
def test_a_bad_file_is_refused_with_the_right_reason(name, tmp_path):
    assert why_refused(hostile.ALL[name](tmp_path), tmp_path) == REFUSED[name]


@pytest.mark.parametrize("name", ["hls_local", "ffconcat_script"])
def test_a_script_reads_no_other_file_even_without_the_box(name, tmp_path):
    assert why_refused(hostile.ALL[name](tmp_path), tmp_path, Sandbox(tight=False)) == "not_a_video"


@pytest.mark.parametrize("tight", [True, False])
def test_a_playlist_calls_nobody(tight, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as canary:
        clip = hostile.hls_http(tmp_path, canary.getsockname()[1])
        assert why_refused(clip, tmp_path, Sandbox(tight)) == "not_a_video"
        canary.setblocking(False)
        with pytest.raises(BlockingIOError):
            canary.accept()


def test_a_huge_picture_takes_little_memory(tmp_path):
    class Small(Sandbox):
        def run(self, argv, **more):
            return super().run(argv, **more | {"limits": Limits(memory_bytes=400 << 20)})

    assert why_refused(hostile.huge_picture(tmp_path), tmp_path, Small()) == "too_large_picture"


def test_what_our_own_box_does_wrong_is_not_blamed_on_the_clip(tmp_path):
    with pytest.raises(ToolFailed):
        probe(BOX, tmp_path / "not-there.mp4", tmp_path)


def test_a_plain_phone_clip_may_be_copied():
    info = probe(BOX, CLIPS / "be-portrait.mp4", CLIPS.parent)
    assert (info.width, info.height, info.video_codec, info.audio_codec) == (1080, 1920, "h264", "aac")
    assert info.copy_picture and info.copy_sound and not info.hdr
    check_limits(info, **LIMITS)


def test_a_turned_clip_is_measured_upright(tmp_path):
    info = probe(BOX, hostile.rotated(tmp_path), tmp_path)
    assert (info.width, info.height, info.rotation) == (720, 1280, -90)
    assert info.copy_sound and not info.copy_picture


@pytest.mark.parametrize("name", ["odd_dimensions", "hevc_10bit_hdr", "webm_vp8_opus"])
def test_other_forms_are_taken_and_transcoded(name, tmp_path):
    info = probe(BOX, hostile.ALL[name](tmp_path), tmp_path)
    assert not info.copy_picture
    assert info.hdr == (name == "hevc_10bit_hdr")
    assert info.duration_ms == pytest.approx(2000, abs=100)  # also where the file itself does not say it


def test_an_attachment_is_left_where_it_is(tmp_path):
    work = tmp_path / "a" / "b"
    work.mkdir(parents=True)
    probe(BOX, hostile.mkv_attachment(tmp_path), work)
    assert not list(tmp_path.rglob("evil.txt"))


def test_limits_refuse_what_is_too_short_or_too_large(tmp_path):
    info = probe(BOX, short("ru-portrait.mp4", tmp_path), tmp_path)
    for limit, reason in (({"min_ms": 15_000}, "too_short"), ({"max_pixels": 1000}, "too_large_picture")):
        with pytest.raises(BadMedia) as refusal:
            check_limits(info, **LIMITS | limit)
        assert refusal.value.reason == reason


def test_what_was_found_survives_a_json_column(tmp_path):
    info = probe(BOX, short("uk-landscape.mp4", tmp_path), tmp_path)
    assert MediaInfo.from_dict(json.loads(json.dumps(info.to_dict()))) == info
