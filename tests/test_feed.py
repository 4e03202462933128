"""Feeds for programs: what they say, who may read them, and for how long."""

from __future__ import annotations

import io
import re
import zipfile
from base64 import b64encode
from datetime import timedelta

import pytest
from defusedxml import ElementTree
from sqlalchemy import update

from pipeline.base import now, this_hour
from pipeline.publishing import Download, FeedToken
from pipeline.withdraw import withdraw
from tests import cast
from tests.test_kit import SECRET, released, rendition
from web import feed
from web.kits import TakenBack


def made_by(ada, name: str = "the site", **fields: object) -> str:
    """A token, as the admin is shown it once."""
    page = ada.send("/admin/feeds/add", name=name, days=30, **fields).text
    return re.search(r'class="digits secret">([^<]+)<', page)[1]


def bearing(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_a_json_feed_says_what_a_post_says(stranger, ada, desk):
    first, second = released(desk, "youtube"), released(desk, "x", networks=("x",))
    answer = stranger.get("/feed.json", headers=bearing(made_by(ada)))
    assert answer.headers["Content-Type"] == "application/feed+json" and "Set-Cookie" not in answer.headers
    told = answer.json
    assert told["version"] == "https://jsonfeed.org/version/1.1" and told["feed_url"] == "http://localhost/feed.json"
    assert [item["id"] for item in told["items"]] == [str(second.id), str(first.id)]
    item = told["items"][0]
    assert item["title"] == "Hanna (Poland): «Дорогие белорусы, я обращаюсь к вам»"
    assert item["content_text"].startswith("Hanna (Poland) — мужчинам Беларуси:")
    assert item["_delivery"] == {"networks": ["x"], "duration_ms": 6000}
    assert item["url"] == f"http://localhost/social/clips/{second.id}" and "attachments" not in item


def test_an_rss_feed_says_the_same_in_its_own_way(stranger, ada, desk):
    made = released(desk, "youtube")
    answer = stranger.get("/feed.xml", headers=bearing(made_by(ada, kits="yes")))
    assert answer.headers["Content-Type"].startswith("application/rss+xml")
    channel = ElementTree.fromstring(answer.text)[0]
    assert channel.findtext("title") == "No means No" and channel.findtext("language") == "ru"
    item = channel.find("item")
    assert item.findtext("guid") == str(made.id) and item.findtext("title").startswith("Hanna (Poland)")
    assert re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000", item.findtext("pubDate"))
    enclosure = item.find("enclosure").attrib
    assert enclosure["url"] == f"http://localhost/feed/clips/{made.id}/kit.zip" and int(enclosure["length"]) > 0


def test_nothing_of_the_supporter_is_in_a_feed_but_what_a_post_shows(stranger, ada, desk):
    made = released(desk, "youtube")
    for path in ("/feed.json", "/feed.xml"):
        text = stranger.get(path, headers=bearing(made_by(ada, path, kits="yes"))).text
        assert SECRET not in text and made.folder not in text and "Беларуская" not in text and "be" not in text.split()


def test_what_was_taken_back_and_what_is_too_early_is_not_in_it(stranger, ada, desk):
    token = bearing(made_by(ada, kits="yes"))
    made, early = released(desk), released(desk, not_before=now().date() + timedelta(days=1))
    etag = stranger.get("/feed.json", headers=token).headers["ETag"]
    assert stranger.get("/feed.json", headers={**token, "If-None-Match": etag}).status_code == 304
    withdraw(desk, made.id)
    answer = stranger.get("/feed.json", headers={**token, "If-None-Match": etag})
    assert answer.json["items"] == []
    for each in (made, early):
        assert stranger.get(f"/feed/clips/{each.id}/kit.zip", headers=token).status_code == 404


def test_a_long_feed_has_pages(stranger, ada, desk, monkeypatch):
    monkeypatch.setattr("web.feed.PAGE", 1)
    token = bearing(made_by(ada))
    numbers = {released(desk).id, released(desk).id}
    first = stranger.get("/feed.json", headers=token).json
    second = stranger.get(first["next_url"], headers=token).json
    assert {first["items"][0]["id"], second["items"][0]["id"]} == {str(number) for number in numbers}
    assert "next_url" not in second


def test_a_kit_leaves_only_by_a_token_for_kits_and_is_written_down(stranger, ada, desk):
    made = released(desk, "youtube")
    url = f"/feed/clips/{made.id}/kit.zip"
    assert stranger.get(url, headers=bearing(made_by(ada, "lists"))).status_code == 403
    token = made_by(ada, "kits", kits="yes")
    assert zipfile.ZipFile(io.BytesIO(stranger.get(url, headers=bearing(token)).data)).testzip() is None
    [attached] = stranger.get("/feed.json", headers=bearing(token)).json["items"][0]["attachments"]
    assert attached["url"].endswith(url) and attached["mime_type"] == "application/zip"
    with desk.db.read() as session:
        [row] = session.query(Download)
        assert (row.by, row.account_id) == ("feed: kits", None)


@pytest.mark.parametrize("path", ["/feed.json", "/feed.xml", "/feed/clips/1/kit.zip"])
def test_without_a_token_that_counts_nothing_is_told(stranger, sveta, ada, desk, path):
    released(desk)
    token = made_by(ada, kits="yes")
    for person in (stranger, sveta):
        for headers in ({}, bearing("wrong"), bearing(""), {"Authorization": "Basic !"}, {"Authorization": "nonsense"}):
            answer = person.get(path, headers=headers)
            assert answer.status_code == 401 and "Basic" in answer.headers["WWW-Authenticate"]
    basic = {"Authorization": "Basic " + b64encode(f"anybody:{token}".encode()).decode()}
    assert stranger.get(path, headers=basic).status_code == 200


def test_a_revoked_and_an_expired_token_open_nothing(stranger, ada, desk):
    first, second = made_by(ada, "first"), made_by(ada, "second")
    ada.send("/admin/feeds/1/revoke")
    assert stranger.get("/feed.json", headers=bearing(first)).status_code == 401
    assert stranger.get("/feed.json", headers=bearing(second)).status_code == 200
    with desk.db.write() as session:
        session.execute(update(FeedToken).values(expires_at=now()))
    assert stranger.get("/feed.json", headers=bearing(second)).status_code == 401
    page = ada.get("/admin/feeds").text
    assert "revoked" in page and "expired" in page and "Revoke the token" not in page


def test_a_token_that_is_revoked_ends_a_download_that_runs(stranger, ada, desk):
    made, token = released(desk), bearing(made_by(ada, kits="yes"))
    rendition(desk, made, "reels", b"v" * 9_000_000)
    answer = stranger.get(f"/feed/clips/{made.id}/kit.zip", headers=token, buffered=False)
    parts = answer.iter_encoded()
    next(parts)
    ada.send("/admin/feeds/1/revoke")
    with pytest.raises(TakenBack):
        list(parts)
    answer.close()


def test_a_program_reads_in_its_feed_what_it_must_delete(stranger, ada, desk):
    made, kept = released(desk, "youtube"), released(desk, "youtube")
    one, another = bearing(made_by(ada, "one", kits="yes")), bearing(made_by(ada, "another", kits="yes"))
    for clip in (made, kept):
        stranger.get(f"/feed/clips/{clip.id}/kit.zip", headers=one)
    withdraw(desk, made.id)
    told = [stranger.get("/feed.json", headers=token).json["_delivery"]["taken_back"] for token in (one, another)]
    assert told == [[str(made.id)], []]


def test_who_asks_too_often_waits(stranger, ada, desk, monkeypatch):
    monkeypatch.setattr("web.feed.AT_ONCE", 2)
    one, another = made_by(ada, "one"), made_by(ada, "another")
    codes = [stranger.get("/feed.json", headers=bearing(one)) for _ in range(3)]
    assert [answer.status_code for answer in codes] == [200, 200, 429]
    assert int(codes[-1].headers["Retry-After"]) >= 1
    assert stranger.get("/feed.json", headers=bearing(another)).status_code == 200


def test_a_token_is_shown_once_and_only_its_hash_is_kept(ada, desk):
    token = made_by(ada)
    assert token not in ada.get("/admin/feeds").text and token not in cast.everything_stored(desk)
    assert feed.token_hash(token) in cast.everything_stored(desk)


def test_a_token_has_a_name_of_its_own(ada):
    made_by(ada, "the site")
    assert ada.send("/admin/feeds/add", name="the site").status_code == 422
    assert ada.send("/admin/feeds/add", name=" ").status_code == 422
    page = ada.send("/admin/feeds/add", name="for ever", days=99999).text
    assert "for ever" in page and page.count("Revoke the token") == 2


def test_the_admin_sees_to_the_hour_when_a_token_was_used(stranger, ada, desk):
    token = made_by(ada)
    assert "not used yet" in ada.get("/admin/feeds").text
    stranger.get("/feed.json", headers=bearing(token))
    with desk.db.read() as session:
        assert session.query(FeedToken).one().used_at == this_hour()
