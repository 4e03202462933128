"""One upload while somebody writes to it: bytes counted, hashed on the way, flushed; and the locks that make it one."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from pipeline import storage

WAIT_SECONDS = 4.0  # a request for an upload that another one holds; longer than a quiet holder keeps it
SYNC_BYTES = 32 << 20  # flushed on the way, so that the last flush is short and a power cut costs little


class Locked(Exception):
    """Another request holds the upload."""


class NoRoom(Exception):
    """The disk would become too full."""


class TooLong(Exception):
    """More came than was declared."""


class Mismatch(Exception):
    """A piece is not what its checksum says."""


@dataclass
class Hashed:
    """The SHA-256 of the first `offset` bytes of a file."""

    sha256: Any = field(default_factory=hashlib.sha256)
    offset: int = 0

    def add(self, piece: memoryview) -> None:
        """The bytes that follow."""
        self.sha256.update(piece)
        self.offset += len(piece)

    def catch_up(self, path: Path) -> None:
        """What is in the file beyond: it came through another process, or before a restart."""
        with path.open("rb") as file:
            file.seek(self.offset)
            while piece := file.read(1 << 20):
                self.add(memoryview(piece))


@dataclass
class Writer:
    """The one who writes to an upload now; offset and length in bytes."""

    length: int
    offset: int
    data: IO[bytes]
    folder: Path
    hashed: Hashed

    def need_room(self) -> None:
        """Raises NoRoom where the rest would take the reserve of the disk."""
        if shutil.disk_usage(self.folder).free < self.length - self.offset + storage.RESERVE:
            raise NoRoom

    def append(self, piece: bytes | memoryview) -> None:
        """Raises TooLong, after the part that belongs to it is written; OSError where the disk is full."""
        rest = memoryview(piece)[: self.length - self.offset]
        surplus = len(piece) - len(rest)
        while rest:
            written = self.data.write(rest)
            self.hashed.add(rest[:written])
            self.offset, rest = self.offset + written, rest[written:]
            if self.offset % SYNC_BYTES < written:
                os.fdatasync(self.data.fileno())
        if surplus:
            raise TooLong

    def append_checked(self, pieces: Iterable[bytes | memoryview], algorithm: str, digest: bytes) -> None:
        """All of the pieces or, when they do not fit the digest, nothing. Raises Mismatch, TooLong, OSError."""
        found = hashlib.new(algorithm, usedforsecurity=False)
        with tempfile.TemporaryFile(dir=self.folder) as aside:  # has no name, so a killed process leaves nothing
            for piece in pieces:
                if self.offset + aside.tell() + len(piece) > self.length:
                    raise TooLong
                aside.write(piece)
                found.update(piece)
            if found.digest() != digest:
                raise Mismatch
            aside.seek(0)
            while part := aside.read(1 << 20):
                self.append(part)

    def save(self) -> None:
        """Flush to the disk."""
        os.fsync(self.data.fileno())

    def wanted(self) -> bool:
        """Whether another request waits for the upload."""
        with (self.folder / "length").open("rb") as queue:
            return not lock(queue)


def wait(data: IO[bytes], queue: IO[bytes]) -> None:
    """Lock the data. Who holds them sees by the lock on the queue that somebody waits, and lets go if its line is dead.

    Raises Locked when it does not let go. The kernel frees the locks of a process that dies.
    """
    deadline = time.monotonic() + WAIT_SECONDS
    while not lock(data):
        lock(queue)
        if time.monotonic() > deadline:
            raise Locked
        time.sleep(0.05)
    fcntl.flock(queue, fcntl.LOCK_UN)


def lock(file: IO[bytes]) -> bool:
    """Whether the file is ours now, until it is closed."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
