"""The box in which programs meet a supporter's file: no network, few files, limits on everything.

Inside stand only /usr, the paths given as `read` (read-only) and the one given as `write`, each at its own absolute
path, so that a command line is the same with and without the box. Each switch was tried; the reasons stand beside it.
"""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from pipeline.errors import LostLease, PipelineError, ToolFailed

STDOUT_BYTES = 4_000_000  # kept from the beginning: answers are short, only an attack is longer
STDERR_BYTES = 16_000  # kept from the end: the last words say what went wrong

ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "LC_ALL": "C.UTF-8",
    "HOME": "/tmp",  # noqa: S108 - inside the box it is an empty one of its own
    "MALLOC_ARENA_MAX": "4",  # an arena for each thread would spend the address space of a machine with many cores
}

BOX = [
    "bwrap",
    "--unshare-all",  # no network, no other process in sight
    "--die-with-parent",  # a worker killed with -9 leaves nothing behind
    "--new-session",  # no terminal to type into
    "--cap-drop", "ALL",
    "--clearenv",
    *(word for name, value in ENVIRONMENT.items() for word in ("--setenv", name, value)),
    "--ro-bind", "/usr", "/usr",
    "--symlink", "usr/lib", "/lib",
    "--symlink", "usr/lib64", "/lib64",
    "--symlink", "usr/bin", "/bin",
    "--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache",
    "--ro-bind-try", "/etc/alternatives", "/etc/alternatives",
    "--ro-bind-try", "/etc/fonts", "/etc/fonts",
    "--ro-bind-try", "/var/cache/fontconfig", "/var/cache/fontconfig",  # else each burn-in scans all fonts
    "--proc", "/proc",
    "--dev", "/dev",
    "--size", "67108864", "--tmpfs", "/tmp",  # noqa: S108
]  # fmt: skip


@dataclass(frozen=True)
class Limits:
    """What one call may use. cpu_s counts all threads together; file_bytes is for each file written."""

    wall_s: float = 1800
    cpu_s: int = 14_400
    memory_bytes: int = 4 << 30
    file_bytes: int = 2_000_000_000


@dataclass(frozen=True)
class Done:
    """What a program left. A returncode above 128, or below 0 without the box, is the signal that ended it."""

    stdout: bytes
    stderr: str
    returncode: int


@dataclass(frozen=True)
class Sandbox:
    """Runs programs. tight=False leaves out the box itself, for machines that cannot have one; the limits stay."""

    tight: bool = True

    def run(
        self,
        argv: Sequence[str],
        *,
        read: Sequence[Path] = (),
        write: Path,
        stdin: bytes = b"",
        limits: Limits = Limits(),
        stop: threading.Event | None = None,
    ) -> Done:
        """Run argv in the directory `write`. Nothing that it started outlives the call.

        Raises ToolFailed when it ran longer than limits.wall_s or could not be started, LostLease within a second
        of stop being set.
        """
        command = [*self._prefix(read, write), *_limited(limits), *argv]
        try:
            process = subprocess.Popen(
                command, cwd=write, env=ENVIRONMENT, start_new_session=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            )  # fmt: skip
        except OSError as error:
            raise ToolFailed("tool_failed", str(error)) from error
        done = _attend(process, stdin, limits.wall_s, stop)
        _only_plain_files(write)
        return done

    def _prefix(self, read: Sequence[Path], write: Path) -> list[str]:
        if not self.tight:
            return ["setpriv", "--pdeathsig", "KILL"]
        box = [*BOX, "--bind", str(write), str(write)]
        for path in read:  # after `write`, so that a file inside it is read-only too
            box += ["--ro-bind", str(path), str(path)]
        return [*box, "--chdir", str(write)]

    def check(self) -> str:
        """Try to break out: "" when the box holds on this machine, else one sentence that says what does not."""
        if not self.tight:
            return "Programs run without a sandbox, because this machine was told to allow it."
        with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as server:
            secret, inside = Path(folder, "secret"), Path(folder, "inside")
            secret.write_text("read")
            inside.mkdir()
            reach = f"cat {secret}; exec 3<>/dev/tcp/127.0.0.1/{server.getsockname()[1]} && echo connected; echo ran"
            try:
                done = self.run(["bash", "-c", reach], write=inside, limits=Limits(wall_s=10))
            except PipelineError as error:
                return f"The sandbox cannot start: {(error.detail or str(error)).rstrip('.')}."
        if done.stdout == b"ran\n":
            return ""
        if b"ran" not in done.stdout:
            return f"The sandbox cannot start: {done.stderr.strip().rstrip('.') or 'no answer'}."
        return "The sandbox leaks: a program inside could read another file or open a connection."


def _limited(limits: Limits) -> list[str]:
    return [
        "prlimit",
        f"--as={limits.memory_bytes}",
        f"--cpu={limits.cpu_s}",
        f"--fsize={limits.file_bytes}",
        "--nofile=256",
        "--core=0",
        "--",
    ]


def _attend(process: subprocess.Popen[bytes], stdin: bytes, seconds: float, stop: threading.Event | None) -> Done:
    """Feed the process, listen to it, wait for its end and see to it that there is one."""
    assert process.stdin and process.stdout and process.stderr  # noqa: S101 - for the type checker
    with ThreadPoolExecutor(4) as threads:
        try:
            threads.submit(_feed, process.stdin, stdin)
            stdout = threads.submit(_first, process.stdout)
            stderr = threads.submit(_last, process.stderr)
            # WNOWAIT: until it is reaped below, its number cannot name another process
            ended = threads.submit(os.waitid, os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
            deadline = time.monotonic() + seconds
            while not wait([ended], timeout=min(0.3, max(deadline - time.monotonic(), 0))).done:
                if stop and stop.is_set():
                    raise LostLease
                if time.monotonic() >= deadline:
                    raise ToolFailed("timed_out", f"stopped after {seconds:g} s")
        finally:
            os.killpg(process.pid, signal.SIGKILL)  # the box goes with it, and all that is left inside
            process.wait()
    # no NUL: PostgreSQL cannot keep one
    words = stderr.result().decode("utf-8", "replace").replace("\0", "")
    return Done(stdout.result(), words, process.returncode)


def _only_plain_files(folder: Path) -> None:
    """A hijacked program could leave a link there, and lead the next one to write or to publish another file."""
    for path in folder.rglob("*"):
        mode = path.lstat().st_mode
        if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
            raise ToolFailed("tool_failed", "a program left something that is not a plain file")


def _feed(pipe: IO[bytes], data: bytes) -> None:
    with suppress(BrokenPipeError), pipe:
        pipe.write(data)


def _first(pipe: IO[bytes]) -> bytes:
    with pipe:
        kept = pipe.read(STDOUT_BYTES)
        while pipe.read(1 << 16):
            pass
    return kept


def _last(pipe: IO[bytes]) -> bytes:
    kept = b""
    with pipe:
        while chunk := pipe.read1(1 << 16):  # type: ignore[attr-defined]
            kept = (kept + chunk)[-STDERR_BYTES:]
    return kept
