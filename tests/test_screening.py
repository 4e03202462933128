"""The first gate: nobody but reviewers and admins sees a clip before somebody looked at it, and every word is kept."""

from __future__ import annotations

import pytest
from werkzeug.test import TestResponse

from pipeline import workflow
from pipeline.models import Appeal, Consent, Kind, Screening, Status
from pipeline.supporter import Message
from tests import cast
from tests.cast import AGREED, CODE
from web import ledger, news, waiting
from web.screening import QUESTIONS

TO_SCREEN = [Status.PREPARED, Status.TRANSCRIBED, Status.DRAFTED, Status.SUBMITTED, Status.IN_REVIEW]


def to_screen(desk, status: Status = Status.PREPARED, **fields: object) -> Appeal:
    """An appeal at this status that nobody has screened."""
    made = cast.appeal(desk, status, **fields)
    with desk.db.write() as session:
        there = session.get_one(Appeal, made.id)
        there.screening = Screening.OPEN
        _ = there.consents, there.files
    return there


def screen(person: cast.Person, made: Appeal, what: str = "pass", **fields: object) -> TestResponse:
    """Press a button of the page as it stands in `made`, all being ticked."""
    seen = {"sha256": made.file(Kind.CLEAN).sha256, "screening": "open", "consent": made.consents[-1].id}
    return person.send(f"/staff/appeals/{made.id}/screen/{what}", **{"seen": [*QUESTIONS], **seen, **fields})


def state(desk, made: Appeal) -> tuple[Screening, Status, str, str]:
    after = cast.fresh(desk, made)
    return after.screening, after.status, after.transitions[-1].by, after.transitions[-1].reason


@pytest.mark.parametrize("status", TO_SCREEN)
def test_a_clip_is_screened_as_soon_as_it_can_be_seen_and_only_then_found_by_translators(rita, tanya, desk, status):
    made = to_screen(desk, status)
    assert tanya.get(f"/staff/appeals/{made.id}").status_code == 404
    assert "Screen this video" in rita.get(f"/staff/appeals/{made.id}").text
    assert made.file(Kind.CLEAN).sha256 in rita.get(f"/staff/appeals/{made.id}/screen").text
    screen(rita, made)
    assert state(desk, made) == (Screening.PASSED, status, "rita", ledger.SCREENED)
    assert tanya.get(f"/staff/appeals/{made.id}").status_code == 200


@pytest.mark.parametrize("status", TO_SCREEN)
def test_what_passed_by_mistake_is_taken_back(rita, tanya, desk, status):
    made = to_screen(desk, status)
    screen(rita, made)
    assert tanya.send(f"/staff/appeals/{made.id}/screen/again").status_code == 404
    assert "screen it again" in rita.get(f"/staff/appeals/{made.id}").text
    rita.send(f"/staff/appeals/{made.id}/screen/again")
    assert state(desk, made) == (Screening.OPEN, status, "rita", ledger.TO_SCREEN_AGAIN)
    assert tanya.get(f"/staff/appeals/{made.id}").status_code == 404
    assert rita.send(f"/staff/appeals/{made.id}/screen/again").status_code == 409


def test_an_approved_clip_is_opened_again_and_not_screened_again(rita, desk):
    made = cast.appeal(desk, Status.RELEASED)
    assert rita.send(f"/staff/appeals/{made.id}/screen/again").status_code == 409
    assert "screen it again" not in rita.get(f"/staff/appeals/{made.id}").text


@pytest.mark.parametrize("status", sorted({*Status} - {*TO_SCREEN}))
def test_at_every_other_status_there_is_nothing_to_screen(rita, desk, status):
    made = to_screen(desk, status)
    assert rita.get(f"/staff/appeals/{made.id}/screen").location == f"/staff/appeals/{made.id}"
    if made.file(Kind.CLEAN):
        assert screen(rita, made).status_code == 409
    assert cast.fresh(desk, made).screening == Screening.OPEN


def test_every_question_has_to_be_ticked(rita, desk):
    made = to_screen(desk)
    answer = screen(rita, made, seen=["people", "minors"])
    assert answer.status_code == 422 and answer.text.count(" checked") == 2
    assert cast.fresh(desk, made).screening == Screening.OPEN


def in_line(desk):
    with desk.db.read() as session:
        return session.scalars(waiting.to_screen()).all()


def test_she_is_asked_and_volunteers_do_not_see_the_clip_before_it_passed(rita, tanya, stranger, desk):
    made = to_screen(desk, code=CODE.replace(" ", ""))
    assert screen(rita, made, "ask", words=" ").status_code == 422
    screen(rita, made, "ask", words="Who is behind you?")
    assert state(desk, made)[0] == Screening.ASKED and state(desk, made)[2:] == ("rita", ledger.ASKED)
    assert "Who is behind you?" in stranger.post("/status", data={"code": CODE}).text
    assert made.id not in in_line(desk)
    stranger.post("/message", data={"code": CODE, "text": "My sister. She agrees."})
    assert made.id in in_line(desk), "her answer brings it back"
    assert "new message" in rita.get("/staff/?status=").text
    assert "My sister. She agrees." in rita.get(f"/staff/appeals/{made.id}/screen").text
    assert tanya.get(f"/staff/appeals/{made.id}").status_code == 404
    assert screen(rita, made).status_code == 409, "the page was older than the question"
    screen(rita, made, screening="asked")
    assert cast.fresh(desk, made).screening == Screening.PASSED


def test_a_question_sent_twice_is_asked_once(rita, desk):
    made = to_screen(desk)
    for shown in ("open", "open", "asked"):
        screen(rita, made, "ask", words="Who is that?", screening=shown)
    with desk.db.read() as session:
        assert session.query(Message).count() == 1


@pytest.mark.parametrize("code", news.REJECTED)
def test_a_prepared_reason_is_read_in_her_language_and_the_words_as_they_were_written(rita, stranger, desk, code):
    made = to_screen(desk, code=CODE.replace(" ", ""))
    screen(rita, made, "reject", reason=code, words="У акне відаць дом: 0:12.")
    assert state(desk, made)[1:] == (Status.REJECTED, "rita", f"{code}: У акне відаць дом: 0:12.")
    hers = stranger.post("/status?lang=be", data={"code": CODE}).text
    assert "У акне відаць дом: 0:12." in hers and str(news.REJECTED[code]) not in hers and f"{code}:" not in hers
    assert str(news.REJECTED[code]) in rita.get(f"/staff/appeals/{made.id}").text
    assert str(news.REJECTED[code]) in stranger.post("/status?lang=en", data={"code": CODE}).text


def test_to_reject_needs_a_reason_or_words(rita, desk):
    made = to_screen(desk)
    assert screen(rita, made, "reject", reason="nonsense", words=" ").status_code == 422
    assert cast.fresh(desk, made).status == Status.PREPARED
    screen(rita, made, "reject", reason="harm")
    assert state(desk, made)[1:] == (Status.REJECTED, "rita", "harm")


def test_what_changed_since_the_page_was_made_is_not_decided_upon(rita, ada, desk):
    made = to_screen(desk)
    with desk.db.write() as session:
        consent = Consent(version="1", language="be", answers=AGREED)
        workflow.change_consent(session, session.get_one(Appeal, made.id), consent)
    for what in ("pass", "ask", "reject"):
        assert screen(rita, made, what, words="Because.").status_code == 409
    fresh = cast.fresh(desk, made)
    assert screen(rita, fresh, sha256="0" * 64).status_code == 409
    assert screen(rita, fresh).status_code == 302
    assert screen(ada, fresh, "reject", words="Because.").status_code == 409, "somebody let it pass meanwhile"
    assert state(desk, made) == (Screening.PASSED, Status.PREPARED, "rita", ledger.SCREENED)


def test_that_the_machine_went_on_meanwhile_disturbs_nobody(rita, desk):
    made = to_screen(desk)
    cast.onward(desk, made, Status.TRANSCRIBED)
    assert screen(rita, made).status_code == 302
    assert state(desk, made)[:2] == (Screening.PASSED, Status.TRANSCRIBED)


@pytest.mark.parametrize("before", [Screening.PASSED, Screening.ASKED])
def test_changed_choices_are_screened_again(desk, before):
    made = to_screen(desk, Status.DRAFTED)
    with desk.db.write() as session:
        there = session.get_one(Appeal, made.id)
        there.screening = before
        session.flush()
        workflow.change_consent(session, there, Consent(version="1", language="be", answers=AGREED))
    assert cast.fresh(desk, made).screening == Screening.OPEN


def test_after_one_comes_the_next_the_urgent_ones_first(rita, desk):
    first, second, third = (to_screen(desk) for _ in range(3))
    rita.send(f"/staff/appeals/{third.id}/urgent", urgent="yes")
    assert screen(rita, first).location == f"/staff/appeals/{third.id}/screen"
    assert screen(rita, third, "ask", words="Who is that?").location == f"/staff/appeals/{second.id}/screen"
    last = rita.get(screen(rita, second, "reject", reason="harm").location).text
    assert "Nothing else waits to be screened." in last


def test_urgent_is_marked_and_unmarked_once_each_in_the_ledger(rita, tanya, desk):
    made = cast.appeal(desk)
    assert tanya.send(f"/staff/appeals/{made.id}/urgent", urgent="yes").status_code == 404
    for wish in ("yes", "yes", "no", ""):
        rita.send(f"/staff/appeals/{made.id}/urgent", urgent=wish)
    after = cast.fresh(desk, made)
    said = [move.reason for move in after.transitions if move.by == "rita"]
    assert (after.urgent, after.attempt, said) == (False, made.attempt, [ledger.URGENT, ledger.NOT_URGENT])
    ended = cast.appeal(desk, Status.REJECTED)
    assert rita.send(f"/staff/appeals/{ended.id}/urgent", urgent="yes").status_code == 403
