"""The queue and the cue table: what a translator sees, and that nothing typed is lost."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from pipeline import learned
from pipeline.base import now
from pipeline.cues import Cue, Offer
from pipeline.learned import Learned
from pipeline.memory import Pair
from pipeline.models import Appeal, File, Layer, Revision, Status
from pipeline.withdraw import withdraw
from tests import cast
from web.cuetable import read_time

ON_BOTH_DATABASES = True  # see conftest.py

RIGHT = ["Дорогие белорусы!", "Мы ждём вас дома."]


def table(texts=RIGHT, starts=("0:00.400", "0:03.200"), ends=("0:03.000", "0:05.200"), base=1, **more: object):
    """The fields of the cue table, with the empty line at its end."""
    was = [str(i) for i in range(len(texts))]
    return {"base": base, "start": [*starts, ""], "end": [*ends, ""], "text": [*texts, ""], "was": [*was, ""], **more}


def russian(desk, appeal: Appeal) -> list[Cue]:
    return cast.fresh(desk, appeal).track(Layer.RUSSIAN).latest.cues


def numbers(desk, appeal: Appeal) -> list[int]:
    return [revision.number for revision in cast.fresh(desk, appeal).track(Layer.RUSSIAN).revisions]


def test_the_queue_shows_a_translator_what_is_to_correct_the_oldest_first(tanya, desk):
    young, old = cast.appeal(desk), cast.appeal(desk)
    cast.appeal(desk, Status.IN_REVIEW)
    with desk.db.write() as session:
        session.execute(update(Appeal).where(Appeal.id == old.id).values(since=now() - timedelta(hours=3)))
    page = tanya.get("/staff/").text
    assert page.index(f"/appeals/{old.id}") < page.index(f"/appeals/{young.id}")
    assert "3 h" in page and "To correct <b>2</b>" in page and "To review <b>1</b>" in page
    assert page.count('class="clip"') == 2


def test_the_queue_names_what_needs_a_person_and_why(tanya, desk):
    made = cast.appeal(desk, Status.PREPARED)
    needs_person(desk, made, "tool_failed")
    page = tanya.get("/staff/?status=needs-person").text
    assert "Needs a person: A tool failed on this clip." in page


def needs_person(desk, appeal: Appeal, reason: str) -> None:
    with desk.db.write() as session:
        session.execute(update(Appeal).where(Appeal.id == appeal.id).values(needs_person=True, reason=reason))


def test_the_queue_can_be_cut_down_to_a_language_and_is_paged(tanya, desk, monkeypatch):
    monkeypatch.setattr("web.queue.PAGE", 2)
    for language in ("be", "be", "be", "uk"):
        cast.appeal(desk, language=language)
    assert tanya.get("/staff/?language=uk").text.count('class="clip"') == 1
    assert tanya.get("/staff/?language=be").text.count('class="clip"') == 2
    assert tanya.get("/staff/?language=be&page=2").text.count('class="clip"') == 1
    assert tanya.get("/staff/?language=xx&page=-1&status=nonsense").status_code == 200


def test_the_table_shows_times_the_transcript_beside_and_doubts_in_words(tanya, desk):
    page = tanya.get(f"/staff/appeals/{cast.appeal(desk).id}").text
    assert 'value="0:00.400"' in page and 'value="0:05.200"' in page
    assert "Дарагія беларусы, я звяртаюся да вас." in page and "Мы ждём вас дома." in page
    assert "not sure of these words" in page
    assert f"{cast.RUSSIAN[0].cps:.1f}" in page
    assert 'http-equiv="refresh"' not in page


@pytest.mark.parametrize("status", [Status.RECEIVED, Status.PREPARED, Status.TRANSCRIBED, Status.SUBMITTED])
def test_the_page_looks_again_by_itself_while_a_machine_works(tanya, desk, status):
    made = cast.appeal(desk, status)
    assert 'http-equiv="refresh" content="3"' in tanya.get(f"/staff/appeals/{made.id}").text
    needs_person(desk, made, "timed_out")
    page = tanya.get(f"/staff/appeals/{made.id}").text
    assert 'http-equiv="refresh"' not in page
    assert "A tool took longer than it may." in page and "Try again" in page


@pytest.mark.parametrize("status", Status)
def test_an_appeal_at_any_status_has_a_page(tanya, rita, desk, status):
    made = cast.appeal(desk, status)
    assert rita.get(f"/staff/appeals/{made.id}").status_code == 200
    assert ("Save and send to review" in tanya.get(f"/staff/appeals/{made.id}").text) == (status == Status.DRAFTED)


def test_the_track_is_the_latest_text(tanya, desk):
    made = cast.appeal(desk)
    tanya.send(f"/staff/appeals/{made.id}/save", **table(["<b>Да</b> & нет", "x"]))
    track = tanya.get(f"/staff/appeals/{made.id}/russian.vtt")
    assert track.mimetype == "text/vtt"
    assert "00:00:00.400 --> 00:00:03.000\n&lt;b&gt;Да&lt;/b&gt; &amp; нет" in track.text.replace("\r", "")


def test_saving_makes_a_new_revision_under_the_name_of_its_author(tanya, desk):
    made = cast.appeal(desk)
    answer = tanya.send(f"/staff/appeals/{made.id}/save", **table())
    latest = cast.fresh(desk, made).track(Layer.RUSSIAN).latest
    assert answer.location == f"/staff/appeals/{made.id}"
    assert "Saved." in tanya.get(answer.location).text
    assert (latest.number, latest.made_by, [cue.text for cue in latest.cues]) == (2, "tanya", RIGHT)
    assert latest.author_id == cast.account(desk, "tanya").id


def test_saving_what_did_not_change_makes_none(tanya, desk):
    made = cast.appeal(desk)
    tanya.send(f"/staff/appeals/{made.id}/save", **table([cue.text for cue in cast.RUSSIAN]))
    assert numbers(desk, made) == [1]


def test_a_doubt_stays_until_the_words_change_or_somebody_says_it_is_right(tanya, desk):
    made = cast.appeal(desk)
    same = [cue.text for cue in cast.RUSSIAN]
    tanya.send(f"/staff/appeals/{made.id}/save", **table(same, ends=("0:02.000", "0:05.200")))
    assert russian(desk, made)[0].doubts == ("low_probability",)
    tanya.send(f"/staff/appeals/{made.id}/save", **table(same, base=2, checked="0"))
    assert russian(desk, made)[0].doubts == ()
    other = cast.appeal(desk)
    tanya.send(f"/staff/appeals/{other.id}/save", **table(RIGHT))
    assert russian(desk, other)[0].doubts == ()


def test_an_empty_cue_cannot_be_right(tanya, desk):
    made = empty_draft(desk)
    page = tanya.get(f"/staff/appeals/{made.id}").text
    assert page.count("no Russian yet") == 2 and "it is right" not in page
    tanya.send(f"/staff/appeals/{made.id}/save", **table(["", "Мы ждём."], checked=["0", "1"]))
    assert [cue.doubts for cue in russian(desk, made)] == [("untranslated",), ()]


def empty_draft(desk) -> Appeal:
    """What no engine could translate."""
    made = cast.appeal(desk)
    rows = [{"start": cue.start, "end": cue.end, "text": "", "doubts": ["untranslated"]} for cue in cast.RUSSIAN]
    with desk.db.write() as session:
        track = cast.fresh(desk, made).track(Layer.RUSSIAN)
        session.execute(update(Revision).where(Revision.track_id == track.id).values(rows=rows, made_by="tiny + none"))
    return made


def test_what_is_not_done_yet_is_counted_above_the_button(tanya, rita, desk):
    made = cast.appeal(desk)
    assert "As saved: 1 of 2 cues has open doubts." in tanya.get(f"/staff/appeals/{made.id}").text
    empty = empty_draft(desk)
    page = tanya.get(f"/staff/appeals/{empty.id}").text
    assert "As saved: 2 of 2 cues have no Russian." in page
    assert "by tiny, not translated, just now" in page and "none" not in page
    shown = rita.get(f"/staff/appeals/{cast.appeal(desk, Status.IN_REVIEW).id}").text
    assert shown.index("1 of 2 cues has open doubts.") < shown.index("Approve this clip")
    tanya.send(f"/staff/appeals/{made.id}/save", **table())
    assert "open doubts" not in tanya.get(f"/staff/appeals/{made.id}").text


def test_a_clip_in_which_nobody_speaks_says_what_to_do(tanya, desk):
    made = cast.appeal(desk)
    assert "No speech was found" not in tanya.get(f"/staff/appeals/{made.id}").text
    with desk.db.write() as session:
        session.execute(update(Revision).values(rows=[]))
    page = tanya.get(f"/staff/appeals/{made.id}").text
    assert "No speech was found in this clip." in page and "write the cues here by hand" in page


def test_earlier_versions_can_be_seen_and_taken_back(tanya, desk):
    made = cast.appeal(desk)
    url = f"/staff/appeals/{made.id}"
    tanya.send(f"{url}/save", **table())
    newest, first = tanya.get(url).text, tanya.get(f"{url}?version=1").text
    assert "Version 2</a>" in newest and "This is version" not in newest
    assert "This is version 1; saving makes it the newest" in first
    assert cast.RUSSIAN[0].text in first and "low_probability" not in first and "not sure of these words" in first
    assert cast.RUSSIAN[0].text in tanya.get(f"{url}/russian.vtt?version=1").text
    assert 'name="base" value="2"' in first and 'name="shown" value="1"' in first
    tanya.send(f"{url}/save", **table([cue.text for cue in cast.RUSSIAN], base=2, shown=1))
    assert (russian(desk, made), numbers(desk, made)) == (cast.RUSSIAN, [1, 2, 3])


def test_saving_an_earlier_version_does_not_pass_by_a_newer_one(tanya, rita, desk):
    made = cast.appeal(desk)
    rita.send(f"/staff/appeals/{made.id}/save", **table(["Слово Риты", "x"]))
    assert tanya.send(f"/staff/appeals/{made.id}/save", **table(shown=1)).status_code == 409


@pytest.mark.parametrize("base", ["", 0, 7, "x", 10**20])
def test_a_version_that_never_was_is_not_saved_upon(tanya, desk, base):
    made = cast.appeal(desk)
    answer = tanya.send(f"/staff/appeals/{made.id}/save", **table(["Моё слово", "y"], base=base, shown=base))
    assert (answer.status_code, numbers(desk, made)) == (409, [1])
    assert "Моё слово" in answer.text


def test_a_save_on_a_page_that_is_too_old_loses_nothing(tanya, desk):
    made = cast.appeal(desk)
    answer = tanya.post(f"/staff/appeals/{made.id}/save", data=table(["Моё слово", "y"]))
    assert answer.status_code == 422
    assert "This page was too old, so nothing is saved yet" in answer.text and "Моё слово" in answer.text
    assert numbers(desk, made) == [1]


def test_cues_are_added_deleted_and_put_in_order(tanya, desk):
    made = cast.appeal(desk)
    fields = table([*RIGHT, "Новая"], ("0:00.400", "0:03.200", "0:00"), ("0:03", "0:05.2", "0,3"), drop="1")
    tanya.send(f"/staff/appeals/{made.id}/save", **fields)
    assert russian(desk, made) == [Cue(0, 300, "Новая"), Cue(400, 3000, RIGHT[0])]


def test_text_is_tidied(tanya, desk):
    made = cast.appeal(desk)
    tanya.send(f"/staff/appeals/{made.id}/save", **table(["  Мы\x07 \u202eт\u200bу\u2066т \r\n\r\n и там  ", ""]))
    assert [cue.text for cue in russian(desk, made)] == ["Мы  тут\nи там", ""]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"starts": ("soon", "0:03.200")}, "Cue 1: the start “soon” is not a time"),
        ({"ends": ("0:03.000", "")}, "Cue 2 has no end."),
        ({"ends": ("0:03.000", "-1")}, "is not a time"),
        ({"ends": ("0:03.000", "0:75")}, "is not a time"),
        ({"ends": ("0:00.400", "0:05.200")}, "Cue 1 ends before it begins"),
        ({"ends": ("0:00.699", "0:05.200")}, "Cue 1 is shown for 299 ms: it needs at least 300 ms"),
        ({"ends": ("0:03.000", "0:07.001")}, "Cue 2 ends after the clip, which is 0:06.000 long"),
        ({"ends": ("0:03.300", "0:05.200")}, "Cue 2 begins at 0:03.200, before cue 1 has ended (0:03.300)"),
        ({"texts": ["x" * 501, "y"]}, "Cue 1 has 501 characters, and 500 is the limit"),
    ],
)
def test_a_wrong_cue_is_named_and_what_was_typed_is_still_there(tanya, desk, change, sentence):
    made = cast.appeal(desk)
    answer = tanya.send(f"/staff/appeals/{made.id}/save", **table(**{"texts": ["Моё слово", "y"], **change}))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Моё слово" in answer.text or "x" * 501 in answer.text
    assert numbers(desk, made) == [1]


def test_more_than_three_hundred_cues_are_refused(tanya, desk):
    made = cast.appeal(desk)
    times = [f"0.{i:03}" for i in range(302)]
    fields = table(["x"] * 301, starts=times[:-1], ends=times[1:])
    assert "300 is the limit" in tanya.send(f"/staff/appeals/{made.id}/save", **fields).text


def test_three_hundred_long_cues_fit_through_the_form(tanya, desk):
    made = cast.appeal(desk)
    with desk.db.write() as session:
        session.execute(update(Appeal).values(media={**made.media, "duration_ms": 180_000}))
    times = [f"{i * 0.6:.1f}" for i in range(301)]
    tanya.send(f"/staff/appeals/{made.id}/save", **table(["ж" * 500] * 300, starts=times[:-1], ends=times[1:]))
    assert len(russian(desk, made)) == 300


def test_a_table_that_does_not_fit_together_is_refused(tanya, desk):
    made = cast.appeal(desk)
    answer = tanya.send(f"/staff/appeals/{made.id}/save", **{**table(), "end": ["1"]})
    assert (answer.status_code, numbers(desk, made)) == (400, [1])


def test_who_saves_on_an_old_version_is_told_and_loses_nothing(tanya, rita, desk):
    made = cast.appeal(desk)
    rita.send(f"/staff/appeals/{made.id}/save", **table(["Слово Риты", "x"]))
    answer = tanya.send(f"/staff/appeals/{made.id}/save", **table(["Слово Тани", "x"]))
    assert answer.status_code == 409
    assert "rita saved another version meanwhile" in answer.text and "Слово Тани" in answer.text
    assert [cue.text for cue in russian(desk, made)] == ["Слово Риты", "x"]
    assert 'name="base" value="2"' in answer.text
    tanya.send(f"/staff/appeals/{made.id}/save", **table(["Слово Тани", "x"], base=2))
    assert numbers(desk, made) == [1, 2, 3]


def test_who_saves_after_it_went_on_is_told_and_loses_nothing(tanya, rita, desk):
    made = cast.appeal(desk)
    rita.send(f"/staff/appeals/{made.id}/submit", **table())
    answer = tanya.send(f"/staff/appeals/{made.id}/save", **table(["Слово Тани", "x"], base=2))
    assert answer.status_code == 409
    assert "went on meanwhile" in answer.text and "Слово Тани" in answer.text


def test_submitting_saves_what_is_typed_and_pins_that_revision(tanya, desk):
    made = cast.appeal(desk)
    tanya.send(f"/staff/appeals/{made.id}/submit", **table())
    after = cast.fresh(desk, made)
    assert after.status == Status.SUBMITTED
    assert after.submitted_revision_id == after.track(Layer.RUSSIAN).latest.id
    assert [cue.text for cue in after.track(Layer.RUSSIAN).latest.cues] == RIGHT
    assert after.transitions[-1].by == "tanya"


def test_submitting_alone_takes_what_was_saved(tanya, desk):
    made = cast.appeal(desk)
    tanya.send(f"/staff/appeals/{made.id}/submit")
    after = cast.fresh(desk, made)
    assert after.submitted_revision_id == after.track(Layer.RUSSIAN).latest.id
    assert numbers(desk, made) == [1]


def test_a_clip_without_words_cannot_be_submitted_and_nothing_is_half_done(tanya, desk):
    made = cast.appeal(desk)
    answer = tanya.send(f"/staff/appeals/{made.id}/submit", **table(["", ""]))
    assert answer.status_code == 422
    assert "At least one cue needs words" in answer.text
    assert (cast.fresh(desk, made).status, numbers(desk, made)) == (Status.DRAFTED, [1])


@pytest.mark.parametrize("status", [status for status in Status if status != Status.DRAFTED])
def test_only_drafts_can_be_changed_or_submitted(tanya, desk, status):
    made = cast.appeal(desk, status)
    before = cast.fresh(desk, made).status
    assert tanya.send(f"/staff/appeals/{made.id}/save", **table()).status_code == 409
    tanya.send(f"/staff/appeals/{made.id}/submit")
    assert cast.fresh(desk, made).status == before


def test_a_step_that_needs_a_person_is_tried_again(tanya, desk):
    made = cast.appeal(desk, Status.PREPARED)
    needs_person(desk, made, "timed_out")
    tanya.send(f"/staff/appeals/{made.id}/retry", attempt=made.attempt)
    after = cast.fresh(desk, made)
    assert (after.needs_person, after.tries, after.transitions[-1].by) == (False, 0, "tanya")
    assert tanya.send(f"/staff/appeals/{made.id}/retry", attempt=made.attempt).status_code == 409


def test_what_only_the_supporter_can_mend_is_not_tried_again(tanya, desk):
    made = cast.appeal(desk, Status.RECEIVED)
    needs_person(desk, made, "no_sound")
    page = tanya.get(f"/staff/appeals/{made.id}").text
    assert "Trying again cannot help" in page and "<button>Try again" not in page


@pytest.mark.parametrize("number", [0, 2**31, 10**20, "9" * 5000])
def test_a_number_that_no_row_can_have_is_not_there(tanya, rita, ada, desk, number):
    made = cast.appeal(desk, Status.IN_REVIEW)
    assert tanya.get(f"/staff/appeals/{number}").status_code == 404
    assert tanya.get(f"/staff/?page={number}").status_code == ada.get(f"/social/?page={number}").status_code == 200
    assert tanya.get(f"/staff/appeals/{made.id}?version={number}").status_code == 200
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


def test_a_draft_is_made_again_in_another_language(tanya, desk):
    made = cast.appeal(desk)
    tanya.send(f"/staff/appeals/{made.id}/redo", language="uk", attempt=made.attempt)
    after = cast.fresh(desk, made)
    assert (after.status, after.language, numbers(desk, made)) == (Status.PREPARED, "uk", [1])
    assert tanya.send(f"/staff/appeals/{made.id}/redo", language="klingon", attempt=1).status_code == 400


def test_notes_of_a_reviewer_stand_above_the_table(tanya, rita, desk):
    made = cast.appeal(desk, Status.IN_REVIEW)
    rita.send(f"/staff/appeals/{made.id}/return", attempt=made.attempt, words="Cue 2 comes too late.")
    page = tanya.get(f"/staff/appeals/{made.id}").text
    assert "Notes of rita" in page and "Cue 2 comes too late." in page


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("0:00.400", 400),
        ("1:02.5", 62_500),
        ("62,5", 62_500),
        (" 3 ", 3000),
        ("0:60", None),
        ("1:2:3", None),
        ("-1", None),
        ("1.2345", None),
        ("", None),
        ("nan", None),
        ("١", None),
    ],
)
def test_times_are_read_as_people_write_them(text, ms):
    assert read_time(text) == ms


def with_cues(desk, *texts: Cue) -> Appeal:
    """A draft with these Russian cues."""
    made = cast.appeal(desk)
    with desk.db.write() as session:
        session.get_one(Appeal, made.id).track(Layer.RUSSIAN).add(texts, "phrasebook + apertium")
    return made


LIKE = Pair("be", "Мы ўсе чакаем вас дома.", "Все мы ждём вас дома.")  # beside "Мы чакаем вас дома."
OFFER = Offer("Вас ждут дома.", "libretranslate", 100, "Мы чакаем вас дома.")
ENGINES_DRAFT = Cue(3200, 5200, "Мы ожидаем вас дома.", ("phantom", "unknown_word"), origin="apertium", offers=(OFFER,))
DRAFT = {"texts": [ENGINES_DRAFT.text], "starts": ["0:03.200"], "ends": ["0:05.200"], "base": 2}


def test_a_cue_says_who_made_it_and_what_else_could_stand_there(tanya, desk):
    with desk.db.write() as session:
        learned.add(session, [LIKE])
    page = tanya.get(f"/staff/appeals/{with_cues(desk, ENGINES_DRAFT).id}").text
    assert "From apertium" in page
    assert OFFER.text in page and "Libretranslate:" in page
    assert re.search(r"The translation memory, \d\d % alike", page) and LIKE.russian in page and LIKE.source in page


@pytest.mark.parametrize("text", [OFFER.text, LIKE.russian])
def test_an_offer_is_taken_with_one_button_and_says_where_it_is_from(tanya, desk, text):
    with desk.db.write() as session:
        learned.add(session, [LIKE])
    made = with_cues(desk, ENGINES_DRAFT)
    tanya.send(f"/staff/appeals/{made.id}/save", **table(**DRAFT), take=f"0:{text}")
    (cue,) = russian(desk, made)
    origin = "memory" if text == LIKE.russian else "libretranslate"
    assert (cue.text, cue.origin, cue.offers) == (text, origin, (OFFER,))
    assert cue.doubts == ("phantom",)  # it was made for words that perhaps nobody said


def test_the_words_of_a_clip_that_was_taken_back_stand_with_no_other_clip(tanya, desk):
    other = cast.appeal(desk, Status.APPROVED)
    made = with_cues(desk, ENGINES_DRAFT)
    with desk.db.write() as session:
        session.execute(update(Learned).values(source=LIKE.source, russian=LIKE.russian))
    assert LIKE.russian in tanya.get(f"/staff/appeals/{made.id}").text
    tanya.send(f"/staff/appeals/{made.id}/save", **table(["Вас ждут!"], ["0:03.200"], ["0:05.200"], base=2))
    with desk.db.write() as session:
        session.execute(delete(File).where(File.appeal_id == other.id))  # else they are one video, and go together
    withdraw(desk, other.id)
    assert LIKE.russian not in tanya.get(f"/staff/appeals/{made.id}").text
    assert LIKE.source not in cast.everything_stored(desk)


def test_where_the_memory_knew_the_sentence_similar_ones_are_not_offered(tanya, desk):
    with desk.db.write() as session:
        learned.add(session, [LIKE])
    made = with_cues(desk, replace(ENGINES_DRAFT, text="Мы ждём вас дома.", origin="memory"))
    page = tanya.get(f"/staff/appeals/{made.id}").text
    assert LIKE.russian not in page and OFFER.text in page


def test_what_the_memory_offers_is_laid_out_for_the_frame(tanya, desk):
    with desk.db.write() as session:
        learned.add(session, [Pair("be", LIKE.source, "Мы все вместе ждём вас дома живыми.")])
    page = tanya.get(f"/staff/appeals/{with_cues(desk, ENGINES_DRAFT).id}").text
    assert 'data-text="Мы все вместе ждём\nвас дома живыми."' in page


@pytest.mark.parametrize("take", ["9:text", "x", ":", "0:"])
def test_an_offer_for_no_cue_changes_nothing(tanya, desk, take):
    made = with_cues(desk, ENGINES_DRAFT)
    tanya.send(f"/staff/appeals/{made.id}/save", **table(**DRAFT), take=take)
    assert russian(desk, made) == [ENGINES_DRAFT]


def test_a_refused_table_of_any_size_is_answered_at_once(tanya, desk):
    made = with_cues(desk, ENGINES_DRAFT)
    fields = table(["ў " + "а" * 300_000], ["0:03.200"], ["0:05.200"], base=2)
    began = time.process_time()
    assert tanya.send(f"/staff/appeals/{made.id}/save", **fields).status_code == 422
    assert time.process_time() - began < 5  # it took hours


def test_fixes_that_would_make_too_many_cues_are_refused_and_nothing_is_lost(tanya, desk, monkeypatch):
    monkeypatch.setattr("web.cuetable.MAX_CUES", 1)
    long = "Мы стоим за мир и свободу, и мы не боимся говорить об этом вслух."
    made = with_cues(desk, Cue(400, 5900, long))
    fields = table([long], ["0:00.400"], ["0:05.900"], base=2)
    answer = tanya.send(f"/staff/appeals/{made.id}/save", **fields, mend="all")
    assert answer.status_code == 422 and "1 is the limit" in answer.text and long in answer.text


def test_words_that_a_person_wrote_have_no_machine_as_origin(tanya, desk):
    made = with_cues(desk, ENGINES_DRAFT)
    tanya.send(f"/staff/appeals/{made.id}/save", **table(["Вас ждут."], ["0:03.200"], ["0:05.200"], base=2))
    (cue,) = russian(desk, made)
    assert (cue.origin, cue.offers) == ("", (OFFER,))


def test_what_the_checks_find_stands_beside_the_cue_and_is_counted(tanya, rita, desk):
    made = with_cues(desk, Cue(400, 1000, "Слишком много слов для такого короткого времени."))
    for person in (tanya, rita):
        page = person.get(f"/staff/appeals/{made.id}").text
        assert '<li class="is-error">' in page and "characters a second" in page
        assert re.search(r"Checks: \d+ error", page)


def test_safe_fixes_are_made_at_once_and_change_no_word(tanya, desk):
    made = with_cues(desk, Cue(400, 3000, 'Мы  говорим "нет"...'))
    assert "Save with safe fixes" in tanya.get(f"/staff/appeals/{made.id}").text
    fields = table(['Мы  говорим "нет"...'], ["0:00.400"], ["0:03.000"], base=2)
    tanya.send(f"/staff/appeals/{made.id}/save", **fields, mend="all")
    assert [cue.text for cue in russian(desk, made)] == ["Мы говорим «нет»…"]


def test_how_far_a_step_is_is_shown_while_it_runs(tanya, desk):
    made = cast.appeal(desk, Status.PREPARED)
    with desk.db.write() as session:
        session.execute(update(Appeal).where(Appeal.id == made.id).values(progress=40))
    assert 'value="40"' in tanya.get(f"/staff/appeals/{made.id}").text
