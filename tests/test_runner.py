"""Each step does what design.md says and leaves nothing behind, also when it fails, comes late, or comes twice."""

from __future__ import annotations

import errno
import hashlib
import os
import threading
import time
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from pipeline import approval, runner, steps, workflow
from pipeline.db import Database
from pipeline.models import Appeal, Consent, File, Kind, Layer, State, Status
from pipeline.steps import STEPS, Result
from tests import appeals, hostile
from tests.appeals import approve, drafted, look, open_context, receive, released, submit, work


def stored_files(context) -> list[str]:
    return sorted(path.name.rsplit("-", 1)[0] for path in (context.settings.data_dir / "media").glob("*/*"))


def leftovers(context) -> list[Path]:
    return [*(context.settings.data_dir / "work").iterdir(), *(context.settings.data_dir / "incoming").iterdir()]


def test_the_belarusian_clip_goes_the_whole_way(context):
    appeal = look(context, released(context))
    assert set(approval.downloadable(appeal)) == {Kind.FINISHED, Kind.SOFTSUB, Kind.SRT, Kind.VTT}
    assert leftovers(context) == []


def changes_the_clip(appeal: Appeal) -> None:
    appeal.file(Kind.FINISHED).sha256 = "another"


def changes_the_text(appeal: Appeal) -> None:
    appeal.file(Kind.FINISHED).revision_id = appeal.track(Layer.TRANSCRIPT).latest.id


def changes_the_consent(appeal: Appeal) -> None:
    appeal.consents.append(Consent(version="2", language="en", answers=[]))


@pytest.mark.parametrize("change", [changes_the_clip, changes_the_text, changes_the_consent])
def test_an_approval_holds_for_exactly_this_clip_this_text_and_this_consent(context, change):
    appeal_id = released(context)
    with context.db.write() as session:
        change(runner.whole(session, appeal_id))
    appeal = look(context, appeal_id)
    assert approval.approval_in_force(appeal) is None
    assert approval.downloadable(appeal) == {}


def test_preparing_stores_proxy_sound_peaks_and_poster_under_their_hashes(context):
    appeal = work(context, receive(context), "media")
    assert appeal.status == Status.PREPARED
    assert {f.kind for f in appeal.files} == {Kind.CLEAN, Kind.AUDIO, Kind.PEAKS, Kind.POSTER}
    for file in appeal.files:
        path = context.settings.data_dir / "media" / file.key
        assert hashlib.sha256(path.read_bytes()).hexdigest() == file.sha256
        assert path.stat().st_size == file.size
    assert appeal.media is not None


def test_the_draft_says_what_was_spoken_and_reads_in_russian(context):
    appeal = look(context, drafted(context))
    transcript, russian = (appeal.track(layer).latest for layer in (Layer.TRANSCRIPT, Layer.RUSSIAN))
    assert "Мы чакаем вас дома." in " ".join(cue.text for cue in transcript.cues)
    assert transcript.made_by == "phrasebook"
    assert russian.made_by == "phrasebook + memory"
    assert [(c.start, c.end) for c in russian.cues] == [(c.start, c.end) for c in transcript.cues]
    assert "войн" in " ".join(cue.text for cue in russian.cues)


def test_a_clip_without_speech_becomes_an_empty_draft_with_a_note(context):
    appeal = look(context, drafted(context, appeals.DATA / "no-speech.mp4"))
    assert appeal.track(Layer.TRANSCRIPT).latest.cues == []
    assert appeal.state == State.WAITING
    assert "No speech was found." in [move.reason for move in appeal.transitions]


def test_a_language_that_the_form_does_not_offer_is_detected(context):
    appeal = look(context, drafted(context, appeals.DATA / "uk-landscape.mp4", language="other"))
    assert appeal.track(Layer.TRANSCRIPT).language == "uk"


def test_without_a_model_the_draft_holds_empty_cues_where_speech_is(tmp_path):
    context = open_context(tmp_path / "data", WHISPER_MODEL=str(tmp_path / "no-such-model.pt"))
    appeal = look(context, drafted(context))
    cues = appeal.track(Layer.RUSSIAN).latest.cues
    assert cues
    assert [move for move in appeal.transitions if "model" in move.reason]
    assert {cue.text for cue in cues} == {""}
    context.db.close()


def test_a_bad_file_waits_for_a_person_with_its_reason_and_keeps_the_original(context, tmp_path):
    appeal = work(context, receive(context, hostile.audio_only(tmp_path)), "media")
    assert (appeal.status, appeal.state, appeal.reason) == (Status.RECEIVED, State.NEEDS_PERSON, "no_picture")
    assert stored_files(context) == ["original"]
    assert leftovers(context) == []


def test_a_missing_original_is_said(context):
    appeal_id = receive(context)
    context.storage.delete(look(context, appeal_id).files[0].key)
    appeal = work(context, appeal_id, "media")
    assert (appeal.state, appeal.reason) == (State.NEEDS_PERSON, "file_missing")


def test_how_far_a_step_is_stands_in_the_record_until_it_is_done(context, monkeypatch):
    seen = []

    def step(job):
        job.tell(0.42)
        seen.append(look(context, job.appeal.id).progress)
        return Result()

    monkeypatch.setitem(STEPS, Status.RECEIVED, (step, Status.PREPARED))
    appeal = work(context, receive(context), "media")
    assert (seen, appeal.status, appeal.progress) == ([42], Status.PREPARED, None)


def test_a_step_that_somebody_else_took_stops_at_its_next_sign(context, monkeypatch):
    def step(job):
        with context.db.write() as session:
            session.get_one(Appeal, job.appeal.id).attempt += 1
        job.tell(0.5)
        raise AssertionError("it went on")

    monkeypatch.setitem(STEPS, Status.RECEIVED, (step, Status.PREPARED))
    appeal = work(context, receive(context), "media")
    assert (appeal.status, appeal.progress, appeal.reason) == (Status.RECEIVED, None, None)


def fails_with(error):
    def step(job):
        raise error

    return step


def test_what_nobody_foresaw_is_tried_again_and_then_asks_for_a_person(context, monkeypatch):
    monkeypatch.setitem(STEPS, Status.RECEIVED, (fails_with(ZeroDivisionError("oops")), Status.PREPARED))
    appeal_id = receive(context)
    for tries in (1, 2, 3):
        appeal = work(context, appeal_id, "media")
        assert (appeal.tries, appeal.reason) == (tries, "unexpected")
        assert "oops" in appeal.detail
        with context.db.write() as session:
            session.get_one(Appeal, appeal_id).not_before = None
    assert appeal.state == State.NEEDS_PERSON


def test_a_full_disk_is_named_and_tried_again(context, monkeypatch):
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    monkeypatch.setitem(STEPS, Status.RECEIVED, (fails_with(full), Status.PREPARED))
    appeal = work(context, receive(context), "media")
    assert (appeal.reason, appeal.state) == ("disk_full", State.WAITING)


def makes_a_file_and_meanwhile(event):
    def step(job):
        event(job)
        path = job.work / "clean.mp4"
        path.write_text("late")
        return Result({Kind.CLEAN: path})

    return step


def test_a_late_attempt_leaves_no_file_and_does_not_touch_the_winner(context, monkeypatch):
    appeal_id = receive(context)

    def another_takes_over(job):
        with context.db.write() as session:
            workflow.renew(session, job.claim, timedelta(seconds=-1))
        monkeypatch.setitem(STEPS, Status.RECEIVED, (steps._prepare, Status.PREPARED))
        assert work(context, appeal_id, "media").status == Status.PREPARED

    late = makes_a_file_and_meanwhile(another_takes_over)
    monkeypatch.setitem(STEPS, Status.RECEIVED, (late, Status.PREPARED))
    appeal = work(context, appeal_id, "media")
    kept = stored_files(context)
    assert kept == ["audio-2", "clean-2", "peaks-2", "poster-2"]
    assert appeal.file(Kind.CLEAN).size > 1000
    assert len(appeal.transitions) == 1


def test_a_fault_right_after_the_commit_does_not_take_the_files_of_the_committed_rows(context, monkeypatch):
    write, armed = Database.write, []

    @contextmanager
    def loses_its_line(self):
        with write(self) as session:
            yield session
        if armed:
            raise ConnectionError(armed.pop())

    monkeypatch.setattr(Database, "write", loses_its_line)
    step = makes_a_file_and_meanwhile(lambda job: armed.append("after the commit"))
    monkeypatch.setitem(STEPS, Status.RECEIVED, (step, Status.PREPARED))
    appeal = work(context, receive(context), "media")
    assert (appeal.status, armed) == (Status.PREPARED, [])
    assert context.storage.fetch(appeal.file(Kind.CLEAN).key, context.settings.data_dir).read_text() == "late"


def test_files_of_a_worker_that_was_killed_before_it_wrote_the_row_are_removed(context):
    appeal_id = receive(context)
    with context.db.write() as session:
        workflow.claim(session, appeal_id, "media", timedelta(seconds=-1))
    stored_and_killed = context.scratch.incoming / "clean.mp4"
    stored_and_killed.write_text("whole, but nobody knows it")
    context.storage.put(stored_and_killed, look(context, appeal_id).folder, "clean-1.mp4")
    assert work(context, appeal_id, "media").status == Status.PREPARED
    assert stored_files(context) == ["audio-2", "clean-2", "peaks-2", "poster-2"]


def test_a_clip_withdrawn_during_a_step_comes_back_in_no_form(context, monkeypatch):
    appeal_id = receive(context)

    def she_takes_it_back(job):
        with context.db.write() as session:
            workflow.advance(
                session, appeal_id, Status.RECEIVED, job.claim.attempt, Status.WITHDRAWN, by=workflow.SUPPORTER
            )
        context.storage.purge(job.appeal.folder)

    monkeypatch.setitem(STEPS, Status.RECEIVED, (makes_a_file_and_meanwhile(she_takes_it_back), Status.PREPARED))
    assert work(context, appeal_id, "media").status == Status.WITHDRAWN
    assert list((context.settings.data_dir / "media").iterdir()) == []


def test_the_lease_is_kept_alive_while_a_step_takes_long(tmp_path, monkeypatch):
    context = open_context(tmp_path / "data", LEASE_SECONDS="1")
    started, go_on = threading.Event(), threading.Event()

    def waits(job):
        started.set()
        assert go_on.wait(30)

    monkeypatch.setitem(STEPS, Status.RECEIVED, (makes_a_file_and_meanwhile(waits), Status.PREPARED))
    appeal_id = receive(context)
    thread = threading.Thread(target=work, args=(context, appeal_id, "media"))
    thread.start()
    assert started.wait(30)
    first = look(context, appeal_id).lease_until
    deadline = time.monotonic() + 30
    while look(context, appeal_id).lease_until <= first + timedelta(seconds=1):
        assert time.monotonic() < deadline
    go_on.set()
    thread.join()
    assert look(context, appeal_id).attempt == 2  # one claim and one move: nobody took it over
    context.db.close()


def test_a_step_is_told_when_its_lease_is_gone(tmp_path, monkeypatch):
    context = open_context(tmp_path / "data", LEASE_SECONDS="1")
    told: list[bool] = []

    def loses_it(job):
        with context.db.write() as session:
            session.get_one(Appeal, job.claim.appeal_id).attempt = 99
        told.append(job.stop.wait(30))

    monkeypatch.setitem(STEPS, Status.RECEIVED, (makes_a_file_and_meanwhile(loses_it), Status.PREPARED))
    work(context, receive(context), "media")
    assert told == [True]
    assert stored_files(context) == ["original"]
    context.db.close()


@pytest.mark.parametrize("kind", [Kind.FINISHED, Kind.CLEAN])
def test_a_clip_whose_bytes_changed_after_the_approval_is_not_released(context, kind):
    appeal_id = drafted(context)
    submit(context, appeal_id)
    work(context, appeal_id, "media")
    approve(context, appeal_id)
    path = context.settings.data_dir / "media" / look(context, appeal_id).file(kind).key
    path.write_bytes(path.read_bytes() + b"x")
    appeal = work(context, appeal_id, "media")
    assert (appeal.status, appeal.reason) == (Status.APPROVED, "file_changed")
    assert approval.downloadable(appeal) == {}


def test_what_a_fault_kept_of_a_withdrawn_appeal_is_deleted_later(context):
    appeal_id = receive(context)
    with context.db.write() as session:
        workflow.advance(session, appeal_id, Status.RECEIVED, 0, Status.WITHDRAWN, by=workflow.SUPPORTER)
    assert stored_files(context) == ["original"]  # the web server died before it could purge
    runner.tidy(context)
    assert stored_files(context) == []


def test_a_folder_that_no_appeal_knows_is_named_and_never_deleted(context, caplog):
    """As with a wrong DATABASE_URL, or after an old backup was restored."""
    receive(context)
    with context.db.write() as session:
        for table in (Consent, File, Appeal):
            session.execute(delete(table))
    for folder in (context.settings.data_dir / "media").iterdir():
        os.utime(folder, (0, 0))
    runner.tidy(context)
    runner.sweep(context)
    assert stored_files(context) == ["original"]
    assert "1 folders in the storage belong to no appeal" in caplog.text


def test_an_error_of_the_database_does_not_quote_what_is_stored(context):
    with pytest.raises(IntegrityError) as error, context.db.write() as session:
        session.add_all(Appeal(folder="same", language="be", shown_name="CANARY") for _ in range(2))
    assert "CANARY" not in str(error.value)


def test_every_status_with_a_queue_has_a_step_and_the_other_way_round():
    assert set(STEPS) == set(workflow.QUEUES)
    assert all((old, new) in workflow.MOVES for old, (_, new) in STEPS.items())


def test_what_killed_attempts_left_in_scratch_is_gone_with_the_next_try(context):
    appeal_id = receive(context)
    with context.scratch.work(f"{appeal_id}-1") as dead, context.scratch.work(f"{appeal_id}0-1") as of_another:
        (dead / "clean.mp4").write_text("half")
        assert work(context, appeal_id, "media").status == Status.PREPARED
        assert not dead.exists()
        assert of_another.exists()
