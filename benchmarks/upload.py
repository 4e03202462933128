"""A gigabyte sent by tus to our web server, beside `cp` and `sha256sum` of the same file; a hundred slow senders.

The client sends by sendfile, so that what is measured is the server. Memory and pages are measured on the way.
"""

from __future__ import annotations

import http.client
import os
import re
import secrets
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.side_by_side import ratio, seconds
from ops import supervise
from ops.visitor import Visitor
from pipeline.config import Settings
from pipeline.db import Database, migrate
from pipeline.models import Role
from web import accounts

GIGABYTE = 1_000_000_000
MOVIE = b"\0\0\0\x18ftypisom"  # so begins a file that looks like a video
TUS = {"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream"}
PASSWORD = secrets.token_hex(8)
SENDERS, SPEED, LASTING = 100, 500_000, 20  # at once; bytes a second each; seconds
BEATS = 10  # pieces a second


@dataclass
class Server:
    """gunicorn as `make run` starts it."""

    data: Path
    port: int
    process: int  # the one that answers

    def ask(
        self, method: str, path: str, headers: dict[str, str], body: Callable[[http.client.HTTPConnection], object]
    ) -> http.client.HTTPResponse:
        """One request whose body is sent by a function; the answer, read."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        connection.putrequest(method, path)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        body(connection)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer

    def begin(self, length: int) -> str:
        """The path of a new upload."""
        answer = self.ask("POST", "/files/", {**TUS, "Upload-Length": str(length), "Content-Length": "0"}, lambda _: 0)
        assert answer.status == 201, answer.status
        return str(answer.headers["Location"])

    def memory(self) -> int:
        """Bytes that the answering process holds."""
        return int(Path(f"/proc/{self.process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@contextmanager
def server() -> Iterator[Server]:
    """One in a folder of its own, that takes a gigabyte, and many uploads from one place; with the account admin."""
    with tempfile.TemporaryDirectory() as name:
        data, port = Path(name), supervise.free_port()
        campaign = Path("campaign.toml").read_text("utf-8")
        for key, value in {"max_megabytes": 2000, "free_per_hour": 10_000}.items():
            campaign = re.sub(rf"(?m)^{key} = \d+", f"{key} = {value}", campaign)
        (data / "campaign.toml").write_text(campaign, "utf-8")
        environ = {"DATA_DIR": name, "REDIS_URL": "redis://127.0.0.1:1/0", "CAMPAIGN_FILE": f"{name}/campaign.toml"}
        settings = Settings.from_env(environ)
        migrate(settings.database_url)
        accounts.add(Database(settings.database_url), "admin", Role.ADMIN, PASSWORD)
        with (data / "log").open("wb") as log:
            command = supervise.programs(port, data, own_redis=False)["web"]
            running = subprocess.Popen(command, env=os.environ | environ, stdout=log, stderr=log)
            try:
                yield Server(data, port, _answering(running, port))
            finally:
                running.terminate()
                running.wait()


def _answering(running: subprocess.Popen[bytes], port: int) -> int:
    """The number of the process that answers, as soon as it does."""
    while True:
        assert running.poll() is None, "the server does not start"
        time.sleep(0.1)
        with suppress(OSError):
            connection = http.client.HTTPConnection("127.0.0.1", port)
            connection.request("GET", "/healthz")
            assert connection.getresponse().status == 200
            children = Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text().split()
            return int(children[0])


def send(to: Server, video: Path) -> str:
    """The video by tus, in one piece; the path of the upload, of which all is on the disk."""
    size = video.stat().st_size
    path = to.begin(size)
    with video.open("rb") as file:
        headers = {**TUS, "Upload-Offset": "0", "Content-Length": str(size)}
        answer = to.ask("PATCH", path, headers, lambda line: line.sock.sendfile(file))
    assert (answer.status, answer.headers["Upload-Offset"]) == (204, str(size))
    return path


def forget(to: Server, path: str) -> None:
    to.ask("DELETE", path, TUS, lambda _: 0)


def send_form(to: Server, video: Path) -> None:
    """The video by the plain form, without the fields: it is read to its end, and hashed, and refused."""
    start = b'--b\r\nContent-Disposition: form-data; name="video"; filename="a"\r\n\r\n'
    end = b'\r\n--b\r\nContent-Disposition: form-data; name="whole"\r\n\r\nyes\r\n--b--\r\n'
    length = len(start) + video.stat().st_size + len(end)
    headers = {"Content-Type": "multipart/form-data; boundary=b", "Content-Length": str(length)}

    def body(line: http.client.HTTPConnection) -> None:
        line.send(start)
        with video.open("rb") as file:
            line.sock.sendfile(file)
        line.send(end)

    answer = to.ask("POST", "/send", headers, body)
    assert answer.status == 400, answer.status


def movie(path: Path, size: int) -> Path:
    """A file of so many bytes that cannot be compressed."""
    with path.open("wb") as file:
        file.write(MOVIE)
        while missing := size - file.tell():
            file.write(secrets.token_bytes(min(missing, 1 << 20)))
    return path


def measure() -> float:
    """How many times as long as `cp` and `sha256sum`."""
    with server() as to:
        video, copy = movie(to.data / "video", GIGABYTE), to.data / "copy"

        def ours() -> None:
            forget(to, send(to, video))

        def plain() -> None:
            subprocess.run(["cp", video, copy], check=True)
            subprocess.run(["sha256sum", copy], check=True, stdout=subprocess.DEVNULL)
            copy.unlink()

        def form() -> None:
            send_form(to, video)

        times = ratio(ours, plain, rounds=3)
        print(f"upload: the plain form {ratio(form, plain, rounds=1):.3f}", flush=True)
        return times


def growth() -> float:
    """Megabytes by which the server grew while it took a gigabyte, and then a hundred slow uploads at once."""
    with server() as to:
        forget(to, send(to, movie(to.data / "video", 1_000_000)))
        before = to.memory()
        with watched(to.memory) as large:
            video = movie(to.data / "video", GIGABYTE)
            for _ in range(2):
                forget(to, send(to, video))
        with watched(to.memory) as many:
            wait(senders(to))
        print(f"upload: +{(max(large) - before) / 1e6:.1f} MB while a gigabyte comes", end="")
        print(f", +{(max(many) - before) / 1e6:.1f} MB while a hundred send", flush=True)
        return (max(*large, *many) - before) / 1e6


@contextmanager
def watched(value: Callable[[], float]) -> Iterator[list[float]]:
    """What it was, ten times a second."""
    seen, over = [value()], threading.Event()

    def look() -> None:
        while not over.wait(0.1):
            seen.append(value())

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()


def page_seconds() -> float:
    """The longest that a page of the team took while a hundred sent at once."""
    with server() as to:
        admin = Visitor(f"http://127.0.0.1:{to.port}")
        admin.open("/staff/sign-in")
        admin.press("Sign in", name="admin", password=PASSWORD)
        sending, took = senders(to), []
        time.sleep(2)  # until all have begun
        while sending.poll() is None:
            took.append(seconds(lambda: admin.open("/staff/")))
            assert admin.status == 200 and "Sign out" in admin.page
            time.sleep(0.05)
        wait(sending)
    took.sort()
    usual, most = took[len(took) // 2], took[len(took) * 95 // 100]
    print(f"upload: {len(took)} pages, median {usual:.3f} s, 95 % within {most:.3f} s", flush=True)
    return took[-1]


def senders(to: Server) -> subprocess.Popen[bytes]:
    """A process of its own that sends a hundred videos at once."""
    return subprocess.Popen([sys.executable, "-c", f"from benchmarks.upload import crawl; crawl({to.port})"])


def wait(sending: subprocess.Popen[bytes]) -> None:
    assert sending.wait() == 0, "not every slow upload came whole"


def crawl(port: int) -> None:
    """A hundred uploads, piece by piece in turn; AssertionError where the server does not keep up or loses one."""
    to = Server(Path(), port, 0)
    piece, size = secrets.token_bytes(SPEED // BEATS), SPEED * LASTING
    lines = []
    for _ in range(SENDERS):
        line = http.client.HTTPConnection("127.0.0.1", port)
        line.putrequest("PATCH", to.begin(size))
        for name, value in {**TUS, "Upload-Offset": "0", "Content-Length": str(size)}.items():
            line.putheader(name, value)
        line.endheaders()
        lines.append(line)
    began = time.monotonic()
    for beat in range(1, BEATS * LASTING + 1):
        for line in lines:
            line.send(piece)
        time.sleep(max(0.0, began + beat / BEATS - time.monotonic()))
    assert [line.getresponse().status for line in lines] == [204] * SENDERS
    took = time.monotonic() - began
    assert took < LASTING + 5, f"{took:.0f} s for what comes in {LASTING}"
