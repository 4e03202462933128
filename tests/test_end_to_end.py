"""The whole way, by HTTP through the running app: real server, Redis, workers, Whisper, ffmpeg."""

from __future__ import annotations

import re
import subprocess

import pytest

from tests.appeals import BELARUSIAN, DATA
from tests.services import Site, until
from tests.visitor import Visitor

pytestmark = pytest.mark.xdist_group("site")  # one running app for all of these


def signed_in(site: Site, name: str, role: str = "") -> Visitor:
    password = site.account(name, role) if role else site.password
    visitor = Visitor(site.url)
    visitor.open("/staff/sign-in")
    visitor.press("Sign in", name=name, password=password)
    assert visitor.status == 200, visitor.words
    return visitor


def send(site: Site, clip=BELARUSIAN, language="be") -> tuple[Visitor, str]:
    """A supporter sends a clip; gives her and her code."""
    supporter = Visitor(site.url)
    supporter.open("/")
    supporter.press("Send the video", video=clip, language=language, consent="yes", name="Hanna")
    assert "Received whole" in supporter.words
    return supporter, re.search(r"\d{4} \d{4} \d{4} \d{4}", supporter.words).group()


def newest(visitor: Visitor) -> str:
    """The page of the appeal that came last."""
    visitor.open("/staff/")
    numbers = [int(n) for n in re.findall(r"/staff/appeals/(\d+)", visitor.page)]
    return f"/staff/appeals/{max(numbers)}"


def until_says(visitor: Visitor, page: str, button: str) -> None:
    until(lambda: button in visitor.open(page), f"a button {button!r} on {page}", 120)


def probe(path) -> str:
    argv = ["ffprobe", "-v", "error", "-show_entries", "stream=codec_type,codec_name,width,height:format_tags", path]
    return subprocess.run(argv, check=True, capture_output=True, text=True).stdout


def test_from_upload_to_an_approved_download(site, tmp_path):
    supporter, code = send(site)
    tanya, rita, sveta = (
        signed_in(site, *who) for who in [("tanya", "translator"), ("rita", "reviewer"), ("sveta", "social")]
    )
    page = newest(tanya)

    # Nothing can be downloaded yet, by nobody, and the supporter sees how it stands.
    number = page.rsplit("/", 1)[1]
    assert f"appeal-{number}" not in sveta.open("/social/")
    supporter.open("/status")
    assert "Hanna" not in supporter.press("See how it stands", code=code)

    # The translator corrects a cue; the machine renders.
    until_says(tanya, page, "Save and send to review")
    assert "Не идите на эту войну." in tanya.field("text")
    tanya.press("Save and send to review", text=("Не идите на эту войну.", "Не идите на эту чужую войну."))
    until_says(rita, page, "Approve this clip")

    # The reviewer returns it; a second correction is rendered again.
    rita.press("Return with these notes", notes="«чужую» is not what she says")
    until_says(tanya, page, "Save and send to review")
    assert "«чужую» is not what she says" in tanya.words
    tanya.press("Save and send to review", text=("Не идите на эту чужую войну.", "Не идите на эту войну."))
    until_says(rita, page, "Approve this clip")
    rita.press("Approve this clip")

    until(lambda: f"appeal-{number}" in sveta.open("/social/") or number in sveta.words, "a released clip")
    until(lambda: re.search(rf"/social/clips/{number}/finished", sveta.open("/social/")), "a download", 60)
    kinds = sorted(set(re.findall(rf"/social/clips/{number}/(\w+)", sveta.page)))
    assert {"finished", "softsub", "srt", "vtt"} <= set(kinds)
    for kind in ("finished", "softsub", "srt", "vtt"):
        answer = sveta.session.get(f"{site.url}/social/clips/{number}/{kind}", timeout=60)
        assert answer.status_code == 200
        (tmp_path / kind).write_bytes(answer.content)
    assert "codec_name=h264" in probe(tmp_path / "finished")
    assert "codec_name=mov_text" in probe(tmp_path / "softsub")
    assert "Не идите на эту войну." in (tmp_path / "srt").read_text()
    assert (tmp_path / "vtt").read_text().startswith("WEBVTT")
    assert "tags" not in probe(tmp_path / "finished").lower() or "Hanna" not in probe(tmp_path / "finished")

    # Taken back, it is gone at once.
    supporter.open("/status")
    supporter.press("See how it stands", code=code)
    supporter.press("Take it back")
    supporter.press("Yes, take it back")
    assert sveta.session.get(f"{site.url}/social/clips/{number}/finished", timeout=60).status_code == 404
    assert not list((site.data / "media").glob("*/finished*"))


@pytest.mark.parametrize(
    ("clip", "language", "sentence"),
    [
        ("uk-landscape.mp4", "uk", ""),
        ("ru-portrait.mp4", "ru", ""),
        ("en-landscape.mp4", "en", ""),
        ("de-rotated.mp4", "de", ""),
        ("no-speech.mp4", "be", ""),
    ],
)
def test_every_sample_becomes_a_draft(site, clip, language, sentence):
    send(site, DATA / clip, language)
    ada = signed_in(site, "admin")
    until_says(ada, newest(ada), "Save and send to review")


def test_a_broken_file_is_refused_at_once_with_a_sentence(site, tmp_path):
    from tests import hostile

    supporter = Visitor(site.url)
    supporter.open("/")
    supporter.press("Send the video", video=hostile.audio_only(tmp_path), language="be", consent="yes")
    assert supporter.status == 422
    assert "no picture" in supporter.words
