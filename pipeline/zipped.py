"""A ZIP that is never written anywhere: any part of it can be read at once, the same bytes each time.

Nothing is packed, for videos would not get smaller, and of each file size and CRC-32 are known beforehand: so every
offset is known before a byte is read, and a download that broke off goes on where it stopped. No library does that:
those that stream (zipstream-ng, zipfly) have to produce all that comes before. The format is PKWARE's APPNOTE 6.3.
"""

from __future__ import annotations

import bisect
import io
import struct
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from typing import Any, BinaryIO

SIZE_LIMIT, COUNT_LIMIT = 0xFFFFFFFF, 0xFFFF  # from here on the fields of zip64 say it
PLAIN, ZIP64 = 20, 45  # what a reader must know, in tenths of a version
UTF8_NAME, STORED = 0x0800, 0
MADE_ON_UNIX = 3 << 8
READABLE = 0o100644 << 16  # a plain file, for whoever unpacks it on Unix


@dataclass(frozen=True)
class Member:
    """A file of a ZIP: its path there, size (bytes), CRC-32, and how to open it."""

    name: str
    size: int
    crc32: int
    open: Callable[[], BinaryIO]

    @classmethod
    def of(cls, name: str, content: bytes) -> Member:
        """A small file that is held in memory."""
        return cls(name, len(content), zlib.crc32(content), lambda: io.BytesIO(content))


class Zip(io.RawIOBase):
    """The bytes of the ZIP, to read and to seek in; every file in it is dated to this day."""

    def __init__(self, members: Sequence[Member], day: date) -> None:
        self._members = members
        self._day = ((day.year - 1980) << 9) + (day.month << 5) + day.day
        heads = [self._local_head(member) for member in members]
        at = [0, *accumulate(len(head) + member.size for head, member in zip(heads, members, strict=True))]
        ends = self._directory(at)
        #: what the ZIP is made of, in order: bytes, or a member
        self._parts: list[bytes | Member] = []
        for head, member in zip(heads, members, strict=True):
            self._parts += [head, member]
        self._parts.append(ends)
        sizes = (len(part) if isinstance(part, bytes) else part.size for part in self._parts)
        self._starts = [0, *accumulate(sizes)]
        self.size = self._starts[-1]
        self._at = 0
        self._open: tuple[int, BinaryIO] | None = None  # the part that is being read, and its reader

    def _common(self, member: Member, size_field: int, extra: bytes) -> bytes:
        """The fields that both headers of a file share."""
        needs = ZIP64 if extra else PLAIN
        name = len(member.name.encode())
        return struct.pack(
            "<5H3L2H", needs, UTF8_NAME, STORED, 0, self._day, member.crc32, size_field, size_field, name, len(extra)
        )

    def _local_head(self, member: Member) -> bytes:
        large = member.size >= SIZE_LIMIT
        extra = struct.pack("<2H2Q", 1, 16, member.size, member.size) if large else b""
        common = self._common(member, SIZE_LIMIT if large else member.size, extra)
        return b"PK\3\4" + common + member.name.encode() + extra

    def _central_head(self, member: Member, at: int) -> bytes:
        sizes = [member.size, member.size] if member.size >= SIZE_LIMIT else []
        wide = [*sizes, *([at] if at >= SIZE_LIMIT else [])]
        extra = struct.pack(f"<2H{len(wide)}Q", 1, 8 * len(wide), *wide) if wide else b""
        common = self._common(member, min(member.size, SIZE_LIMIT), extra)
        made_by = struct.pack("<H", MADE_ON_UNIX | (ZIP64 if extra else PLAIN))
        rest = struct.pack("<3H2L", 0, 0, 0, READABLE, min(at, SIZE_LIMIT))
        return b"PK\1\2" + made_by + common + rest + member.name.encode() + extra

    def _directory(self, at: Sequence[int]) -> bytes:
        """The list at the end; at: where each file begins, and where the list does."""
        listed = b"".join(self._central_head(member, start) for member, start in zip(self._members, at, strict=False))
        count, size, start = len(self._members), len(listed), at[-1]
        wide = b""
        if count >= COUNT_LIMIT or start >= SIZE_LIMIT:
            both = MADE_ON_UNIX | ZIP64
            wide = b"PK\6\6" + struct.pack("<Q2H2L4Q", 44, both, ZIP64, 0, 0, count, count, size, start)
            wide += b"PK\6\7" + struct.pack("<LQL", 0, start + size, 1)
        short = min(count, COUNT_LIMIT)
        end = b"PK\5\6" + struct.pack("<4H2LH", 0, 0, short, short, min(size, SIZE_LIMIT), min(start, SIZE_LIMIT), 0)
        return listed + wide + end

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}[whence]
        return self._at

    def readinto(self, buffer: Any) -> int:
        """Never past the end of a file in the ZIP. OSError where a file is shorter than it was said to be."""
        if self._at >= self.size or not len(buffer):
            return 0
        index = bisect.bisect_right(self._starts, self._at) - 1
        within, left = self._at - self._starts[index], self._starts[index + 1] - self._at
        part = self._parts[index]
        wanted = min(len(buffer), left)
        data = part[within : within + wanted] if isinstance(part, bytes) else self._from(index, part, within, wanted)
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def _from(self, index: int, member: Member, within: int, wanted: int) -> bytes:
        if self._open is None or self._open[0] != index:
            self._let_go()
            self._open = (index, member.open())
        reader = self._open[1]
        if reader.tell() != within:
            reader.seek(within)
        data = reader.read(wanted)
        if not data:
            raise OSError(f"{member.name} is shorter than {member.size} bytes")
        return data

    def _let_go(self) -> None:
        if self._open:
            self._open[1].close()
            self._open = None

    def close(self) -> None:
        self._let_go()
        super().close()
