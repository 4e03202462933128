"""Abuse: how often from one place, how much in all, the switch, and guessing. Nobody is locked out by somebody else."""

from __future__ import annotations

import hashlib
import io
import itertools
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest
from flask import Flask

import web
from pipeline.base import now
from pipeline.config import Settings
from pipeline.db import migrate
from pipeline.models import Status
from tests import cast
from tests.cast import CODE
from web import guard, intake, pace, receipt, toll
from web.pace import Pace, Places, TooSoon

TUS = {"Tus-Resumable": "1.0.0", "Upload-Length": "1000"}
HANNA, OTHER = "203.0.113.77", "198.51.100.9"
FREE = 5  # campaign.toml


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Behind one proxy, which says who comes."""
    return replace(settings, proxies=1)


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proofs of some hundred hashes, and no rest after a wrong code, where a test is not about them."""
    monkeypatch.setattr(toll, "BITS", 8)
    monkeypatch.setattr(guard, "BITS", 8)
    monkeypatch.setattr(guard, "ANSWER_SECONDS", 0.0)


def guarded(client) -> guard.Guard:
    return client.application.extensions["guard"]


def begin(client, address: str = HANNA, **headers: str):
    """Begin an upload from this address."""
    return client.post("/files/", headers={**TUS, "X-Forwarded-For": address, **headers})


def send(client, address: str = HANNA, **fields: object):
    """Send a plain form from this address; its file is no video, so nothing is kept."""
    form = {"language": "be", "video": (io.BytesIO(b"no video" * 9), "x.mp4"), "whole": "yes", **fields}
    return client.post("/send", data=form, headers={"X-Forwarded-For": address}, content_type="multipart/form-data")


def solved(answer) -> str:
    """The proof for which an answer asked."""
    return solution(answer.headers["Proof-Challenge"], int(answer.headers["Proof-Bits"]))


def solution(challenge: str, bits: int = 8) -> str:
    tries = (f"{challenge}:{number}" for number in itertools.count())
    return next(it for it in tries if int.from_bytes(hashlib.sha256(it.encode()).digest()) >> (256 - bits) == 0)


def begin_all_that_are_free(client, address: str = HANNA) -> None:
    assert [begin(client, address).status_code for _ in range(FREE)] == [201] * FREE


# uploads from one place


def test_beyond_what_is_free_an_upload_costs_work_and_each_proof_counts_once(stranger):
    begin_all_that_are_free(stranger)
    asked = begin(stranger)
    assert asked.status_code == 429 and "in 12 minutes" in asked.text
    assert 600 < int(asked.headers["Retry-After"]) <= 720
    proof = solved(asked)
    assert begin(stranger, Proof=proof).status_code == 201
    assert begin(stranger, Proof=proof).status_code == 429


def test_another_place_has_its_own_allowance(stranger):
    begin_all_that_are_free(stranger)
    assert begin(stranger, OTHER).status_code == 201


def test_only_the_proxy_that_we_know_is_believed(stranger):
    begin_all_that_are_free(stranger)
    assert begin(stranger, f"{OTHER}, {HANNA}").status_code == 429


def test_an_upload_that_was_refused_for_something_else_does_not_count(stranger):
    for _ in range(FREE + 1):
        assert begin(stranger, **{"Upload-Length": "0"}).status_code == 400
    begin_all_that_are_free(stranger)


@pytest.mark.parametrize(
    "broken",
    [
        lambda proof: proof + "x",
        lambda proof: proof.partition(":")[0] + ":",
        lambda proof: solution("0" + proof.partition(":")[0]),
        lambda proof: solution(f"{toll._hour():x}-{'0' * 32}-{'0' * 32}"),
        lambda proof: proof.partition(":")[0] + ":" + "9" * 5000,
        lambda proof: "\u00e9",
        lambda proof: "",
    ],
)
def test_a_proof_that_is_none_buys_nothing(stranger, broken):
    begin_all_that_are_free(stranger)
    assert begin(stranger, Proof=broken(solved(begin(stranger)))).status_code == 429


def test_a_proof_is_good_for_this_hour_and_the_next(monkeypatch):
    booth, hour = toll.Toll("key"), toll._hour()
    now, later = solution(booth.challenge()), solution(booth.challenge())
    monkeypatch.setattr(toll, "_hour", lambda: hour + 1)
    assert booth.paid(now) and not booth.paid(now)
    monkeypatch.setattr(toll, "_hour", lambda: hour + 2)
    assert not booth.paid(later)


def test_a_proof_for_another_installation_is_none():
    assert not toll.Toll("key").paid(solution(toll.Toll("another key").challenge()))


def test_the_plain_form_cannot_work_so_more_of_it_is_free_and_then_it_says_when(stranger):
    for _ in range(guard.PLAIN * FREE):
        guarded(stranger).forms.take(guarded(stranger).places.name(HANNA))
    answer = send(stranger, name="Hanna")
    assert answer.status_code == 429 and "Many videos came from your network" in answer.text
    assert int(answer.headers["Retry-After"]) <= 180
    assert 'value="Hanna"' in answer.text
    assert send(stranger, OTHER).status_code == 415


def test_a_form_that_was_refused_for_something_else_does_not_count(stranger):
    for _ in range(guard.PLAIN * FREE + 1):
        assert send(stranger).status_code == 415


def test_a_video_that_came_by_tus_is_finished_whatever_is_used_up(stranger, monkeypatch):
    monkeypatch.setattr(Pace, "take", lambda *_: (_ for _ in ()).throw(TooSoon(9)))
    assert send(stranger, video=None, upload="nothing").status_code == 410


# places


def test_a_place_has_another_name_each_day_and_each_process(monkeypatch):
    places = Places(1)
    first = places.name(HANNA)
    assert first == places.name(HANNA) != places.name(OTHER)
    assert first != Places(1).name(HANNA)
    monkeypatch.setattr(pace, "now", lambda: now() + timedelta(days=1))
    assert places.name(HANNA) != first


@pytest.mark.parametrize(
    ("one", "another", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        (f"::ffff:{HANNA}", HANNA, True),
        ("203.0.113.77", "203.0.113.78", False),
    ],
)
def test_a_line_with_many_addresses_is_one_place(one, another, same):
    places = Places(1)
    assert (places.name(one) == places.name(another)) is same


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:127.0.0.1", "", None, "unix", "10.0.0.1"])
def test_where_many_may_be_behind_an_address_it_names_no_place(address):
    assert Places(0).name(address) == ""


def test_behind_a_proxy_that_nobody_counted_all_share_a_part_of_the_day(settings, desk):
    app = web.create_app(replace(settings, proxies=0))
    crowd = app.extensions["guard"].crowd
    assert crowd.at_once == desk.campaign.intake.per_day // guard.CROWD
    for _ in range(crowd.at_once - 1):
        crowd.take("")
    assert begin(app.test_client(), HANNA).status_code == 201
    assert begin(app.test_client(), OTHER).status_code == 429
    assert app.extensions["guard"].hidden
    app.extensions["desk"].db.close()


def test_a_site_with_65_536_lines_is_worth_a_few_places_and_its_neighbour_loses_nothing():
    places, bucket = Places(1), Pace(2, 99.0)
    lines = [places.name(f"2001:db8:1:{number:x}::1") for number in range(2 * pace.SITE + 1)]
    for name in lines[:-1]:
        bucket.take(name)
    with pytest.raises(TooSoon):
        bucket.take(lines[-1])
    bucket.take(places.name("2001:db8:2::1"))
    bucket.give_back(lines[0])
    bucket.take(lines[-1])


def test_buckets_that_are_full_again_are_forgotten(monkeypatch):
    monkeypatch.setattr(pace, "SMALLEST", 10)
    bucket = Pace(1, 0.0)
    bucket._enough = 10
    for number in range(1000):
        bucket.take(str(number))
    assert len(bucket._full) <= 20


# how much in all


@pytest.fixture
def counts_now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "COUNT_SECONDS", 0.0)


def with_intake(desk, **most: int) -> None:
    """Let the campaign take no more than this."""
    campaign = replace(desk.campaign, intake=replace(desk.campaign.intake, **most))
    object.__setattr__(desk, "campaign", campaign)


def until_closed(stranger, sentence: str) -> None:
    """Everybody is told, on each way in."""
    page = stranger.get("/")
    assert page.status_code == 200 and "We take no videos at the moment" in page.text and "<form" not in page.text
    for answer in (begin(stranger), send(stranger)):
        assert answer.status_code == 503 and sentence in answer.text
        assert 0 < int(answer.headers["Retry-After"]) <= 86_400


def test_when_the_day_is_full_she_is_told_to_come_tomorrow(stranger, desk, counts_now):
    with_intake(desk, per_day=2)
    cast.appeal(desk, Status.RECEIVED)
    assert "<form" in stranger.get("/").text
    cast.appeal(desk, Status.WITHDRAWN)
    until_closed(stranger, "So many videos came today")
    assert "You can send it in" in stranger.get("/").text


def test_files_that_are_no_video_do_not_close_the_day_but_far_too_many_do(stranger, desk, counts_now):
    with_intake(desk, per_day=1)
    refused = {"needs_person": True, "reason": "damaged"}
    for _ in range(intake.REFUSED - 1):
        cast.appeal(desk, Status.RECEIVED, **refused)
    assert "<form" in stranger.get("/").text
    cast.appeal(desk, Status.RECEIVED, **refused)
    until_closed(stranger, "So many videos came today")


def test_when_the_house_is_full_nothing_comes_in_until_something_is_gone(stranger, desk, counts_now):
    with_intake(desk, kept=1)
    made = cast.appeal(desk, Status.DRAFTED, code=CODE.replace(" ", ""))
    until_closed(stranger, "We have no room")
    stranger.post("/withdraw", data={"code": CODE, "sure": "yes"})
    assert cast.fresh(desk, made).files == []
    assert "<form" in stranger.get("/").text


def test_intake_closes_before_the_disk_is_full(stranger, monkeypatch):
    usage = type("Usage", (), {"free": 2_400_000_000})
    monkeypatch.setattr("shutil.disk_usage", lambda _path: usage)
    until_closed(stranger, "We have no room")


def test_counting_is_not_done_for_every_visitor(stranger, desk, monkeypatch):
    counted = []
    monkeypatch.setattr(intake, "kept", lambda session: counted.append(1) or 0)
    for _ in range(3):
        stranger.get("/")
    assert len(counted) == 1


def test_the_switch_closes_every_way_in_and_leaves_the_others_open(stranger, ada, desk):
    url = begin(stranger).headers["Location"]
    cast.appeal(desk, Status.DRAFTED, code=CODE.replace(" ", ""))
    assert ada.send("/admin/intake", action="close").status_code == 302
    until_closed(stranger, "takes no new videos just now")
    body = {"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"}
    assert stranger.patch(url, data=b"x" * 1000, headers=body).status_code == 204
    taken = send(stranger, video=None, upload=url.rpartition("/")[2])
    assert taken.status_code == 415  # what was begun is looked at: here, that it is no video
    assert stranger.post("/status", data={"code": CODE}).status_code == 200
    assert stranger.post("/withdraw", data={"code": CODE, "sure": "yes"}).status_code == 200
    ada.send("/admin/intake", action="open")
    assert "<form" in stranger.get("/").text and begin(stranger).status_code == 201


# guessing


def ask(client, code: str, address: str = HANNA):
    return client.post("/status", data={"code": code}, headers={"X-Forwarded-For": address})


def test_a_wrong_code_and_a_malformed_one_get_the_same_answer(stranger):
    wrong, malformed = ask(stranger, "1111 2222 3333 4444"), ask(stranger, "hello")
    assert wrong.status_code == malformed.status_code == 404
    assert wrong.text == malformed.text.replace("hello", "1111 2222 3333 4444")


def told_to_wait(stranger) -> None:
    """Whatever the code is, on each page that asks for it."""
    codes = (CODE, "1111 2222 3333 4444", "hello")
    answers = [stranger.post(page, data={"code": code}) for page in ("/status", "/withdraw") for code in codes]
    assert {answer.status_code for answer in answers} == {429}
    assert len({answer.text for answer in answers}) == 1 and "Your code may be right" in answers[0].text
    assert all(int(answer.headers["Retry-After"]) >= 60 for answer in answers)


def test_in_a_flood_nobody_is_told_that_a_right_code_is_wrong(stranger, desk):
    cast.appeal(desk, Status.DRAFTED, code=CODE.replace(" ", ""))
    guarded(stranger).quick = guarded(stranger).slow = Pace(0, 99.0)
    told_to_wait(stranger)


def test_where_no_place_is_free_for_hashing_a_code_nobody_waits_for_long(stranger, desk, monkeypatch):
    cast.appeal(desk, Status.DRAFTED, code=CODE.replace(" ", ""))
    monkeypatch.setattr(receipt, "WAIT_SECONDS", 0.01)
    with receipt._two, receipt._two:
        told_to_wait(stranger)
    assert ask(stranger, CODE).status_code == 200


def test_what_is_done_is_never_told_as_a_wait_for_the_second_look(stranger, desk):
    cast.appeal(desk, Status.DRAFTED, code=CODE.replace(" ", ""))
    lanes, right = guarded(stranger), iter([0.0])
    once = {"take": lambda self, *_: next(right), "give_back": lambda self, *_: None}
    lanes.quick = type("Once", (Pace,), once)(1, 1)
    answer = stranger.post("/withdraw", data={"code": CODE, "sure": "yes"})
    assert answer.status_code == 200


def test_places_that_cannot_be_told_apart_and_the_others_do_not_push_each_other_out(stranger, desk):
    cast.appeal(desk, Status.DRAFTED, code=CODE.replace(" ", ""))
    for one, another in ((HANNA, "127.0.0.1"), ("127.0.0.1", HANNA)):
        guarded(stranger).quick = Pace(1, 99.0)
        assert ask(stranger, "1" * 16, one).status_code == 404
        assert ask(stranger, CODE, one).status_code == 429
        assert ask(stranger, CODE, another).status_code == 200


def test_a_right_code_gives_a_place_no_more_tries_than_it_took(stranger, desk):
    cast.appeal(desk, Status.DRAFTED, code=CODE.replace(" ", ""))
    guarded(stranger).wrong_codes = Pace(1, 99.0)
    ask(stranger, "1" * 16)
    assert ask(stranger, CODE).status_code == 200
    with pytest.raises(TooSoon):
        guarded(stranger).wrong_codes.take(guarded(stranger).places.name(HANNA))


def test_they_take_the_same_time(stranger, monkeypatch):
    """By a clock of the test's own, on which looking a code up takes as long as the test says."""
    clock = [0.0]

    def goes_on(seconds: float) -> None:
        clock[0] += seconds

    monkeypatch.setattr(guard, "ANSWER_SECONDS", 0.4)
    monkeypatch.setattr(guard, "time", SimpleNamespace(monotonic=lambda: clock[0], sleep=goes_on))
    ends = []
    for code, lookup in (("1111 2222 3333 4444", 0.1), ("hello", 0.03), ("2222 3333 4444 5555", 0.0)):
        monkeypatch.setattr(receipt, "hashed", lambda *_, lookup=lookup: str(goes_on(lookup)))
        clock[0] = 0.0
        ask(stranger, code)
        ends.append(round(clock[0], 6))
    assert ends == [0.4] * 3


def test_a_right_code_never_uses_up_anything(stranger, desk):
    cast.appeal(desk, Status.DRAFTED, code=CODE.replace(" ", ""))
    guarded(stranger).quick = guarded(stranger).wrong_codes = Pace(1, 9.0)
    guarded(stranger).slow = Pace(0, 9.0)
    assert [ask(stranger, CODE).status_code for _ in range(3)] == [200] * 3


def test_many_tries_from_one_place_go_to_a_lane_of_their_own(app, stranger, desk):
    """An attacker fills that lane; she, elsewhere, is served at once."""
    cast.appeal(desk, Status.DRAFTED, code=CODE.replace(" ", ""))
    for number in range(5):
        ask(stranger, f"{number:016}", OTHER)
    guarded(stranger).slow = Pace(1, 0.2)
    with ThreadPoolExecutor(8) as attackers:
        tries = [attackers.submit(ask, app.test_client(), f"{n:016}", OTHER) for n in range(20)]
        assert ask(stranger, CODE).status_code == 200
        assert not all(each.done() for each in tries)
    assert {each.result().status_code for each in tries} == {404}
    assert ask(stranger, CODE, OTHER).status_code == 200  # even from the attacker's address, when her turn comes


def test_no_more_than_two_codes_are_hashed_at_once(monkeypatch):
    running, most = [], []

    def scrypt(*_args: object, **_kwargs: object) -> bytes:
        running.append(1)
        most.append(len(running))
        time.sleep(0.02)
        running.pop()
        return b""

    monkeypatch.setattr("hashlib.scrypt", scrypt)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: receipt.hashed("secret", f"{number:016}"), range(8)))
    assert max(most) == 2


# signing in


@pytest.fixture
def sign_in(app: Flask) -> Iterator:
    cast.account(app.extensions["desk"], "tanya")
    person = app.test_client()

    def tries(name: str, password: str, address: str = HANNA):
        fields = {"csrf_token": person.token(), "name": name, "password": password}
        return person.post("/staff/sign-in", data=fields, headers={"X-Forwarded-For": address})

    return tries


def test_whoever_tries_many_names_is_slowed_down_and_others_are_not(app, sign_in, monkeypatch):
    monkeypatch.setattr("web.auth.ANSWER_SECONDS", 0.0)
    app.extensions["guard"].sign_ins = Pace(10, 600.0)
    assert [sign_in(f"name{n}", "wrong").status_code for n in range(10)] == [403] * 10
    refused = sign_in("tanya", cast.PASSWORD)
    assert refused.status_code == 429 and "Please wait a minute" in refused.text
    assert 0 < int(refused.headers["Retry-After"]) <= 600
    assert sign_in("tanya", cast.PASSWORD, OTHER).status_code == 302


def test_signing_in_rightly_does_not_count(app, sign_in):
    assert [sign_in("tanya", cast.PASSWORD).status_code for _ in range(12)] == [302] * 12


# names of the site


def test_with_hosts_another_name_is_refused_and_supervisors_may_still_look(settings):
    migrate(settings.database_url)
    app = web.create_app(replace(settings, hosts="appeals.example, appeals.onion"))
    client = app.test_client()
    names = {"appeals.example": 200, "appeals.onion": 200, "127.0.0.1:8000": 200, "evil.example": 400}
    for name, code in names.items():
        assert client.get("/", headers={"Host": name}).status_code == code, name
    app.extensions["desk"].db.close()
