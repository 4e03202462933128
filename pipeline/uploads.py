"""Videos on their way in, piece by piece, until they are whole: over cut lines, reloads and restarts.

An upload is a folder: `length` (bytes declared) and `data` (what came), and once it was taken over only `taken` (its
size and SHA-256). No name, no metadata, no address, no row. Its id says when it ends, and is the key to it.
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from pipeline import storage, writer
from pipeline.writer import Hashed, NoRoom, Writer

HOURS = 72  # an upload lives so long after its creation, to the next full hour
ID = re.compile(r"([0-9a-f]{5})-[0-9a-f]{32}")  # hours from 1970 to its end, and a secret
SWEEP_SECONDS = 600
PROMISE_SECONDS = 3600  # room is kept for an upload until nothing has come for so long
BEGUN_SECONDS = 120  # and for one of which nothing has come at all; its first bytes follow at once


class Unknown(Exception):
    """There is no upload with this id."""


class Expired(Exception):
    """There may have been one, and its time is over."""


@dataclass
class NotWhole(Exception):
    """Only `offset` bytes of `length` have come."""

    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an upload is, in bytes, and when it ends (seconds since 1970)."""

    offset: int
    length: int
    expires: int


@dataclass(frozen=True, slots=True)
class Whole:
    """A complete upload: a file of the caller's own, to move or delete; None when the upload was taken before."""

    path: Path | None
    size: int  # bytes
    sha256: str  # hex


class Uploads:
    """All uploads of one installation. Several processes may share the folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._hashed: dict[str, Hashed] = {}  # touched only by who holds the upload
        self._next_sweep = 0.0  # time.monotonic()

    def create(self, length: int) -> str:
        """Begin an upload of so many bytes (at least 1); its id. Raises NoRoom."""
        self.sweep()
        upload_id = f"{int(time.time() // 3600) + HOURS + 1:05x}-{secrets.token_hex(16)}"
        folder = self.root / upload_id
        with _opened(self.root) as root:
            fcntl.flock(root, fcntl.LOCK_EX)  # two at once must not both get the last room
            if shutil.disk_usage(self.root).free < 3 * length + self._promised() + storage.RESERVE:
                raise NoRoom  # 3: its proxy and its finished clip need room too
            folder.mkdir(mode=0o700)
            _write(folder / "data", "")
            _write(folder / "length", str(length))
        for path in (folder, self.root):
            with _opened(path) as descriptor:
                os.fsync(descriptor)
        return upload_id

    def _promised(self) -> int:
        """Bytes that open uploads have declared and not sent. Who has been silent for long, or never sent a byte, is
        not counted: room for videos that never come would keep out those that do."""
        total = 0
        for folder in self.root.iterdir():
            with suppress(OSError, ValueError):  # just begun or just removed
                data = (folder / "data").stat()
                if data.st_mtime > time.time() - (PROMISE_SECONDS if data.st_size else BEGUN_SECONDS):
                    total += int((folder / "length").read_text()) - data.st_size
        return total

    def progress(self, upload_id: str) -> Progress:
        """Raises Unknown, Expired."""
        folder, expires = self._find(upload_id)
        try:
            offset = (folder / "data").stat().st_size
            return Progress(offset, int((folder / "length").read_text()), expires)
        except FileNotFoundError:
            size = _mark(folder).size
            return Progress(size, size, expires)

    def _find(self, upload_id: str) -> tuple[Path, int]:
        """The folder, which need not exist, and when it ends."""
        found = ID.fullmatch(upload_id)
        if not found:
            raise Unknown
        expires = 3600 * int(found[1], 16)
        if expires <= time.time():
            raise Expired
        return self.root / upload_id, expires

    @contextmanager
    def write(self, upload_id: str) -> Iterator[Writer]:
        """Hold the upload alone. Raises Unknown (also when it was taken), Expired, Locked."""
        with self._held(upload_id) as (folder, data, length):
            hashed = self._hash(folder)
            yield Writer(length, os.fstat(data.fileno()).st_size, data, folder, hashed)

    def delete(self, upload_id: str) -> None:
        """Raises as write does."""
        with self._held(upload_id) as (folder, _, _):
            self._remove(folder)

    @contextmanager
    def _held(self, upload_id: str) -> Iterator[tuple[Path, IO[bytes], int]]:
        folder, _ = self._find(upload_id)
        with ExitStack() as stack:
            try:
                data = stack.enter_context((folder / "data").open("ab", buffering=0))
                queue = stack.enter_context((folder / "length").open("rb"))
            except FileNotFoundError:
                raise Unknown from None
            writer.wait(data, queue)
            if not os.fstat(data.fileno()).st_nlink:  # removed while we waited
                raise Unknown
            yield folder, data, int(queue.read())

    def _hash(self, folder: Path) -> Hashed:
        """Of all bytes that are there. Only for who holds the upload."""
        hashed = self._hashed.setdefault(folder.name, Hashed())
        hashed.catch_up(folder / "data")
        return hashed

    def take(self, upload_id: str) -> Whole:
        """The complete video. Raises NotWhole, Unknown, Expired.

        The upload keeps its bytes until taken() is called: whoever is killed before that can begin again.
        """
        progress = self.progress(upload_id)
        if progress.offset < progress.length:
            raise NotWhole(progress.offset, progress.length)
        folder = self.root / upload_id
        try:
            with (folder / "data").open("rb") as data:
                fcntl.flock(data, fcntl.LOCK_EX)  # who wrote the last bytes may still be flushing them
                os.fsync(data.fileno())
                hashed = self._hash(folder)
                own = folder / f"own-{secrets.token_hex(8)}"
                own.hardlink_to(folder / "data")
        except FileNotFoundError:
            return _mark(folder)
        return Whole(own, hashed.offset, hashed.sha256.hexdigest())

    def taken(self, upload_id: str) -> None:
        """The bytes are safe elsewhere, and a record says so: forget them here. Harmless when repeated."""
        whole = self.take(upload_id)
        if whole.path is None:
            return
        beside = whole.path.with_suffix(".mark")
        _write(beside, f"{whole.size} {whole.sha256}")
        storage.date_to_the_hour(beside)
        beside.replace(whole.path.with_name("taken"))
        for name in (whole.path.name, "data", "length"):
            whole.path.with_name(name).unlink(missing_ok=True)
        self._hashed.pop(upload_id, None)

    def sweep_now_and_then(self) -> bool:
        """sweep(), where the last one is some minutes ago; whether it was."""
        due = time.monotonic() >= self._next_sweep
        if due:
            self._next_sweep = time.monotonic() + SWEEP_SECONDS
            self.sweep()
        return due

    def sweep(self) -> None:
        """Remove what has expired, but for what is being written to just now."""
        for folder in self.root.iterdir():
            with suppress(Unknown):  # not ours
                try:
                    self._find(folder.name)
                except Expired:
                    self._remove_unless_held(folder)
        for upload_id in list(self._hashed):
            if not (self.root / upload_id / "data").exists():
                self._hashed.pop(upload_id, None)

    def _remove_unless_held(self, folder: Path) -> None:
        try:
            with (folder / "data").open("rb") as data:
                if writer.lock(data):
                    self._remove(folder)
        except FileNotFoundError:  # taken, made by half, or another process is faster
            self._remove(folder)

    def _remove(self, folder: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        self._hashed.pop(folder.name, None)


def _mark(folder: Path) -> Whole:
    """What is left of an upload that was taken. Raises Unknown."""
    try:
        size, sha256 = (folder / "taken").read_text().split()
    except FileNotFoundError:
        raise Unknown from None
    return Whole(None, int(size), sha256)


def _write(path: Path, content: str) -> None:
    """A new file that only we can read, safely on the disk."""
    with open(path, "x", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _opened(folder: Path) -> Iterator[int]:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
