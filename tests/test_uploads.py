"""Uploads in pieces: what is kept of them and what is not, who may write, what they come to."""

from __future__ import annotations

import errno
import hashlib
import stat
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from pipeline import writer
from pipeline.uploads import Expired, NotWhole, Unknown, Uploads
from pipeline.writer import Locked, Mismatch, NoRoom, TooLong
from tests.services import until

VIDEO = bytes(range(256)) * 400
SHA256 = hashlib.sha256(VIDEO).hexdigest()
HALF = len(VIDEO) // 2


@pytest.fixture
def uploads(tmp_path: Path) -> Uploads:
    return Uploads(tmp_path / "uploads")


def send(uploads: Uploads, upload_id: str, *pieces: bytes) -> None:
    with uploads.write(upload_id) as upload:
        for piece in pieces:
            upload.append(piece)
        upload.save()


def whole(uploads: Uploads) -> str:
    upload_id = uploads.create(len(VIDEO))
    send(uploads, upload_id, VIDEO)
    return upload_id


def later(monkeypatch, hours: float) -> None:
    now = time.time()
    monkeypatch.setattr("time.time", lambda: now + hours * 3600)


def test_what_came_in_pieces_is_whole_and_hashed(uploads):
    upload_id = uploads.create(len(VIDEO))
    send(uploads, upload_id, VIDEO[:10], VIDEO[10:HALF])
    with pytest.raises(NotWhole) as so_far:
        uploads.take(upload_id)
    assert (so_far.value.offset, so_far.value.length) == (HALF, len(VIDEO))
    send(uploads, upload_id, VIDEO[HALF:])
    taken = uploads.take(upload_id)
    assert (taken.path.read_bytes(), taken.size, taken.sha256) == (VIDEO, len(VIDEO), SHA256)


def test_only_the_owner_of_the_process_can_read_it_and_nothing_else_is_kept(uploads):
    folder = uploads.root / whole(uploads)
    assert {path.name for path in folder.iterdir()} == {"data", "length"}
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (uploads.root, folder)}
    assert modes == {0o700}
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_after_a_restart_the_hash_is_still_right(uploads):
    upload_id = uploads.create(len(VIDEO))
    send(uploads, upload_id, VIDEO[:HALF])
    restarted = Uploads(uploads.root)
    send(restarted, upload_id, VIDEO[HALF:])
    assert restarted.take(upload_id).sha256 == SHA256


def test_pieces_may_come_through_two_processes_in_turn(uploads):
    other = Uploads(uploads.root)
    upload_id = uploads.create(len(VIDEO))
    for start in range(0, len(VIDEO), 10_000):
        send((uploads, other)[start // 10_000 % 2], upload_id, VIDEO[start : start + 10_000])
    assert uploads.take(upload_id).sha256 == other.take(upload_id).sha256 == SHA256


def test_what_came_is_not_hashed_twice(uploads, monkeypatch):
    upload_id = whole(uploads)
    monkeypatch.setattr(hashlib, "sha256", None)
    assert uploads.take(upload_id).sha256 == SHA256


def test_until_the_bytes_are_taken_over_everybody_who_asks_gets_them(uploads):
    upload_id = whole(uploads)
    first, second = uploads.take(upload_id), uploads.take(upload_id)
    first.path.unlink()
    assert second.path.read_bytes() == VIDEO


def test_after_that_only_size_and_hash_are_left_however_often_one_asks(uploads):
    upload_id = whole(uploads)
    uploads.take(upload_id).path.unlink()
    uploads.taken(upload_id)
    uploads.taken(upload_id)
    again = Uploads(uploads.root).take(upload_id)
    assert (again.path, again.size, again.sha256) == (None, len(VIDEO), SHA256)
    assert [path.name for path in (uploads.root / upload_id).iterdir()] == ["taken"]
    progress = uploads.progress(upload_id)
    assert progress.offset == progress.length == len(VIDEO)
    with pytest.raises(Unknown):
        uploads.delete(upload_id)


def test_more_than_declared_is_refused_and_not_written(uploads):
    upload_id = uploads.create(HALF)
    with pytest.raises(TooLong):
        send(uploads, upload_id, VIDEO)
    assert (uploads.root / upload_id / "data").read_bytes() == VIDEO[:HALF]


def test_a_checked_piece_is_taken_as_a_whole_or_not_at_all(uploads):
    upload_id = uploads.create(len(VIDEO))
    digest = hashlib.sha256(VIDEO).digest()
    with uploads.write(upload_id) as upload:
        with pytest.raises(Mismatch):
            upload.append_checked([VIDEO[:HALF]], "sha256", digest)
        with pytest.raises(TooLong):
            upload.append_checked([VIDEO, b"x"], "sha256", digest)
        assert uploads.progress(upload_id).offset == 0
        upload.append_checked([VIDEO[:HALF], VIDEO[HALF:]], "sha256", digest)
    assert uploads.take(upload_id).sha256 == SHA256
    assert len(list((uploads.root / upload_id).iterdir())) == 3


def test_a_full_disk_keeps_what_was_written_and_it_goes_on_when_there_is_room(uploads):
    upload_id = uploads.create(len(VIDEO))

    def writes_a_part(rest: memoryview) -> int:
        if data.tell() >= 1500:
            raise OSError(errno.ENOSPC, "full")
        return data.write(rest[:1000])

    with uploads.write(upload_id) as upload, pytest.raises(OSError, match="full"):
        data = upload.data
        upload.data = SimpleNamespace(write=writes_a_part, fileno=data.fileno)
        upload.append(VIDEO)
    assert uploads.progress(upload_id).offset == 2000
    send(uploads, upload_id, VIDEO[2000:])
    assert uploads.take(upload_id).sha256 == SHA256


def test_what_is_long_is_flushed_on_the_way(uploads, monkeypatch):
    flushed = []
    monkeypatch.setattr(writer, "SYNC_BYTES", 30_000)
    monkeypatch.setattr("os.fdatasync", flushed.append)
    upload_id = uploads.create(len(VIDEO))
    send(uploads, upload_id, *(VIDEO[at : at + 10_000] for at in range(0, len(VIDEO), 10_000)))
    assert len(flushed) == len(VIDEO) // 30_000


def test_while_one_writes_another_is_told_to_wait(uploads, monkeypatch):
    monkeypatch.setattr(writer, "WAIT_SECONDS", 0.1)
    upload_id = uploads.create(len(VIDEO))
    with uploads.write(upload_id) as upload:
        assert not upload.wanted()
        for refused in (uploads.write(upload_id).__enter__, lambda: uploads.delete(upload_id)):
            with pytest.raises(Locked):
                refused()
        assert not upload.wanted()
    send(uploads, upload_id, VIDEO)


def test_who_holds_an_upload_sees_that_somebody_waits_and_that_one_gets_it(uploads):
    upload_id = uploads.create(len(VIDEO))
    waiting = threading.Thread(target=send, args=(Uploads(uploads.root), upload_id, VIDEO[HALF:]))
    with uploads.write(upload_id) as upload:
        waiting.start()
        upload.append(VIDEO[:HALF])
        until(upload.wanted, "the other one to be noticed")
    waiting.join()
    assert uploads.take(upload_id).sha256 == SHA256


def test_who_waited_for_an_upload_that_is_deleted_finds_nothing(uploads):
    upload_id, found = uploads.create(len(VIDEO)), []

    def wait() -> None:
        try:
            send(uploads, upload_id, VIDEO)
        except Unknown as error:
            found.append(error)

    waiting = threading.Thread(target=wait)
    with uploads.write(upload_id) as upload:
        waiting.start()
        until(upload.wanted, "the other one to be noticed")
        uploads._remove(uploads.root / upload_id)
    waiting.join()
    assert found


@pytest.mark.parametrize("asked", ["progress", "take", "taken", "delete"])
def test_an_upload_ends_after_three_days_and_is_swept_away(uploads, monkeypatch, asked):
    upload_id, finished, open_one = whole(uploads), whole(uploads), uploads.create(9)
    uploads.taken(finished)
    later(monkeypatch, 71.9)
    uploads.sweep()
    assert uploads.take(upload_id).sha256 == SHA256
    later(monkeypatch, 1.2)
    with pytest.raises(Expired):
        getattr(uploads, asked)(upload_id)
    assert uploads.progress(uploads.create(9)).offset == 0  # who comes next sweeps
    assert not any((uploads.root / name).exists() for name in (upload_id, finished, open_one))
    assert list(uploads._hashed) == []


def test_what_is_being_written_is_not_swept_away(uploads, monkeypatch):
    upload_id = uploads.create(len(VIDEO))
    with uploads.write(upload_id) as upload:
        later(monkeypatch, 80)
        Uploads(uploads.root).sweep()
        upload.append(VIDEO)
        upload.save()
    assert (uploads.root / upload_id / "data").read_bytes() == VIDEO
    uploads.sweep()
    assert list(uploads.root.iterdir()) == []


def test_what_is_not_ours_is_not_swept_away(uploads):
    (uploads.root / "lost+found").mkdir()
    uploads.sweep()
    assert (uploads.root / "lost+found").exists()


@pytest.mark.parametrize("name", ["", "..", ".", "../work", "a" * 38, "fffff-" + "0" * 31, "fffff-" + "G" * 32, "/etc"])
def test_what_is_no_id_is_unknown(uploads, name):
    for asked in (uploads.progress, uploads.take, uploads.delete):
        with pytest.raises(Unknown):
            asked(name)


def free(monkeypatch, count: int) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=count))


def test_room_is_kept_for_what_others_have_declared(uploads, monkeypatch):
    monkeypatch.setattr("pipeline.storage.RESERVE", 1000)
    free(monkeypatch, 1000 + 3 * 100 + 60)
    first = uploads.create(100)
    send(uploads, first, b"x" * 40)
    uploads.create(100)
    with pytest.raises(NoRoom):
        uploads.create(67)
    later(monkeypatch, 1.1)  # nothing came for an hour: room is not kept for ever
    uploads.create(100)


def test_no_room_is_kept_for_long_for_uploads_that_never_send_a_byte(uploads, monkeypatch):
    monkeypatch.setattr("pipeline.storage.RESERVE", 0)
    free(monkeypatch, 5 * 100)
    uploads.create(100)
    uploads.create(100)
    with pytest.raises(NoRoom):
        uploads.create(101)
    later(monkeypatch, 0.05)  # three minutes
    uploads.create(101)


def test_an_upload_that_would_take_the_reserve_waits(uploads, monkeypatch):
    upload_id = uploads.create(len(VIDEO))
    monkeypatch.setattr("pipeline.storage.RESERVE", 1000)
    free(monkeypatch, 999 + len(VIDEO))
    with uploads.write(upload_id) as upload, pytest.raises(NoRoom):
        upload.need_room()
    free(monkeypatch, 1000 + len(VIDEO))
    with uploads.write(upload_id) as upload:
        upload.need_room()


def test_many_at_once_do_not_share_the_last_room(uploads, monkeypatch):
    monkeypatch.setattr("pipeline.storage.RESERVE", 0)
    free(monkeypatch, 350)
    made, refused = [], []

    def begin() -> None:
        try:
            made.append(uploads.create(100))
        except NoRoom as error:
            refused.append(error)

    threads = [threading.Thread(target=begin) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(made), len(refused)) == (1, 7)
