"""The gate: every move of the table, and nothing else; claims, leases, fences and the cap on tries."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from pipeline import workflow
from pipeline.base import this_hour
from pipeline.db import Database
from pipeline.errors import BadMedia, LostLease, ToolFailed
from pipeline.models import Appeal, Consent, State, Status, Transition
from pipeline.posts import TakeDown
from pipeline.workflow import MAX_TRIES, MOVES, NotAllowed, Stale

LEASE = timedelta(seconds=60)
OVER = timedelta(seconds=-1)  # a lease that has ended already

#: design.md section 2, row by row: the status, and where one can go from it.
TABLE = {
    Status.RECEIVED: {Status.PREPARED, Status.REJECTED, Status.WITHDRAWN},
    Status.PREPARED: {Status.TRANSCRIBED, Status.REJECTED, Status.WITHDRAWN},
    Status.TRANSCRIBED: {Status.DRAFTED, Status.REJECTED, Status.WITHDRAWN},
    # redo with another language or model goes back to prepared
    Status.DRAFTED: {Status.SUBMITTED, Status.PREPARED, Status.REJECTED, Status.WITHDRAWN},
    Status.SUBMITTED: {Status.IN_REVIEW, Status.REJECTED, Status.WITHDRAWN},
    # return goes back to drafted
    Status.IN_REVIEW: {Status.APPROVED, Status.DRAFTED, Status.REJECTED, Status.WITHDRAWN},
    # reopen goes back to drafted; what was approved is withdrawn or reopened, not rejected
    # back to review: its supporter changed her choices
    Status.APPROVED: {Status.RELEASED, Status.DRAFTED, Status.IN_REVIEW, Status.WITHDRAWN},
    Status.RELEASED: {Status.DRAFTED, Status.IN_REVIEW, Status.WITHDRAWN},
    # a supporter can take back even what was not published: then her files go at once
    Status.REJECTED: {Status.WITHDRAWN},
    # withdrawn is final
    Status.WITHDRAWN: set(),
}


def new_appeal(db: Database, status: Status = Status.RECEIVED, code: str = "a") -> int:
    with db.write() as session:
        appeal = Appeal(folder=code, language="be", status=status)
        session.add(appeal)
        session.flush()
        return appeal.id


def look(db: Database, appeal_id: int) -> Appeal:
    with db.read() as session:
        return session.get_one(Appeal, appeal_id)


def move(db: Database, appeal_id: int, old: Status, new: Status, attempt: int = 0) -> None:
    with db.write() as session:
        workflow.advance(session, appeal_id, old, attempt, new, by="rita")


def take(db: Database, appeal_id: int, lease: timedelta = LEASE, queue: str = "media") -> workflow.Claim | None:
    with db.write() as session:
        return workflow.claim(session, appeal_id, queue, lease)


def taken(db: Database, appeal_id: int, lease: timedelta = LEASE) -> workflow.Claim:
    claim = take(db, appeal_id, lease)
    assert claim is not None
    return claim


@pytest.mark.parametrize("old", Status)
@pytest.mark.parametrize("new", Status)
def test_a_move_is_allowed_exactly_when_the_table_has_it(old, new):
    assert ((old, new) in MOVES) == (new in TABLE[old])


def test_a_move_changes_the_status_and_writes_the_ledger(database):
    appeal_id = new_appeal(database, Status.DRAFTED)
    move(database, appeal_id, Status.DRAFTED, Status.SUBMITTED)
    with database.read() as session:
        entry = session.scalars(select(Transition)).one()
    assert look(database, appeal_id).status == Status.SUBMITTED
    assert (entry.old, entry.new, entry.by) == (Status.DRAFTED, Status.SUBMITTED, "rita")


def test_a_move_off_the_table_changes_nothing(database):
    appeal_id = new_appeal(database)
    with pytest.raises(NotAllowed):
        move(database, appeal_id, Status.RECEIVED, Status.RELEASED)
    assert look(database, appeal_id).status == Status.RECEIVED


def test_who_looked_before_another_moved_is_stale_and_leaves_no_trace_in_the_ledger(database):
    appeal_id = new_appeal(database, Status.DRAFTED)
    move(database, appeal_id, Status.DRAFTED, Status.SUBMITTED)
    with pytest.raises(Stale):
        move(database, appeal_id, Status.DRAFTED, Status.REJECTED)
    with database.read() as session:
        assert len(session.scalars(select(Transition)).all()) == 1


def test_an_appeal_that_came_back_to_the_same_status_does_not_fit_the_old_attempt(database):
    appeal_id = new_appeal(database, Status.DRAFTED)
    for old, new in [(Status.DRAFTED, Status.PREPARED), (Status.PREPARED, Status.TRANSCRIBED)]:
        move(database, appeal_id, old, new, look(database, appeal_id).attempt)
    move(database, appeal_id, Status.TRANSCRIBED, Status.DRAFTED, 2)
    with pytest.raises(Stale):
        move(database, appeal_id, Status.DRAFTED, Status.SUBMITTED, 0)


def test_the_same_message_twice_is_one_claim(database):
    appeal_id = new_appeal(database)
    assert take(database, appeal_id) is not None
    assert take(database, appeal_id) is None


def test_ten_workers_at_once_make_one_claim(database):
    appeal_id = new_appeal(database)
    claims: list[workflow.Claim | None] = []
    threads = [threading.Thread(target=lambda: claims.append(take(database, appeal_id))) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(claims) == 10
    assert len([claim for claim in claims if claim]) == 1


def test_a_message_on_the_wrong_queue_claims_nothing(database):
    appeal_id = new_appeal(database)
    assert take(database, appeal_id, queue="speech") is None
    assert look(database, appeal_id).state == State.WAITING


def test_a_held_step_is_running_and_a_dead_lease_is_taken_over(database):
    appeal_id = new_appeal(database)
    first = taken(database, appeal_id)
    assert look(database, appeal_id).state == State.RUNNING
    with database.write() as session:
        workflow.renew(session, first, OVER)
    second = taken(database, appeal_id)
    assert second.attempt > first.attempt


def test_the_late_worker_is_fenced_off_everywhere(database):
    appeal_id = new_appeal(database)
    late = taken(database, appeal_id, OVER)
    taken(database, appeal_id)
    with pytest.raises(LostLease), database.write() as session:
        workflow.renew(session, late, LEASE)
    with pytest.raises(Stale):
        move(database, appeal_id, Status.RECEIVED, Status.PREPARED, late.attempt)
    with database.write() as session:
        workflow.fail(session, late, ToolFailed())
    assert look(database, appeal_id).reason is None


def test_a_bad_file_asks_for_a_person_at_once_with_the_reason(database):
    appeal_id = new_appeal(database)
    with database.write() as session:
        workflow.fail(session, taken_in(session, appeal_id), BadMedia("no_sound"))
    appeal = look(database, appeal_id)
    assert (appeal.state, appeal.reason, appeal.status) == (State.NEEDS_PERSON, "no_sound", Status.RECEIVED)


def taken_in(session, appeal_id):
    claim = workflow.claim(session, appeal_id, "media", LEASE)
    assert claim is not None
    return claim


def test_a_failed_tool_is_tried_again_after_a_pause_and_asks_for_a_person_after_the_third_time(database):
    appeal_id = new_appeal(database)
    for tries in range(1, MAX_TRIES + 1):
        with database.write() as session:
            workflow.fail(session, taken_in(session, appeal_id), ToolFailed("timed_out", "it hung"))
        appeal = look(database, appeal_id)
        assert (appeal.tries, appeal.reason, appeal.detail) == (tries, "timed_out", "it hung")
        assert appeal.needs_person == (tries == MAX_TRIES)
        assert take(database, appeal_id) is None  # not before the pause is over
        with database.write() as session:
            session.get_one(Appeal, appeal_id).not_before = None


def test_a_clip_that_kills_its_workers_stops_after_three(database):
    appeal_id = new_appeal(database)
    for _ in range(MAX_TRIES):
        assert take(database, appeal_id, OVER) is not None
    assert take(database, appeal_id) is None
    with database.write() as session:
        workflow.give_up_lost(session)
    appeal = look(database, appeal_id)
    assert (appeal.state, appeal.reason) == (State.NEEDS_PERSON, "worker_lost")


def test_a_person_can_have_it_tried_again_once_for_each_look(database):
    appeal_id = new_appeal(database)
    with database.write() as session:
        claim = taken_in(session, appeal_id)
        workflow.fail(session, claim, BadMedia("damaged"))
    with database.write() as session:
        workflow.retry(session, appeal_id, Status.RECEIVED, claim.attempt, by="ada")
    with pytest.raises(Stale), database.write() as session:
        workflow.retry(session, appeal_id, Status.RECEIVED, claim.attempt, by="ada")
    assert take(database, appeal_id) is not None


def test_the_sweep_finds_what_nobody_holds(database):
    waiting = new_appeal(database, code="waiting")
    held = new_appeal(database, code="held")
    dead = new_appeal(database, code="dead")
    asking = new_appeal(database, code="asking")
    new_appeal(database, Status.DRAFTED, code="with a person")
    taken(database, held)
    taken(database, dead, OVER)
    with database.write() as session:
        workflow.fail(session, taken_in(session, asking), BadMedia("damaged"))
        assert workflow.due(session) == [(waiting, Status.RECEIVED), (dead, Status.RECEIVED)]


def decided(db: Database, appeal_id: int) -> None:
    with db.write() as session:
        appeal = session.get_one(Appeal, appeal_id)
        workflow.change_consent(session, appeal, Consent(version="2", language="be", answers=[]))


@pytest.mark.parametrize("status", [Status.APPROVED, Status.RELEASED])
def test_other_choices_of_the_supporter_take_an_approved_clip_back_to_review(database, status):
    appeal_id = new_appeal(database, status)
    decided(database, appeal_id)
    assert look(database, appeal_id).status == Status.IN_REVIEW
    with database.read() as session:
        assert [down.reason for down in session.query(TakeDown)] == (["in_review"] if status == "released" else [])


def test_other_choices_before_that_are_written_down_and_move_nothing(database):
    appeal_id = new_appeal(database, Status.PREPARED)
    claimed = take(database, appeal_id, queue="speech")
    decided(database, appeal_id)
    with database.write() as session:
        workflow.renew(session, claimed, LEASE)  # the worker goes on
        assert session.query(Transition).one().by == workflow.SUPPORTER


@pytest.mark.parametrize("status", [Status.REJECTED, Status.WITHDRAWN])
def test_what_has_ended_is_not_decided_about(database, status):
    with pytest.raises(workflow.NotAllowed):
        decided(database, new_appeal(database, status))


@pytest.mark.parametrize("new", [Status.WITHDRAWN, Status.DRAFTED])
def test_a_released_clip_that_is_taken_back_has_to_be_taken_down(database, new):
    move(database, new_appeal(database, Status.RELEASED), Status.RELEASED, new)
    with database.read() as session:
        assert session.query(TakeDown).one().reason == new


def test_what_supporters_and_workers_do_is_dated_to_the_hour(database):
    appeal_id = new_appeal(database)
    with database.write() as session:
        workflow.advance(session, appeal_id, Status.RECEIVED, 0, Status.PREPARED, by=workflow.WORKER)
        at = session.query(Transition).one().at
    assert at == look(database, appeal_id).since == this_hour()
