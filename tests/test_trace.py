"""Little trace: the whole app, as it is run, gets canaries by every way in, and all that it wrote is searched.

It runs OFFLINE here, and each of its processes writes down whom it calls: nobody but this machine.
"""

from __future__ import annotations

import base64
import io
import os
import re
import secrets
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import redis
import requests

from ops.visitor import Visitor
from tests import hostile
from tests.services import ROOT, free_port, until

pytestmark = pytest.mark.xdist_group("trace")

ADDRESS = "203.0.113.77"
FROM = {
    "X-Forwarded-For": ADDRESS,
    "User-Agent": "CANARY-BROWSER",
    "Referer": "https://canary-referrer.example/CANARY-REFERRER",
    "Cookie": "CANARY-COOKIE=CANARY-COOKIE",
    "From": "CANARY-FROM",
}
TUS = {**FROM, "Tus-Resumable": "1.0.0"}

#: Every process of ours writes down whom it looks up and calls, and where it puts files aside that have no name.
WATCH = """
import os, sys
def watch(event, given):
    if event == "open" and given[2] & os.O_TMPFILE == os.O_TMPFILE:
        with open(os.environ["SPOOLED"], "a") as spooled:
            spooled.write(f"{given[0]}\\n")
    if event in {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"}:
        with open(os.environ["CALLS"], "a") as calls:
            calls.write(f"{os.getpid()} {given[1] if event in ('socket.connect', 'socket.sendto') else given[0]!r}\\n")
sys.addaudithook(watch)
"""


@dataclass
class Watched:
    """The running app, and what must not be found in anything that it wrote."""

    url: str
    folder: Path
    password: str
    canaries: set[str] = field(
        default_factory=lambda: {ADDRESS, "CANARY", "canary-referrer", b64("CANARY-TUS-NAME"), hostile.POSITION}
    )

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def raw(self, *parts: bytes) -> bytes:
        """Send these bytes, go away in the middle, as a phone does; gives what came back."""
        port = int(self.url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
            for part in parts:
                line.sendall(part)
            line.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: line.recv(1 << 16), b""))


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    folder = tmp_path_factory.mktemp("trace")
    for name in ("watch", "tmp", "no-weights"):
        (folder / name).mkdir()
    (folder / "watch" / "sitecustomize.py").write_text(WATCH)
    campaign = (ROOT / "campaign.toml").read_text("utf-8")
    changes = {
        "min_seconds = 3": "min_seconds = 1",
        "two_people = true": "two_people = false",
        "any = []": 'any = ["libretranslate:http://translate.example:5000"]',
    }
    for old, new in changes.items():
        assert old in campaign
        campaign = campaign.replace(old, new)
    (folder / "campaign.toml").write_text(campaign, "utf-8")
    port, password = free_port(), secrets.token_hex(8)
    given = {
        "DATA_DIR": folder / "data",
        "PORT": port,
        "ADMIN_PASSWORD": password,
        "CAMPAIGN_FILE": folder / "campaign.toml",
        "WEIGHTS_DIR": folder / "no-weights",
        "TMPDIR": folder / "tmp",
        "PYTHONPATH": folder / "watch",
        "CALLS": folder / "calls",
        "SPOOLED": folder / "spooled",
        "PROXIES": 1,
        "OFFLINE": 1,
    }
    environ = {key: value for key, value in os.environ.items() if key not in {"REDIS_URL", "DATABASE_URL"}}
    environ |= {key: str(value) for key, value in given.items()}
    log = folder / "run.log"
    with log.open("wb") as out:
        running = subprocess.Popen([sys.executable, "-m", "ops.run"], cwd=ROOT, env=environ, stdout=out, stderr=out)
    try:
        until(lambda: running.poll() is not None or b"Ready" in log.read_bytes(), "a ready app")
        assert running.poll() is None, log.read_text()
        yield Watched(f"http://127.0.0.1:{port}", folder, password)
    finally:
        running.terminate()
        assert running.wait(60) == 0


def fields(**more: str) -> dict[str, str]:
    """The form as she fills it in, with what a hostile one adds."""
    known = {"token": secrets.token_hex(16), "language": "be", "consent": "yes", "network-x": "yes", "whole": "yes"}
    return {**known, "CANARY-FIELD": "CANARY-VALUE", "upload": "", **more}


def code_in(app: Watched, answer: requests.Response) -> str:
    """The receipt code, which is a canary from now on."""
    found = re.search(r"\d{4} \d{4} \d{4} \d{4}", answer.text)
    assert found, answer.text
    app.canaries |= {found[0], found[0].replace(" ", "")}
    return found[0]


def by_tus(app: Watched, video: bytes) -> str:
    """She sends a video in two pieces; between them the line breaks."""
    named = {"Upload-Length": str(len(video)), "Upload-Metadata": f"filename {b64('CANARY-TUS-NAME')}"}
    upload = requests.post(f"{app.url}/files/", headers={**TUS, **named}, timeout=20).headers["Location"]
    patch = {**TUS, "Content-Type": "application/offset+octet-stream"}
    head = "".join(f"{name}: {value}\r\n" for name, value in {**patch, "Upload-Offset": "0"}.items())
    request = f"PATCH {upload} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(video)}\r\n{head}\r\n"
    app.raw(request.encode(), video[:5000])
    at = requests.head(app.url + upload, headers=TUS, timeout=20).headers["Upload-Offset"]
    assert 0 < int(at) <= 5000
    rest = {**patch, "Upload-Offset": at}
    assert requests.patch(app.url + upload, video[int(at) :], headers=rest, timeout=20).status_code == 204
    return upload.partition("?")[0].rpartition("/")[2]


def sent(app: Watched, video: bytes | None, **more: str) -> requests.Response:
    page = requests.get(f"{app.url}/", headers=FROM, timeout=20).text
    if seen := re.search(r'name="seen" value="(\w+)"', page):
        more["seen"] = seen[1]
    files = {"video": ("CANARY-FILE.mov", io.BytesIO(video), "video/CANARY-TYPE")} if video else {"none": (None, "")}
    return requests.post(f"{app.url}/send?x=CANARY-QUERY", data=fields(**more), files=files, headers=FROM, timeout=60)


def everything_that_is_broken(app: Watched, video: bytes) -> None:
    """Each request is refused; none of what stands in it may be kept."""
    head = "".join(f"{name}: {value}\r\n" for name, value in FROM.items())
    start = f"POST /send?CANARY-QUERY HTTP/1.1\r\nHost: 127.0.0.1\r\n{head}"
    form = b'--b\r\nContent-Disposition: form-data; name="video"; filename="CANARY-FILE"\r\n\r\n' + video[:3000]
    multipart = "Content-Type: multipart/form-data; boundary=b\r\n"
    refused = [
        (b"CANARY-METHOD / HTTP/1.1\r\n\r\n",),
        (b"GET /CANARY-LINE\r\n\r\n",),
        (b"GET / HTTP/CANARY\r\n\r\n",),
        (f"GET / HTTP/1.1\r\nCANARY HEADER: x\r\n{head}\r\n".encode(),),
        (f"GET / HTTP/1.1\r\nX: {'CANARY' * 2000}\r\n{head}\r\n".encode(),),
        (f"GET /{'CANARY' * 2000} HTTP/1.1\r\n{head}\r\n".encode(),),
        (f"GET / HTTP/1.1\r\nHost: CANARY/HOST\r\n{head}\r\n".encode(),),
        (f"{start}Content-Length: CANARY\r\n\r\n".encode(),),
        (f"{start}Transfer-Encoding: chunked\r\n\r\nCANARY\r\n".encode(),),
        (f"{start}{multipart}Content-Length: 99999\r\n\r\n".encode(), form),
        (f"{start}{multipart}Content-Length: {len(form)}\r\n\r\n".encode(), form),
        (f"{start}Content-Length: 99999\r\n\r\nCANARY".encode(),),
    ]
    for parts in refused:
        app.raw(*parts)
    for path in ("/nothing/CANARY-PATH?CANARY-QUERY", "/files/CANARY-ID", "/clip/CANARY-TOKEN", "/%00CANARY", "/"):
        requests.get(app.url + path, headers=FROM, timeout=20)
    large = {"tmx": ("CANARY-FILE", io.BytesIO(b"CANARY" * 200_000))}
    for path in ("/status", "/withdraw", "/message", "/staff/sign-in", "/admin/memory/import"):
        requests.post(app.url + path, data={"code": "CANARY-CODE", "name": "CANARY"}, headers=FROM, timeout=20)
        requests.post(app.url + path, files=large, headers=FROM, timeout=20)


def on_a_storage_that_fails(app: Watched, video: bytes) -> None:
    """The fault is written to the log with its trace."""
    media, away = app.data / "media", app.data / "away"
    media.rename(away)
    media.touch()
    try:
        assert sent(app, video + b"\0\0\0\x08free").status_code == 503
    finally:
        media.unlink()
        away.rename(media)


def released(app: Watched) -> dict[str, bytes]:
    """The team brings the first appeal to its release; gives what the social team downloads."""
    ada = Visitor(app.url)
    ada.session.headers.update({name: value for name, value in FROM.items() if name != "Cookie"})
    ada.open("/staff/sign-in")
    ada.press("Sign in", name="admin", password=app.password)
    page = "/staff/appeals/1"
    until(lambda: "Screen this video" in ada.open(page), "a clean copy", 120)
    ada.screen(page)
    until(lambda: "Correct the subtitles" in ada.open(page), "a draft", 120)
    words = {"start": 200, "end": 1800, "text": "Нет значит нет.", "doubts": [], "origin": "", "language": ""}
    ada.correct(page, rows=[words])
    assert ada.status == 201, ada.page
    until(lambda: "Watch and decide" in ada.open(page), "a finished clip", 120)
    ada.open(f"{page}/review")
    ada.press("Approve", watched="whole")
    until(lambda: '/social/clips/1"' in ada.open("/social/"), "a released clip", 120)
    return {kind: ada.fetch(f"/social/clips/1/{kind}") for kind in ("finished", "softsub", "srt", "vtt", "poster")}


def in_redis(app: Watched) -> bytes:
    """All that Redis holds, and what it would write to its disk."""
    config = (app.data / "run" / "redis.conf").read_text()
    port, password = re.search(r"port (\d+)", config)[1], re.search(r"requirepass (\S+)", config)[1]
    server = redis.Redis(port=int(port), password=password)
    server.save()
    held = b"".join(key + (server.dump(key) or b"") for key in server.scan_iter())
    return held + (app.data / "run" / "dump.rdb").read_bytes()


def found_in(canaries: set[str], where: str, content: bytes) -> list[str]:
    # in Redis and in JSON a message is base64 of base64 at times
    packed = re.findall(rb"[A-Za-z0-9+/]{40,}", content[:100_000])
    texts = [content, *(base64.b64decode(part[: len(part) // 4 * 4]) for part in packed)]
    return [f"{canary} in {where}" for canary in sorted(canaries) if any(canary.encode() in text for text in texts)]


@pytest.fixture(scope="module")
def done(app: Watched, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The whole flow, with canaries everywhere; gives what was downloaded."""
    folder = tmp_path_factory.mktemp("videos")
    rich = hostile.rich_metadata(folder).read_bytes()
    requests.get(f"{app.url}/?lang=be&x=CANARY-QUERY", headers=FROM, timeout=20)
    choices = {"name": "Hanna", "naming": "typed", "contact": "CANARY-CONTACT@mail.example"}
    receipt = sent(app, None, upload=by_tus(app, rich), **choices)
    assert receipt.status_code == 200, receipt.text
    code = code_in(app, receipt)
    damaged = sent(app, rich[: len(rich) // 2])
    everything_that_is_broken(app, rich)
    on_a_storage_that_fails(app, rich)
    downloads = released(app)
    for path, more in {"status": {}, "message": {"text": "CANARY-MESSAGE"}, "choices": {}}.items():
        data = {"code": code, "CANARY-FIELD": "CANARY-VALUE", **more}
        assert requests.post(f"{app.url}/{path}", data=data, headers=FROM, timeout=20).status_code == 200
    # a video that cannot be used is kept as it came, for a week, or until she takes it back
    until(lambda: "damaged" in status(app, damaged), "a refusal")
    requests.post(f"{app.url}/withdraw", data={"code": code_in(app, damaged), "sure": "yes"}, headers=FROM, timeout=20)
    return downloads


def status(app: Watched, receipt: requests.Response) -> str:
    data = {"code": code_in(app, receipt)}
    return requests.post(f"{app.url}/status", data=data, headers=FROM, timeout=20).text


def test_nothing_that_was_written_tells_who_came_with_what(app, done):
    written = [path for path in app.folder.rglob("*") if path.is_file() and path.parent != app.folder / "watch"]
    found = [hit for path in written for hit in found_in(app.canaries, str(path), path.read_bytes())]
    found += found_in(app.canaries, "Redis", in_redis(app))
    assert found == []
    names = {path.relative_to(app.folder).parts[1] for path in written if len(path.relative_to(app.folder).parts) > 1}
    assert {"appeals.sqlite3", "logs", "media", "run"} <= names
    assert not list(app.data.glob("media/*/original-*"))
    logs = b"".join(path.read_bytes() for path in app.data.glob("logs/*"))
    assert b"could not be stored" in logs and b"Traceback" in logs, "the fault is in the log"
    assert b"Invalid request" not in logs


def test_nothing_that_leaves_the_house_holds_what_the_phone_wrote_into_the_video(app, done):
    assert set(done) == {"finished", "softsub", "srt", "vtt", "poster"}
    assert [hit for kind, content in done.items() for hit in found_in(app.canaries, kind, content)] == []
    assert "Нет значит нет." in done["srt"].decode()


def test_nothing_is_spooled_outside_of_the_data_folder(app, done):
    assert [path for path in (app.folder / "tmp").rglob("*") if path.is_file()] == []
    # in a __pycache__ numba tries whether it may write there
    folders = {path for path in (app.folder / "spooled").read_text().splitlines() if not path.endswith("__pycache__")}
    assert folders == {str(app.data / "tmp")}


def test_nobody_but_this_machine_was_called(app, done):
    calls = {line.partition(" ")[2] for line in (app.folder / "calls").read_text().splitlines()}
    processes = {line.partition(" ")[0] for line in (app.folder / "calls").read_text().splitlines()}
    own = re.compile(r"\('(127\.0\.0\.1|::1)', .*\)|'(localhost|127\.0\.0\.1|::1)'|None|b?'[/\\0].*'")
    assert [call for call in sorted(calls) if not own.fullmatch(call)] == []
    assert len(processes) >= 4, "web and workers were watched"
    logs = b"".join(path.read_bytes() for path in app.data.glob("logs/*"))
    assert b"translate.example:5000 is on another machine and is left out" in logs
