"""The page of a released clip, and what becomes of it when the clip is taken back."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update

from pipeline.base import now
from pipeline.models import Appeal, File, Kind, Status
from pipeline.withdraw import withdraw
from tests import cast
from tests.test_gallery import listed, released
from tests.test_kit import rendition


def test_what_is_taken_back_is_gone_from_the_gallery_and_its_page_says_so(sveta, desk):
    made = released(desk, "Мы ждём вас дома")
    withdraw(desk, made.id)
    assert listed(sveta) == listed(sveta, "?search=ждём") == []
    answer = sveta.get(f"/social/clips/{made.id}")
    assert answer.status_code == 404 and "may not be shown any more" in answer.text
    assert "Hanna" not in cast.everything_stored(desk)


def test_a_clip_that_was_never_released_has_no_page(sveta, desk):
    made = cast.appeal(desk, Status.APPROVED)
    answer = sveta.get(f"/social/clips/{made.id}")
    assert answer.status_code == 404 and "may not be shown any more" not in answer.text


def test_the_page_of_a_clip_says_under_which_name_and_where_it_may_be_shown(sveta, desk):
    made = released(desk, shown_country="Poland", networks=("telegram", "youtube"))
    page = sveta.get(f"/social/clips/{made.id}").text
    assert "Only on: <strong>Telegram, YouTube</strong>" in page
    assert "Name to show: <strong><bdi>Hanna</bdi>" in page and "Country to show: <strong><bdi>Poland</bdi>" in page
    assert "Hanna (Poland)" in page, "the post text"
    nameless = released(desk, shown_name="")
    assert "Show no name" in sveta.get(f"/social/clips/{nameless.id}").text


def test_each_rendition_is_shown_in_the_frame_of_its_network_and_what_is_missing_is_named(sveta, desk):
    made = released(desk, networks=("youtube", "x"))
    rendition(desk, made, "shorts")
    page = sveta.get(f"/social/clips/{made.id}").text
    assert f'src="/social/clips/{made.id}/shown/shorts"' in page and 'class="screen tall"' in page
    assert 'viewBox="0 0 1080 1920"' in page and "Save for YouTube Shorts" in page
    assert "This one was not made." in page and "TikTok" not in page


def test_a_clip_that_is_too_long_for_a_network_says_so(sveta, desk):
    made = released(desk, networks=("x",))
    with desk.db.write() as session:
        session.get_one(Appeal, made.id).media = {"duration_ms": 150_000, "width": 1080, "height": 1920}
    assert "X takes at most" in sveta.get(f"/social/clips/{made.id}").text


def test_a_network_that_the_campaign_does_not_name_any_more_is_still_said(sveta, desk):
    made = released(desk, networks=("orkut",))
    page = sveta.get(f"/social/clips/{made.id}").text
    assert "Only on: <strong>orkut</strong>" in page and "no rendition for a network" in page
    assert "For: orkut" in sveta.get("/social/").text


def test_a_clip_that_changed_after_its_approval_says_so(sveta, desk):
    made = released(desk)
    with desk.db.write() as session:
        session.execute(update(File).where(File.kind == Kind.FINISHED).values(sha256="0" * 64))
    assert "no longer fits its approval" in sveta.get(f"/social/clips/{made.id}").text


def test_before_her_day_a_clip_is_listed_and_nothing_of_it_is_shown(sveta, desk):
    made = released(desk, not_before=now().date() + timedelta(days=1))
    assert listed(sveta) == [made.id]
    assert "Not before" in sveta.get("/social/").text and "<img" not in sveta.get("/social/").text
    page = sveta.get(f"/social/clips/{made.id}").text
    assert "so its supporter decided" in page and "<video" not in page and "kit.zip" not in page


def test_a_translator_has_no_gallery(tanya):
    assert tanya.get("/social/").status_code == 404
    assert "/social/" not in tanya.get("/staff/").text


def test_words_of_hers_are_text_and_nothing_else(sveta, desk):
    made = released(desk, "<b>5 < 6</b>", shown_name="<i>Hanna</i>", shown_country="<u>x</u>")
    for path in ("/social/", f"/social/clips/{made.id}", "/social/?search=<em>6"):
        page = sveta.get(path).text
        assert not any(tag in page for tag in ("<b>5", "<i>Hanna", "<u>x", "<em>6")), path
