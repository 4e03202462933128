"""Approved clips teach the memory; what is taken back is forgotten."""

from __future__ import annotations

from sqlalchemy import delete

from pipeline import learned, workflow
from pipeline.learned import Learned, Recall
from pipeline.memory import Pair
from pipeline.models import File, Status
from pipeline.withdraw import withdraw
from tests import cast

ON_BOTH_DATABASES = True  # see conftest.py

SAID, RUSSIAN = cast.SAID[0].text, cast.RUSSIAN[0].text


def remembered(desk, text=SAID):
    """The Russian that a new clip with this sentence would get from approved clips."""
    with desk.db.read() as session:
        return [pair.russian for pair in learned.everything(session) if pair.source == text]


def test_an_approved_clip_teaches_what_was_said_and_its_russian(desk):
    cast.appeal(desk, Status.IN_REVIEW)
    assert remembered(desk) == []
    cast.appeal(desk, Status.APPROVED)
    assert remembered(desk) == [RUSSIAN]


def test_the_same_sentence_in_two_clips_is_kept_until_both_are_taken_back(desk):
    first, second = cast.appeal(desk, Status.RELEASED), cast.appeal(desk, Status.RELEASED)
    with desk.db.write() as session:
        session.execute(delete(File).where(File.appeal_id == second.id))  # else they are one video, and go together
    withdraw(desk, first.id)
    assert remembered(desk) == [RUSSIAN]
    withdraw(desk, second.id)
    assert remembered(desk) == []


def test_a_clip_that_is_opened_again_is_forgotten_until_somebody_approves_it_again(desk):
    made = cast.appeal(desk, Status.RELEASED)
    with desk.db.write() as session:
        workflow.advance(session, made.id, made.status, made.attempt, Status.DRAFTED, by="rita")
    assert remembered(desk) == []


def test_nothing_of_a_withdrawn_clip_stays_in_the_memory(desk):
    made = cast.appeal(desk, Status.APPROVED)
    withdraw(desk, made.id)
    assert SAID not in cast.everything_stored(desk)
    assert RUSSIAN not in cast.everything_stored(desk)


def test_pairs_that_are_there_are_not_imported_again(desk):
    pairs = [Pair("en", "No means no.", "Нет значит нет."), Pair("en", "No means no.", "Нет — это нет.")]
    with desk.db.write() as session:
        assert learned.add(session, [*pairs, pairs[0]]) == 2
        assert learned.add(session, pairs) == 0
        assert learned.everything(session) == pairs


def test_what_was_learned_meanwhile_is_found_and_what_was_forgotten_is_not(desk):
    recall = Recall()

    def found():
        with desk.db.read() as session:
            return [offer.text for offer in recall.memory(session).exact("be", "Мы з вамі, браты.")]

    with desk.db.write() as session:
        learned.add(session, [Pair("be", "Мы з вамі, браты.", "Мы с вами, братья.")])
    assert found() == ["Мы с вами, братья."]
    with desk.db.write() as session:
        session.execute(delete(Learned))
        learned.add(session, [Pair("be", "Так.", "Да.")])
    assert found() == []
