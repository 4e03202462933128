"""Released clips: who sees them, what can be downloaded, and that a player can seek in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from pipeline.base import now
from pipeline.consent import to_rows
from pipeline.models import Appeal, Consent, File, Kind, Status
from pipeline.posts import TakeDown
from pipeline.withdraw import withdraw
from tests import cast
from tests.cast import CHOICES, CLIP, WORDINGS


def test_the_gallery_shows_released_clips_the_newest_first(sveta, desk):
    first = cast.appeal(desk, Status.RELEASED)
    second = cast.appeal(desk, Status.RELEASED, shown_name="")
    cast.appeal(desk, Status.APPROVED)
    page = sveta.get("/social/").text
    assert page.index(f"Appeal {second.id}<") < page.index(f"Appeal {first.id}<")
    assert page.count("<video") == 2
    assert "Name to show: <strong>Hanna</strong>" in page and "Show no name" in page and "#NoMeansNo" in page


def test_the_gallery_is_paged_and_says_when_it_is_empty(sveta, desk, monkeypatch):
    assert "No clip is released yet" in sveta.get("/social/").text
    monkeypatch.setattr("web.social.PAGE", 1)
    cast.appeal(desk, Status.RELEASED)
    cast.appeal(desk, Status.RELEASED)
    assert sveta.get("/social/").text.count("<video") == 1
    assert sveta.get("/social/?page=2").text.count("<video") == 1
    assert "No clip" in sveta.get("/social/?page=3").text


@pytest.mark.parametrize(
    ("kind", "content_type", "name"),
    [
        ("finished", "video/mp4", "appeal-1-ru.mp4"),
        ("softsub", "video/mp4", "appeal-1-ru-soft.mp4"),
        ("srt", "application/x-subrip; charset=utf-8", "appeal-1-ru.srt"),
        ("vtt", "text/vtt; charset=utf-8", "appeal-1-ru.vtt"),
    ],
)
def test_every_file_is_a_download_with_a_name_for_people(sveta, desk, kind, content_type, name):
    made = cast.appeal(desk, Status.RELEASED)
    answer = sveta.get(f"/social/clips/{made.id}/{kind}")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == content_type
    assert answer.headers["Content-Disposition"] == f"attachment; filename={name}"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_the_bytes_are_those_that_were_approved(sveta, desk):
    made = cast.appeal(desk, Status.RELEASED)
    answer = sveta.get(f"/social/clips/{made.id}/finished")
    assert answer.data == CLIP.read_bytes()
    assert answer.headers["ETag"] == f'"{cast.fresh(desk, made).file(Kind.FINISHED).sha256}"'


@pytest.mark.parametrize("kind", ["original", "clean", "audio", "peaks", "nonsense", "..", "%2e%2e%2fx"])
def test_nothing_else_leaves_by_this_way(sveta, desk, kind):
    made = cast.appeal(desk, Status.RELEASED)
    assert sveta.get(f"/social/clips/{made.id}/{kind}").status_code == 404
    assert sveta.get("/social/clips/999/finished").status_code == 404


@pytest.mark.parametrize("status", [status for status in Status if status != Status.RELEASED])
def test_nothing_leaves_before_it_is_released_or_after_it_was_taken_back(sveta, ada, desk, status):
    made = cast.appeal(desk, status)
    for kind in ("finished", "softsub", "srt", "vtt", "poster"):
        assert sveta.get(f"/social/clips/{made.id}/{kind}").status_code == 404
        assert ada.get(f"/social/clips/{made.id}/{kind}").status_code == 404


def test_a_clip_that_changed_after_its_approval_is_not_served(sveta, desk):
    made = cast.appeal(desk, Status.RELEASED)
    with desk.db.write() as session:
        session.execute(update(File).where(File.kind == Kind.FINISHED).values(sha256="0" * 64))
    assert sveta.get(f"/social/clips/{made.id}/finished").status_code == 404
    assert "no longer fits its approval" in sveta.get("/social/").text


@pytest.mark.parametrize(
    ("asked", "code", "part"),
    [
        ("bytes=0-9", 206, slice(0, 10)),
        ("bytes=100-", 206, slice(100, None)),
        ("bytes=-5", 206, slice(-5, None)),
        ("bytes=0-99999999", 206, slice(0, None)),
    ],
)
def test_a_player_can_ask_for_a_part(sveta, desk, asked, code, part):
    made = cast.appeal(desk, Status.RELEASED)
    answer = sveta.get(f"/social/clips/{made.id}/finished", headers={"Range": asked})
    assert (answer.status_code, answer.data) == (code, CLIP.read_bytes()[part])
    assert answer.headers["Accept-Ranges"] == "bytes"


def test_a_part_beyond_the_end_is_refused(sveta, desk):
    made = cast.appeal(desk, Status.RELEASED)
    answer = sveta.get(f"/social/clips/{made.id}/finished", headers={"Range": "bytes=9999999-"})
    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == f"bytes */{CLIP.stat().st_size}"


def test_a_part_of_another_version_is_not_mixed_in(sveta, desk):
    made = cast.appeal(desk, Status.RELEASED)
    headers = {"Range": "bytes=0-9", "If-Range": '"another"'}
    assert sveta.get(f"/social/clips/{made.id}/finished", headers=headers).status_code == 200


def test_a_file_that_is_gone_or_has_another_size_is_not_served(sveta, desk, settings):
    made = cast.appeal(desk, Status.RELEASED)
    path = settings.data_dir / "media" / cast.fresh(desk, made).file(Kind.FINISHED).key
    path.write_bytes(path.read_bytes()[:1000])
    assert sveta.get(f"/social/clips/{made.id}/finished").status_code == 500
    path.unlink()
    assert sveta.get(f"/social/clips/{made.id}/finished").status_code == 404


def test_a_download_of_other_bytes_than_the_stored_ones_is_not_served(sveta, desk, settings, caplog):
    made = cast.appeal(desk, Status.RELEASED)
    path = settings.data_dir / "media" / cast.fresh(desk, made).file(Kind.FINISHED).key
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    for headers in ({}, {"Range": "bytes=0-9"}):
        assert sveta.get(f"/social/clips/{made.id}/finished", headers=headers).status_code == 500
    assert f"finished of appeal {made.id} is not the file that was stored" in caplog.text


def test_a_translator_has_no_gallery(tanya):
    assert tanya.get("/social/").status_code == 404
    assert "/social/" not in tanya.get("/staff/").text


@pytest.mark.parametrize(("kind", "code"), [("clean", 200), ("poster", 200), ("peaks", 200), ("finished", 200)])
def test_the_team_sees_previews(tanya, desk, kind, code):
    made = cast.appeal(desk, Status.IN_REVIEW)
    answer = tanya.get(f"/staff/appeals/{made.id}/media/{kind}")
    assert answer.status_code == code
    assert "Content-Disposition" not in answer.headers


def test_the_original_leaves_only_to_the_admin_and_only_as_a_file_to_save(tanya, rita, ada, desk):
    made = cast.appeal(desk, Status.DRAFTED)
    url = f"/staff/appeals/{made.id}/media/original"
    assert tanya.get(url).status_code == rita.get(url).status_code == 404
    answer = ada.get(url)
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert ada.get(f"/staff/appeals/{made.id}/media/audio").status_code == 404


# what she decided


def decided(desk, made: Appeal, **choices: object) -> None:
    """She had decided so before it was approved."""
    with desk.db.write() as session:
        rows = to_rows(replace(CHOICES, **choices), WORDINGS)
        session.execute(update(Consent).where(Consent.appeal_id == made.id).values(answers=rows))


def test_the_gallery_says_where_and_under_which_name_a_clip_may_be_shown(sveta, desk):
    decided(desk, cast.appeal(desk, Status.RELEASED, shown_country="Poland"), networks=("telegram", "youtube"))
    page = sveta.get("/social/").text
    assert "Only on: <strong>Telegram, YouTube</strong>" in page
    assert "Country to show: <strong>Poland</strong>" in page


def test_a_network_that_the_campaign_does_not_name_any_more_is_still_said(sveta, desk):
    decided(desk, cast.appeal(desk, Status.RELEASED), networks=("orkut",))
    assert "Only on: <strong>orkut</strong>" in sveta.get("/social/").text


@pytest.mark.parametrize(("days", "code"), [(1, 404), (0, 200)])
def test_before_her_day_a_clip_is_listed_and_cannot_be_downloaded(sveta, desk, days, code):
    made = cast.appeal(desk, Status.RELEASED)
    decided(desk, made, not_before=now().date() + timedelta(days=days))
    page = sveta.get("/social/").text
    assert f"Appeal {made.id}<" in page and ("Not before" in page) is (days > 0)
    for kind in ("finished", "softsub", "srt", "vtt", "poster"):
        assert sveta.get(f"/social/clips/{made.id}/{kind}").status_code == code


# take-downs


def open_ones(desk) -> list[int]:
    with desk.db.read() as session:
        return [each.id for each in session.query(TakeDown).filter_by(done_by="")]


def test_what_was_released_and_taken_back_is_to_be_taken_down_until_somebody_ticks_it_off(sveta, rita, desk):
    made = cast.appeal(desk, Status.RELEASED)
    assert "Take down" not in sveta.get("/social/").text
    withdraw(desk, made.id)
    page = sveta.get("/social/").text
    assert "Take down" in page and "Its supporter took it back." in page and f"Appeal {made.id} is taken" in page
    assert f"appeal-{made.id}-ru" in page and "Look on: Facebook, Instagram" in page
    [number] = open_ones(desk)
    sveta.send(f"/social/take-downs/{number}/done")
    assert open_ones(desk) == []
    page = sveta.get("/social/").text
    assert '<h2 id="down">' not in page and "Done by" in page and "sveta" in page
    rita.send(f"/social/take-downs/{number}/done")
    with desk.db.read() as session:
        assert session.get_one(TakeDown, number).done_by == "sveta", "the first one counts"


def test_a_clip_that_a_reviewer_opened_again_is_to_be_taken_down_too(sveta, rita, desk):
    made = cast.appeal(desk, Status.RELEASED)
    seen = {"attempt": made.attempt, "status": made.status.value}
    rita.send(f"/staff/appeals/{made.id}/reopen", words="a wrong name", **seen)
    assert "A reviewer opened it again for correction." in sveta.get("/social/").text


def test_what_was_never_released_need_not_be_taken_down(desk):
    withdraw(desk, cast.appeal(desk, Status.APPROVED).id)
    assert open_ones(desk) == []
