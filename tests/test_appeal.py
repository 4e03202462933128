"""The page of one appeal: where it stands, what machines are at, trying again, another language."""

from __future__ import annotations

from sqlalchemy import update

from pipeline.models import Appeal, Revision, Status
from tests import cast
from tests.typist import versions


def needs_person(desk, appeal: Appeal, reason: str) -> None:
    with desk.db.write() as session:
        session.execute(update(Appeal).where(Appeal.id == appeal.id).values(needs_person=True, reason=reason))


def test_an_appeal_at_any_status_has_a_page_which_leads_to_the_editor_while_it_is_a_draft(rita, desk):
    for status in Status:
        made = cast.appeal(desk, status)
        answer = rita.get(f"/staff/appeals/{made.id}")
        assert answer.status_code == 200
        assert ("Correct the subtitles" in answer.text) == (status == Status.DRAFTED)


def test_the_page_looks_again_by_itself_while_a_machine_works(rita, desk):
    for status in (Status.RECEIVED, Status.PREPARED, Status.TRANSCRIBED, Status.SUBMITTED):
        made = cast.appeal(desk, status)
        assert 'http-equiv="refresh" content="3"' in rita.get(f"/staff/appeals/{made.id}").text
        needs_person(desk, made, "timed_out")
        page = rita.get(f"/staff/appeals/{made.id}").text
        assert 'http-equiv="refresh"' not in page
        assert "A tool took longer than it may." in page and "Try again" in page


def test_how_far_a_step_is_is_shown_while_it_runs(rita, desk):
    made = cast.appeal(desk, Status.PREPARED)
    with desk.db.write() as session:
        session.execute(update(Appeal).where(Appeal.id == made.id).values(progress=40))
    assert 'value="40"' in rita.get(f"/staff/appeals/{made.id}").text


def test_a_step_that_needs_a_person_is_tried_again(rita, desk):
    made = cast.appeal(desk, Status.PREPARED)
    needs_person(desk, made, "timed_out")
    rita.send(f"/staff/appeals/{made.id}/retry", attempt=made.attempt)
    after = cast.fresh(desk, made)
    assert (after.needs_person, after.tries, after.transitions[-1].by) == (False, 0, "rita")
    assert rita.send(f"/staff/appeals/{made.id}/retry", attempt=made.attempt).status_code == 409


def test_what_only_the_supporter_can_mend_is_not_tried_again(rita, desk):
    made = cast.appeal(desk, Status.RECEIVED)
    needs_person(desk, made, "no_sound")
    page = rita.get(f"/staff/appeals/{made.id}").text
    assert "Trying again cannot help" in page and "<button>Try again" not in page
    assert rita.send(f"/staff/appeals/{made.id}/retry", attempt=made.attempt).status_code == 403


def test_a_number_that_no_row_can_have_is_not_there(tanya, rita, ada, desk):
    made = cast.appeal(desk, Status.IN_REVIEW)
    for number in (0, 2**31, 10**20, "9" * 5000):
        assert tanya.get(f"/staff/appeals/{number}").status_code == 404
        assert tanya.get(f"/staff/?page={number}").status_code == ada.get(f"/social/?page={number}").status_code == 200
        seen = {"attempt": number or -1, "status": "in_review", "words": "Because."}
        assert rita.send(f"/staff/appeals/{made.id}/return", **seen).status_code == 409
        assert tanya.send(f"/staff/appeals/{made.id}/retry", **seen).status_code == 409


def test_control_characters_are_no_fault_of_ours(tanya, rita, ada, desk):
    made = cast.appeal(desk)
    assert tanya.get("/staff/?language=%00&status=%00&page=%00").status_code == 200
    assert ada.send("/admin/accounts/add", name="a\x00b", role="social").status_code == 422
    assert ada.send("/admin/accounts/password", name="a\x00b").status_code == 422
    assert tanya.send("/staff/sign-in", name="a\x00b", password="a\x00b").status_code == 403
    seen = {"attempt": made.attempt, "status": "drafted", "words": "Because\x00\u202eof it."}
    rita.send(f"/staff/appeals/{made.id}/reject", **seen)
    assert cast.fresh(desk, made).transitions[-1].reason == "Because of it."


def test_a_draft_is_made_again_in_another_language_and_the_versions_stay(tanya, desk):
    made = cast.appeal(desk)
    tanya.send(f"/staff/appeals/{made.id}/redo", language="uk", attempt=made.attempt)
    after = cast.fresh(desk, made)
    assert (after.status, after.language, len(versions(desk, made))) == (Status.PREPARED, "uk", 1)
    assert tanya.send(f"/staff/appeals/{made.id}/redo", language="klingon", attempt=1).status_code == 400


def test_notes_of_a_reviewer_stand_on_the_page_and_in_the_editor(tanya, rita, desk):
    made = cast.appeal(desk, Status.IN_REVIEW)
    rita.send(f"/staff/appeals/{made.id}/return", attempt=made.attempt, words="Cue 2 comes too late.")
    page = tanya.get(f"/staff/appeals/{made.id}").text
    assert "Notes of rita" in page and "Cue 2 comes too late." in page
    returned = tanya.get(f"/staff/appeals/{made.id}/bench.json").json["returned"]
    assert returned == {"by": "rita", "reason": "Cue 2 comes too late."}


def test_a_clip_in_which_nobody_speaks_has_an_editor_to_write_in(tanya, desk):
    made = cast.appeal(desk)
    with desk.db.write() as session:
        session.execute(update(Revision).values(rows=[]))
    state = tanya.get(f"/staff/appeals/{made.id}/bench.json").json
    assert (state["rows"], state["clip"]["speech"], state["may_edit"]) == ([], [], True)


def test_translators_do_not_find_what_was_rejected(tanya, rita, desk):
    made = cast.appeal(desk, Status.REJECTED)
    for path in ("", "/edit", "/history", "/bench.json", "/media/clean", "/russian.vtt"):
        assert tanya.get(f"/staff/appeals/{made.id}{path}").status_code == 404, path
    assert f"/staff/appeals/{made.id}" not in tanya.get("/staff/?status=").text
    assert rita.get(f"/staff/appeals/{made.id}").status_code == 200
