"""The workbench: what is typed is never lost, never overwritten, and says what is wrong with it."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread

from sqlalchemy import update

from pipeline import workflow
from pipeline.base import now
from pipeline.models import Appeal, Consent, Status
from pipeline.teamwork import Hold, Note
from pipeline.withdraw import withdraw
from tests import cast
from tests.typist import RIGHT, as_they_are, ask, bench, rows, russian, save, versions

ON_BOTH_DATABASES = True  # see conftest.py


def numbers(desk, made) -> list[int]:
    return [revision.number for revision in versions(desk, made)]


def test_saving_makes_a_new_version_under_the_name_of_its_author(tanya, desk):
    made = cast.appeal(desk)
    answer = save(tanya, made)
    newest = versions(desk, made)[-1]
    assert (answer.status_code, answer.json["revision"], answer.json["made_by"]) == (201, 2, "tanya")
    assert (newest.number, newest.author_id) == (2, cast.account(desk, "tanya").id)
    assert [cue.text for cue in newest.cues] == RIGHT


def test_saving_what_did_not_change_makes_none(tanya, desk):
    made = cast.appeal(desk)
    answer = save(tanya, made, as_they_are(bench(tanya, made)))
    assert (answer.status_code, numbers(desk, made)) == (200, [1])


def test_a_save_whose_answer_was_lost_is_repeated_without_harm(tanya, desk):
    made = cast.appeal(desk)
    assert [save(tanya, made).status_code for _ in range(2)] == [201, 200]
    assert [save(tanya, made, base=2, submit=True).status_code for _ in range(2)] == [201, 200]
    after = cast.fresh(desk, made)
    assert (after.status, numbers(desk, made)) == (Status.SUBMITTED, [1, 2])


def test_a_stale_save_gets_the_other_version_and_loses_nothing(tanya, rita, desk):
    made = cast.appeal(desk)
    save(rita, made, rows("Слово Риты", "x"))
    answer = save(tanya, made, rows("Слово Тани", "x"))
    assert (answer.status_code, answer.json["revision"], answer.json["made_by"]) == (409, 2, "rita")
    assert "rita saved another version meanwhile" in answer.json["error"]
    assert answer.json["rows"][0]["text"] == "Слово Риты"
    assert answer.json["base_rows"][0]["text"] == cast.RUSSIAN[0].text
    assert russian(desk, made)[0].text == "Слово Риты"
    assert save(tanya, made, rows("Слово Тани", "x"), base=2).status_code == 201


def test_a_version_that_never_was_is_not_saved_upon(tanya, desk):
    made = cast.appeal(desk)
    for base, known in ((0, []), (7, None), (2**31 - 1, None)):
        answer = save(tanya, made, base=base)
        assert (answer.status_code, answer.json["base_rows"]) == (409, known)
    assert numbers(desk, made) == [1]


def test_of_two_saves_at_once_one_is_kept_and_the_other_is_told(app, tanya, rita, desk):
    made = cast.appeal(desk)
    for base in (1, 2, 3):
        start, answers = Barrier(2), []

        def saving(person, start=start, answers=answers, base=base):
            typed, headers = rows(f"{person.name} {base}", "x"), {"X-CSRFToken": person.token()}
            start.wait()
            body = {"tab": "t", "base": base, "rows": typed, "submit": False}
            answers.append(person.post(f"/staff/appeals/{made.id}/revisions", json=body, headers=headers).status_code)

        both = [Thread(target=saving, args=[person]) for person in (tanya, rita)]
        for thread in both:
            thread.start()
        for thread in both:
            thread.join()
        assert sorted(answers) == [201, 409]
    assert numbers(desk, made) == [1, 2, 3, 4]


def test_who_saves_after_it_went_on_is_told_where_it_stands(tanya, rita, desk):
    made = cast.appeal(desk)
    assert save(rita, made, submit=True).status_code == 201
    answer = save(tanya, made, rows("Слово Тани", "x"), base=2)
    assert (answer.status_code, answer.json["status"]) == (409, "submitted")
    assert "went on meanwhile" in answer.json["error"] and numbers(desk, made) == [1, 2]


def test_only_drafts_can_be_changed(rita, desk):
    for status in [status for status in Status if status not in {Status.DRAFTED, Status.WITHDRAWN}]:
        made = cast.appeal(desk, status)
        before = len(versions(desk, made))
        assert bench(rita, made)["may_edit"] is False
        assert save(rita, made, base=before, submit=True).status_code == 409
        assert (cast.fresh(desk, made).status, len(versions(desk, made))) == (status, before)
        assert ask(rita, "POST", made, "hold", tab="a", take=True).json["hold"]["by"] == ""


def test_submitting_pins_what_was_saved_with_it(tanya, desk):
    made = cast.appeal(desk)
    assert save(tanya, made, submit=True).json["status"] == "submitted"
    after = cast.fresh(desk, made)
    assert after.submitted_revision_id == versions(desk, made)[-1].id
    assert after.transitions[-1].by == "tanya"


def test_who_sends_the_machines_words_on_as_they_are_answers_for_them(tanya, desk):
    made = cast.appeal(desk)
    assert save(tanya, made, as_they_are(bench(tanya, made)), submit=True).status_code == 201
    assert [revision.made_by for revision in versions(desk, made)] == ["phrasebook", "tanya"]
    assert cast.fresh(desk, made).submitted_revision_id == versions(desk, made)[-1].id


def test_who_sends_another_persons_words_on_does_not_become_their_author(tanya, rita, desk):
    made = cast.appeal(desk)
    save(tanya, made)
    before = numbers(desk, made)
    assert save(rita, made, as_they_are(bench(rita, made)), base=before[-1], submit=True).status_code == 201
    assert numbers(desk, made) == before


def test_a_clip_without_words_cannot_be_submitted(tanya, desk):
    made = cast.appeal(desk)
    for typed in ([], rows("", "")):
        answer = save(tanya, made, typed, submit=True)
        assert answer.status_code == 422 and "At least one cue needs words" in answer.json["error"]
    assert (cast.fresh(desk, made).status, numbers(desk, made)) == (Status.DRAFTED, [1])


def test_the_first_words_of_a_clip_without_a_draft_can_be_written(tanya, desk):
    made = cast.appeal(desk)
    with desk.db.write() as session:
        appeal = session.get_one(Appeal, made.id)
        appeal.tracks.clear()
    assert (bench(tanya, made)["revision"], bench(tanya, made)["rows"]) == (0, [])
    assert save(tanya, made, base=0).json["revision"] == 1


def test_a_wrong_row_is_named_and_nothing_is_saved(tanya, desk):
    made = cast.appeal(desk)
    typed = rows("a", "b", times=[(400, 3300), (3200, 9000)])
    answer = save(tanya, made, typed)
    assert (answer.status_code, numbers(desk, made)) == (422, [1])
    assert [problem["id"] for problem in answer.json["problems"]] == ["1", "1"]
    assert answer.json["error"] == answer.json["problems"][0]["sentence"]


# Drafts


def test_a_draft_is_kept_for_each_person_with_all_that_is_wrong_in_it(tanya, rita, desk):
    made = cast.appeal(desk)
    typed = rows("  Слово \u202eТани\x00\n", "", times=[(5000, 100), (-5, 10**9)], doubts=["phantom", "made up"])
    answer = ask(tanya, "PUT", made, "draft", tab="a", base=1, rows=typed)
    kept = bench(tanya, made)["draft"]
    assert (answer.status_code, answer.json["at"], kept["base"]) == (200, kept["at"], 1)
    assert {"start": 5000, "end": 100, "text": "  Слово Тани \n", "doubts": ["phantom"]}.items() <= kept["rows"][
        1
    ].items()
    assert bench(rita, made)["draft"] is None
    ask(rita, "PUT", made, "draft", tab="b", base=1, rows=rows("Слово Риты"))
    assert ask(tanya, "DELETE", made, "draft").status_code == 204
    assert bench(tanya, made)["draft"] is None and bench(rita, made)["draft"]["rows"][0]["text"] == "Слово Риты"


def test_a_draft_upon_an_older_version_comes_with_that_version(tanya, rita, desk):
    made = cast.appeal(desk)
    ask(tanya, "PUT", made, "draft", tab="a", base=1, rows=rows("Слово Тани"))
    assert bench(tanya, made)["draft_base"] is None
    save(rita, made)
    assert bench(tanya, made)["draft_base"][0]["text"] == cast.RUSSIAN[0].text


def test_a_save_ends_its_own_draft_and_a_refused_one_keeps_it(tanya, desk):
    made = cast.appeal(desk)
    ask(tanya, "PUT", made, "draft", tab="a", base=1, rows=rows(*RIGHT))
    save(tanya, made, rows("x", times=[(5, 4)]))
    assert bench(tanya, made)["draft"]
    save(tanya, made)
    assert bench(tanya, made)["draft"] is None


def test_a_draft_can_be_kept_also_after_the_clip_went_on(tanya, rita, desk):
    made = cast.appeal(desk)
    save(rita, made, submit=True)
    assert ask(tanya, "PUT", made, "draft", tab="a", base=1, rows=rows("Слово Тани")).status_code == 200
    assert bench(tanya, made)["draft"]["rows"][0]["text"] == "Слово Тани"


# Who has it open


def hold(person, made, tab="", take=False):
    return ask(person, "POST", made, "hold", tab=tab or person.name, take=take).json["hold"]


def test_who_came_first_holds_the_clip_and_another_may_take_it_over(tanya, rita, desk):
    made = cast.appeal(desk)
    assert hold(tanya, made)["mine"] and hold(tanya, made)["mine"]
    assert (hold(rita, made)["by"], hold(rita, made)["mine"]) == ("tanya", False)
    assert (hold(tanya, made, "second tab")["by"], hold(tanya, made, "second tab")["mine"]) == ("tanya", False)
    assert hold(rita, made, take=True)["mine"]
    assert (hold(tanya, made)["by"], bench(tanya, made)["hold"]["by"]) == ("rita", "rita")
    assert bench(rita, made, tab="rita")["hold"]["mine"]


def test_a_hold_ends_a_minute_after_the_last_sign_of_life_or_when_the_tab_is_left(tanya, rita, desk):
    made = cast.appeal(desk)
    hold(tanya, made)
    ask(rita, "DELETE", made, "hold", tab="rita")
    assert hold(rita, made)["by"] == "tanya"
    for seconds, who in ((50, "tanya"), (61, "rita")):
        with desk.db.write() as session:
            session.execute(update(Hold).values(seen=now() - timedelta(seconds=seconds)))
        assert hold(rita, made)["by"] == who
    assert ask(rita, "DELETE", made, "hold", tab="rita").status_code == 204
    assert hold(tanya, made)["mine"]


def test_a_sign_of_life_tells_what_happened_meanwhile(tanya, rita, desk):
    made = cast.appeal(desk)
    with desk.db.write() as session:
        session.add(Note(appeal_id=made.id, at_ms=1500, text="Too late", by="rita"))
    save(rita, made, submit=True)
    answer = ask(tanya, "POST", made, "hold", tab="a", take=False).json
    assert (answer["revision"], answer["made_by"], answer["status"]) == (2, "rita", "submitted")
    assert [(note["at_ms"], note["text"], note["done"]) for note in answer["notes"]] == [(1500, "Too late", False)]


def test_what_she_changed_and_then_took_back_is_gone_and_not_only_hidden(tanya, desk):
    made = cast.appeal(desk)
    with desk.db.write() as session:
        there = session.get_one(Appeal, made.id)
        workflow.change_consent(session, there, Consent(version="1", language="be", answers=cast.AGREED))
    assert ask(tanya, "GET", made, "bench.json").status_code == 404
    withdraw(desk, made.id)
    assert ask(tanya, "GET", made, "bench.json").status_code == 410


def test_a_second_window_of_the_same_person_leaves_the_draft_of_the_first_alone(tanya, desk):
    made = cast.appeal(desk)
    ask(tanya, "POST", made, "hold", tab="first", take=False)
    ask(tanya, "PUT", made, "draft", tab="first", base=1, rows=rows(*RIGHT))
    assert ask(tanya, "PUT", made, "draft", tab="second", base=1, rows=rows("x")).status_code == 409
    assert (
        ask(tanya, "POST", made, "revisions", tab="second", base=1, rows=rows(*RIGHT), submit=False).status_code == 201
    )
    assert [row["text"] for row in bench(tanya, made)["draft"]["rows"]] == [*RIGHT]
    ask(tanya, "DELETE", made, "hold", tab="first")
    assert ask(tanya, "PUT", made, "draft", tab="second", base=2, rows=rows("x")).status_code == 200
