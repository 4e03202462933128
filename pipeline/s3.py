"""The storage in a bucket of an S3-compatible service, for more than one machine."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from pipeline.storage import Stored, describe


class S3Storage:
    """The same in a bucket of an S3-compatible service; keys and secrets come from boto3's usual places."""

    def __init__(self, bucket: str, endpoint: str | None) -> None:
        # Newer checksums are refused by several compatible servers (seaweedfs#6548); we hash ourselves.
        config = Config(request_checksum_calculation="when_required", response_checksum_validation="when_required")
        self.client: Any = boto3.client("s3", endpoint_url=endpoint, config=config)
        self.bucket = bucket

    def put(self, path: Path, folder: str, name: str, sha256: str = "") -> Stored:
        stored = describe(path, folder, name, sha256)
        self.client.upload_file(str(path), self.bucket, stored.key)
        if self._size(stored.key) != stored.size:
            raise OSError(f"the storage holds another size of {stored.key}")
        path.unlink()
        return stored

    def fetch(self, key: str, work: Path) -> Path:
        path = work / f"from-{key.replace('/', '-')}"
        self._size(key)
        self.client.download_file(self.bucket, key, str(path))
        return path

    def open(self, key: str) -> BinaryIO:
        return io.BufferedReader(_S3Reader(self.client, self.bucket, key, self._size(key)), 1 << 20)

    def delete(self, key: str) -> None:
        self.client.delete_object(Bucket=self.bucket, Key=key)

    def keys(self, folder: str) -> list[str]:
        return [entry["Key"] for page in self._pages(f"{folder}/") for entry in page.get("Contents", ())]

    def purge(self, folder: str) -> None:
        for key in self.keys(folder):
            self.delete(key)

    def named(self, kind: str) -> Iterator[str]:
        keys = (entry["Key"] for page in self._pages("") for entry in page.get("Contents", ()))
        yield from (key for key in keys if key.partition("/")[2].startswith(f"{kind}-"))

    def folders(self, older_than: float) -> Iterator[str]:
        limit = time.time() - older_than
        newest: dict[str, float] = {}
        for page in self._pages(""):
            for entry in page.get("Contents", ()):
                folder, changed = entry["Key"].split("/")[0], entry["LastModified"].timestamp()
                newest[folder] = max(newest.get(folder, 0), changed)
        yield from (folder for folder, changed in newest.items() if changed <= limit)

    def _pages(self, prefix: str) -> Iterator[dict[str, Any]]:
        yield from self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)

    def _size(self, key: str) -> int:
        try:
            return int(self.client.head_object(Bucket=self.bucket, Key=key)["ContentLength"])
        except ClientError as error:
            if error.response["Error"]["Code"] in {"404", "NoSuchKey"}:
                raise FileNotFoundError(key) from error
            raise OSError(f"the storage does not answer for {key}: {error}") from error


class _S3Reader(io.RawIOBase):
    """Reads an object piece by piece, so that a player can seek in it."""

    def __init__(self, client: Any, bucket: str, key: str, size: int) -> None:
        self.client, self.bucket, self.key, self.size, self.at = client, bucket, key, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self.at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self.at, io.SEEK_END: self.size}[whence]
        return self.at

    def readinto(self, buffer: Any) -> int:
        wanted = min(len(buffer), self.size - self.at)
        if wanted <= 0:
            return 0
        span = f"bytes={self.at}-{self.at + wanted - 1}"
        data = self.client.get_object(Bucket=self.bucket, Key=self.key, Range=span)["Body"].read()
        buffer[: len(data)] = data
        self.at += len(data)
        return len(data)
