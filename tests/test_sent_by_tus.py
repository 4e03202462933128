"""The form, when its video came by a resumable upload: received once, lost never."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from pipeline import runner
from pipeline.models import Appeal, Kind, Status
from pipeline.writer import Locked
from tests import cast
from tests.cast import CLIP
from tests.test_submit import FIELDS, appeals, code_on

ON_BOTH_DATABASES = True  # see conftest.py

TUS = {"Tus-Resumable": "1.0.0"}


def uploaded(client: FlaskClient, video: bytes, sent: int | None = None) -> str:
    """The id of an upload of which the first `sent` bytes have come; all unless told."""
    made = client.post("/files/", headers={**TUS, "Upload-Length": str(len(video))})
    assert made.status_code == 201
    address = re.sub(r"^https?://[^/]+", "", made.headers["Location"])
    offset = {**TUS, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    assert client.patch(address, headers=offset, data=video[:sent]).status_code == 204
    return address.split("?")[0].rsplit("/", 1)[1]


def finish(client: FlaskClient, upload: str, **fields: str):
    """Send the form that names the upload."""
    known = {**FIELDS, "seen": cast.seen(client), "upload": upload, "whole": "yes"}
    return client.post("/send", data={**known, **fields}, content_type=FORM)


FORM = "multipart/form-data"


@pytest.fixture
def upload(stranger) -> str:
    return uploaded(stranger, CLIP.read_bytes())


def test_a_video_that_came_in_pieces_is_received_like_any_other(stranger, desk, upload):
    answer = finish(stranger, upload)
    assert answer.status_code == 200 and "Received whole" in answer.text
    [appeal] = appeals(desk)
    with desk.storage.open(cast.fresh(desk, appeal).file(Kind.ORIGINAL).key) as original:
        assert original.read() == CLIP.read_bytes()


def test_a_form_whose_answer_was_lost_is_sent_again_and_gets_the_same_code(stranger, desk, upload):
    first, second = finish(stranger, upload), finish(stranger, upload)
    assert code_on(first.text) == code_on(second.text)
    assert len(appeals(desk)) == len([*desk.storage.folders(older_than=-1)]) == 1


def test_the_plain_form_and_the_upload_of_one_video_are_one_appeal(stranger, desk, upload):
    finish(stranger, upload)
    finish(stranger, uploaded(stranger, CLIP.read_bytes()), token="f" * 32)
    assert len(appeals(desk)) == 1


def test_half_a_video_is_not_received_and_not_lost(stranger, desk):
    half = uploaded(stranger, CLIP.read_bytes(), sent=1000)
    answer = finish(stranger, half)
    assert answer.status_code == 400
    assert appeals(desk) == []
    assert stranger.head(f"/files/{half}", headers=TUS).headers["Upload-Offset"] == "1000"


@pytest.mark.parametrize("wrong", ["", "nonsense", "../../secret_key", "00001-" + "0" * 32, "fffff-" + "0" * 32])
def test_an_upload_that_is_not_there_is_said(stranger, desk, wrong):
    answer = finish(stranger, wrong)
    assert answer.status_code in {400, 410}
    assert 'value="Hanna"' in answer.text
    assert appeals(desk) == []


def test_what_is_no_video_is_refused_and_the_upload_stays_until_she_chooses_another(stranger, desk):
    answer = finish(stranger, uploaded(stranger, b"no video at all, only text"))
    assert answer.status_code == 415
    assert appeals(desk) == []


def test_a_fault_on_our_side_keeps_the_upload_for_the_next_try(stranger, desk, upload, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(desk.storage, "put", lambda *_, **__: 1 / 0)
        assert finish(stranger, upload).status_code == 503
    assert finish(stranger, upload).status_code == 200
    assert len(appeals(desk)) == 1


def test_a_database_that_fails_costs_nothing_but_another_try(stranger, desk, upload):
    def rename(old: str, new: str) -> None:
        with desk.db.engine.connect() as connection:
            connection.exec_driver_sql(f"ALTER TABLE {old} RENAME TO {new}")
            connection.commit()

    rename("consents", "lost")
    assert finish(stranger, upload).status_code == 503
    rename("lost", "consents")
    assert finish(stranger, upload).status_code == 200


def test_sent_again_after_it_was_taken_back_it_says_so(stranger, desk, upload):
    code = code_on(finish(stranger, upload).text)
    stranger.post("/withdraw", data={"code": code, "sure": "yes"})
    answer = finish(stranger, upload)
    with desk.db.read() as session:
        assert session.query(Appeal).one().status == Status.WITHDRAWN
    assert "Received whole" not in answer.text
    assert finish(stranger, upload, token="f" * 32).status_code == 410  # the bytes are gone


def stored_and_not_marked(stranger, desk, upload: str, monkeypatch) -> dict[str, str]:
    """The web process stopped between the record and the word to the upload; gives her code."""

    def taken(_upload: str) -> None:
        raise OSError

    with monkeypatch.context() as killed:
        killed.setattr(desk.uploads, "taken", taken)
        answer = finish(stranger, upload)
    assert answer.status_code == 200
    assert (desk.uploads.root / upload / "data").exists()
    return {"code": code_on(answer.text), "sure": "yes"}


def test_what_is_left_of_an_upload_goes_when_she_takes_it_back(stranger, desk, upload, monkeypatch):
    code = stored_and_not_marked(stranger, desk, upload, monkeypatch)
    stranger.post("/withdraw", data=code)
    assert [*desk.uploads.root.iterdir()] == []
    assert appeals(desk)[0].upload is None


def test_an_upload_that_somebody_holds_meanwhile_is_deleted_by_tidying(stranger, desk, upload, monkeypatch):
    code = stored_and_not_marked(stranger, desk, upload, monkeypatch)

    def held(_upload: str) -> None:
        raise Locked

    with monkeypatch.context() as patch:
        patch.setattr(desk.uploads, "delete", held)
        stranger.post("/withdraw", data=code)
    runner.tidy(desk)
    assert [*desk.uploads.root.iterdir()] == []
    assert appeals(desk)[0].upload is None


def test_a_video_that_is_safe_needs_its_upload_no_more(stranger, desk, upload):
    finish(stranger, upload)
    assert appeals(desk)[0].upload is None
    assert upload not in cast.everything_stored(desk)
