"""Where files lie. Nobody else makes a path under the media root.

A file is written in a work folder of its attempt, hashed, fsynced and only then given its name, which holds its
hash: a late or repeated attempt can never change bytes that somebody relies on.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import secrets
import shutil
import tempfile
import time
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

KEY = re.compile(r"[a-z0-9]+/[a-z0-9][a-z0-9._-]*")
RESERVE = 1_000_000_000  # bytes kept free on the disk: the database and running work must not meet a full one


@dataclass(frozen=True, slots=True)
class Stored:
    """Key, SHA-256 (hex), size (bytes) and CRC-32 of a file that is safely in the storage."""

    key: str
    sha256: str
    size: int
    crc32: int | None = None  # None where its SHA-256 was known already


class Storage(Protocol):
    """What the rest needs of a place for files. Keys are `folder/name`."""

    def put(self, path: Path, folder: str, name: str, sha256: str = "") -> Stored:
        """Take the file over, durably; its SHA-256 (hex) is computed unless given. OSError when there is no room."""
        ...

    def fetch(self, key: str, work: Path) -> Path:
        """A local path to read it from. FileNotFoundError when it is not there."""
        ...

    def open(self, key: str) -> BinaryIO:
        """A seekable reader. FileNotFoundError when it is not there."""
        ...

    def delete(self, key: str) -> None:
        """Remove one file; not an error when it is gone already."""
        ...

    def keys(self, folder: str) -> list[str]:
        """The keys of all files in a folder."""
        ...

    def purge(self, folder: str) -> None:
        """Remove all files of a folder."""
        ...

    def named(self, kind: str) -> Iterable[str]:
        """The keys of all files `kind-…`, whatever their folder."""
        ...

    def folders(self, older_than: float) -> Iterable[str]:
        """Folders whose last change is at least this many seconds ago, to the hour."""
        ...


def open_storage(url: str) -> Storage:
    """The storage at `file:///path` or `s3://bucket?endpoint=URL`; ValueError for anything else."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        return LocalStorage(Path(unquote(parts.path)))
    if parts.scheme == "s3":
        from pipeline.s3 import S3Storage  # boto3 is only there with the [s3] extra

        return S3Storage(parts.netloc, parse_qs(parts.query).get("endpoint", [None])[0])
    raise ValueError(f"STORAGE_URL must begin with file:// or s3://, not {parts.scheme!r}")


class LocalStorage:
    """Files in folders below one root. They are dated to the hour, as all that supporters bring."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)

    def _path(self, key: str) -> Path:
        if not KEY.fullmatch(key):
            raise ValueError(f"not a key of this storage: {key!r}")
        return self.root / key

    def put(self, path: Path, folder: str, name: str, sha256: str = "") -> Stored:
        stored = describe(path, folder, name, sha256)
        target = self._path(stored.key)
        target.parent.mkdir(exist_ok=True, mode=0o700)
        _move(path, target)
        date_to_the_hour(target, target.parent, self.root)
        _fsync(target.parent)
        _fsync(self.root)
        return stored

    def fetch(self, key: str, work: Path) -> Path:
        path = self._path(key)
        if not path.is_file():
            raise FileNotFoundError(key)
        return path

    def open(self, key: str) -> BinaryIO:
        return self._path(key).open("rb")

    def delete(self, key: str) -> None:
        path = self._path(key)
        path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # not empty, or gone
            path.parent.rmdir()
        date_to_the_hour(path.parent, self.root)

    def keys(self, folder: str) -> list[str]:
        return [f"{folder}/{path.name}" for path in self._path(f"{folder}/x").parent.glob("*")]

    def purge(self, folder: str) -> None:
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(self._path(f"{folder}/x").parent)
        date_to_the_hour(self.root)

    def named(self, kind: str) -> Iterator[str]:
        yield from (f"{path.parent.name}/{path.name}" for path in self.root.glob(f"*/{kind}-*"))

    def folders(self, older_than: float) -> Iterator[str]:
        limit = time.time() - older_than
        for path in self.root.iterdir():
            with contextlib.suppress(FileNotFoundError):  # just purged
                if path.stat().st_mtime <= limit:
                    yield path.name


class Scratch:
    """Local folders for uploads on their way in and for attempts; what is left in them may always be thrown away."""

    def __init__(self, data_dir: Path) -> None:
        self.incoming, self._work = data_dir / "incoming", data_dir / "work"
        for folder in (self.incoming, self._work):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    @contextlib.contextmanager
    def work(self, attempt: str) -> Iterator[Path]:
        """An empty folder for one attempt (`<appeal>-<number>`), gone afterwards."""
        path = Path(tempfile.mkdtemp(prefix=f"{attempt}-", dir=self._work))
        try:
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)

    def forget(self, appeal_id: int) -> None:
        """Remove what attempts at this appeal left behind; one that still runs fails, and is fenced off anyway."""
        for path in self._work.glob(f"{appeal_id}-*"):
            shutil.rmtree(path, ignore_errors=True)

    def sweep(self, older_than: float) -> None:
        """Remove what killed processes left behind, after this many seconds."""
        limit = time.time() - older_than
        for path in (*self.incoming.iterdir(), *self._work.iterdir()):
            with contextlib.suppress(FileNotFoundError):  # its owner was faster
                if path.stat().st_mtime < limit:
                    shutil.rmtree(path) if path.is_dir() else path.unlink()

    def has_room(self, size: int) -> bool:
        """Whether an upload of this many bytes, its proxy and its finished clip fit and leave the reserve."""
        return shutil.disk_usage(self.incoming).free >= 3 * size + RESERVE


def describe(path: Path, folder: str, name: str, sha256: str = "") -> Stored:
    """Flush the file to the disk and name it by its bytes: `finished.mp4` becomes `finished-<hash>.mp4`."""
    _fsync(path)
    crc32 = None
    if not sha256:
        sha256, crc32 = _sums(path)
    stem, dot, ending = name.partition(".")
    return Stored(f"{folder}/{stem}-{sha256[:16]}{dot}{ending}", sha256, path.stat().st_size, crc32)


def _sums(path: Path) -> tuple[str, int]:
    digest, crc32 = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
            crc32 = zlib.crc32(chunk, crc32)
    return digest.hexdigest(), crc32


def _move(path: Path, target: Path) -> None:
    """Rename; over the border of a file system copy beside the target first, so that the name appears at once."""
    try:
        path.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        beside = target.with_name(f"{secrets.token_hex(8)}.part")
        try:
            shutil.copyfile(path, beside)
            _fsync(beside)
            beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)
        path.unlink()


def date_to_the_hour(*paths: Path) -> None:
    """Set their times to the hour that has begun. The time of the last change to the inode cannot be set."""
    hour = time.time() // 3600 * 3600
    for path in paths:
        with contextlib.suppress(FileNotFoundError):  # somebody else has just removed it
            os.utime(path, (hour, hour))


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
