"""What the team learns from a supporter: her choices, her messages, and, an admin only, where to write to her."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest

from pipeline import workflow
from pipeline.consent import Choices, to_rows
from pipeline.models import Appeal, Consent, Kind, Status
from pipeline.posts import TakeDown
from pipeline.supporter import Message, Side
from tests import cast
from tests.cast import CHOICES, CODE, WORDINGS
from tests.test_review import decide, review, seen_hash
from tests.test_screening import screen

HERS, ADDRESS = "Please show only my first name.", "hanna@mail.example"


def appeal(desk, status: Status = Status.DRAFTED, **fields: object) -> Appeal:
    sealed = desk.seal.close(ADDRESS)
    return cast.appeal(desk, status, code=CODE.replace(" ", ""), contact=sealed, **fields)


def she_writes(stranger, text: str = HERS) -> None:
    assert stranger.post("/message", data={"code": CODE, "text": text}).status_code == 200


def she_decides(desk, made: Appeal, choices: Choices) -> None:
    with desk.db.write() as session:
        there = session.get_one(Appeal, made.id)
        consent = Consent(version="1", language="be", answers=to_rows(choices, WORDINGS))
        workflow.change_consent(session, there, consent)


def page(person, made: Appeal) -> str:
    return person.get(f"/staff/appeals/{made.id}").text


def upto(person, made: Appeal) -> str:
    """The last message that the page shows to this person."""
    return re.search(r'name="upto" value="(\d+)"', page(person, made))[1]


def ledger(desk, made: Appeal) -> list[tuple[str, str]]:
    return [(move.by, move.reason) for move in cast.fresh(desk, made).transitions]


# messages


def test_a_message_reaches_reviewers_and_admins_and_their_answer_reaches_her(stranger, rita, ada, desk):
    made = appeal(desk)
    she_writes(stranger)
    assert HERS in page(ada, made) and HERS in page(rita, made)
    rita.send(f"/staff/appeals/{made.id}/message", words="We will.\nThank you.")
    assert "We will.<br>Thank you." in page(ada, made)
    hers = stranger.post("/status", data={"code": CODE}).text
    assert "We will." in hers and "rita" not in hers


def test_translators_see_neither_messages_nor_that_there_are_any(stranger, tanya, desk):
    made = appeal(desk)
    she_writes(stranger)
    shown = page(tanya, made)
    assert not [text for text in (HERS, "Messages with", ADDRESS, "left an address") if text in shown]
    assert "new message" not in tanya.get("/staff/?status=").text.lower()
    assert tanya.get("/staff/?status=new-message").text.count('class="clip') == 0


def test_the_queue_says_who_wrote_until_somebody_has_read_it(stranger, rita, desk):
    made = appeal(desk)
    cast.appeal(desk)
    she_writes(stranger)
    assert rita.get("/staff/?status=").text.count("new message") == 1
    assert f"No {made.id}<" in rita.get("/staff/?status=new-message").text
    rita.send(f"/staff/appeals/{made.id}/seen", upto=upto(rita, made))
    assert "new message" not in rita.get("/staff/?status=").text.lower()
    assert HERS in page(rita, made)


def test_what_came_after_the_page_was_made_is_still_new(stranger, rita, desk):
    made = appeal(desk)
    she_writes(stranger)
    shown = upto(rita, made)
    she_writes(stranger, "And one thing more.")
    for fields in ({"upto": shown}, {}):
        rita.send(f"/staff/appeals/{made.id}/seen", **fields)
        rita.send(f"/staff/appeals/{made.id}/message", words="Gladly.", **fields)
        with desk.db.read() as session:
            hers = session.query(Message).filter_by(side=Side.SUPPORTER).order_by(Message.id)
            assert [each.seen for each in hers] == [True, False]


def test_an_answer_counts_as_having_read(stranger, rita, desk):
    made = appeal(desk)
    she_writes(stranger)
    rita.send(f"/staff/appeals/{made.id}/message", words="Gladly.", upto=upto(rita, made))
    assert "new message" not in rita.get("/staff/?status=").text.lower()


def test_an_answer_sent_twice_is_one_and_an_empty_one_is_none(rita, desk):
    made = appeal(desk)
    for words in ("Gladly.", "Gladly.", " \n ", ""):
        assert rita.send(f"/staff/appeals/{made.id}/message", words=words).status_code == 302
    with desk.db.read() as session:
        [only] = session.query(Message).all()
    assert (only.side, only.by, desk.seal.open(only.sealed)) == (Side.TEAM, "rita", "Gladly.")
    assert "Gladly" not in cast.everything_stored(desk)
    assert only.at.minute == only.at.second == 0


def test_nothing_is_written_to_who_took_it_back(rita, desk):
    made = appeal(desk, Status.WITHDRAWN)
    rita.send(f"/staff/appeals/{made.id}/message", words="Why?")
    with desk.db.read() as session:
        assert session.query(Message).all() == []
    assert "Write to her" not in page(rita, made)


def test_messages_are_read_and_answered_from_the_pages_of_both_gates(stranger, rita, desk):
    made = appeal(desk, Status.IN_REVIEW)
    she_writes(stranger)
    assert HERS in review(rita, made)
    answer = rita.send(f"/staff/appeals/{made.id}/message", words="Gladly.", upto=upto(rita, made), page="review")
    assert answer.location == f"/staff/appeals/{made.id}/review#messages"
    assert "Gladly." in rita.get(answer.location).text
    answer = rita.send(f"/staff/appeals/{made.id}/seen", page="//elsewhere.example")
    assert answer.location == f"/staff/appeals/{made.id}#messages"


def test_what_she_writes_is_shown_as_text(stranger, rita, desk):
    made = appeal(desk)
    she_writes(stranger, "<script>alert(1)</script>")
    assert "<script>alert" not in page(rita, made) and "&lt;script&gt;" in page(rita, made)


# where to write


def test_only_an_admin_sees_where_to_write_and_the_ledger_says_so(ada, rita, desk):
    made = appeal(desk)
    assert ADDRESS not in page(ada, made) and "left an address" in page(ada, made)
    assert "left an address" not in page(rita, made)
    assert rita.send(f"/staff/appeals/{made.id}/contact").status_code == 404
    before = cast.fresh(desk, made)
    assert ADDRESS in ada.send(f"/staff/appeals/{made.id}/contact").text
    assert ledger(desk, made)[-1] == ("ada", "looked at where to write to her")
    after = cast.fresh(desk, made)
    assert (after.status, after.attempt) == (before.status, before.attempt), "nobody's work is disturbed by it"
    assert "Looked at where to write to her" in page(rita, made)


def test_where_there_is_no_address_nothing_is_written_down(ada, desk):
    made = cast.appeal(desk)
    assert ada.send(f"/staff/appeals/{made.id}/contact").status_code == 302
    assert "looked" not in str(ledger(desk, made))


def test_a_look_at_a_rejected_appeal_is_not_what_she_reads_as_its_reason(stranger, ada, desk):
    made = appeal(desk, Status.REJECTED)
    ada.send(f"/staff/appeals/{made.id}/contact")
    shown = stranger.post("/status", data={"code": CODE}).text
    assert "not an appeal" in shown and "looked" not in shown


# choices


def test_the_team_reads_what_she_decided(tanya, rita, desk):
    made = appeal(desk, shown_country="Poland")
    choices = replace(CHOICES, networks=("x", "youtube"), country="Poland", not_before=date(2030, 3, 8))
    she_decides(desk, made, choices)
    assert tanya.get(f"/staff/appeals/{made.id}").status_code == 404, "somebody has to see first whether it fits"
    screen(rita, cast.fresh(desk, made))
    shown = re.sub(r"<[^>]+>|\s+", " ", page(tanya, made))
    for said in ("X, YouTube", "Hanna", "Poland", "March 8, 2030", "She changed her choices this hour"):
        assert said in re.sub(" +", " ", shown), said
    assert "supporter" in shown and workflow.CHANGED in shown


def test_a_choice_changed_between_page_and_click_is_not_approved(rita, desk):
    made = appeal(desk, Status.IN_REVIEW)
    assert f'name="consent" value="{made.consents[-1].id}"' in review(rita, made)
    she_decides(desk, made, replace(CHOICES, networks=("x",)))
    answer = decide(rita, made, "approve", sha256=seen_hash(desk, made))
    assert answer.status_code == 409 and "moved by supporter" in answer.text
    assert cast.fresh(desk, made).status == Status.IN_REVIEW
    fresh = cast.fresh(desk, made)
    assert decide(rita, fresh, "approve", sha256=seen_hash(desk, made)).status_code == 403, "it is not screened anew"
    assert screen(rita, fresh).location == f"/staff/appeals/{made.id}/review"
    assert decide(rita, fresh, "approve", sha256=seen_hash(desk, made)).status_code == 302


@pytest.mark.parametrize("status", [Status.APPROVED, Status.RELEASED])
def test_a_changed_choice_takes_a_clip_back_at_once(sveta, desk, status):
    made = appeal(desk, status)
    she_decides(desk, made, replace(CHOICES, networks=("x",)))
    assert cast.fresh(desk, made).status == Status.IN_REVIEW
    assert sveta.get(f"/social/clips/{made.id}/finished").status_code == 404
    shown = sveta.get("/social/").text + sveta.get("/social/take-downs").text
    assert f'/social/clips/{made.id}"' not in shown
    assert ("changed her choices" in shown) is (status == Status.RELEASED)
    with desk.db.read() as session:
        assert session.query(TakeDown).count() == (status == Status.RELEASED)


def test_neither_message_nor_address_can_be_read_in_the_database(stranger, desk):
    appeal(desk)
    she_writes(stranger)
    stored = cast.everything_stored(desk)
    assert HERS not in stored and ADDRESS not in stored


def test_without_a_consent_the_page_still_shows(tanya, desk):
    made = cast.appeal(desk)
    with desk.db.write() as session:
        session.query(Consent).delete()
    assert tanya.get(f"/staff/appeals/{made.id}").status_code == 200
    assert cast.fresh(desk, made).file(Kind.CLEAN)
