"""The whole way, by HTTP through the running app: real server, Redis, workers, Whisper, ffmpeg."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from ops.visitor import Visitor
from tests import hostile
from tests.appeals import BELARUSIAN, DATA
from tests.services import Site, until

pytestmark = pytest.mark.xdist_group("site")  # one running app for all of these


def signed_in(site: Site, name: str, role: str = "") -> Visitor:
    password = site.account(name, role) if role else site.password
    visitor = Visitor(site.url)
    visitor.open("/staff/sign-in")
    visitor.press("Sign in", name=name, password=password)
    assert visitor.status == 200, visitor.words
    return visitor


def send(site: Site, video: Path = BELARUSIAN, language: str = "be") -> tuple[Visitor, str]:
    """A supporter sends a clip; gives her and her code."""
    supporter = Visitor(site.url)
    supporter.open("/")
    supporter.press("Send the video", video=video, language=language, consent="yes", name="Hanna")
    assert "Received whole" in supporter.words
    return supporter, receipt_code(supporter)


def receipt_code(supporter: Visitor) -> str:
    found = re.search(r"\d{4} \d{4} \d{4} \d{4}", supporter.words)
    assert found, supporter.words
    return found.group()


def how_it_stands(supporter: Visitor, code: str) -> str:
    supporter.open("/status")
    supporter.press("Show", code=code)
    return supporter.words


def newest(visitor: Visitor) -> str:
    """The page of the appeal that came last."""
    visitor.open("/staff/?status=all")
    numbers = [int(n) for n in re.findall(r"/staff/appeals/(\d+)", visitor.page)]
    return f"/staff/appeals/{max(numbers)}"


def until_says(visitor: Visitor, page: str, button: str) -> None:
    until(lambda: button in visitor.open(page), f"a button {button!r} on {page}", 120)


def clip(number: str, kind: str) -> str:
    return f"/social/clips/{number}/{kind}"


def streams(path) -> str:
    argv = ["ffprobe", "-v", "error", "-show_entries", "stream=codec_name:format_tags=title,comment,artist", path]
    return subprocess.run(argv, check=True, capture_output=True, text=True).stdout


def screened(rita: Visitor, page: str) -> None:
    until_says(rita, page, "Screen this video")
    rita.screen(page)
    assert rita.status == 200, rita.words


def correct(tanya: Visitor, page: str, old: str, new: str) -> None:
    until_says(tanya, page, "Correct the subtitles")
    tanya.correct(page, (old, new))
    assert tanya.status == 201, tanya.page


def approve(rita: Visitor, page: str) -> None:
    rita.open(f"{page}/review")
    rita.press("Approve", watched="whole")
    assert rita.status == 200, rita.words


def test_from_upload_to_an_approved_download_and_back(site, tmp_path):
    others = kept(site)
    hers = tmp_path / "hers.mp4"  # unlike every other video here: taking it back takes back all that are the same
    hers.write_bytes(BELARUSIAN.read_bytes() + b"\0\0\0\x10freehers own")
    supporter, code = send(site, hers)
    people = [("tanya", "translator"), ("rita", "reviewer"), ("sveta", "social")]
    tanya, rita, sveta = (signed_in(site, *who) for who in people)
    page = newest(rita)
    tanya.open(page)
    assert tanya.status == 404  # nobody has screened it yet
    screened(rita, page)
    number = page.rsplit("/", 1)[1]

    correct(tanya, page, "Не идите на эту войну.", "Не идите на чужую войну.")
    until_says(rita, page, "Watch and decide")
    rita.open(f"{page}/review")
    rita.press("Return", words="«чужую» is not what she says")
    until_says(tanya, page, "«чужую» is not what she says")
    correct(tanya, page, "Не идите на чужую войну.", "Не идите на эту войну.")
    until_says(rita, page, "Watch and decide")

    sveta.open(clip(number, "finished"))
    assert sveta.status == 404  # not approved, not there
    approve(rita, page)
    until(lambda: f'/social/clips/{number}"' in sveta.open("/social/"), "a released clip")
    files = {kind: tmp_path / kind for kind in ("finished", "softsub", "srt", "vtt")}
    for kind, path in files.items():
        path.write_bytes(sveta.fetch(clip(number, kind)))
    assert "codec_name=h264" in streams(files["finished"])
    assert "codec_name=mov_text" in streams(files["softsub"])
    assert "TAG:" not in streams(files["finished"])
    assert "Не идите на эту войну." in files["srt"].read_text("utf-8")
    assert files["vtt"].read_text("utf-8").startswith("WEBVTT")

    assert "Your appeal is released" in how_it_stands(supporter, code)
    supporter.press("Take my video back")
    supporter.press("Yes, delete it")
    sveta.open(clip(number, "finished"))
    assert sveta.status == 404
    assert kept(site) == others


@pytest.mark.parametrize(
    ("name", "language", "russian"),
    [
        ("uk-landscape.mp4", "uk", True),
        ("ru-portrait.mp4", "ru", True),
        ("en-landscape.mp4", "en", True),  # no engine knows it: the memory does
        ("de-rotated.mp4", "und", True),
        ("no-speech.mp4", "be", False),
    ],
)
def test_every_sample_becomes_a_draft_and_one_without_speech_stays_empty(site, name, language, russian):
    send(site, DATA / name, language)
    ada = signed_in(site, "admin")
    page = newest(ada)
    screened(ada, page)
    until_says(ada, page, "Correct the subtitles")
    assert any(ada.texts(page)) == russian


@pytest.mark.parametrize(
    ("make", "status", "sentence"),
    [
        # refused at the door, by its first bytes: nothing is kept
        (hostile.empty, 400, "The file is empty."),
        (hostile.text_named_mp4, 415, "not a video that we can read"),
        (hostile.random_bytes, 415, "not a video that we can read"),
        (hostile.hls_local, 415, "not a video that we can read"),
        (hostile.ffconcat_script, 415, "not a video that we can read"),
        # received whole, refused by the worker within seconds: kept for a person to look at
        (hostile.moov_missing, 422, "damaged or was cut off"),
        (hostile.cut_in_half, 422, "damaged or was cut off"),
        (hostile.audio_only, 422, "sound but no picture"),
        (hostile.video_only, 422, "has no sound"),
        (hostile.four_minutes, 422, "longer than the limit"),
        (hostile.huge_picture, 422, "picture is larger than we can take"),
        (hostile.codec_off_list, 422, "stored in a way that we do not open"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_file_that_we_cannot_use_is_refused_with_a_sentence(site, tmp_path, make, status, sentence):
    before = kept(site)
    supporter = Visitor(site.url)
    supporter.open("/")
    supporter.press("Send the video", video=make(tmp_path), language="be", consent="yes")
    if status == 422 and supporter.status == 200:  # a busy machine: the receipt did not wait for the verdict
        code = receipt_code(supporter)
        until(lambda: sentence in how_it_stands(supporter, code), sentence)
    else:
        assert supporter.status == status, supporter.words
    assert sentence in supporter.words
    assert len(kept(site) - before) == (status == 422)


def kept(site: Site) -> set[str]:
    """Every file that the storage and the scratch folders hold."""
    return {str(path) for folder in ("media", "incoming") for path in (site.data / folder).rglob("*") if path.is_file()}
