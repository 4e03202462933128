"""Notes at moments of the clip: reviewers write them, everybody who corrects it sees them and ticks them off."""

from __future__ import annotations

import pytest

from pipeline.models import Appeal, Screening, Status
from pipeline.teamwork import Note
from pipeline.withdraw import withdraw
from tests import cast
from tests.typist import ask, bench
from web import notes


def kept(desk, made: Appeal) -> list[tuple[int, str, str, str]]:
    with desk.db.read() as session:
        return [(note.at_ms, note.text, note.by, note.done_by) for note in notes.of(session, made)]


def noted(desk, made: Appeal, by: str = "rita") -> Note:
    with desk.db.write() as session:
        note = Note(appeal_id=made.id, at_ms=1000, text="Another word", by=by)
        session.add(note)
    return note


@pytest.mark.parametrize(
    ("typed", "ms"),
    [("0:01.500", 1500), ("1:02", 62_000), ("62,5", 62_500), (" 7 ", 7000), ("1:60", None), ("", None), ("-1", None)],
)
def test_times_are_read_as_people_type_them(typed, ms):
    assert notes.moment(typed) == ms


def test_a_note_stands_at_its_moment_for_the_whole_team(rita, ada, tanya, desk):
    made = cast.appeal(desk, Status.IN_REVIEW)
    for person, at, text in ((rita, "0:05", "Second <b>"), (ada, "0:01.250", "First"), (ada, "0:01.250", "First")):
        person.send(f"/staff/appeals/{made.id}/notes", at=at, text=text)
    assert kept(desk, made) == [(1250, "First", "ada", ""), (5000, "Second <b>", "rita", "")]
    page = rita.get(f"/staff/appeals/{made.id}/review").text
    assert "Second &lt;b&gt;" in page and page.count("Delete") == 1, "rita's own"
    assert [note["text"] for note in bench(tanya, made)["notes"]] == ["First", "Second <b>"]


@pytest.mark.parametrize(("at", "text"), [("0:01", " "), ("soon", "Text"), ("0:07", "after the end"), ("", "Text")])
def test_what_is_no_note_is_not_kept_and_says_why(rita, desk, at, text):
    made = cast.appeal(desk, Status.IN_REVIEW)
    answer = rita.send(f"/staff/appeals/{made.id}/notes", at=at, text=text)
    assert "it was not kept" in rita.get(answer.location).text
    assert kept(desk, made) == []


def test_nothing_is_noted_at_what_was_taken_back(rita, desk):
    made = cast.appeal(desk, Status.IN_REVIEW)
    noted(desk, made)
    withdraw(desk, made.id)
    assert kept(desk, made) == []
    assert rita.send(f"/staff/appeals/{made.id}/notes", at="0:01", text="Text").status_code == 403


def test_only_who_wrote_a_note_takes_it_back(rita, ada, desk):
    made, other = cast.appeal(desk, Status.IN_REVIEW), cast.appeal(desk, Status.IN_REVIEW)
    note = noted(desk, made)
    assert ada.send(f"/staff/appeals/{made.id}/notes/{note.id}/drop").status_code == 403
    rita.send(f"/staff/appeals/{other.id}/notes/{note.id}/drop")
    assert len(kept(desk, made)) == 1, "it is a note of another clip"
    for _ in range(2):
        assert rita.send(f"/staff/appeals/{made.id}/notes/{note.id}/drop").status_code == 302
    assert kept(desk, made) == []


def test_a_translator_ticks_a_note_off_and_on_again_but_writes_none(tanya, desk):
    made = cast.appeal(desk)
    note = noted(desk, made)
    for ticked, by in ((True, "tanya"), (True, "tanya"), (False, "")):
        answer = ask(tanya, "POST", made, f"notes/{note.id}/done", done=ticked)
        assert (answer.status_code, answer.json) == (200, {"id": note.id, "done": ticked})
        assert kept(desk, made)[0][3] == by
    assert tanya.send(f"/staff/appeals/{made.id}/notes", at="0:01", text="Text").status_code == 404


def test_what_cannot_be_ticked_off_is_said_in_json(tanya, stranger, desk):
    made, other, gone = cast.appeal(desk), cast.appeal(desk), cast.appeal(desk)
    note, lost = noted(desk, made), noted(desk, gone)
    withdraw(desk, gone.id)
    with desk.db.write() as session:
        session.get_one(Appeal, other.id).screening = Screening.OPEN
    asked = [
        (made, note, {"done": "yes"}, 400),
        (made, note, {}, 400),
        (made, lost, {"done": True}, 404),
        (other, note, {"done": True}, 404),
        (gone, lost, {"done": True}, 410),
    ]
    for appeal, one, body, code in asked:
        answer = ask(tanya, "POST", appeal, f"notes/{one.id}/done", **body)
        assert answer.status_code == code and answer.json["error"]
    path = f"/staff/appeals/{made.id}/notes/{note.id}/done"
    assert stranger.post(path, json={"done": True}).status_code == 401
    assert tanya.post(path, json={"done": True}).status_code == 403, "without a token"
    assert kept(desk, made)[0][3] == ""
