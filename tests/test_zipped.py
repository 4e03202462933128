"""Our own ZIPs: others read them, they are the same each time, and any part of them can be had at once."""

from __future__ import annotations

import io
import subprocess
import zipfile
import zlib
from datetime import date

import pytest

from pipeline import zipped
from pipeline.zipped import Member, Zip

DAY = date(2026, 11, 22)
FILES = {"appeal-12/видео «дом».mp4": bytes(range(256)) * 40, "appeal-12/empty": b"", "SHA256SUMS": b"abc  def\n"}


def packed(files=FILES) -> Zip:
    return Zip([Member.of(name, content) for name, content in files.items()], DAY)


def whole(files=FILES) -> bytes:
    return io.BufferedReader(packed(files)).read()


def test_pythons_zipfile_reads_what_went_in():
    with zipfile.ZipFile(io.BytesIO(whole())) as there:
        assert there.testzip() is None
        assert {each.filename: there.read(each) for each in there.infolist()} == FILES
        assert {each.date_time for each in there.infolist()} == {(2026, 11, 22, 0, 0, 0)}


def test_unzip_finds_no_fault_and_unpacks_names_in_cyrillic(tmp_path):
    path = tmp_path / "kit.zip"
    path.write_bytes(whole())
    told = subprocess.run(["unzip", "-t", path], capture_output=True, text=True)
    assert told.returncode == 0 and "No errors detected" in told.stdout
    subprocess.run(["unzip", "-q", path, "-d", tmp_path], check=True, env={"LC_ALL": "C.UTF-8", "PATH": "/usr/bin"})
    for name, content in FILES.items():
        assert (tmp_path / name).read_bytes() == content


def test_its_size_is_known_before_and_its_bytes_are_the_same_each_time():
    assert packed().size == len(whole())
    assert whole() == whole()


def test_an_empty_one_is_a_zip_too():
    with zipfile.ZipFile(io.BytesIO(whole({}))) as there:
        assert there.namelist() == []


def part(there: Zip, start: int, length: int) -> bytes:
    """So many bytes from there, as far as there are any."""
    there.seek(start)
    found = b""
    while more := there.read(length - len(found)):
        found += more
    return found


def test_a_part_that_begins_and_ends_at_any_byte_is_that_part():
    files = {"a": b"12345", "b": b"", "ю": b"6"}
    there, all_of_it = packed(files), whole(files)
    for start in range(len(all_of_it) + 1):
        for length in (*range(9), 40, len(all_of_it)):
            assert part(there, start, length) == all_of_it[start : start + length]
    assert there.seek(-22, io.SEEK_END) == len(all_of_it) - 22, "where readers look for the list"


def test_a_file_is_opened_only_when_its_bytes_are_wanted_and_is_closed_afterwards():
    opened = []

    def opening(content: bytes):
        def open_it() -> io.BytesIO:
            opened.append(io.BytesIO(content))
            return opened[-1]

        return open_it

    members = [Member(name, 4, zlib.crc32(b"text"), opening(b"text")) for name in "ab"]
    there = Zip(members, DAY)
    there.seek(there.size - 30)
    there.read(8)
    assert opened == []
    there.seek(0)
    io.BufferedReader(there).read()
    assert [each.closed for each in opened] == [True, True]


def test_a_file_that_became_shorter_is_a_fault_and_no_zip():
    there = Zip([Member("a", 10, 0, lambda: io.BytesIO(b"only 6"))], DAY)
    with pytest.raises(OSError, match="a is shorter"):
        io.BufferedReader(there).read()


class Zeros(io.RawIOBase):
    """So many bytes of nothing, without room for them."""

    def __init__(self, size: int) -> None:
        self.size, self.at = size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self.at = offset
        return offset

    def readinto(self, buffer) -> int:
        count = min(len(buffer), self.size - self.at)
        buffer[:count] = bytes(count)
        self.at += count
        return count


def test_more_than_four_gigabytes_are_read_by_others_too():
    size = 5 << 30
    there = Zip(
        [Member("large", size, 0, lambda: Zeros(size)), Member.of("after", b"it"), Member.of("b", b"last")], DAY
    )
    with zipfile.ZipFile(there) as found:
        large, after, _last = found.infolist()
        assert (large.file_size, large.compress_size) == (size, size)
        assert after.header_offset > size
        assert (found.read("after"), found.read("b")) == (b"it", b"last")
        with found.open("large") as file:
            assert file.read(10) == bytes(10)


def test_more_files_than_the_old_format_counts_are_all_listed():
    with zipfile.ZipFile(io.BytesIO(whole({str(n): b"" for n in range(70_000)}))) as found:
        assert len(found.namelist()) == 70_000


def test_where_the_old_fields_just_do_not_suffice_the_wide_ones_say_it():
    for size in (zipped.SIZE_LIMIT - 1, zipped.SIZE_LIMIT, zipped.SIZE_LIMIT + 1):
        there = Zip([Member("large", size, 0, lambda size=size: Zeros(size)), Member.of("after", b"it")], DAY)
        with zipfile.ZipFile(there) as found:
            assert found.infolist()[0].file_size == size
            assert found.read("after") == b"it"
