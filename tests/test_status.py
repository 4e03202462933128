"""A supporter with her code: the way of her video, the clip, messages, her choices, and taking it back."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from pipeline import runner, workflow
from pipeline.base import now
from pipeline.models import Appeal, Kind, Screening, Status
from pipeline.posts import TakeDown
from pipeline.supporter import Message, Side
from pipeline.withdraw import forget
from tests import cast
from tests.cast import CLIP, CODE
from tests.services import until
from web import messages, receipt, status

ON_BOTH_DATABASES = True  # see conftest.py

DIGITS = CODE.replace(" ", "")
EVERYWHERE = {f"network-{key}": "yes" for key in cast.NETWORKS}
CHOSEN = {"naming": "typed", "name": "Hanna", "consent": "yes", **EVERYWHERE}


def look(stranger, page: str = "/status", **fields: str):
    seen = {"seen": cast.seen(stranger)} if "save" in fields else {}
    return stranger.post(page, data={"code": CODE, **seen, **fields})


def written(desk) -> list[Message]:
    with desk.db.read() as session:
        return session.query(Message).order_by(Message.id).all()


def says(desk, appeal: Appeal, text: str) -> None:
    """The team writes to her."""
    with desk.db.write() as session:
        session.add(Message(appeal_id=appeal.id, side=Side.TEAM, by="rita", sealed=desk.seal.close(text)))


@pytest.mark.parametrize(
    ("there", "done"),
    [(Status.RECEIVED, 1), (Status.TRANSCRIBED, 2), (Status.IN_REVIEW, 4), (Status.APPROVED, 5), (Status.RELEASED, 6)],
)
def test_the_way_shows_what_is_done_and_what_comes(stranger, desk, there, done):
    cast.appeal(desk, there, code=DIGITS)
    states = re.findall(r'<li class="(done|now|next)"', look(stranger).text)
    assert states == ["done"] * done + ["now"] * (done < 6) + ["next"] * (5 - done)


@pytest.mark.parametrize(
    ("screening", "sentence"),
    [
        (Screening.OPEN, "A person of the team looks at your video before it goes on."),
        (Screening.ASKED, "The team has a question about your video."),
        (Screening.PASSED, "A volunteer is correcting the Russian subtitles."),
    ],
)
def test_before_it_is_screened_no_volunteer_is_said_to_correct_it(stranger, desk, screening, sentence):
    made = cast.appeal(desk, Status.DRAFTED, code=DIGITS)
    with desk.db.write() as session:
        session.get_one(Appeal, made.id).screening = screening
    assert sentence in look(stranger).text


@pytest.mark.parametrize("there", [Status.REJECTED, Status.WITHDRAWN])
def test_what_goes_no_further_shows_no_way(stranger, desk, there):
    cast.appeal(desk, there, code=DIGITS)
    assert 'class="way"' not in look(stranger).text


def test_whoever_was_rejected_reads_why_and_when_it_is_deleted(stranger, desk):
    cast.appeal(desk, Status.REJECTED, code=DIGITS)
    page = look(stranger).text
    assert "not an appeal" in page and "deleted here after 30 days" in page and "Send another video" in page


def test_the_page_says_whether_her_own_file_is_still_there(stranger, desk):
    made = cast.appeal(desk, Status.DRAFTED, code=DIGITS)
    sentence = "The file that you sent is destroyed"
    assert sentence not in look(stranger).text
    with desk.db.write() as session:
        session.delete(session.get_one(Appeal, made.id).file(Kind.ORIGINAL))
    assert sentence in look(stranger).text


def clip_address(page: str) -> str:
    found = re.search(r'<video src="([^"]+)"', page)
    return found[1] if found else ""


def test_the_finished_clip_is_watched_on_the_page_and_its_address_holds_no_code(stranger, desk):
    cast.appeal(desk, Status.RELEASED, code=DIGITS)
    address = clip_address(look(stranger).text)
    answer = stranger.get(address)
    assert (answer.status_code, answer.mimetype, answer.data) == (200, "video/mp4", CLIP.read_bytes())
    assert stranger.get(address, headers={"Range": "bytes=0-9"}).status_code == 206
    assert DIGITS not in address and CODE not in address


@pytest.mark.parametrize("there", [one for one in Status if one != Status.RELEASED])
def test_there_is_no_clip_before_the_release(stranger, desk, there):
    cast.appeal(desk, there, code=DIGITS)
    assert clip_address(look(stranger).text) == ""


def test_the_address_of_a_clip_ends_with_its_half_hour_and_with_its_release(stranger, desk, monkeypatch):
    cast.appeal(desk, Status.RELEASED, code=DIGITS)
    address = clip_address(look(stranger).text)
    with monkeypatch.context() as later:
        later.setattr(status, "WATCH_SECONDS", -1)
        assert stranger.get(address).status_code == 404
    assert stranger.get(address).status_code == 200
    look(stranger, "/withdraw", sure="yes")
    assert stranger.get(address).status_code == 404


@pytest.mark.parametrize("token", ["x", "WzEsImEiXQ.aaaaaa.bbbb", "..", "1"])
def test_a_made_up_address_of_a_clip_leads_nowhere(stranger, desk, token):
    cast.appeal(desk, Status.RELEASED)
    assert stranger.get(f"/clip/{token}").status_code == 404


def test_a_clip_that_may_not_be_shown_yet_waits_for_its_day(stranger, desk, monkeypatch):
    day = now().date() + timedelta(days=40)
    monkeypatch.setattr(cast, "AGREED", cast.to_rows(replace(cast.CHOICES, not_before=day), cast.WORDINGS))
    cast.appeal(desk, Status.RELEASED, code=DIGITS)
    page = look(stranger).text
    assert "approved and ready" in page and f"It is not published before {day:%B} {day.day}, {day.year}" in page
    assert clip_address(page) == ""


def test_she_writes_and_reads_the_answer(stranger, desk):
    made = cast.appeal(desk, code=DIGITS)
    page = look(stranger, "/message", text="  May it wait?\r\n\r\nUntil \u202espring. ").text
    assert "Your message is with the team" in page and "May it wait?\n\nUntil spring." in page
    says(desk, made, "Yes. <b>")
    assert "Yes. &lt;b&gt;" in look(stranger).text
    mine, theirs = written(desk)
    assert (mine.side, mine.by, mine.seen, theirs.seen) == (Side.SUPPORTER, "", False, True)
    assert "wait" not in mine.sealed


def test_the_same_message_sent_twice_is_one(stranger, desk):
    cast.appeal(desk, code=DIGITS)
    for text in ("One.", "One.", "Two.", "One."):
        look(stranger, "/message", text=text)
    assert len(written(desk)) == 3


@pytest.mark.parametrize(("text", "sentence"), [(" \n ", "write something first"), ("x" * 2001, "at most 2000 charac")])
def test_a_message_that_cannot_be_sent_is_still_in_its_field(stranger, desk, text, sentence):
    cast.appeal(desk, code=DIGITS)
    answer = look(stranger, "/message", text=text)
    assert (answer.status_code, written(desk)) == (400, [])
    assert sentence in answer.text and f">{text.strip()}</textarea>" in answer.text


def test_who_writes_very_much_waits_until_the_team_has_read_it(stranger, desk, monkeypatch):
    monkeypatch.setattr(messages, "MOST_UNSEEN", 1)
    cast.appeal(desk, code=DIGITS)
    look(stranger, "/message", text="One.")
    assert look(stranger, "/message", text="Two.").status_code == 400
    assert len(written(desk)) == 1


def test_her_choices_stand_in_the_form_and_the_new_ones_count(stranger, desk):
    made = cast.appeal(desk, code=DIGITS)
    form = look(stranger, "/choices").text
    assert 'name="name" value="Hanna"' in form and form.count("checked") == len(cast.NETWORKS) + 2
    page = look(
        stranger, "/choices", save="yes", naming="none", country="Latvia", consent="yes", **{"network-x": "yes"}
    )
    there = cast.fresh(desk, made)
    assert "From now on it is as you decided" in page.text and "No name" in page.text
    assert (there.shown_name, there.shown_country, there.consents[-1].answer("networks")) == ("", "", ["x"])
    assert len(there.consents) == 2


def test_the_same_choices_again_change_nothing(stranger, desk):
    made = cast.appeal(desk, Status.RELEASED, code=DIGITS)
    page = look(stranger, "/choices", save="yes", **CHOSEN).text
    assert "Nothing was changed" in page
    assert (cast.fresh(desk, made).status, len(cast.fresh(desk, made).consents)) == (Status.RELEASED, 1)


def test_who_changes_her_choices_after_the_approval_is_told_that_it_is_looked_at_again(stranger, desk):
    made = cast.appeal(desk, Status.RELEASED, code=DIGITS)
    assert "a person looks at it again" in look(stranger, "/choices").text
    page = look(stranger, "/choices", save="yes", **(CHOSEN | {"naming": "none"})).text
    assert "A person looks at your video again" in page
    assert cast.fresh(desk, made).status == Status.IN_REVIEW
    with desk.db.read() as session:
        assert session.query(TakeDown).one().reason == Status.IN_REVIEW


def test_choices_that_cannot_be_are_named_and_what_she_typed_stays(stranger, desk):
    made = cast.appeal(desk, code=DIGITS)
    answer = look(stranger, "/choices", save="yes", naming="typed", name="Г" * 61, contact="anna@example.org")
    assert answer.status_code == 400
    for field in ("name", "networks", "consent"):
        assert f'href="#{field}"' in answer.text and f'id="{field}-wrong"' in answer.text
    assert "Г" * 61 in answer.text and "anna@example.org" in answer.text
    assert len(cast.fresh(desk, made).consents) == 1


@pytest.mark.parametrize("there", [Status.REJECTED, Status.WITHDRAWN])
def test_of_an_appeal_that_has_ended_nothing_can_be_changed(stranger, desk, there):
    made = cast.appeal(desk, there, code=DIGITS)
    look(stranger, "/choices", save="yes", **(CHOSEN | {"naming": "none"}))
    assert (cast.fresh(desk, made).status, len(cast.fresh(desk, made).consents)) == (there, 1)


def test_after_taking_it_back_she_reads_what_is_gone_and_what_cannot_be(stranger, desk):
    made = cast.appeal(desk, Status.RELEASED, code=DIGITS)
    look(stranger, "/message", text="Please take it down.")
    page = look(stranger, "/withdraw", sure="yes").text
    for sentence in ("Deleted here", "has been told to take the clip down", "cannot be called back"):
        assert sentence in page
    assert written(desk) == []
    with desk.db.write() as session:
        session.query(TakeDown).filter_by(appeal_id=made.id).one().done_by = "sveta"
    assert "The team has taken the clip down" in look(stranger).text


def test_of_what_was_never_published_the_question_says_so(stranger, desk):
    cast.appeal(desk, code=DIGITS)
    assert "has not been published" in look(stranger, "/withdraw").text
    assert "called back" not in look(stranger, "/withdraw", sure="yes").text


def test_a_storage_that_cannot_delete_now_is_told_and_the_appeal_is_taken_back(stranger, desk, monkeypatch):
    made = cast.appeal(desk, code=DIGITS)

    def purge(_folder: str) -> None:
        raise OSError

    monkeypatch.setattr(desk.storage, "purge", purge)
    assert "takes up to an hour" in look(stranger, "/withdraw", sure="yes").text
    assert cast.fresh(desk, made).status == Status.WITHDRAWN


@pytest.mark.parametrize("page", ["/status", "/withdraw", "/choices", "/message"])
def test_what_is_no_code_costs_as_much_as_an_unknown_one_and_reads_the_same(stranger, desk, monkeypatch, page):
    cast.appeal(desk, code=DIGITS)
    asked, hashed = [], receipt.hashed
    monkeypatch.setattr(receipt, "hashed", lambda *given: asked.append(given) or hashed(*given))
    texts = set()
    for typed in ("", "hello", "9999 9999 9999 9999"):
        answer = stranger.post(page, data={"code": typed})
        assert answer.status_code == 404
        texts.add(answer.text.replace(f'value="{typed}"', ""))
    assert (len(texts), len(asked)) == (1, 3)


@pytest.mark.parametrize("page", ["/status", "/withdraw", "/choices"])
def test_another_language_is_chosen_without_losing_the_page_and_without_the_code_in_an_address(stranger, desk, page):
    cast.appeal(desk, code=DIGITS)
    english = look(stranger, page).text
    button = re.search(r'lang="de" formaction="([^"]+)"', english)
    assert button and f'name="code" value="{CODE}"' in english
    assert '<html lang="de"' in stranger.post(button[1], data={"code": CODE}).text
    assert not re.findall(rf'(?:href|src|action)="[^"]*(?:{DIGITS}|{CODE})', english)


def test_a_message_from_a_page_that_was_open_when_it_was_taken_back_is_not_kept(stranger, desk):
    made = cast.appeal(desk, code=DIGITS)
    look(stranger, "/withdraw", sure="yes")
    page = look(stranger, "/message", text="Wait!").text
    assert "You took this video back" in page and "was not kept" in page
    assert (written(desk), cast.fresh(desk, made).status) == ([], Status.WITHDRAWN)


def test_of_what_was_deleted_after_its_days_nothing_is_promised_and_no_message_is_kept(stranger, desk):
    made = cast.appeal(desk, Status.REJECTED, code=DIGITS)
    with desk.db.write() as session:
        session.get_one(Appeal, made.id).since = now() - timedelta(days=31)
    runner.tidy(desk)
    page = look(stranger).text
    assert "nothing of it is left" in page and "after 30 days" not in page and "<textarea" not in page
    assert look(stranger, "/message", text="Why?").status_code == 400
    assert written(desk) == []


@pytest.mark.parametrize("page", ["/message", "/choices", "/withdraw"])
def test_the_code_is_looked_up_once_a_request(stranger, desk, monkeypatch, page):
    cast.appeal(desk, code=DIGITS)
    asked, hashed = [], receipt.hashed
    monkeypatch.setattr(receipt, "hashed", lambda *given: asked.append(given) or hashed(*given))
    changed = CHOSEN | {"naming": "none"}
    answer = look(stranger, page, text="One.", sure="yes", save="yes", **changed)
    assert (answer.status_code, len(asked)) == (200, 1)
    assert "took this video back" in answer.text or page != "/withdraw"


@pytest.mark.parametrize("page", ["/message", "/choices"])
def test_what_she_sends_while_it_is_taken_back_brings_nothing_back(app, desk, page):
    one_writes_at_a_time = desk.db.engine.dialect.name == "sqlite"  # and who waits cannot be seen
    made = cast.appeal(desk, code=DIGITS)
    stranger = app.test_client()
    changed = CHOSEN | {"name": "Anna", "contact": "@anna", "save": "yes", "text": "Wait!"}
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"

    def blocked() -> bool:
        with desk.db.engine.connect() as connection:
            return bool(connection.exec_driver_sql(waiting).scalar())

    with ThreadPoolExecutor(1) as pool:
        with desk.db.write() as session:
            there = session.get_one(Appeal, made.id)
            workflow.advance(session, made.id, there.status, there.attempt, Status.WITHDRAWN, by="supporter")
            forget(session, there)
            session.flush()
            sent = pool.submit(look, stranger, page, **changed)
            until(lambda: one_writes_at_a_time or blocked() or sent.done(), "her request waits for the withdrawal")
        answer = sent.result()
    after = cast.fresh(desk, made)
    assert "You took this video back" in answer.text
    assert (after.shown_name, after.contact, len(after.consents), written(desk)) == ("", None, 1, [])
