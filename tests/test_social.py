"""The gallery of released clips: what it shows, how it is searched and filtered, and the page of one clip."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from pipeline.base import now
from pipeline.consent import to_rows
from pipeline.models import Account, Appeal, Consent, File, Kind, Layer, Status
from pipeline.posts import TakeDown
from pipeline.publishing import Release, Tag
from pipeline.withdraw import withdraw
from tests import cast
from tests.cast import CHOICES, WORDINGS
from tests.test_kit import rendition

ON_BOTH_DATABASES = True


def listed(person, query: str = "") -> list[int]:
    """The numbers of the clips that the gallery shows, in its order."""
    return [
        int(number) for number in re.findall(r'<h2><a href="/social/clips/(\d+)"', person.get(f"/social/{query}").text)
    ]


def decided(desk, made: Appeal, **choices: object) -> None:
    """She had decided so before it was approved."""
    with desk.db.write() as session:
        rows = to_rows(replace(CHOICES, **choices), WORDINGS)
        session.execute(update(Consent).where(Consent.appeal_id == made.id).values(answers=rows))


def released(desk, said: str = "", **fields: object) -> Appeal:
    """A clip in the gallery, with these words in Russian."""
    choices = {name: fields.pop(name) for name in ("networks", "not_before") if name in fields}
    made = cast.appeal(desk, Status.IN_REVIEW, **fields)
    decided(desk, made, **choices)
    if said:
        with desk.db.write() as session:
            session.get_one(Appeal, made.id).track(Layer.RUSSIAN).latest.rows = [
                {"start": 400, "end": 3000, "text": said, "doubts": []}
            ]
    return cast.onward(desk, made, Status.APPROVED, Status.RELEASED)


def test_the_gallery_shows_released_clips_the_newest_first(sveta, desk):
    first, second = released(desk), released(desk, shown_country="Poland")
    cast.appeal(desk, Status.APPROVED)
    assert listed(sveta) == [second.id, first.id]
    page = sveta.get("/social/").text
    assert "Poland" in page and "For: Facebook, Instagram" in page and "6 s" in page.replace("\N{NO-BREAK SPACE}", " ")


def test_the_gallery_is_paged_and_says_when_it_is_empty(sveta, desk, monkeypatch):
    assert "No clip is released yet" in sveta.get("/social/").text
    monkeypatch.setattr("web.social.PAGE", 1)
    first, second = released(desk), released(desk)
    assert (listed(sveta), listed(sveta, "?page=2"), listed(sveta, "?page=3")) == ([second.id], [first.id], [])
    assert "/social/?language=be&amp;page=2" in sveta.get("/social/?language=be").text, "filters go with the page"


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("ждём", [1]),  # a beginning
        ("ЖДЕМ ДОМА", [1]),  # е for ё, and both words
        ("ждём войну", []),
        ("войн", [2]),
        ("hanna", [2, 1]),
        ("2", [2]),  # a number
        ("1943", [1]),  # another number, that is a word
        ("%", [2, 1]),
        ("%_", []),
    ],
)
def test_clips_are_found_by_number_name_and_words(sveta, desk, typed, found):
    released(desk, "Мы ждём вас дома с 1943 года")
    released(desk, "Не идите на войну")
    assert listed(sveta, f"?search={typed}") == found


def test_a_word_that_stands_in_many_clips_is_found_too(sveta, desk, monkeypatch):
    monkeypatch.setattr("web.social.MANY", 2)
    for said in ("мир", "мир и дом", "мира", "дом"):
        released(desk, said)
    assert listed(sveta, "?search=мир") == [3, 2, 1]
    assert listed(sveta, "?search=мир дом") == [2]


def test_filters_go_together(sveta, desk):
    released(desk, language="uk", shown_country="Poland", networks=("telegram", "x"))
    released(desk, language="uk", shown_country="", networks=("telegram",))
    released(desk, language="be", shown_country="Poland", networks=("youtube",))
    assert listed(sveta, "?language=uk") == [2, 1]
    assert listed(sveta, "?language=uk&country=Poland") == [1]
    assert listed(sveta, "?network=telegram") == [2, 1]
    assert listed(sveta, "?network=telegram&country=Poland&language=uk&search=hanna") == [1]
    assert "No clip here is as you want it" in sveta.get("/social/?network=orkut").text


def test_tags_are_set_on_the_page_of_a_clip_and_found_in_the_gallery(sveta, desk):
    first, second = released(desk), released(desk)
    sveta.send(f"/social/clips/{first.id}/tags", tags=" Мать, #short ,, short," + "x" * 60)
    assert listed(sveta, "?tag=мать") == [first.id]
    with desk.db.read() as session:
        assert {each.tag for each in session.query(Tag)} == {"мать", "short", "x" * 40}
    sveta.send(f"/social/clips/{first.id}/tags", tags="")
    assert listed(sveta, "?tag=мать") == []
    assert sveta.send("/social/clips/999/tags", tags="a").status_code == 404
    assert second.id in listed(sveta)


def test_what_is_posted_somewhere_is_said_until_it_is_struck_or_taken_down(sveta, desk):
    first, second = released(desk), released(desk)
    post = cast.posted(desk, first, network="telegram")
    struck = cast.posted(desk, second, network="x", struck_by="sveta")
    assert sveta.get("/social/").text.count("Posted on:") == 1 and "Posted on: Telegram" in sveta.get("/social/").text
    assert listed(sveta, "?unposted=telegram") == [second.id]
    assert listed(sveta, "?unposted=x") == [second.id, first.id]
    assert struck.struck_by == "sveta"
    with desk.db.write() as session:
        session.add(TakeDown(appeal_id=first.id, post_id=post.id, reason="drafted", done_by="sveta"))
    assert listed(sveta, "?unposted=telegram") == [second.id, first.id]


def look_back(desk, **ago: timedelta) -> None:
    """Sveta looked so long ago."""
    with desk.db.write() as session:
        times = {name: now() - each for name, each in ago.items()}
        session.execute(update(Account).where(Account.name == "sveta").values(**times))


def test_new_is_what_came_since_the_visit_before_ended(sveta, desk):
    old = released(desk)
    assert ">new<" not in sveta.get("/social/").text, "at the first visit nothing is newer than another one"
    with desk.db.write() as session:
        session.execute(update(Release).values(at=now() - timedelta(days=2)))
    look_back(desk, gallery_seen=timedelta(days=1))
    fresh = released(desk)
    for _again in range(2):  # it stays new for the whole visit
        assert sveta.get("/social/").text.count(">new<") == 1
        assert listed(sveta, "?new=1") == [fresh.id]
    look_back(desk, gallery_seen=timedelta(minutes=29), gallery_before=timedelta(days=1))
    assert listed(sveta, "?new=1") == [fresh.id]
    with desk.db.write() as session:
        session.execute(update(Release).values(at=now() - timedelta(hours=1)))
    look_back(desk, gallery_seen=timedelta(minutes=31), gallery_before=timedelta(days=1))
    assert listed(sveta, "?new=1") == [] and old.id in listed(sveta)


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
    for path in ("/social/", f"/social/clips/{made.id}", "/social/?search=<b>6"):
        page = sveta.get(path).text
        assert not any(tag in page for tag in ("<b>5", "<i>Hanna", "<u>x", "<b>6")), path
