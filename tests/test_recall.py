"""What may not be shown any more: take-downs with their proof, who saved a file of it, the word to the team."""

from __future__ import annotations

import json

import pytest

from pipeline import nudge
from pipeline.models import Appeal, Status
from pipeline.posts import TakeDown
from pipeline.publishing import Download
from pipeline.withdraw import withdraw
from tests import cast
from tests.test_nudge import mailbox, told  # noqa: F401 - a fixture
from web import accounts

ON_BOTH_DATABASES = True


def downs(desk) -> list[TakeDown]:
    with desk.db.read() as session:
        return session.query(TakeDown).order_by(TakeDown.id).all()


@pytest.fixture
def recalled(desk) -> Appeal:
    """It was posted twice and is taken back."""
    made = cast.appeal(desk, Status.RELEASED, code=cast.CODE.replace(" ", ""))
    cast.posted(desk, made, channel="@first")
    cast.posted(desk, made, channel="@second", by="rita")
    withdraw(desk, made.id)
    return made


def test_every_post_of_a_clip_that_was_taken_back_has_a_task_with_its_link_and_owner(sveta, desk, recalled):
    assert "Take down (2)" in sveta.get("/social/").text
    page = sveta.get("/social/take-downs").text
    assert page.index("@first") < page.index("@second"), "mine come first"
    assert "https://t.me/channel/1" in page and "rita sees to it" in page and "Its supporter took it back." in page


def test_a_clip_without_a_logged_post_has_one_task_that_says_where_to_look(sveta, desk):
    made = cast.appeal(desk, Status.RELEASED)
    withdraw(desk, made.id)
    page = sveta.get("/social/take-downs").text
    assert "Look on: Facebook, Instagram" in page and f"appeal-{made.id}_" in page and "nobody sees to it yet" in page
    sveta.send(f"/social/take-downs/{downs(desk)[0].id}/mine")
    assert downs(desk)[0].owner == "sveta"


def test_a_reviewer_who_opens_it_again_recalls_it_too(sveta, rita, desk):
    made = cast.appeal(desk, Status.RELEASED)
    seen = {"attempt": made.attempt, "status": made.status.value}
    rita.send(f"/staff/appeals/{made.id}/reopen", words="a wrong name", **seen)
    assert "A reviewer opened it again for correction." in sveta.get("/social/take-downs").text


def test_what_was_never_released_need_not_be_taken_down(desk):
    withdraw(desk, cast.appeal(desk, Status.APPROVED).id)
    assert downs(desk) == []


def test_a_task_is_ticked_off_only_with_a_proof_and_the_first_one_counts(sveta, rita, desk, recalled):
    url = f"/social/take-downs/{downs(desk)[0].id}/done"
    answer = sveta.send(url, proof="  ")
    assert answer.status_code == 422 and "Please write what you saw" in answer.text and not downs(desk)[0].done_by
    sveta.send(url, proof="the link says: not available")
    rita.send(url, proof="another")
    done = downs(desk)[0]
    assert (done.done_by, done.proof) == ("sveta", "the link says: not available")
    page = sveta.get("/social/take-downs").text
    assert "the link says: not available" in page and "Take down (1)" in page


def test_her_page_says_that_it_is_gone_only_when_every_task_is_done(stranger, sveta, desk, recalled):
    def told_her() -> bool:
        return "The team has taken the clip down" in stranger.post("/status", data={"code": cast.CODE}).text

    first, second = downs(desk)
    sveta.send(f"/social/take-downs/{first.id}/done", proof="gone")
    assert not told_her()
    sveta.send(f"/social/take-downs/{second.id}/done", proof="gone")
    assert told_her()
    sveta.send(f"/social/take-downs/{first.id}/open")
    assert not told_her()


def test_a_task_that_is_opened_again_stays_in_the_ledger_with_who_had_ticked_it_off(sveta, ada, desk, recalled):
    number = downs(desk)[0].id
    sveta.send(f"/social/take-downs/{number}/done", proof="gone, I think")
    ada.send(f"/social/take-downs/{number}/open")
    again = downs(desk)[0]
    assert (again.done_by, again.proof, again.told) == ("", "", False)
    assert "That it was gone had said: sveta, gone, I think" in ada.get("/admin/audit").text


# files that somebody saved


def saved(desk, made: Appeal, name: str) -> int:
    person = cast.account(desk, name)
    with desk.db.write() as session:
        file = Download(appeal_id=made.id, account_id=person.id, by=name, name=f"kit-of-{name}.zip", sha256="0" * 64)
        session.add(file)
        session.flush()
        return file.id


def test_whoever_saved_a_file_of_it_reads_on_every_page_to_delete_it_until_that_is_done(sveta, rita, desk):
    made = cast.appeal(desk, Status.RELEASED)
    hers, another = saved(desk, made, "sveta"), saved(desk, made, "rita")
    assert "kit-of-sveta" not in sveta.get("/social/").text
    withdraw(desk, made.id)
    for path in ("/social/", "/staff/me", "/social/reach", "/nothing"):
        page = sveta.get(path).text
        assert "kit-of-sveta.zip" in page and "kit-of-rita" not in page, path
    sveta.send(f"/social/downloads/{another}/known")
    assert "kit-of-rita.zip" in rita.get("/staff/").text, "nobody can say so for somebody else"
    sveta.send(f"/social/downloads/{hers}/known")
    assert "kit-of-sveta" not in sveta.get("/social/").text


def test_the_notice_stays_with_a_person_whose_role_has_changed(tanya, desk):
    made = cast.appeal(desk, Status.RELEASED)
    number = saved(desk, made, "tanya")
    withdraw(desk, made.id)
    assert "kit-of-tanya.zip" in tanya.get("/staff/").text
    tanya.send(f"/social/downloads/{number}/known")
    assert "kit-of-tanya" not in tanya.get("/staff/").text


def test_an_admin_sees_to_the_files_of_those_who_read_no_page(sveta, rita, ada, desk):
    made = cast.appeal(desk, Status.RELEASED)
    saved(desk, made, "sveta")
    saved(desk, made, "tanya")
    with desk.db.write() as session:
        session.add(Download(appeal_id=made.id, by="feed: site", name="by-a-program.zip", sha256="1" * 64))
    accounts.disable(desk.db, "tanya")
    withdraw(desk, made.id)
    page = ada.get("/staff/").text
    assert "See that 2 files are deleted" in page and "kit-of-sveta" not in page
    assert "feed: site" in page and "by-a-program.zip" in page and "kit-of-tanya.zip" in page
    assert "by-a-program" not in rita.get("/staff/").text
    ada.send("/social/downloads/3/known")
    assert "by-a-program" not in ada.get("/staff/").text


# the word to the team


def test_a_recall_is_told_once_with_the_number_of_the_clip_and_nothing_else(desk, mailbox, recalled):  # noqa: F811
    worker = told(desk, mailbox)
    nudge.recalled(worker)
    nudge.recalled(worker)
    [letter] = mailbox.letters
    assert json.loads(letter)["message"] == f"Appeal {recalled.id}: 2"
    assert not [each for each in ("Hanna", "t.me", "sveta", "rita", desk.campaign.name) if each.encode() in letter]


def test_what_could_not_be_told_is_told_the_next_time_and_what_is_done_is_not(desk, sveta, mailbox, recalled):  # noqa: F811
    mailbox.full = True
    nudge.recalled(told(desk, mailbox))
    mailbox.full = False
    sveta.send(f"/social/take-downs/{downs(desk)[0].id}/done", proof="gone")
    nudge.recalled(told(desk, mailbox))
    assert json.loads(mailbox.letters[-1])["message"] == f"Appeal {recalled.id}: 1"
    nudge.recalled(told(desk, mailbox, offline=True))
    assert len(mailbox.letters) == 2
