"""The gallery of released clips: what it shows, how it is searched and filtered, on each database."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import update

from pipeline.base import now
from pipeline.consent import to_rows
from pipeline.models import Account, Appeal, Consent, Layer, Status
from pipeline.posts import TakeDown
from pipeline.publishing import Release, Tag
from tests import cast
from tests.cast import CHOICES, WORDINGS

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


def test_clips_are_found_by_number_name_and_words(sveta, desk):
    released(desk, "Мы ждём вас дома с 1943 года")
    released(desk, "Не идите на войну")
    for typed, found in {
        "ждём": [1],  # a beginning
        "ЖДЕМ ДОМА": [1],  # е for ё, and both words
        "ждём войну": [],
        "войн": [2],
        "hanna": [2, 1],
        "2": [2],  # a number
        "1943": [1],  # another number, that is a word
        "%": [2, 1],
        "%_": [],
    }.items():
        assert listed(sveta, f"?search={typed}") == found, typed


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
