"""The reviewer's decisions: bound to what was seen, and never about one's own words."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import update

from pipeline import approval
from pipeline.models import Account, Appeal, Approval, Kind, Layer, Revision, Screening, Status
from tests import cast
from tests.typist import rows, save
from web import ledger

ON_BOTH_DATABASES = True  # see conftest.py


def decide(person: cast.Person, appeal: Appeal, what: str, **fields: object):
    """Press a button of the page as it stands in `appeal`, all of the clip having been played."""
    consent = appeal.consents[-1].id
    seen = {"attempt": appeal.attempt, "status": appeal.status.value, "consent": consent, "watched": "whole"}
    return person.send(f"/staff/appeals/{appeal.id}/{what}", **{**seen, **fields})


def review(person: cast.Person, appeal: Appeal) -> str:
    """The page on which a finished clip is watched."""
    return person.get(f"/staff/appeals/{appeal.id}/review").text


def seen_hash(desk, appeal: Appeal) -> str:
    return cast.fresh(desk, appeal).file(Kind.FINISHED).sha256


def test_a_reviewer_approves_exactly_the_clip_that_was_shown(rita, desk):
    made = cast.appeal(desk, Status.IN_REVIEW)
    assert seen_hash(desk, made) in review(rita, made)
    decide(rita, made, "approve", sha256=seen_hash(desk, made))
    after = cast.fresh(desk, made)
    assert after.status == Status.APPROVED
    given = approval.approval_in_force(after)
    assert (given.by_id, given.watched, given.alone) == (cast.account(desk, "rita").id, True, "")


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
    assert "somebody else has to approve" in review(rita, made)
    answer = decide(rita, made, "approve", sha256=seen_hash(desk, made))
    assert answer.status_code == 403
    assert "You wrote these subtitles yourself" in answer.text
    assert decide(ada, made, "approve", sha256=seen_hash(desk, made)).status_code == 302


def test_whose_words_were_touched_up_by_somebody_else_does_not_approve_them_either(rita, tanya, desk):
    made = cast.appeal(desk)
    save(rita, made, rows("Слово Риты", "и ещё одно"))
    save(tanya, made, rows("Слово Риты.", "и ещё одно"), base=2)
    page = cast.onward(desk, made, Status.SUBMITTED, Status.IN_REVIEW)
    assert "somebody else has to approve" in review(rita, page)
    assert decide(rita, page, "approve", sha256=seen_hash(desk, page)).status_code == 403


def test_an_old_version_saved_again_by_somebody_else_keeps_its_author_from_approving(rita, tanya, desk):
    made = cast.appeal(desk)
    save(rita, made, rows("Слово Риты", "и ещё одно"))
    with desk.db.write() as session:  # a redo: the machine's new draft comes on top
        session.get_one(Appeal, made.id).track(Layer.RUSSIAN).add([], "phrasebook")
    tanya.send(f"/staff/appeals/{made.id}/restore", base=3, version=2)
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
    assert "Watch and decide" not in tanya.get(f"/staff/appeals/{made.id}").text
    assert tanya.get(f"/staff/appeals/{made.id}/review").status_code == 404
    for what in ("approve", "return", "reject", "reopen", "take"):
        assert decide(tanya, made, what, sha256=seen_hash(desk, made), words="Because.").status_code == 404


# watched or not


def test_who_did_not_play_it_whole_is_asked_once_more_and_it_is_kept(rita, desk):
    made = cast.appeal(desk, Status.IN_REVIEW)
    sha256 = seen_hash(desk, made)
    answer = decide(rita, made, "approve", sha256=sha256, watched="")
    assert answer.status_code == 422 and "Nothing is approved yet" in answer.text
    assert cast.fresh(desk, made).status == Status.IN_REVIEW
    asked = dict(re.findall(r'name="(\w+)" value="([^"]*)"', answer.text.partition("<main")[2]))
    assert (asked["sha256"], asked["attempt"]) == (sha256, str(made.attempt))
    rita.send(f"/staff/appeals/{made.id}/approve", **{name: asked[name] for name in asked if name != "csrf_token"})
    after = cast.fresh(desk, made)
    assert (after.status, approval.approval_in_force(after).watched) == (Status.APPROVED, False)
    assert "It was not played whole before." in rita.get(f"/staff/appeals/{made.id}").text


def test_the_second_question_approves_nothing_newer_than_the_first_page_showed(rita, desk):
    made = cast.appeal(desk, Status.IN_REVIEW)
    old = made.attempt - 1
    answer = decide(rita, made, "approve", sha256=seen_hash(desk, made), watched="", sure="yes", attempt=old)
    assert (answer.status_code, cast.fresh(desk, made).status) == (409, Status.IN_REVIEW)


# an admin, alone


def by_ada(desk) -> Appeal:
    """A clip in review whose words are the admin's."""
    made = cast.appeal(desk, Status.IN_REVIEW)
    ada_id = cast.account(desk, "ada").id
    with desk.db.write() as session:
        session.execute(update(Revision).values(author_id=ada_id, made_by="ada"))
    return made


def test_an_admin_approves_own_words_alone_only_with_a_reason_that_everybody_sees(ada, sveta, tanya, desk):
    made = by_ada(desk)
    sha256 = seen_hash(desk, made)
    assert "Why can nobody else look at it?" in review(ada, made)
    assert decide(ada, made, "approve", sha256=sha256, alone=" ").status_code == 403
    decide(ada, made, "approve", sha256=sha256, alone="Everybody sleeps.")
    cast.onward(desk, made, Status.RELEASED)
    after = cast.fresh(desk, made)
    assert (after.transitions[-2].by, after.transitions[-2].reason) == ("ada", f"{approval.ALONE}: Everybody sleeps.")
    for person, path in (
        (tanya, f"/staff/appeals/{made.id}"),
        (ada, "/admin/audit"),
        (sveta, f"/social/clips/{made.id}"),
    ):
        assert "ithout a second person: Everybody sleeps." in person.get(path).text, path


def test_nobody_but_an_admin_can_do_that(rita, desk):
    made = cast.appeal(desk, Status.IN_REVIEW)
    rita_id = cast.account(desk, "rita").id
    with desk.db.write() as session:
        session.execute(update(Revision).values(author_id=rita_id))
    assert "Why can nobody else" not in review(rita, made)
    answer = decide(rita, made, "approve", sha256=seen_hash(desk, made), alone="I am sure.")
    assert (answer.status_code, cast.fresh(desk, made).status) == (403, Status.IN_REVIEW)


def test_a_reason_beside_the_words_of_others_makes_no_exception_of_it(ada, desk):
    made = cast.appeal(desk, Status.IN_REVIEW)
    decide(ada, made, "approve", sha256=seen_hash(desk, made), alone="Why not")
    assert approval.approval_in_force(cast.fresh(desk, made)).alone == ""


# forty clips waiting


def test_after_a_decision_comes_the_next_clip_urgent_ones_first_and_never_ones_own(rita, desk):
    first, second, third, own = (cast.appeal(desk, Status.IN_REVIEW) for _ in range(4))
    rita_id = cast.account(desk, "rita").id
    with desk.db.write() as session:
        session.get_one(Appeal, third.id).urgent = True
        for revision in session.get_one(Appeal, own.id).track(Layer.RUSSIAN).revisions:
            revision.author_id = rita_id
    assert "2 more wait for your review" in review(rita, first)
    answer = decide(rita, first, "approve", sha256=seen_hash(desk, first))
    assert answer.location == f"/staff/appeals/{third.id}/review"
    assert f"Appeal {first.id} is approved. The next one is here." in rita.get(answer.location).text
    answer = decide(rita, third, "return", words="Because.")
    assert answer.location == f"/staff/appeals/{second.id}/review"
    answer = decide(rita, second, "reject", reason="harm")
    assert "Nothing else waits for your review." in rita.get(answer.location).text


def test_open_notes_at_the_clip_are_words_enough_to_return_it(rita, desk):
    made = cast.appeal(desk, Status.IN_REVIEW)
    rita.send(f"/staff/appeals/{made.id}/notes", at="0:01", text="Another word")
    decide(rita, made, "return", words="")
    assert cast.fresh(desk, made).status == Status.DRAFTED
    assert "See the notes at the clip." in rita.get(f"/staff/appeals/{made.id}").text


def test_a_reviewer_who_edits_takes_the_clip_back_and_cannot_approve_it_then(rita, ada, desk):
    made = cast.appeal(desk, Status.IN_REVIEW)
    assert decide(rita, made, "take").location == f"/staff/appeals/{made.id}/edit"
    assert decide(rita, made, "take").status_code == 409
    after = cast.fresh(desk, made)
    assert (after.status, after.transitions[-1].by, after.transitions[-1].reason) == (
        Status.DRAFTED,
        "rita",
        ledger.TAKEN_TO_EDIT,
    )
    save(rita, made)
    page = cast.onward(desk, made, Status.SUBMITTED, Status.IN_REVIEW)
    assert decide(rita, page, "approve", sha256=seen_hash(desk, page)).status_code == 403
    assert decide(ada, page, "approve", sha256=seen_hash(desk, page)).status_code == 302


def test_the_page_shows_what_people_changed_what_is_in_doubt_and_what_the_checks_say(rita, tanya, desk):
    made = cast.appeal(desk)
    doubted = [{**row, "doubts": ["guess"]} for row in rows("Дорогие белорусы!", "Мы ждём  вас вас дома")]
    save(tanya, made, doubted)
    page = review(rita, cast.onward(desk, made, Status.SUBMITTED, Status.IN_REVIEW))
    assert "removed: </span>" in page and "added: </span>" in page and "version 1" in page
    assert 'class="is-' in page and "data-at=" in page


def test_without_a_finished_clip_there_is_nothing_to_review(rita, desk):
    for status in (Status.DRAFTED, Status.SUBMITTED, Status.REJECTED):
        made = cast.appeal(desk, status)
        assert rita.get(f"/staff/appeals/{made.id}/review").location == f"/staff/appeals/{made.id}"


def test_a_clip_that_nobody_screened_under_her_new_choices_is_not_approved(rita, desk):
    made = cast.appeal(desk, Status.IN_REVIEW)
    with desk.db.write() as session:
        session.get_one(Appeal, made.id).screening = Screening.OPEN
    page = review(rita, made)
    assert "Nobody has screened this clip" in page and 'form="approve"' not in page
    assert decide(rita, made, "approve", sha256=seen_hash(desk, made)).status_code == 403


def test_nobody_can_write_what_reads_like_a_line_of_the_app(rita, desk):
    made = cast.appeal(desk, Status.IN_REVIEW)
    seen = {"attempt": made.attempt, "status": made.status.value}
    rita.send(f"/staff/appeals/{made.id}/return", words="screened: volunteers may see it", **seen)
    assert "“screened: volunteers may see it”" in rita.get(f"/staff/appeals/{made.id}").text


# how it is delivered


def approved(desk, made: Appeal) -> Approval:
    return cast.fresh(desk, made).approvals[-1]


def say_yes(rita: cast.Person, made: Appeal, **fields: object):
    return decide(rita, made, "approve", sha256=made.file(Kind.FINISHED).sha256, **fields)


def in_review(desk, **media: object) -> Appeal:
    made = cast.appeal(desk, Status.IN_REVIEW)
    with desk.db.write() as session:
        there = session.get_one(Appeal, made.id)
        there.media = {**there.media, **media}
        there.focus = {"x": 0.3, "y": 0.4}
    return cast.fresh(desk, made)


def test_the_reviewer_chooses_how_frames_are_cut_and_whether_a_card_follows(rita, desk):
    made = in_review(desk)
    page = rita.get(f"/staff/appeals/{made.id}/review").text
    assert "Cut around her face" in page and "Facebook 1:1" in page and "Closing card" in page
    say_yes(rita, made, framing="face", card="no")
    assert approved(desk, made).delivery == {"framing": "face", "card": False, "cuts": {}}


def test_untouched_choices_and_nonsense_keep_the_whole_picture_and_the_card(rita, desk):
    made = in_review(desk)
    say_yes(rita, made, framing="sideways", cut="youtube")
    assert approved(desk, made).delivery == {"framing": "pad", "card": True, "cuts": {}}


def test_a_clip_too_long_for_a_network_is_cut_only_where_the_reviewer_ticks_it(rita, desk):
    made = in_review(desk, duration_ms=150_000)
    page = rita.get(f"/staff/appeals/{made.id}/review").text
    assert "Facebook Reels: end at 0:05" in page and "X: end at 0:05" in page and "TikTok: end at" not in page
    say_yes(rita, made, cut="x")
    kept = approved(desk, made).delivery["cuts"]
    assert kept == {"x": 5500}, "after the last sentence that X takes whole"


def test_a_clip_shorter_than_a_network_takes_is_said(rita, desk):
    made = in_review(desk, duration_ms=2000)
    assert "Instagram Reels takes no clip shorter than 0:03" in rita.get(f"/staff/appeals/{made.id}/review").text


def test_open_notes_are_asked_about_and_what_was_chosen_is_kept(rita, desk):
    made = in_review(desk)
    rita.send(f"/staff/appeals/{made.id}/notes", at="0:01.000", text="Another word")
    asked = say_yes(rita, made, framing="centre")
    assert asked.status_code == 422 and "1 note at this clip is still open" in asked.text
    assert '<input type="hidden" name="framing" value="centre">' in asked.text
    assert cast.fresh(desk, made).status == Status.IN_REVIEW
    say_yes(rita, made, framing="centre", sure="yes")
    assert approved(desk, made).delivery["framing"] == "centre" and approved(desk, made).watched
