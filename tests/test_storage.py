"""The storage keeps what it was given, refuses what is not a key, and forgets when told to; on disk and on S3 alike."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from pipeline.storage import LocalStorage, Scratch, open_storage


@pytest.fixture(params=["disk", "s3"])
def storage(request, tmp_path, monkeypatch):
    if request.param == "disk":
        yield open_storage((tmp_path / "media").as_uri())
        return
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        boto3.client("s3").create_bucket(Bucket="appeals")
        yield open_storage("s3://appeals")


def put(storage, tmp_path, content=b"a clip", folder="abc", name="finished-1.mp4"):
    path = tmp_path / "made"
    path.write_bytes(content)
    return storage.put(path, folder, name)


def test_a_file_is_named_by_its_bytes_and_moved_not_copied(storage, tmp_path):
    stored = put(storage, tmp_path)
    assert stored.sha256 == hashlib.sha256(b"a clip").hexdigest()
    assert stored.key == f"abc/finished-1-{stored.sha256[:16]}.mp4"
    assert stored.size == 6
    assert not (tmp_path / "made").exists()


def test_what_was_put_can_be_fetched_and_read_from_any_place(storage, tmp_path):
    stored = put(storage, tmp_path, b"0123456789" * 1000)
    assert storage.fetch(stored.key, tmp_path).read_bytes() == b"0123456789" * 1000
    with storage.open(stored.key) as file:
        file.seek(9995)
        assert file.read() == b"56789"
        file.seek(3)
        assert file.read(4) == b"3456"


def test_a_file_that_is_not_there_is_said_to_be_missing(storage, tmp_path):
    with pytest.raises(FileNotFoundError):
        storage.fetch("abc/nothing.mp4", tmp_path)
    with pytest.raises(FileNotFoundError):
        storage.open("abc/nothing.mp4")
    storage.delete("abc/nothing.mp4")


def test_a_purged_folder_is_empty_and_its_neighbour_is_not_touched(storage, tmp_path):
    gone = [put(storage, tmp_path, b"1"), put(storage, tmp_path, b"2")]
    kept = put(storage, tmp_path, b"3", folder="abcd")
    assert sorted(storage.keys("abc")) == sorted(stored.key for stored in gone)
    storage.purge("abc")
    for stored in gone:
        with pytest.raises(FileNotFoundError):
            storage.fetch(stored.key, tmp_path)
    assert storage.keys("abc") == []
    assert storage.fetch(kept.key, tmp_path).read_bytes() == b"3"


def test_folders_are_listed_by_age(storage, tmp_path):
    put(storage, tmp_path)
    assert list(storage.folders(older_than=7200)) == []
    assert list(storage.folders(older_than=-3600)) == ["abc"]


@pytest.mark.parametrize("key", ["../x/y", "/etc/passwd", "abc", "abc/../x", "abc/..", "ab/c/d", "", "ABC/x", "a\0/x"])
def test_no_key_leads_out_of_the_store(tmp_path, key):
    store = LocalStorage(tmp_path / "media")
    (tmp_path / "x").mkdir()
    with pytest.raises(ValueError, match="not a key"):
        store.fetch(key, tmp_path)


def test_a_folder_that_lost_its_last_file_is_gone(tmp_path):
    store = LocalStorage(tmp_path / "media")
    store.delete(put(store, tmp_path).key)
    assert list(store.root.iterdir()) == []


def test_a_file_from_another_file_system_arrives_whole(tmp_path):
    store = LocalStorage(tmp_path / "media")
    path = Path("/dev/shm") / f"appeal-{os.getpid()}"
    assert path.parent.stat().st_dev != tmp_path.stat().st_dev
    path.write_bytes(b"from afar")
    stored = store.put(path, "abc", "clean-1.mp4")
    assert store.fetch(stored.key, tmp_path).read_bytes() == b"from afar"
    assert not path.exists()


def test_an_unknown_storage_is_refused_with_its_name():
    with pytest.raises(ValueError, match="'ftp'"):
        open_storage("ftp://example.org/x")


def test_a_work_folder_is_gone_after_the_attempt_also_when_it_failed(tmp_path):
    scratch = Scratch(tmp_path)
    with pytest.raises(RuntimeError), scratch.work("7-1") as folder:
        (folder / "half.mp4").write_text("half")
        raise RuntimeError
    assert not folder.exists()


def test_two_attempts_never_share_a_folder(tmp_path):
    scratch = Scratch(tmp_path)
    with scratch.work("7-1") as one, scratch.work("7-1") as other:
        assert one != other


def test_the_sweep_of_scratch_folders_spares_what_is_young(tmp_path):
    scratch = Scratch(tmp_path)
    for name in ("old", "young"):
        (scratch.incoming / name).touch()
    day_ago = time.time() - 25 * 3600
    os.utime(scratch.incoming / "old", (day_ago, day_ago))
    scratch.sweep(24 * 3600)
    assert [path.name for path in scratch.incoming.iterdir()] == ["young"]


def test_an_upload_that_would_fill_the_disk_is_foreseen(tmp_path):
    scratch = Scratch(tmp_path)
    assert scratch.has_room(1000)
    assert not scratch.has_room(10**16)


def test_a_hash_that_is_known_is_not_computed_again(storage, tmp_path):
    (tmp_path / "made").write_bytes(b"a clip")
    stored = storage.put(tmp_path / "made", "abc", "original", "ab" * 32)
    assert (stored.key, stored.sha256) == (f"abc/original-{'ab' * 8}", "ab" * 32)
