"""The reviewer's decisions: bound to what was seen, and never about one's own words."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from pipeline import approval
from pipeline.models import Account, Appeal, Kind, Layer, Revision, Status
from tests import cast

ON_BOTH_DATABASES = True  # see conftest.py


def decide(person: cast.Person, appeal: Appeal, what: str, **fields: object):
    """Press a button of the page as it stands in `appeal`."""
    seen = {"attempt": appeal.attempt, "status": appeal.status.value, "consent": appeal.consents[-1].id}
    return person.send(f"/staff/appeals/{appeal.id}/{what}", **{**seen, **fields})


def seen_hash(desk, appeal: Appeal) -> str:
    return cast.fresh(desk, appeal).file(Kind.FINISHED).sha256


def test_a_reviewer_approves_exactly_the_clip_that_was_shown(rita, desk):
    made = cast.appeal(desk, Status.IN_REVIEW)
    assert seen_hash(desk, made) in rita.get(f"/staff/appeals/{made.id}").text
    decide(rita, made, "approve", sha256=seen_hash(desk, made))
    after = cast.fresh(desk, made)
    assert after.status == Status.APPROVED
    assert approval.approval_in_force(after).by_id == cast.account(desk, "rita").id


def test_another_clip_than_the_one_shown_is_not_approved(rita, desk):
    made = cast.appeal(desk, Status.IN_REVIEW)
    answer = decide(rita, made, "approve", sha256="0" * 64)
    assert answer.status_code == 409
    assert "Somebody was faster" in answer.text and "Show how it stands now" in answer.text
    assert "It stands at “To review”, moved by worker (this hour)." in answer.text
    assert cast.fresh(desk, made).status == Status.IN_REVIEW


def test_an_approval_sent_twice_counts_once(rita, desk):
    made = cast.appeal(desk, Status.IN_REVIEW)
    sha256 = seen_hash(desk, made)
    assert decide(rita, made, "approve", sha256=sha256).status_code == 302
    assert decide(rita, made, "approve", sha256=sha256).status_code == 409
    assert len(cast.fresh(desk, made).approvals) == 1


def test_nobody_approves_their_own_words(rita, ada, desk):
    made = cast.appeal(desk, Status.IN_REVIEW)
    with desk.db.write() as session:
        rita_id = session.query(Account).filter_by(name="rita").one().id
        session.execute(update(Revision).values(author_id=rita_id))
    assert "somebody else has to approve" in rita.get(f"/staff/appeals/{made.id}").text
    answer = decide(rita, made, "approve", sha256=seen_hash(desk, made))
    assert answer.status_code == 403
    assert "You wrote these subtitles yourself" in answer.text
    assert decide(ada, made, "approve", sha256=seen_hash(desk, made)).status_code == 302


def test_whose_words_were_touched_up_by_somebody_else_does_not_approve_them_either(rita, tanya, desk):
    made = cast.appeal(desk)
    times = {"start": "0:01", "end": "0:02", "was": "0"}
    rita.send(f"/staff/appeals/{made.id}/save", base=1, text="Слово Риты", **times)
    tanya.send(f"/staff/appeals/{made.id}/save", base=2, text="Слово Риты.", **times)
    page = cast.onward(desk, made, Status.SUBMITTED, Status.IN_REVIEW)
    assert "somebody else has to approve" in rita.get(f"/staff/appeals/{page.id}").text
    assert decide(rita, page, "approve", sha256=seen_hash(desk, page)).status_code == 403


def test_an_old_version_saved_again_by_somebody_else_keeps_its_author_from_approving(rita, tanya, desk):
    made = cast.appeal(desk)
    times = {"start": "0:01", "end": "0:02", "was": "0"}
    rita.send(f"/staff/appeals/{made.id}/save", base=1, text="Слово Риты", **times)
    with desk.db.write() as session:  # a redo: the machine's new draft comes on top
        session.get_one(Appeal, made.id).track(Layer.RUSSIAN).add([], "phrasebook")
    tanya.send(f"/staff/appeals/{made.id}/save", base=3, shown=2, text="Слово Риты", **times)
    page = cast.onward(desk, made, Status.SUBMITTED, Status.IN_REVIEW)
    assert decide(rita, page, "approve", sha256=seen_hash(desk, page)).status_code == 403


def test_a_campaign_can_let_one_person_do_both(rita, desk):
    object.__setattr__(desk.campaign, "two_people", False)
    made = cast.appeal(desk, Status.IN_REVIEW)
    with desk.db.write() as session:
        session.execute(update(Revision).values(author_id=cast.account(desk, "rita").id))
    assert decide(rita, made, "approve", sha256=seen_hash(desk, made)).status_code == 302


@pytest.mark.parametrize(
    ("status", "what", "new"),
    [
        (Status.IN_REVIEW, "return", Status.DRAFTED),
        (Status.IN_REVIEW, "reject", Status.REJECTED),
        (Status.DRAFTED, "reject", Status.REJECTED),
        (Status.APPROVED, "reopen", Status.DRAFTED),
        (Status.RELEASED, "reopen", Status.DRAFTED),
    ],
)
def test_every_other_decision_needs_words_and_leaves_them_in_the_ledger(rita, desk, status, what, new):
    made = cast.appeal(desk, status)
    nothing = decide(rita, made, what, words=" \n ")
    assert "Please write why" in rita.get(nothing.location).text
    assert cast.fresh(desk, made).status == status
    decide(rita, made, what, words="Because <it> is so.")
    after = cast.fresh(desk, made)
    assert (after.status, after.transitions[-1].by) == (new, "rita")
    assert after.transitions[-1].reason == "Because <it> is so."
    assert "Because &lt;it&gt; is so." in rita.get(f"/staff/appeals/{made.id}").text


@pytest.mark.parametrize(
    ("status", "what"),
    [
        (Status.DRAFTED, "return"),
        (Status.APPROVED, "return"),
        (Status.DRAFTED, "reopen"),
        (Status.RELEASED, "reject"),
        (Status.WITHDRAWN, "reopen"),
        (Status.REJECTED, "reopen"),
    ],
)
def test_a_decision_that_does_not_fit_the_status_changes_nothing(rita, desk, status, what):
    made = cast.appeal(desk, status)
    assert decide(rita, made, what, words="Because.").status_code in {403, 409}
    assert cast.fresh(desk, made).status == status


def test_a_decision_about_an_old_page_changes_nothing(rita, desk):
    made = cast.appeal(desk, Status.IN_REVIEW)
    for fields in ({"attempt": made.attempt - 1}, {"attempt": "x"}, {"attempt": ""}):
        assert decide(rita, made, "return", words="Because.", **fields).status_code == 409
    assert decide(rita, made, "reject", words="Because.", status="nonsense").status_code == 409


def test_reopening_takes_the_clip_back_at_once(rita, sveta, desk):
    made = cast.appeal(desk, Status.RELEASED)
    assert sveta.get(f"/social/clips/{made.id}/finished").status_code == 200
    decide(rita, made, "reopen", words="A wrong name.")
    assert sveta.get(f"/social/clips/{made.id}/finished").status_code == 404


def test_a_translator_has_no_say(tanya, desk):
    made = cast.appeal(desk, Status.IN_REVIEW)
    assert "Your decision" not in tanya.get(f"/staff/appeals/{made.id}").text
    for what in ("approve", "return", "reject", "reopen"):
        assert decide(tanya, made, what, sha256=seen_hash(desk, made), words="Because.").status_code == 404
