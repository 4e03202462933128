"""What everybody decides about their own account, and what their work is in numbers."""

from __future__ import annotations

import re

import pytest

from pipeline.cues import Cue
from pipeline.models import Account, Appeal, Layer, Status
from pipeline.withdraw import withdraw
from tests import cast
from web import accounts, auth, numbers


def fresh(desk, name: str) -> Account:
    with desk.db.read() as session:
        return session.query(Account).filter_by(name=name).one()


def saved(desk, made: Appeal, name: str, *cues: Cue) -> None:
    author = cast.account(desk, name)
    with desk.db.write() as session:
        session.get_one(Appeal, made.id).track(Layer.RUSSIAN).add(cues, name, author.id)


def counted(desk, name: str) -> numbers.Numbers:
    with desk.db.read() as session:
        return numbers.of(session, fresh(desk, name))


def test_everybody_says_which_languages_they_understand(tanya, desk):
    tanya.send("/staff/me/languages", languages=["uk", "be", "xx"])
    assert fresh(desk, "tanya").languages == ["be", "uk"]
    assert len(re.findall(r'value="(?:be|uk)" checked', tanya.get("/staff/me").text)) == 2
    answer = tanya.send("/staff/me/languages")
    assert "at least one" in tanya.get(answer.location).text and fresh(desk, "tanya").languages == ["be", "uk"]


def test_the_pages_speak_the_language_of_the_account_on_every_device(tanya, desk):
    answer = tanya.send("/staff/me", page_language="uk", credited="yes")
    page = tanya.get(answer.location, headers={"Accept-Language": "be"}).text
    assert '<html lang="uk"' in page and fresh(desk, "tanya").credited
    tanya.send("/staff/me", page_language="xx")
    assert fresh(desk, "tanya").page_language == "" and not fresh(desk, "tanya").credited


def test_a_new_password_keeps_this_session_and_ends_the_others(app, tanya, desk):
    elsewhere = cast.enter(app, "tanya")
    assert tanya.send("/staff/me/password", old=cast.PASSWORD, new="another long one").status_code == 302
    assert tanya.get("/staff/").status_code == 200 and elsewhere.get("/staff/").status_code == 302
    assert auth.authenticate(desk.db, "tanya", "another long one")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [("wrong", "another long one", "present password"), (cast.PASSWORD, "short", "at least 10 characters")],
)
def test_a_password_that_cannot_be_changed_is_said(tanya, desk, old, new, said):
    answer = tanya.send("/staff/me/password", old=old, new=new)
    assert answer.status_code == 422 and said in answer.text
    assert auth.authenticate(desk.db, "tanya", cast.PASSWORD)


def test_numbers_count_what_a_person_changed_and_decided(tanya, rita, desk):
    first, second = cast.appeal(desk), cast.appeal(desk)
    one, two = cast.RUSSIAN
    saved(desk, first, "tanya", Cue(one.start, one.end, "Иначе."), two)  # one cue
    saved(desk, first, "rita", Cue(one.start, one.end, "Ещё иначе."), two)
    saved(desk, first, "tanya", Cue(one.start, one.end, "Опять."), Cue(two.start, two.end + 100, two.text))  # two
    saved(desk, second, "tanya", one, two)  # none
    there = cast.onward(desk, second, Status.SUBMITTED, Status.IN_REVIEW)
    rita.send(f"/staff/appeals/{there.id}/return", words="a word", attempt=there.attempt, status="in_review")
    cast.appeal(desk, Status.APPROVED)
    assert counted(desk, "tanya") == numbers.Numbers(corrected=2, clip_ms=12_000, cues=3, approved=0, returned=0)
    assert counted(desk, "rita") == numbers.Numbers(corrected=1, clip_ms=6_000, cues=1, approved=1, returned=1)
    assert "<dd>12" in tanya.get("/staff/me").text.replace("\u00a0", " ")


def test_what_is_taken_back_is_not_counted_any_more(desk):
    made = cast.appeal(desk)
    saved(desk, made, "tanya", *cast.RUSSIAN)
    withdraw(desk, made.id)
    assert counted(desk, "tanya").corrected == 0


def test_numbers_are_for_the_person_and_for_admins(tanya, rita, ada, desk):
    page = f"/admin/accounts/{fresh(desk, 'tanya').id}"
    assert "Clips corrected" in tanya.get("/staff/me").text and "Clips corrected" in ada.get(page).text
    assert tanya.get(page).status_code == rita.get(page).status_code == 404
    assert "Clips corrected" not in ada.get("/admin/").text


def test_an_admin_sets_the_languages_of_others(ada, tanya, desk):
    ada.send("/admin/accounts/change", name="tanya", action="languages", languages=["pl"])
    assert fresh(desk, "tanya").languages == ["pl"] and "Polski" in ada.get("/admin/").text
    assert ada.get("/admin/accounts/999").status_code == 404


def test_only_who_agreed_is_named_beside_a_released_clip(sveta, tanya, desk):
    made = cast.appeal(desk)
    for name in ("tanya", "ada"):
        saved(desk, made, name, *cast.RUSSIAN)
    cast.onward(desk, made, Status.SUBMITTED, Status.IN_REVIEW, Status.APPROVED, Status.RELEASED)
    assert "Subtitles by" not in sveta.get(f"/social/clips/{made.id}").text
    tanya.send("/staff/me", credited="yes")
    page = sveta.get(f"/social/clips/{made.id}").text
    assert "Subtitles by: <strong>tanya</strong>" in page and "ada" not in page
    accounts.disable(desk.db, "tanya")
    assert "tanya" in sveta.get(f"/social/clips/{made.id}").text
