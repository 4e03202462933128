"""`make run` from outside: it starts, forgets nothing, survives kill -9 and leaves no process behind."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import redis
import requests
import yaml

from ops.supervise import free_port
from pipeline.db import Database
from pipeline.models import Appeal, Status
from pipeline.posts import TakeDown
from pipeline.queue import make_app
from tests.services import redis_server
from tests.test_nudge import Mailbox, mailbox  # noqa: F401 - a fixture

ROOT = Path(__file__).parent.parent


def processes(data: Path) -> dict[int, str]:
    """Command lines, by number, of the living processes that were started for this DATA_DIR."""
    config = data / "run" / "redis.conf"
    redis = "127.0.0.1:" + re.search(r"port (\d+)", config.read_text())[1] if config.exists() else "no Redis"
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            line = (folder / "cmdline").read_text().replace("\0", " ")
            # Redis writes its title over its environment.
            if f"DATA_DIR={data}\0".encode() in (folder / "environ").read_bytes() or redis in line:
                found[int(folder.name)] = line
    return found


def until(true: Callable[[], object], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.1)


class App:
    def __init__(self, data: Path) -> None:
        self.data, self.port = data, free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    @contextmanager
    def running(self, **environ: str) -> Iterator[subprocess.Popen[str]]:
        """Started and ready; what was printed until then is in `said`."""
        set_by_us = {"DATA_DIR": str(self.data), "PORT": str(self.port), "WHISPER_MODEL": "phrasebook"}
        inherited = {k: v for k, v in os.environ.items() if k not in {"REDIS_URL", "DATABASE_URL", "ADMIN_PASSWORD"}}
        command = [sys.executable, "-m", "ops.run"]
        with subprocess.Popen(
            command, cwd=ROOT, env=inherited | set_by_us | environ, text=True, stdout=-1, stderr=-2
        ) as run:
            try:
                self.said = ""
                while "Ready:" not in self.said:
                    line = run.stdout.readline()
                    assert line, f"it ended: {self.said}"
                    self.said += line
                yield run
            finally:
                run.terminate()
                self.rest = run.communicate(timeout=60)[0]

    def answers(self) -> bool:
        with suppress(requests.ConnectionError):
            return requests.get(self.url, timeout=10).ok
        return False

    def sign_in(self, password: str) -> bool:
        with requests.Session() as session:
            page = session.get(f"{self.url}/staff/sign-in", timeout=10).text
            token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
            form = {"csrf_token": token[1], "name": "admin", "password": password}
            answer = session.post(f"{self.url}/staff/sign-in", data=form, timeout=10, allow_redirects=False)
            return answer.status_code == 302


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    app = App(tmp_path / "data with 100% odd name")
    yield app
    until(lambda: not processes(app.data))


def test_starts_stops_and_forgets_nothing(app: App) -> None:
    with app.running() as run:
        password = re.search(r"Password: (\S+)", app.said)[1]
        assert app.answers()
        assert app.sign_in(password)
        lines = processes(app.data)
        secrets = {password, re.search(r"requirepass (\S+)", (app.data / "run/redis.conf").read_text())[1]}
        for wanted in ("-server", "gunicorn", "-Q media", "-Q speech", "-Q text", "beat"):
            assert any(wanted in line for line in lines.values()), wanted
        assert not [line for line in lines.values() for secret in secrets if secret in line]
        run.send_signal(signal.SIGINT)
        assert run.wait(60) == 0
        assert not processes(app.data)
    with app.running(ALLOW_UNSANDBOXED="1") as run:
        assert "Password" not in app.said
        assert app.sign_in(password)
        assert not app.sign_in(password + "x")
    assert run.returncode == 0
    assert not processes(app.data)
    secret = [path for path in app.data.rglob("*") if path.stat().st_mode & 0o077]
    assert not secret, "everything in DATA_DIR is for its owner alone"


def test_where_the_team_is_to_be_told_a_worker_of_its_own_tells_it(app: App, mailbox: Mailbox) -> None:  # noqa: F811
    with app.running(NOTIFY=mailbox.address):
        assert any("-Q outside" in line for line in processes(app.data).values())
        db = Database(f"sqlite:///{app.data / 'appeals.sqlite3'}")
        with db.write() as session:
            session.add(Appeal(folder="x", language="be", status=Status.WITHDRAWN))
            session.flush()
            session.add(TakeDown(appeal_id=1, reason="withdrawn"))
        db.close()
        config = (app.data / "run/redis.conf").read_text()
        port, password = (re.search(rf"{name} (\S+)", config)[1] for name in ("port", "requirepass"))
        make_app(f"redis://:{password}@127.0.0.1:{port}/0").send_task("recall", queue="outside")
        until(lambda: mailbox.letters)
    assert json.loads(mailbox.letters[0])["message"] == "Appeal 1: 1"


def test_what_dies_comes_back(app: App) -> None:
    with app.running(ADMIN_PASSWORD="chosen-by-operator"):
        assert "chosen-by-operator" not in app.said
        assert not any(b"chosen-by-operator" in Path(f"/proc/{pid}/environ").read_bytes() for pid in supervised(app))
        before = supervised(app)
        for pid in before:
            os.kill(pid, signal.SIGKILL)
        until(lambda: len(supervised(app)) == len(before) and not supervised(app) & before)
        until(app.answers)
        assert app.sign_in("chosen-by-operator")


def supervised(app: App) -> set[int]:
    """The direct children of the supervisor."""
    supervisor = (app.data / "run" / "supervisor.pid").read_text().strip()
    children = Path(f"/proc/{supervisor}/task/{supervisor}/children").read_text()
    return {int(pid) for pid in children.split()}


@pytest.mark.parametrize("victims", ["run", "supervisor", "both"])
def test_killed_itself_it_leaves_nothing_and_starts_again(app: App, victims: str) -> None:
    with app.running() as run:
        supervisor = int((app.data / "run" / "supervisor.pid").read_text())
        if victims != "supervisor":
            run.kill()
        if victims != "run":
            os.kill(supervisor, signal.SIGKILL)
        assert run.wait(60) == (1 if victims == "supervisor" else -signal.SIGKILL)
    if victims == "supervisor":
        assert "The supervisor has ended" in app.rest
    with app.running():
        assert app.answers()


def test_demo_fills_a_running_app(app: App) -> None:
    assert "Nothing answers" in refused("demo", PORT=str(app.port))
    with app.running():
        environ = os.environ | {"DATA_DIR": str(app.data), "PORT": str(app.port)}
        command = [sys.executable, "-m", "ops.demo"]
        done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=240, check=False)
        assert done.returncode == 0, done.stderr
        accounts = dict(re.findall(r"^  demo-(\w+) +(\S+)$", done.stdout, re.MULTILINE))
        assert set(accounts) == {"translator", "reviewer", "social", "admin"}
        assert len(re.findall("receipt code", done.stdout)) == len(list((ROOT / "tests" / "data").glob("*.mp4")))


def refused(program: str = "run", **environ: str) -> str:
    """What it says when it does not start."""
    command = [sys.executable, "-m", f"ops.{program}"]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | environ, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


def test_what_cannot_work_is_said_in_one_sentence(tmp_path: Path) -> None:
    data = str(tmp_path / "data")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert f"Port {port} cannot be used" in refused(DATA_DIR=data, PORT=port)
    assert "PORT must be a whole number" in refused(DATA_DIR=data, PORT="eighty")
    assert "PORT must be a number from 1 to 65535" in refused(DATA_DIR=data, PORT="70000")
    assert "DATABASE_URL cannot be used" in refused(DATA_DIR=data, PORT=str(free_port()), DATABASE_URL="nonsense")
    redis = f"redis://127.0.0.1:{free_port()}/0"
    assert "REDIS_URL cannot be used" in refused(DATA_DIR=data, PORT=str(free_port()), REDIS_URL=redis)
    assert "ADMIN_PASSWORD cannot be used: A password needs at least 10" in refused(
        DATA_DIR=data, PORT=str(free_port()), ADMIN_PASSWORD="short"
    )
    for model in ("smal", str(tmp_path / "no.pt"), str(tmp_path)):
        assert f"WHISPER_MODEL {model} is not a file, nor auto" in refused(
            DATA_DIR=data, PORT=str(free_port()), WHISPER_MODEL=model
        )
    (tmp_path / "file").touch()
    campaign = str(tmp_path / "file")
    assert "file cannot be used" in refused(DATA_DIR=data, PORT=str(free_port()), CAMPAIGN_FILE=campaign)
    assert "DATA_DIR cannot be written to" in refused(DATA_DIR=str(tmp_path / "file"), SECRET_KEY="x")


def test_a_redis_that_forgets_is_refused_at_the_start(tmp_path: Path) -> None:
    with redis_server() as url:
        redis.Redis.from_url(url).config_set("maxmemory-policy", "allkeys-lru")
        data = {"DATA_DIR": str(tmp_path), "PORT": str(free_port()), "WHISPER_MODEL": "phrasebook"}
        assert "Redis may evict messages (maxmemory-policy allkeys-lru)" in refused(REDIS_URL=url, **data)


def test_two_on_one_data_dir(app: App) -> None:
    with app.running() as run:
        said = refused(DATA_DIR=str(app.data), PORT=str(free_port()))
        assert said == f"The app is already running on {app.data} (process {run.pid}).\n"
        assert app.answers()


def test_help_lists_every_target() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)) - {"setup-test"}
    shown = subprocess.run(
        ["make", "--no-print-directory", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert {line.split()[0] for line in shown.splitlines()} == targets
    assert targets == {"help", "setup", "run", "test", "check", "words", "demo", "bench"}


def test_setup_without_rights_names_all_that_is_missing(tmp_path: Path) -> None:
    (tmp_path / "ops").mkdir()
    shutil.copy(ROOT / "ops" / "setup.sh", tmp_path / "ops")
    for program in ("sh", "flock", "dirname", "id"):
        (tmp_path / program).symlink_to(shutil.which(program))
    done = subprocess.run(
        ["ops/setup.sh", "run"], cwd=tmp_path, env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    for package in ("ffmpeg", "bubblewrap", "cg3", "python3-venv"):
        assert package in done.stderr


def test_image_has_the_packages_that_setup_installs() -> None:
    setup = re.search(r"needs_run='(.*?)'", (ROOT / "ops/setup.sh").read_text(), re.DOTALL)[1]
    wanted = {line.split()[0] for line in setup.strip().splitlines()}
    docker = re.search(r"--no-install-recommends \\\n(.*?)\n *&&", (ROOT / "Dockerfile").read_text(), re.DOTALL)[1]
    assert set(docker.replace("\\", "").split()) == wanted


def test_compose() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    stack = yaml.safe_load(text)
    services = stack["services"]
    ours = {"web", "media", "speech", "text", "outside", "beat", "migrate"}
    assert set(services) == ours | {"postgres", "redis", "s3"}
    for name in ours:
        service = services[name]
        assert service["read_only"] and service["cap_drop"] == ["ALL"], name
        assert "no-new-privileges:true" in service["security_opt"], name
        assert "ALLOW_UNSANDBOXED" not in service["environment"], name
        assert "phrasebook" not in service["environment"]["WHISPER_MODEL"]
    assert [name for name, service in services.items() if "ports" in service] == ["web"]
    # A secret is never empty and never has a default.
    secrets = re.findall(r"\$\{(\w*(?:PASSWORD|SECRET)\w*)(.*?)}", text)
    assert secrets and all(rest.startswith(":?") for _, rest in secrets)
    example = (ROOT / "ops" / "env.example").read_text()
    assert set(re.findall(r"\$\{(\w+)", text)) == set(re.findall(r"^(\w+)=", example, re.MULTILINE))


def test_seccomp_profile_leaves_bubblewrap_what_it_needs() -> None:
    profile = json.loads((ROOT / "ops" / "seccomp.json").read_text())
    forbidden = {name for rule in profile["syscalls"] for name in rule["names"]}
    assert profile["defaultAction"] == "SCMP_ACT_ALLOW"
    assert {"bpf", "keyctl", "io_uring_setup", "ptrace"} <= forbidden
    assert not {"clone", "clone3", "unshare", "mount", "umount2", "pivot_root"} & forbidden
