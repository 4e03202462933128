"""`make run`: the whole app on this machine until Ctrl-C or SIGTERM. Logs are in DATA_DIR/logs.

Exit code 0 after a stop that was asked for, 1 with one sentence when it cannot start or cannot go on.
"""

from __future__ import annotations

import fcntl
import http.client
import logging
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import IO

import redis
from sqlalchemy.exc import SQLAlchemyError

from ops import supervise
from pipeline.campaign import Campaign
from pipeline.config import Settings
from pipeline.db import Database, migrate
from pipeline.sandbox import Sandbox

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
START_SECONDS = 60
FETCH_SECONDS = 1800
STALLED_SECONDS = 30  # without another byte of the model
ASK_AGAIN_SECONDS = 24 * 3600

#: What openai-whisper calls its models; asking it would load torch, and take seconds of every start.
WHISPER_NAME = re.compile(r"(tiny|base|small|medium)(\.en)?|large(-v[123])?|turbo|large-v3-turbo")


def main() -> int:
    for asked in STOP_SIGNALS:  # SIGINT too: a shell script starts background commands with it ignored
        signal.signal(asked, signal.default_int_handler)
    os.umask(0o077)
    try:
        settings = read_settings()
        lock = hold(settings.data_dir)
        need_port(settings.port)
        environ = prepare(settings)
        serve(settings, environ, lock)
    except KeyboardInterrupt:
        pass
    return 0


def say(text: str) -> None:
    print(text, flush=True)


def read_settings() -> Settings:
    try:
        settings = Settings.from_env(os.environ)
        for folder in ("run", "logs"):
            (settings.data_dir / folder).mkdir(parents=True, exist_ok=True)
    except ValueError as error:
        sys.exit(f"{error}.")
    except OSError as error:
        sys.exit(f"DATA_DIR cannot be written to: {error.filename}: {error.strerror}.")
    if not 0 < settings.port < 65536:
        sys.exit(f"PORT must be a number from 1 to 65535, not {settings.port}.")
    return settings


def hold(data: Path) -> IO[str]:
    """A lock on DATA_DIR. The supervisor holds it too, so that it stays until the last process has stopped."""
    lock = (data / "run" / "lock").open("a+")
    if not _locked(lock):
        lock.seek(0)
        owner = lock.read().strip()
        if owner and Path("/proc", owner).exists():
            sys.exit(f"The app is already running on {data} (process {owner}).")
        say("An earlier run was killed and is still stopping; waiting for it.")
        fcntl.flock(lock, fcntl.LOCK_EX)
    lock.truncate(0)
    lock.write(f"{os.getpid()}\n")
    lock.flush()
    return lock


def _locked(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def need_port(port: int) -> None:
    """Processes of an earlier run that was killed let the port go within some seconds."""
    for last in (False,) * 5 + (True,):
        try:
            socket.create_server(("127.0.0.1", port)).close()
            return
        except OSError as error:
            if last:
                sys.exit(f"Port {port} cannot be used ({error.strerror}); choose another one: make run PORT=8001")
        time.sleep(0.5)


def prepare(settings: Settings) -> dict[str, str]:
    """Everything that must be so before the first process starts; returns the environment of the processes."""
    try:
        migrate(settings.database_url)
    except (SQLAlchemyError, ImportError) as error:
        sys.exit(f"DATABASE_URL cannot be used: {first_line(error)}")
    try:
        Campaign.load(settings.campaign_file)
    except (OSError, ValueError) as error:
        sys.exit(f"{settings.campaign_file} cannot be used: {type(error).__name__} {first_line(error)}")
    if os.environ.get("REDIS_URL"):
        need_redis(settings.redis_url)
    need_model(settings.whisper_model)
    first_account(settings)
    environ = {**os.environ, "DATA_DIR": str(settings.data_dir)}
    environ.pop("ADMIN_PASSWORD", None)
    environ["WHISPER_MODEL"] = choose_model(settings)
    if not settings.allow_unsandboxed and (problem := Sandbox().check()):
        say(
            f"WARNING: {problem} Clips are read without it; every staff page says so. Do not take clips from strangers."
        )
        environ["ALLOW_UNSANDBOXED"] = "1"
    if not os.environ.get("REDIS_URL"):
        environ["REDIS_URL"] = supervise.redis_config(settings.data_dir)
    need_workers_content(Settings.from_env(environ))
    return environ


def need_redis(url: str) -> None:
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=5) as server:
            server.ping()
    except (redis.RedisError, ValueError) as error:
        sys.exit(f"REDIS_URL cannot be used: {first_line(error)} Leave it empty and a Redis is started.")


def need_model(name: str) -> None:
    if name not in {"auto", "phrasebook"} and not WHISPER_NAME.fullmatch(name) and not Path(name).is_file():
        sys.exit(
            f"WHISPER_MODEL {name} is not a file, nor auto, phrasebook, tiny, base, small, medium, turbo or large-v3."
        )


def need_workers_content(settings: Settings) -> None:
    """What would keep every worker from starting is said here at once, and not again and again in their logs."""
    from pipeline import runner
    from pipeline.context import Context

    if not os.environ.get("REDIS_URL"):  # our own is not up yet, and it evicts nothing
        logging.getLogger("pipeline.queue").disabled = True
    context = Context.open(settings)
    complaint = runner.complaint(context)
    context.db.close()
    if complaint:
        sys.exit(f"The workers cannot start: {complaint}")


def first_line(error: Exception) -> str:
    return str(error).splitlines()[0]


def first_account(settings: Settings) -> None:
    from web.accounts import AccountError
    from web.auth import ensure_admin

    database = Database(settings.database_url)
    try:
        made = ensure_admin(database, settings.admin_password)
    except AccountError as error:
        sys.exit(f"ADMIN_PASSWORD cannot be used: {error}")
    finally:
        database.close()
    if made:
        password = "the one in ADMIN_PASSWORD" if settings.admin_password else f"{made}   (shown only this once)"
        say(f"First account: admin\nPassword: {password}")


def choose_model(settings: Settings) -> str:
    """`auto` becomes a real model when its weights are here or can be fetched, else the phrasebook."""
    from pipeline.transcribe import resolve

    model = resolve(settings.whisper_model, settings.weights_dir)
    if model != "phrasebook" or settings.whisper_model == "phrasebook":
        return model
    tried = settings.data_dir / "run" / "no-model"
    if not settings.offline and not (tried.exists() and time.time() - tried.stat().st_mtime < ASK_AGAIN_SECONDS):
        say("Fetching the Whisper model `small` (460 MB, once)...")
        if fetch("small", settings.data_dir / "run", settings.weights_dir):
            return "small"
        tried.touch()
    say("WARNING: no real speech model is here and none could be fetched. The phrasebook stands in for it: it knows")
    say("         some sixty sample sentences and nothing else. Set WHISPER_MODEL to a model or a checkpoint file.")
    return "phrasebook"


def fetch(model: str, scratch: Path, cache: Path) -> bool:
    """Whether the weights came; given up when nothing comes for a while. A part of them never gets into the cache."""
    code = "import sys; from pipeline.transcribe import load_model; load_model(sys.argv[1])"
    part = scratch / "whisper" / f"{model}.pt"
    part.unlink(missing_ok=True)
    environ = {**os.environ, "XDG_CACHE_HOME": str(scratch)}
    child = subprocess.Popen([sys.executable, "-c", code, model], env=environ, stderr=subprocess.DEVNULL)
    size = quiet = 0
    for _ in range(FETCH_SECONDS):
        if child.poll() is not None or quiet == STALLED_SECONDS:
            break
        time.sleep(1)
        before, size = size, part.stat().st_size if part.exists() else 0
        quiet = 0 if size > before else quiet + 1
        if size:
            print(f"\r{size >> 20} MB ", end="", flush=True)
    child.kill()
    if child.wait() != 0:
        part.unlink(missing_ok=True)
        return False
    cache.mkdir(parents=True, exist_ok=True)
    shutil.move(part, cache / part.name)
    return True


def serve(settings: Settings, environ: dict[str, str], lock: IO[str]) -> None:
    own_redis, notify = not os.environ.get("REDIS_URL"), bool(settings.notify) and not settings.offline
    commands = supervise.programs(settings.port, settings.data_dir, own_redis, notify)
    supervisor = supervise.start(commands, settings.data_dir, environ, lock.fileno())
    try:
        wait_for_page(settings, supervisor)
        say(f"Ready: http://127.0.0.1:{settings.port}   (Ctrl-C stops it)")
        supervise.wait(supervisor)
        sys.exit(f"The supervisor has ended, so everything was stopped; see {settings.data_dir}/logs/supervisor.log.")
    finally:
        for asked in STOP_SIGNALS:
            signal.signal(asked, signal.SIG_IGN)  # a second Ctrl-C must not leave processes behind
        say("Stopping...")
        supervise.stop(supervisor)
        say("Stopped.")


def wait_for_page(settings: Settings, supervisor: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not _answers(settings.port):
        if supervisor.poll() is not None or time.monotonic() > deadline:
            sys.exit(f"The page did not come up; see {settings.data_dir}/logs/web.log.")
        time.sleep(0.1)


def _answers(port: int) -> bool:
    with suppress(OSError, http.client.HTTPException):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", "/")
        return connection.getresponse().status < 500
    return False


if __name__ == "__main__":
    sys.exit(main())
