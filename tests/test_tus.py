"""The protocol tus 1.0 as a table of cases: every answer, and that a refusal changes nothing."""

from __future__ import annotations

import base64
import errno
import hashlib
import io
import os
import re
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import web
from ops import supervise
from pipeline import storage, writer
from pipeline.config import Settings
from pipeline.db import migrate
from tests.conftest import NO_REDIS
from tests.services import ROOT
from web import line

VIDEO = bytes(range(256)) * 40
SIZE, HALF = len(VIDEO), len(VIDEO) // 2
TUS = {"Tus-Resumable": "1.0.0"}
BODY = {**TUS, "Content-Type": "application/offset+octet-stream"}
NEVER = "fffff-" + "0" * 32
LONG_AGO = "00001-" + "0" * 32


def begin(client, length: object = SIZE, **headers: str) -> str:
    """The address of a new upload."""
    answer = client.post("/files/", headers={**TUS, "Upload-Length": str(length), **headers})
    assert answer.status_code == 201, answer.text
    return answer.headers["Location"]


def patch(client, url: str, offset: object, data: bytes = VIDEO, **headers: str):
    return client.patch(url, data=data, headers={**BODY, "Upload-Offset": str(offset), **headers})


def cut(data: bytes, declared: int) -> dict[str, object]:
    """A body that ends early."""
    return {"input_stream": io.BytesIO(data), "environ_overrides": {"CONTENT_LENGTH": str(declared)}}


def without_none(headers: dict[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if value is not None}


def offset(client, url: str) -> int:
    answer = client.head(url, headers=TUS)
    assert answer.status_code == 200
    return int(answer.headers["Upload-Offset"])


def id_of(url: str) -> str:
    return url.rpartition("/")[2].partition("?")[0]


def checksum(data: bytes, algorithm: str = "sha1") -> str:
    return f"{algorithm} {base64.b64encode(hashlib.new(algorithm, data).digest()).decode()}"


def kept(desk, url: str) -> bytes:
    return (desk.uploads.root / id_of(url) / "data").read_bytes()


def left(desk) -> list[str]:
    return [path.name for path in desk.uploads.root.iterdir()]


@pytest.mark.parametrize("path", ["/files/", f"/files/{NEVER}"])
def test_the_server_says_what_it_can(stranger, desk, path):
    answer = stranger.options(path)  # without Tus-Resumable: who asks does not know the version yet
    assert answer.status_code == 204
    assert answer.headers["Tus-Version"] == answer.headers["Tus-Resumable"] == "1.0.0"
    extensions = set(answer.headers["Tus-Extension"].split(","))
    assert extensions == {"creation", "creation-with-upload", "checksum", "expiration", "termination"}
    assert answer.headers["Tus-Max-Size"] == str(desk.campaign.limits.max_bytes)
    assert "sha1" in answer.headers["Tus-Checksum-Algorithm"].split(",")


def test_a_video_in_two_pieces(stranger, desk):
    url = begin(stranger)
    assert re.fullmatch(r"/files/[0-9a-f]{5}-[0-9a-f]{32}(\?lang=\w+)?", url)
    answer = patch(stranger, url, 0, VIDEO[:HALF])
    assert (answer.status_code, answer.headers["Upload-Offset"], answer.data) == (204, str(HALF), b"")
    told = stranger.head(url, headers=TUS)
    assert (told.headers["Upload-Offset"], told.headers["Upload-Length"]) == (str(HALF), str(SIZE))
    assert told.headers["Cache-Control"] == "no-store"
    assert patch(stranger, url, HALF, VIDEO[HALF:]).headers["Upload-Offset"] == str(SIZE)
    assert desk.uploads.take(id_of(url)).sha256 == hashlib.sha256(VIDEO).hexdigest()
    assert offset(stranger, url) == SIZE


def test_every_answer_names_the_version_and_sets_no_cookie(stranger):
    url = begin(stranger)
    for answer in (
        patch(stranger, url, 0),
        patch(stranger, url, 7),
        stranger.head(url, headers=TUS),
        stranger.head(f"/files/{NEVER}", headers=TUS),
        stranger.delete(url, headers=TUS),
        stranger.post("/files/", headers=TUS),
    ):
        assert answer.headers["Tus-Resumable"] == "1.0.0"
        assert "Set-Cookie" not in answer.headers


def test_it_says_when_it_ends_on_the_full_hour(stranger):
    url = begin(stranger)
    for answer in (stranger.head(url, headers=TUS), patch(stranger, url, 0)):
        ends = parsedate_to_datetime(answer.headers["Upload-Expires"])
        assert (ends.minute, ends.second) == (0, 0)
        assert int(id_of(url)[:5], 16) * 3600 == ends.timestamp()


def test_the_first_piece_may_come_along(stranger, desk):
    headers = {**BODY, "Upload-Length": str(SIZE)}
    answer = stranger.post("/files/", headers=headers, data=VIDEO[:HALF])
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (201, str(HALF))
    assert kept(desk, answer.headers["Location"]) == VIDEO[:HALF]
    right = stranger.post("/files/", headers={**headers, "Upload-Checksum": checksum(VIDEO)}, data=VIDEO)
    assert right.headers["Upload-Offset"] == str(SIZE)
    assert stranger.post("/files/", headers=headers).headers["Upload-Offset"] == "0"


@pytest.mark.parametrize(
    ("change", "data", "code"),
    [
        ({"Upload-Length": str(HALF)}, VIDEO, 413),
        ({"Upload-Checksum": checksum(b"another")}, VIDEO, 460),
        ({"Content-Type": "video/mp4"}, VIDEO, 415),
        ({"Content-Type": ""}, VIDEO, 415),
    ],
)
def test_where_the_first_piece_is_wrong_no_upload_is_left(stranger, desk, change, data, code):
    answer = stranger.post("/files/", headers={**BODY, "Upload-Length": str(SIZE), **change}, data=data)
    assert (answer.status_code, left(desk)) == (code, [])


def test_where_the_first_piece_is_cut_off_no_upload_is_left(stranger, desk):
    headers = {**BODY, "Upload-Length": str(SIZE)}
    answer = stranger.post("/files/", headers=headers, **cut(VIDEO[:9], SIZE))
    assert (answer.status_code, left(desk)) == (503, [])


BAD_CREATIONS = [
    ({"Upload-Length": None}, 400),
    ({"Upload-Length": ""}, 400),
    ({"Upload-Length": "0"}, 400),
    ({"Upload-Length": "-1"}, 400),
    ({"Upload-Length": "+1"}, 400),
    ({"Upload-Length": "1e18"}, 400),
    ({"Upload-Length": "0x10"}, 400),
    ({"Upload-Length": "1.5"}, 400),
    ({"Upload-Length": "1_000"}, 400),
    ({"Upload-Length": "many"}, 400),
    ({"Upload-Length": "9" * 5000}, 400),
    ({"Upload-Length": str(10**18)}, 413),
    ({"Upload-Length": None, "Upload-Defer-Length": "1"}, 400),
    ({"Upload-Defer-Length": "1"}, 400),
    ({"Tus-Resumable": "0.2.2"}, 412),
    ({"Tus-Resumable": None}, 412),
    ({"Upload-Metadata": "filename not-base64!"}, 400),
    ({"Upload-Metadata": "filename YQ"}, 400),
    ({"Upload-Metadata": "a YQ==,a Yg=="}, 400),
    ({"Upload-Metadata": "a YQ==,,b Yg=="}, 400),
    ({"Upload-Metadata": "имя YQ==".encode().decode("latin-1")}, 400),
    ({"Upload-Metadata": "a YQ== b"}, 400),
    ({"Upload-Metadata": ","}, 400),
    ({"Upload-Checksum": "sha1"}, 400),
]


@pytest.mark.parametrize(("change", "code"), BAD_CREATIONS)
def test_a_wrong_beginning_is_refused_in_plain_text_and_leaves_nothing(stranger, desk, change, code):
    headers = {**TUS, "Upload-Length": str(SIZE), **change}
    answer = stranger.post("/files/", headers=without_none(headers))
    assert (answer.status_code, answer.mimetype, left(desk)) == (code, "text/plain", [])
    assert len(answer.text) > 10 and answer.headers.get("Tus-Version", "1.0.0") == "1.0.0"
    assert code != 412 or "Tus-Version" in answer.headers


@pytest.mark.parametrize("metadata", ["filename Q0FOQVJZ,type dmlkZW8vbXA0", "secret", "a YQ==, b Yg==", "a ,b Yg=="])
def test_metadata_in_good_form_is_taken_and_forgotten(stranger, desk, metadata):
    url = begin(stranger, **{"Upload-Metadata": metadata})
    assert "Upload-Metadata" not in stranger.head(url, headers=TUS).headers
    stored = b"".join(path.read_bytes() for path in (desk.uploads.root / id_of(url)).iterdir())
    assert stored == str(SIZE).encode()


BAD_PATCHES = [
    ({"Upload-Offset": "0"}, VIDEO, 409),
    ({"Upload-Offset": str(HALF + 1)}, VIDEO[HALF + 1 :], 409),
    ({"Upload-Offset": str(SIZE)}, b"", 409),
    ({"Upload-Offset": str(10**19)}, b"", 409),
    ({"Upload-Offset": "-1"}, VIDEO, 400),
    ({"Upload-Offset": "x"}, VIDEO, 400),
    ({"Upload-Offset": None}, VIDEO, 400),
    ({"Content-Type": "application/octet-stream"}, VIDEO, 415),
    ({"Content-Type": "multipart/form-data; boundary=b"}, VIDEO, 415),
    ({"Content-Type": None}, VIDEO, 415),
    ({"Tus-Resumable": "0.2.2"}, VIDEO, 412),
    ({"Tus-Resumable": None}, VIDEO, 412),
    ({}, VIDEO, 413),
    ({}, VIDEO[HALF:] + b"x", 413),
    ({"Upload-Checksum": checksum(b"another")}, VIDEO[HALF:], 460),
    ({"Upload-Checksum": checksum(VIDEO[HALF:], "md5").replace("md5", "MD5")}, VIDEO[HALF:], 400),
    ({"Upload-Checksum": "crc32 AAAAAA=="}, VIDEO[HALF:], 400),
    ({"Upload-Checksum": "sha1 not-base64"}, VIDEO[HALF:], 400),
    ({"Upload-Checksum": "sha1 " + base64.b64encode(b"x" * 32).decode()}, VIDEO[HALF:], 400),
    ({"Upload-Checksum": "shake_128 AAAA"}, VIDEO[HALF:], 400),
]


@pytest.mark.parametrize(("change", "data", "code"), BAD_PATCHES)
def test_a_wrong_piece_is_refused_and_changes_nothing(stranger, desk, change, data, code):
    url = begin(stranger)
    patch(stranger, url, 0, VIDEO[:HALF])
    headers = {**BODY, "Upload-Offset": str(HALF), **change}
    answer = stranger.patch(url, data=data, headers=without_none(headers))
    assert (answer.status_code, answer.mimetype) == (code, "text/plain")
    assert (offset(stranger, url), kept(desk, url)) == (HALF, VIDEO[:HALF])
    assert patch(stranger, url, HALF, VIDEO[HALF:]).status_code == 204


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "md5"])
def test_a_piece_with_its_checksum_is_taken(stranger, desk, algorithm):
    url = begin(stranger)
    answer = patch(stranger, url, 0, **{"Upload-Checksum": checksum(VIDEO, algorithm)})
    assert (answer.status_code, kept(desk, url)) == (204, VIDEO)


def test_a_repeated_last_piece_is_refused_and_the_upload_is_still_whole(stranger, desk):
    url = begin(stranger)
    patch(stranger, url, 0, VIDEO[:HALF])
    patch(stranger, url, HALF, VIDEO[HALF:])  # and its answer is lost
    assert patch(stranger, url, HALF, VIDEO[HALF:]).status_code == 409
    assert patch(stranger, url, SIZE, b"").status_code == 204
    assert (offset(stranger, url), kept(desk, url)) == (SIZE, VIDEO)


@pytest.mark.parametrize("came", [0, 1, HALF, SIZE - 1])
def test_what_came_before_a_cut_is_kept(stranger, desk, came):
    url = begin(stranger)
    headers = {**BODY, "Upload-Offset": "0"}
    answer = stranger.patch(url, headers=headers, **cut(VIDEO[:came], SIZE))
    assert (answer.status_code, offset(stranger, url)) == (503, came)
    assert patch(stranger, url, came, VIDEO[came:]).status_code == 204
    assert kept(desk, url) == VIDEO


def test_of_a_piece_with_a_checksum_nothing_is_kept_before_a_cut(stranger):
    url = begin(stranger)
    headers = {**BODY, "Upload-Offset": "0", "Upload-Checksum": checksum(VIDEO)}
    answer = stranger.patch(url, headers=headers, **cut(VIDEO[:HALF], SIZE))
    assert (answer.status_code, offset(stranger, url)) == (503, 0)


def test_an_upload_that_was_deleted_is_gone(stranger, desk):
    url = begin(stranger)
    patch(stranger, url, 0, VIDEO[:HALF])
    answer = stranger.delete(url, headers=TUS)
    assert (answer.status_code, answer.data, left(desk)) == (204, b"", [])
    assert patch(stranger, url, HALF, VIDEO[HALF:]).status_code == 404
    for again in (stranger.head, stranger.delete):
        assert again(url, headers=TUS).status_code == 404


@pytest.mark.parametrize(
    ("name", "code"), [(NEVER, 404), (LONG_AGO, 410), ("x", 404), ("%2e%2e%2fwork", 404), ("..", 404), ("é", 404)]
)
def test_who_guesses_an_address_finds_nothing(stranger, name, code):
    url = f"/files/{name}"
    codes = {answer.status_code for answer in (stranger.head(url, headers=TUS), stranger.delete(url, headers=TUS))}
    assert codes | {patch(stranger, url, 0).status_code} == {code}


def test_who_lost_an_upload_is_told_to_begin_again(stranger):
    for name in (NEVER, LONG_AGO):
        assert "from the beginning" in patch(stranger, f"/files/{name}", 0).text


@pytest.mark.parametrize("method", ["GET", "PUT", "TRACE"])
def test_nothing_can_be_read_back(stranger, method):
    url = begin(stranger)
    patch(stranger, url, 0)
    for path in (url, "/files/"):
        answer = stranger.open(path, method=method, headers=TUS)
        assert answer.status_code == 405 and VIDEO[:64] not in answer.data
        assert "GET" not in answer.headers["Allow"]


def test_networks_that_let_no_patch_through_can_be_passed_by(stranger, desk):
    url = begin(stranger)
    headers = {**BODY, "Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH"}
    assert stranger.post(url, headers=headers, data=VIDEO).status_code == 204
    assert kept(desk, url) == VIDEO
    assert stranger.post(url, headers={**TUS, "X-HTTP-Method-Override": "DELETE"}).status_code == 204
    assert left(desk) == []


@pytest.mark.parametrize("method", ["", "GET", "HEAD", "PUT", "patch", "OPTIONS"])
def test_an_upload_understands_no_other_overriding(stranger, method):
    url = begin(stranger)
    answer = stranger.post(url, headers={**TUS, "X-HTTP-Method-Override": method})
    assert (answer.status_code, offset(stranger, url)) == (405, 0)


def test_no_other_route_minds_it(app, stranger, tanya):
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/files/") or rule.arguments or "GET" not in (rule.methods or ()):
            continue
        plain = stranger.get(rule.rule)
        for method in ("POST", "DELETE", "PATCH"):
            answer = stranger.get(rule.rule, headers={"X-HTTP-Method-Override": method})
            assert (answer.status_code, answer.location) == (plain.status_code, plain.location), rule.rule
    url = begin(stranger)
    stranger.get(url, headers={**TUS, "X-HTTP-Method-Override": "DELETE"})
    stranger.head(url, headers={**TUS, "X-HTTP-Method-Override": "DELETE"})
    assert offset(stranger, url) == 0


def test_the_address_does_not_follow_what_a_client_says_about_the_host(stranger):
    lies = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "gopher", "Forwarded": "x"}
    assert begin(stranger, **lies).startswith("/files/")


def free(monkeypatch, count: int) -> None:
    """So many bytes beyond the reserve."""
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=storage.RESERVE + count))


def test_room_that_others_were_promised_is_not_given_away(stranger, desk, monkeypatch):
    most = desk.campaign.limits.max_bytes
    begin(stranger, most)
    free(monkeypatch, 3 * most + 1000)
    answer = stranger.post("/files/", headers={**TUS, "Upload-Length": str(most)})
    assert (answer.status_code, len(left(desk))) == (507, 1)
    assert "no room" in answer.text


def test_on_a_nearly_full_disk_an_upload_waits(stranger, monkeypatch):
    url = begin(stranger)
    with monkeypatch.context() as full:
        free(full, SIZE - 1)
        assert patch(stranger, url, 0).status_code == 507
        assert offset(stranger, url) == 0
    assert patch(stranger, url, 0).status_code == 204


@pytest.mark.parametrize(("number", "code"), [(errno.ENOSPC, 507), (errno.EDQUOT, 507), (errno.EIO, 503)])
def test_a_disk_that_fails_is_said_and_what_was_written_is_kept(stranger, desk, monkeypatch, caplog, number, code):
    url = begin(stranger)
    whole = writer.Writer.append

    def fails(upload: writer.Writer, piece: bytes) -> None:
        whole(upload, piece[:HALF])
        raise OSError(number, os.strerror(number), "name of a file")

    monkeypatch.setattr(writer.Writer, "append", fails)
    assert patch(stranger, url, 0).status_code == code
    assert "name of a file" not in caplog.text and os.strerror(number) in caplog.text
    monkeypatch.undo()
    assert offset(stranger, url) == HALF
    assert patch(stranger, url, HALF, VIDEO[HALF:]).status_code == 204


def test_what_is_confirmed_is_on_the_disk(stranger, monkeypatch):
    synced = []
    real = os.fsync
    monkeypatch.setattr("os.fsync", lambda number: (synced.append(os.fstat(number).st_size), real(number)))
    url = begin(stranger)
    synced.clear()
    patch(stranger, url, 0, VIDEO[:HALF])
    assert synced == [HALF]


def test_when_too_many_send_at_once_one_is_told_to_come_back(stranger, monkeypatch):
    url = begin(stranger)
    with monkeypatch.context() as busy:
        busy.setattr(line, "MOST", 0)
        answer = patch(stranger, url, 0)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert patch(stranger, url, 0).status_code == 204


def test_while_one_request_writes_another_is_told_to_wait(stranger, desk, monkeypatch):
    monkeypatch.setattr(writer, "WAIT_SECONDS", 0.1)
    url = begin(stranger)
    with desk.uploads.write(id_of(url)):
        answers = [patch(stranger, url, 0), stranger.delete(url, headers=TUS)]
        assert [answer.status_code for answer in answers] == [423, 423]
        assert offset(stranger, url) == 0
    assert patch(stranger, url, 0).status_code == 204


def test_of_many_who_send_the_same_piece_at_once_one_is_taken(app, desk, stranger):
    url = begin(stranger)
    with ThreadPoolExecutor(6) as pool:
        codes = [answer.status_code for answer in pool.map(lambda _: patch(app.test_client(), url, 0), range(6))]
    assert sorted(codes) == [204] + [409] * 5
    assert kept(desk, url) == VIDEO


def test_nothing_of_her_browser_is_kept_or_logged(stranger, desk, settings, caplog):
    caplog.set_level("DEBUG")
    stranger.environ_base |= {"REMOTE_ADDR": "203.0.113.77", "HTTP_USER_AGENT": "CANARY-UA"}
    name = base64.b64encode(b"CANARY-NAME.mp4").decode()
    url = begin(stranger, **{"Upload-Metadata": f"filename {name}", "Referer": "CANARY-REFERER"})
    patch(stranger, url, 0, VIDEO[:HALF])
    patch(stranger, url, 0)
    patch(stranger, url, HALF, VIDEO[HALF:])
    desk.uploads.take(id_of(url))
    desk.uploads.taken(id_of(url))
    files = [path for path in settings.data_dir.rglob("*") if path.is_file()]
    kept = b"".join([*(str(path).encode() + path.read_bytes() for path in files), caplog.text.encode()])
    for canary in (b"203.0.113.77", b"CANARY", name.encode()):
        assert canary not in kept
    assert id_of(url) not in caplog.text


def generous(folder: Path) -> dict[str, str]:
    """Settings of a campaign that asks nobody to wait."""
    text = (ROOT / "campaign.toml").read_text("utf-8")
    (folder / "campaign.toml").write_text(re.sub(r"(?m)^free_per_hour = \d+", "free_per_hour = 100_000", text), "utf-8")
    return {"CAMPAIGN_FILE": str(folder / "campaign.toml")}


@pytest.fixture(scope="module")
def tus():
    """One application for many examples."""
    with tempfile.TemporaryDirectory() as folder:
        environ = {"DATA_DIR": folder, "REDIS_URL": NO_REDIS, "SECRET_KEY": "tests only"} | generous(Path(folder))
        settings = Settings.from_env(environ)
        migrate(settings.database_url)
        app = web.create_app(settings)
        yield app
        app.extensions["desk"].db.close()


#: A request of a confused client: from, to, how much of it arrives, whether it has a checksum and which.
WISHES = st.tuples(
    st.integers(0, 300), st.integers(0, 400), st.integers(0, 400), st.sampled_from(["", "", "right", "wrong"])
)


@settings(max_examples=150, deadline=None)
@given(length=st.integers(1, 300), wishes=st.lists(WISHES, max_size=8))
def test_whatever_a_client_sends_in_whatever_order_the_bytes_are_exact_or_refused(tus, length, wishes):
    client, video = tus.test_client(), VIDEO[:length]
    url = begin(client, length)
    at = 0
    for start, size, arrives, sum_of in wishes:
        data = VIDEO[start : start + size]
        headers = {**BODY, "Upload-Offset": str(start)}
        if sum_of:
            headers["Upload-Checksum"] = checksum(data if sum_of == "right" else data + b"x")
        answer = client.patch(url, headers=headers, **cut(data[:arrives], size))
        if start != at:
            assert answer.status_code == 409
        elif start + size > length:
            assert answer.status_code == 413
        elif arrives < size:
            assert answer.status_code == 503
            at += 0 if sum_of else arrives
        elif sum_of == "wrong":
            assert answer.status_code == 460
        else:
            assert answer.status_code == 204
            at += size
        assert offset(client, url) == at
    if at < length:
        assert patch(client, url, at, video[at:]).status_code == 204
    whole = tus.extensions["desk"].uploads.take(id_of(url))
    assert (whole.path.read_bytes(), whole.sha256) == (video, hashlib.sha256(video).hexdigest())
    client.delete(url, headers=TUS)


def test_there_are_more_threads_than_places_for_bodies():
    dockerfile = (ROOT / "Dockerfile").read_text()
    ours = " ".join(supervise.programs(8000, ROOT, own_redis=False)["web"])
    for command in (ours, re.sub('[",]', "", dockerfile)):
        assert int(re.search(r"--threads (\d+)", command)[1]) >= line.MOST + 50


def test_what_has_expired_goes_by_itself_also_where_nobody_begins_another(stranger, desk, monkeypatch):
    folder = desk.uploads.root / begin(stranger).rsplit("/", 1)[1]
    later = time.time() + 80 * 3600
    monkeypatch.setattr("pipeline.uploads.time.time", lambda: later)
    stranger.get("/healthz")
    assert folder.exists()  # it was swept a moment ago
    monkeypatch.setattr(desk.uploads, "_next_sweep", 0.0)
    stranger.get("/healthz")
    assert not folder.exists()


def test_what_a_killed_process_left_of_a_form_goes_by_itself_too(stranger, desk, monkeypatch):
    """Also where all workers are on other machines, which cannot see this folder."""
    old, young = desk.scratch.incoming / "old", desk.scratch.incoming / "young"
    for path in (old, young):
        path.write_bytes(b"half a video")
    os.utime(old, (time.time() - 25 * 3600,) * 2)
    monkeypatch.setattr(desk.uploads, "_next_sweep", 0.0)
    stranger.get("/healthz")
    assert not old.exists() and young.exists()
