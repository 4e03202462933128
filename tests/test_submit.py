"""Supporters: what is taken, what is refused, and that nothing is ever left half done."""

from __future__ import annotations

import errno
import io
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from pipeline.models import Appeal, Kind, Status
from pipeline.supporter import Message, Receipt
from tests import cast
from tests.cast import CLIP, CODE
from web import form, receipt

ON_BOTH_DATABASES = True  # see conftest.py

TOKEN = "0123456789abcdef" * 2
FIELDS = {
    "token": TOKEN,
    "language": "be",
    "name": "Hanna",
    "naming": "typed",
    "consent": "yes",
    **{f"network-{key}": "yes" for key in cast.NETWORKS},
}


def send(client: FlaskClient, video: object = CLIP, filename: str = "clip.mp4", **fields: object):
    """Send the form as a browser does: the file, then the last field. A field that is None is left out."""
    if video is CLIP:
        video = CLIP.read_bytes()
    data = {**FIELDS, "seen": cast.seen(client), "video": video, "whole": "yes", **fields}
    as_file = {key: (io.BytesIO(value), filename) for key, value in data.items() if isinstance(value, bytes)}
    sent = {key: value for key, value in (data | as_file).items() if value is not None}
    return client.post("/send", data=sent, content_type="multipart/form-data")


def appeals(desk) -> list[Appeal]:
    with desk.db.read() as session:
        return session.query(Appeal).all()


def left_behind(desk) -> list[str]:
    return [*map(str, desk.scratch.incoming.iterdir()), *desk.storage.folders(older_than=-1)]


def code_on(page: str) -> str:
    found = re.search(r"\d{4} \d{4} \d{4} \d{4}", page)
    assert found
    return found[0]


def test_a_video_is_received_whole(stranger, desk):
    answer = send(stranger)
    [appeal] = appeals(desk)
    made = cast.fresh(desk, appeal)
    assert answer.status_code == 200
    assert "Received whole" in answer.text and "337.2\N{NO-BREAK SPACE}kB" in answer.text
    assert (made.status, made.language, made.shown_name) == (Status.RECEIVED, "be", "Hanna")
    assert made.consents[0].answers[0]["wording"] == desk.campaign.words["en"].consent
    assert made.transitions[0].by == "supporter"
    with desk.storage.open(made.file(Kind.ORIGINAL).key) as original:
        assert original.read() == CLIP.read_bytes()
    assert list(desk.scratch.incoming.iterdir()) == []


def test_the_code_is_stored_only_hashed_and_no_cookie_is_set(stranger, desk):
    answer = send(stranger)
    [appeal] = appeals(desk)
    with desk.db.read() as session:
        assert session.get(Receipt, receipt.hashed("tests only", code_on(answer.text))).appeal_id == appeal.id
    stored = cast.everything_stored(desk)
    assert code_on(answer.text).replace(" ", "") not in stored
    assert "Set-Cookie" not in answer.headers


def test_the_same_form_sent_twice_is_one_appeal_with_one_code(stranger, desk):
    first, second = send(stranger), send(stranger)
    assert first.status_code == second.status_code == 200
    assert code_on(first.text) == code_on(second.text)
    assert len(appeals(desk)) == len(left_behind(desk)) == 1


@pytest.mark.parametrize("language", ["other", "mul", "und"])
def test_she_need_not_name_one_language(stranger, desk, language):
    assert send(stranger, language=language).status_code == 200
    with desk.db.read() as session:
        assert session.query(Appeal).one().language == language


@pytest.mark.parametrize(("change", "kept"), [({"name": "Anna"}, "Anna"), ({"language": "uk"}, "uk"), ({}, "Hanna")])
def test_the_same_form_with_something_changed_is_the_same_appeal_and_the_last_word_counts(stranger, desk, change, kept):
    assert code_on(send(stranger).text) == code_on(send(stranger, **change).text)
    [appeal] = appeals(desk)
    assert kept in (appeal.shown_name, appeal.language)
    assert len(cast.fresh(desk, appeal).consents) == 1 + ("name" in change)


def test_the_same_video_by_another_form_is_the_same_appeal_with_a_second_code(stranger, desk):
    codes = [code_on(send(stranger).text), code_on(send(stranger, token="f" * 32).text)]
    assert codes[0] != codes[1]
    assert len(appeals(desk)) == len(left_behind(desk)) == 1
    assert all(stranger.post("/status", data={"code": code}).status_code == 200 for code in codes)


def test_whoever_sends_the_same_video_by_another_form_reads_nothing_and_decides_nothing(stranger, desk):
    mine = {"code": code_on(send(stranger, contact="hanna@mail.example").text)}
    stranger.post("/message", data={**mine, "text": "Only for the team."})
    own = send(stranger, contact="hanna@mail.example").text
    second = send(stranger, token="f" * 32, name="Nobody", language="uk")
    theirs = {"code": code_on(second.text)}
    assert "We have this video already" in second.text and "We have this video already" not in own
    page = stranger.post("/status", data=theirs).text
    assert "We have this video already" in page and "being checked" in page
    stranger.post("/message", data={**theirs, "text": "Hello."})
    form = stranger.post("/choices", data=theirs).text
    decided = {"save": "yes", "consent": "yes", "network-x": "yes", "seen": cast.seen(stranger)}
    stranger.post("/choices", data={**theirs, **decided})
    send(stranger, token="f" * 32, name="Nobody")
    for text in ("Only for the team.", "hanna@mail.example", "Hanna"):
        assert text not in page + form
    [appeal] = appeals(desk)
    made = cast.fresh(desk, appeal)
    assert (made.shown_name, made.language, len(made.consents)) == ("Hanna", "be", 1)
    with desk.db.read() as session:
        assert session.query(Message).count() == 1
    assert "You took this video back" in stranger.post("/withdraw", data={**theirs, "sure": "yes"}).text


def test_the_same_video_is_taken_again_after_it_was_taken_back(stranger, desk):
    stranger.post("/withdraw", data={"code": code_on(send(stranger).text), "sure": "yes"})
    again = send(stranger, token="f" * 32)
    assert "Received whole" in again.text
    assert [appeal.status for appeal in appeals(desk)] == [Status.WITHDRAWN, Status.RECEIVED]


def test_the_same_form_sent_twice_at_the_same_moment_is_one_appeal(app, desk):
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: send(app.test_client()), range(4)))
    assert [answer.status_code for answer in answers] == [200] * 4
    assert len({code_on(answer.text) for answer in answers}) == 1
    assert len(appeals(desk)) == len(left_behind(desk)) == 1


def test_another_video_with_the_same_form_is_another_appeal(stranger, desk):
    assert code_on(send(stranger).text) != code_on(send(stranger, CLIP.read_bytes() + b"x").text)
    assert len(appeals(desk)) == 2


@pytest.mark.parametrize(
    ("change", "code", "sentence"),
    [
        ({"video": None}, 400, "No video was chosen"),
        ({"video": b"", "filename": ""}, 400, "No video was chosen"),
        ({"second": b"b"}, 400, "More than one file"),
        ({"video": b""}, 400, "The file is empty"),
        ({"video": b"hello, this is text"}, 415, "not a video"),
        ({"video": b"#EXTM3U\nfile:///etc/passwd"}, 415, "not a video"),
        ({"video": b"ffconcat version 1.0\nfile x"}, 415, "not a video"),
        ({"consent": None}, 400, "Without your permission"),
        ({"language": "tlh"}, 400, "choose the language"),
        ({"language": None}, 400, "choose the language"),
        ({"name": "x" * 61}, 400, "at most 60"),
        ({"whole": None}, 400, "cut off"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(stranger, desk, change, code, sentence):
    answer = send(stranger, **change)
    assert answer.status_code == code
    assert sentence in answer.text
    assert appeals(desk) == left_behind(desk) == []


def test_everything_that_is_wrong_is_said_at_once_and_what_was_typed_is_still_there(stranger):
    page = send(stranger, b"no video", consent=None, name="Ганна & <b>").text
    assert "not a video" in page and "Without your permission" in page
    assert 'value="Ганна &amp; &lt;b&gt;"' in page and '<option value="be" lang="be" selected>' in page
    assert f'name="token" value="{TOKEN}"' in page


def test_a_video_over_the_limit_is_refused_and_what_was_typed_survives(stranger, desk, monkeypatch):
    monkeypatch.setattr(form, "size", lambda count: "a lot")
    object.__setattr__(desk.campaign.limits, "max_bytes", 200_000)
    answer = send(stranger)
    assert answer.status_code == 413
    assert "we can take a lot" in answer.text and 'value="Hanna"' in answer.text
    assert appeals(desk) == left_behind(desk) == []


def test_a_form_far_over_the_limit_is_not_even_read(stranger, desk):
    object.__setattr__(desk.campaign.limits, "max_bytes", 1000)
    answer = send(stranger)
    assert answer.status_code == 413
    assert appeals(desk) == left_behind(desk) == []


@pytest.mark.parametrize("share", [0.0, 0.001, 0.3, 0.6, 0.99, 0.9999])
def test_a_form_cut_off_on_its_way_is_an_error_and_keeps_what_was_typed(stranger, desk, share):
    body, boundary = whole_form(stranger)
    cut = body[: int(len(body) * share)]
    kind = f"multipart/form-data; boundary={boundary}"
    answer = stranger.post("/send", data=cut, content_type=kind)
    assert answer.status_code == 400
    assert "cut off" in answer.text
    assert share < 0.3 or 'value="Hanna"' in answer.text
    assert appeals(desk) == left_behind(desk) == []


def test_a_body_shorter_than_declared_is_an_error(stranger, desk):
    body, boundary = whole_form(stranger)
    kind = f"multipart/form-data; boundary={boundary}"
    half = io.BytesIO(body[: len(body) // 2])
    answer = stranger.post("/send", input_stream=half, content_length=len(body), content_type=kind)
    assert (answer.status_code, appeals(desk)) == (400, [])


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data", "multipart/form-data; boundary=é", ""])
def test_what_is_no_form_is_an_error(stranger, desk, kind):
    answer = stranger.post("/send", data=b"whole=yes" * 100, content_type=kind)
    assert (answer.status_code, appeals(desk)) == (400, [])


def whole_form(client: FlaskClient) -> tuple[bytes, str]:
    """The body of a right form, and its boundary."""
    fields = {**FIELDS, "seen": cast.seen(client)}
    parts = [f'--b\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in fields.items()]
    head = '--b\r\nContent-Disposition: form-data; name="video"; filename="a.mp4"\r\n\r\n'
    tail = '\r\n--b\r\nContent-Disposition: form-data; name="whole"\r\n\r\nyes\r\n--b--\r\n'
    return "".join((*parts, head)).encode() + CLIP.read_bytes() + tail.encode(), "b"


@pytest.mark.parametrize("head", ['name=""', 'name="second"; filename=""'])
def test_only_the_video_is_written_whatever_part_comes_behind_it(stranger, desk, head):
    body, _ = whole_form(stranger)
    more = f"\r\n--b\r\nContent-Disposition: form-data; {head}\r\n\r\nnot the video\r\n--b--\r\n".encode()
    answer = stranger.post(
        "/send", data=body.removesuffix(b"\r\n--b--\r\n") + more, content_type="multipart/form-data; boundary=b"
    )
    [appeal] = appeals(desk)
    assert (answer.status_code, cast.fresh(desk, appeal).files[0].size) == (200, CLIP.stat().st_size)


def test_the_hand_made_form_is_right_when_it_is_not_cut(stranger):
    body, boundary = whole_form(stranger)
    answer = stranger.post("/send", data=body, content_type=f"multipart/form-data; boundary={boundary}")
    assert answer.status_code == 200


@pytest.mark.parametrize("name", ["../../x", "x" * 300 + ".mp4", "-y.mp4", "a%03d.mp4", "a\\b.mp4", "é 🌻.mp4"])
def test_a_strange_file_name_is_harmless_and_kept_nowhere(stranger, desk, name):
    assert send(stranger, filename=name).status_code == 200
    [appeal] = appeals(desk)
    assert re.fullmatch(r"[0-9a-f]{32}/original-[0-9a-f]{16}", cast.fresh(desk, appeal).files[0].key)
    assert name not in cast.everything_stored(desk)


def test_control_characters_in_the_name_are_removed(stranger, desk):
    send(stranger, name=" Han\u202ena\n \x00 K. ")
    assert appeals(desk)[0].shown_name == "Hanna K."


def test_a_nearly_full_disk_is_said_before_anything_is_kept(stranger, desk, monkeypatch):
    monkeypatch.setattr("pipeline.storage.RESERVE", 10**18)
    answer = send(stranger)
    assert answer.status_code == 507
    assert "no room" in answer.text and 'value="Hanna"' in answer.text
    assert appeals(desk) == left_behind(desk) == []


@pytest.mark.parametrize(("number", "code"), [(errno.ENOSPC, 507), (errno.EIO, 503)])
def test_a_storage_that_fails_is_said_and_nothing_is_left(stranger, desk, monkeypatch, number, code):
    def put(*_: object, **__: object) -> None:
        raise OSError(number, "no")

    monkeypatch.setattr(desk.storage, "put", put)
    answer = send(stranger)
    assert answer.status_code == code
    assert "Nothing was kept" in answer.text and 'value="Hanna"' in answer.text
    assert appeals(desk) == left_behind(desk) == []


def test_a_database_that_fails_leaves_no_file_behind(stranger, desk, monkeypatch):
    with desk.db.engine.connect() as connection:
        connection.exec_driver_sql("ALTER TABLE consents RENAME TO lost")
        connection.commit()
    answer = send(stranger)
    assert answer.status_code == 503
    assert left_behind(desk) == []


def test_once_it_is_stored_no_fault_says_that_it_is_not(stranger, desk, monkeypatch, caplog):
    monkeypatch.setattr("pipeline.queue.Doorbell.ring", lambda *_: 1 / 0)
    answer = send(stranger)
    assert answer.status_code == 200 and "Received whole" in answer.text
    assert len(appeals(desk)) == 1 and "no worker knows of it" in caplog.text


def test_a_refusal_by_the_worker_is_on_the_receipt(stranger, desk):
    code = code_on(send(stranger).text)
    with desk.db.write() as session:
        session.execute(update(Appeal).values(needs_person=True, reason="no_sound"))
    answer = send(stranger)
    assert answer.status_code == 422
    assert "arrived whole, but we cannot use it" in answer.text
    assert "This video has no sound" in answer.text and code in answer.text


def test_a_fault_found_after_the_video_was_accepted_is_not_blamed_on_her(stranger, desk):
    cast.appeal(desk, Status.SUBMITTED, code="1234567890123456")
    with desk.db.write() as session:
        session.execute(update(Appeal).values(needs_person=True, reason="damaged"))
    page = stranger.post("/status", data={"code": CODE}).text
    assert "Something on our side needs a person" in page and "damaged" not in page


def test_a_failure_on_our_side_is_not_blamed_on_her(stranger, desk):
    send(stranger)
    with desk.db.write() as session:
        session.execute(update(Appeal).values(needs_person=True, reason="tool_failed"))
    answer = send(stranger)
    assert answer.status_code == 200
    assert "Received whole" in answer.text and "needs a person to look at it" in answer.text


STANDS = {
    Status.RECEIVED: "It is being checked",
    Status.PREPARED: "being written down",
    Status.TRANSCRIBED: "put into Russian",
    Status.DRAFTED: "A volunteer is correcting",
    Status.SUBMITTED: "finished clip is being made",
    Status.IN_REVIEW: "watching the finished clip",
    Status.APPROVED: "is approved",
    Status.RELEASED: "is released",
    Status.REJECTED: "not an appeal</blockquote>",
    Status.WITHDRAWN: "You took this video back",
}


@pytest.mark.parametrize("status", Status)
def test_the_status_page_says_how_it_stands(stranger, desk, status):
    cast.appeal(desk, status, code="1234567890123456")
    answer = stranger.post("/status", data={"code": CODE})
    assert answer.status_code == 200
    assert STANDS[status] in answer.text


@pytest.mark.parametrize("typed", [CODE, "1234567890123456", " 1234-5678-9012-3456 ", "1234\u00a05678\u20119012–3456"])
def test_a_code_is_read_however_it_is_written(stranger, desk, typed):
    cast.appeal(desk, code="1234567890123456")
    assert stranger.post("/status", data={"code": typed}).status_code == 200


@pytest.mark.parametrize("typed", ["", "1", "1234 5678 9012 3457", "x" * 5000, "١٢٣٤٥٦٧٨٩٠١٢٣٤٥٦", "' OR 1=1 --"])
def test_a_wrong_code_gets_a_kind_answer_and_the_form_again(stranger, desk, typed):
    cast.appeal(desk, code="1234567890123456")
    for page in ("/status", "/withdraw"):
        answer = stranger.post(page, data={"code": typed})
        assert answer.status_code == 404
        assert "We find nothing under this code" in answer.text and 'name="code"' in answer.text


def test_withdrawing_asks_once_and_then_deletes_everything_but_the_ledger(stranger, desk):
    made = cast.appeal(desk, Status.RELEASED, code="1234567890123456")
    question = stranger.post("/withdraw", data={"code": CODE})
    assert "Take your video back?" in question.text and "published the clip already" in question.text
    assert cast.fresh(desk, made).status == Status.RELEASED
    answer = stranger.post("/withdraw", data={"code": CODE, "sure": "yes"})
    gone = cast.fresh(desk, made)
    assert "You took this video back" in answer.text
    assert (gone.status, gone.files, gone.tracks, gone.shown_name) == (Status.WITHDRAWN, [], [], "")
    assert gone.transitions[-1].by == "supporter" and gone.consents
    assert left_behind(desk) == []


@pytest.mark.parametrize("status", Status)
def test_an_appeal_can_be_taken_back_at_any_time(stranger, desk, status):
    made = cast.appeal(desk, status, code="1234567890123456")
    assert stranger.post("/withdraw", data={"code": CODE, "sure": "yes"}).status_code == 200
    assert cast.fresh(desk, made).status == Status.WITHDRAWN


def test_the_form_of_a_withdrawn_appeal_sent_again_brings_nothing_back(stranger, desk):
    code = code_on(send(stranger).text)
    stranger.post("/withdraw", data={"code": code, "sure": "yes"})
    answer = send(stranger)
    assert "You took this video back" in answer.text
    assert left_behind(desk) == []


def test_nothing_of_her_browser_and_file_name_is_kept_or_logged(stranger, desk, settings, monkeypatch, caplog):
    caplog.set_level("DEBUG")
    stranger.environ_base |= {"REMOTE_ADDR": "203.0.113.77", "HTTP_USER_AGENT": "CANARY-UA"}
    name = "CANARY-NAME.mp4"
    code = code_on(send(stranger, filename=name).text)
    send(stranger, b"no video", filename=name)
    stranger.post("/send", data=b"CANARY-NAME.mp4", content_type="text/plain")
    for path in ("/", "/nothing", "/status"):
        stranger.get(path)
    for typed in (code, CODE):
        stranger.post("/status", data={"code": typed})
    with monkeypatch.context() as broken:
        broken.setattr(desk.storage, "put", lambda *_, **__: 1 / 0)
        assert send(stranger, CLIP.read_bytes() + b"another", filename=name).status_code == 503
    stored = cast.everything_stored(desk).encode()
    files = [path for path in settings.data_dir.rglob("*") if path.is_file()]
    stranger.post("/withdraw", data={"code": code, "sure": "yes"})
    kept = b"".join([stored, cast.everything_stored(desk).encode(), *(str(path).encode() for path in files)])
    kept += b"".join(path.read_bytes() for path in settings.data_dir.rglob("*") if path.is_file())
    assert "could not be stored" in caplog.text
    for canary in ("203.0.113.77", "CANARY-UA", "CANARY-NAME"):
        assert canary not in caplog.text and canary.encode() not in kept
