"""The log of posts: what is written down, what is warned about, and that every correction stays to be seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update
from werkzeug.test import TestResponse

from pipeline import links
from pipeline.base import now
from pipeline.consent import to_rows
from pipeline.models import Appeal, Consent, Status
from pipeline.posts import Post, PostEdit, TakeDown
from pipeline.withdraw import withdraw
from tests import cast

FIELDS = {
    "place": "instagram:reels",
    "url": "https://www.instagram.com/reel/Abc/?igsh=1",
    "posted_at": f"{now() - timedelta(hours=1):%Y-%m-%dT%H:%M}",
    "channel": "@golos",
    "hashtags": "#NoWar, мир #nowar",
}


def log(person: cast.Person, made: Appeal, **fields: object) -> TestResponse:
    sent = {"csrf_token": person.token(), "appeal_id": made.id, **FIELDS, **fields}
    return person.post("/social/posts/log", data=sent)


def posts(desk) -> list[Post]:
    with desk.db.read() as session:
        return session.query(Post).order_by(Post.id).all()


def downs(desk) -> list[tuple[int | None, str, str]]:
    with desk.db.read() as session:
        return [(each.post_id, each.owner, each.reason) for each in session.query(TakeDown).order_by(TakeDown.id)]


def decided(desk, made: Appeal, **choices: object) -> None:
    """She had decided so before it was approved."""
    with desk.db.write() as session:
        rows = to_rows(replace(cast.CHOICES, **choices), cast.WORDINGS)
        session.execute(update(Consent).where(Consent.appeal_id == made.id).values(answers=rows))


@pytest.fixture
def made(desk) -> Appeal:
    return cast.appeal(desk, Status.RELEASED)


def test_the_form_knows_the_clip_and_the_hashtags_of_the_campaign(sveta, desk, made):
    page = sveta.get(f"/social/posts/log?appeal_id={made.id}").text
    assert f'value="{made.id}"' in page and "#NoMeansNo #NoWar #StandUpWithUkraine" in page
    assert "Instagram Reels" in page and "Telegram, another form" in page


def test_what_was_posted_is_written_down_with_who_where_and_when(sveta, desk, made):
    answer = log(sveta, made)
    [post] = posts(desk)
    assert (post.appeal_id, post.network, post.preset, post.channel, post.by) == (
        made.id,
        "instagram",
        "reels",
        "@golos",
        "sveta",
    )
    assert post.hashtags == ["#NoWar", "#мир"] and post.posted_at.strftime("%Y-%m-%dT%H:%M") == FIELDS["posted_at"]
    assert downs(desk) == []
    page = sveta.get(answer.location).text
    assert "It is in the log." in page and "Instagram Reels" in page and "does not lead to" not in page


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"url": "http://instagram.com/a"}, "begins with https://"),
        ({"url": "javascript:alert(1)"}, "begins with https://"),
        ({"place": "instagram:shorts"}, "choose where"), ({"place": ""}, "choose where"),
        ({"appeal_id": "99"}, "no clip"),
        ({"posted_at": ""}, "when it was posted"), ({"posted_at": "2200-01-01T00:00"}, "still to come"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_stays(sveta, desk, made, fields, sentence):
    answer = log(sveta, made, **fields)
    assert answer.status_code == 422 and sentence in answer.text and posts(desk) == []
    assert 'aria-invalid="true"' in answer.text and 'value="@golos"' in answer.text


def test_a_link_is_logged_once_however_it_is_written(sveta, desk, made):
    log(sveta, made)
    answer = log(sveta, made, url="instagram.com/reel/Abc")
    assert answer.status_code == 422 and "in the log already: post 1" in answer.text


def test_a_link_to_somewhere_else_is_taken_and_warned_about(sveta, desk, made):
    answer = log(sveta, made, url="https://example.org/a")
    assert "it does not lead to Instagram Reels" in sveta.get(answer.location).text and len(posts(desk)) == 1


def test_a_network_that_she_did_not_allow_wants_a_second_yes_and_is_to_be_taken_down_at_once(sveta, desk, made):
    decided(desk, made, networks=("telegram",))
    assert "Instagram Reels (not allowed)" in sveta.get(f"/social/posts/log?appeal_id={made.id}").text
    answer = log(sveta, made)
    assert answer.status_code == 422 and "did not allow this network" in answer.text and posts(desk) == []
    answer = log(sveta, made, sure="yes")
    assert downs(desk) == [(1, "sveta", "not_allowed")]
    page = sveta.get(answer.location).text
    assert "please take it down" in page and "Its supporter did not allow this network." in page
    assert "Take down (1)" in page


@pytest.mark.parametrize(
    ("status", "reason", "sentence"),
    [
        (Status.IN_REVIEW, "not_released", "was never released"),
        (Status.RELEASED, "too_early", "named a later day"),
        (Status.WITHDRAWN, "withdrawn", "took it back"),
    ],
)
def test_a_clip_that_may_not_be_shown_now_can_be_logged_only_with_a_second_yes(sveta, desk, status, reason, sentence):
    made = cast.appeal(desk, Status.IN_REVIEW if status == Status.IN_REVIEW else Status.RELEASED)
    if status == Status.WITHDRAWN:
        withdraw(desk, made.id)
    if reason == "too_early":
        decided(desk, made, not_before=now().date() + timedelta(days=3))
    assert sentence in log(sveta, made).text and posts(desk) == []
    log(sveta, made, sure="yes")
    assert (1, "sveta", reason) in downs(desk)


def test_a_correction_keeps_what_stood_there(sveta, rita, desk, made):
    log(sveta, made)
    rita.post("/social/posts/1", data={"csrf_token": rita.token(), **FIELDS, "place": "telegram:", "channel": "@other"})
    with desk.db.read() as session:
        assert {(e.field, e.old, e.new, e.by) for e in session.query(PostEdit)} == {
            ("network", "instagram", "telegram", "rita"), ("preset", "reels", "", "rita"),
            ("channel", "@golos", "@other", "rita"),
        }  # fmt: skip
    page = sveta.get("/social/posts/1").text
    assert "<del><bdi>@golos</bdi></del>" in page and "it does not lead to Telegram" in rita.get("/social/posts").text
    answer = rita.post("/social/posts/1", data={"csrf_token": rita.token(), **FIELDS, "url": ""})
    assert answer.status_code == 422 and "begins with https://" in answer.text


def test_what_nobody_changed_leaves_no_history(sveta, desk, made):
    log(sveta, made)
    sveta.post("/social/posts/1", data={"csrf_token": sveta.token(), **FIELDS})
    with desk.db.read() as session:
        assert session.query(PostEdit).count() == 0


def test_a_correction_to_a_network_that_she_did_not_allow_is_to_be_taken_down_too(sveta, desk, made):
    log(sveta, made)
    decided(desk, made, networks=("instagram",))
    sveta.post("/social/posts/1", data={"csrf_token": sveta.token(), **FIELDS, "place": "x:x"})
    assert downs(desk) == [(1, "sveta", "not_allowed")]


def test_a_mistake_is_struck_and_can_be_restored_and_both_stay_in_the_history(sveta, rita, desk, made):
    log(sveta, made)
    rita.send("/social/posts/1/strike")
    assert posts(desk)[0].struck_by == "rita" and "@golos" not in sveta.get("/social/posts").text
    assert "@golos" in sveta.get("/social/posts?state=struck").text
    log(sveta, made)  # the link is free again
    assert "in the log already: post 2" in sveta.send("/social/posts/1/restore").text
    sveta.send("/social/posts/2/strike")
    sveta.send("/social/posts/1/restore")
    assert [post.struck_by for post in posts(desk)] == ["", "sveta"]
    assert sveta.get("/social/posts/1").text.count("Struck by") == 2


def test_a_post_that_has_to_be_taken_down_cannot_be_struck_away(sveta, desk, made):
    log(sveta, made)
    withdraw(desk, made.id)
    answer = sveta.send("/social/posts/1/strike")
    assert answer.status_code == 422 and "Tick that off first" in answer.text and posts(desk)[0].struck_by == ""


def test_a_restored_post_of_a_clip_that_was_taken_back_is_to_be_taken_down(sveta, desk, made):
    log(sveta, made)
    sveta.send("/social/posts/1/strike")
    withdraw(desk, made.id)
    sveta.send("/social/posts/1/restore")
    assert (1, "sveta", "withdrawn") in downs(desk)


def test_the_list_is_found_by_clip_network_person_and_state(sveta, rita, desk, made, monkeypatch):
    log(sveta, made)
    log(rita, cast.appeal(desk, Status.RELEASED), place="telegram:telegram", url="t.me/a/1", channel="@second")
    withdraw(desk, made.id)

    def shown(query: str) -> tuple[bool, bool]:
        page = sveta.get(f"/social/posts?{query}").text
        return "@golos" in page, "@second" in page

    assert shown("") == (True, True)
    assert (
        shown(f"clip={made.id}")
        == shown("network=instagram")
        == shown("by=sveta")
        == shown("state=down")
        == (True, False)
    )
    assert shown("state=standing") == shown("network=telegram&by=rita") == (False, True)
    assert shown("network=orkut") == (False, False)
    monkeypatch.setattr("web.posts.PAGE", 1)
    assert shown("") != shown("page=2")


def test_a_clip_shows_its_posts(sveta, desk, made):
    assert "No post of this clip" in sveta.get(f"/social/clips/{made.id}").text
    cast.posted(desk, made, channel="@golos")
    page = sveta.get(f"/social/clips/{made.id}").text
    assert "@golos" in page and "1,200 views" in page


def test_a_wrong_network_that_is_corrected_leaves_nothing_to_take_down_and_a_recall_finds_the_post(sveta, desk, made):
    decided(desk, made, networks=("instagram",))
    log(sveta, made, place="telegram:telegram", sure="yes")
    assert downs(desk) == [(1, "sveta", "not_allowed")]
    sent = {"csrf_token": sveta.token(), **FIELDS}
    sveta.post("/social/posts/1", data=sent)
    assert downs(desk) == []
    withdraw(desk, made.id)
    assert downs(desk) == [(1, "sveta", "withdrawn")]


def test_a_link_that_was_taken_down_can_be_logged_again(sveta, rita, desk, made):
    log(sveta, made)
    seen = {"attempt": made.attempt, "status": made.status.value}
    rita.send(f"/staff/appeals/{made.id}/reopen", words="a wrong name", **seen)
    with desk.db.write() as session:
        session.query(TakeDown).one().done_by = "sveta"
    again = cast.onward(desk, made, Status.SUBMITTED, Status.IN_REVIEW, Status.APPROVED, Status.RELEASED)
    assert log(sveta, again).status_code == 302
    withdraw(desk, made.id)
    assert downs(desk)[-1] == (2, "sveta", "withdrawn")


def test_what_she_takes_back_after_it_was_opened_again_is_to_be_taken_down_for_that_and_told(sveta, rita, desk, made):
    log(sveta, made)
    seen = {"attempt": made.attempt, "status": made.status.value}
    rita.send(f"/staff/appeals/{made.id}/reopen", words="a wrong name", **seen)
    with desk.db.write() as session:
        session.query(TakeDown).one().told = True
    withdraw(desk, made.id)
    with desk.db.read() as session:
        [down] = session.query(TakeDown)
    assert (down.reason, down.told) == ("withdrawn", False)


@pytest.mark.parametrize("link", ["https://[x", "https://t.me]/1", "https://ex℀mple.com/1"])
def test_a_broken_link_in_a_table_is_no_post_and_no_fault(link):
    assert links.same(link) == link
