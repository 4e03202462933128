"""What goes by itself: the original when the rule says so, refused and rejected videos after their days."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

import pytest

from pipeline import retention, runner, workflow
from pipeline.base import now
from pipeline.models import Appeal, Kind, State, Status
from pipeline.steps import STEPS, Result
from pipeline.supporter import Message, Side
from tests import cast, hostile
from tests.appeals import look, receive, work

SAID = "The files were deleted"


def originals(context) -> list[str]:
    return list(context.storage.named(Kind.ORIGINAL))


def kinds(context, appeal_id: int) -> set[Kind]:
    return {file.kind for file in look(context, appeal_id).files}


# originals


@pytest.mark.parametrize(
    ("rule", "goes"), [("prepared", Status.PREPARED), ("released", Status.RELEASED), ("withdrawn", None)]
)
def test_the_original_goes_when_the_rule_says_and_not_before(desk, monkeypatch, rule, goes):
    kept_until = replace(desk.campaign.retention, original=rule)
    object.__setattr__(desk, "campaign", replace(desk.campaign, retention=kept_until))
    for old, (_, new) in STEPS.items():
        monkeypatch.setitem(STEPS, old, (lambda job: Result(), new))
        made = cast.appeal(desk, old)
        runner.run(desk, made.id, workflow.QUEUES[old])
        after = cast.fresh(desk, made)
        assert after.status == new
        assert (after.file(Kind.ORIGINAL) is None) is (new == goes)
        assert bool([key for key in desk.storage.keys(made.folder) if "original" in key]) is (new != goes)


class KilledError(BaseException):
    """As by SIGKILL: nothing of ours runs any more."""


def killed_before_it_deletes(context, appeal_id: int, monkeypatch) -> None:
    def die(key: str) -> None:
        raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr(context.storage, "delete", die)
        with pytest.raises(KilledError):
            work(context, appeal_id, "media")


def test_a_kill_between_record_and_bytes_is_finished_by_the_next_step(context, monkeypatch):
    appeal_id = receive(context)
    killed_before_it_deletes(context, appeal_id, monkeypatch)
    assert look(context, appeal_id).status == Status.PREPARED and Kind.ORIGINAL not in kinds(context, appeal_id)
    assert originals(context)
    work(context, appeal_id, "speech")
    assert originals(context) == []


def test_a_kill_between_record_and_bytes_is_finished_by_tidying(context, monkeypatch):
    appeal_id, another = receive(context), receive(context, hostile.CLIPS / "ru-portrait.mp4")
    killed_before_it_deletes(context, appeal_id, monkeypatch)
    runner.tidy(context)
    assert originals(context) == [look(context, another).file(Kind.ORIGINAL).key]
    assert work(context, another, "media").status == Status.PREPARED


def test_an_original_stays_while_its_copy_could_not_be_made(context, tmp_path):
    appeal_id = receive(context, hostile.cut_in_half(tmp_path))
    assert work(context, appeal_id, "media").state == State.NEEDS_PERSON
    assert len(originals(context)) == 1


def test_without_the_original_a_draft_is_made_again_and_the_admin_reads_why_there_is_none(ada, desk):
    made = cast.appeal(desk, Status.DRAFTED)
    with desk.db.write() as session:
        appeal = session.get_one(Appeal, made.id)
        appeal.files.remove(appeal.file(Kind.ORIGINAL))
    url = f"/staff/appeals/{made.id}"
    answer = ada.get(f"{url}/media/original")
    assert answer.status_code == 404 and "The original is not kept any more" in answer.text
    assert f"{url}/media/original" not in ada.get(url).text
    assert ada.send(f"{url}/redo", language="uk", attempt=cast.fresh(desk, made).attempt).status_code == 302
    assert cast.fresh(desk, made).status == Status.PREPARED


def test_an_original_of_an_appeal_that_nobody_knows_is_nobodys_to_delete(context):
    video = context.scratch.incoming / "video"
    video.write_text("of another database")
    key = context.storage.put(video, "f" * 32, "original").key
    runner.tidy(context)
    assert originals(context) == [key]


# refused and rejected


def age(context, appeal_id: int, days: float) -> None:
    with context.db.write() as session:
        session.get_one(Appeal, appeal_id).since = now() - timedelta(days=days)


def refused(context, tmp_path, days: float) -> int:
    appeal_id = receive(context, hostile.audio_only(tmp_path))
    assert work(context, appeal_id, "media").reason == "no_picture"
    with context.db.write() as session:
        appeal = session.get_one(Appeal, appeal_id)
        appeal.fingerprint, appeal.shown_name, appeal.contact = "print", "Hanna", "sealed"
        session.add(Message(appeal_id=appeal_id, side=Side.SUPPORTER, sealed="sealed"))
    age(context, appeal_id, days)
    return appeal_id


def test_a_video_that_could_not_be_used_goes_after_its_days_and_its_page_says_what_it_said(context, tmp_path):
    appeal_id = refused(context, tmp_path, 7.1)
    half = context.settings.data_dir / "work" / f"{appeal_id}-3"
    half.mkdir()
    runner.tidy(context)
    assert not half.exists(), "what a killed try left goes too"
    appeal = look(context, appeal_id)
    assert (appeal.status, appeal.state, appeal.reason) == (Status.RECEIVED, State.NEEDS_PERSON, "no_picture")
    assert (appeal.files, appeal.fingerprint, appeal.shown_name, appeal.contact) == ([], None, "", None)
    assert list((context.settings.data_dir / "media").iterdir()) == []
    with context.db.read() as session:
        assert session.query(Message).all() == []
    assert appeal.transitions[-1].reason.startswith(SAID) and appeal.transitions[-1].by == "worker"
    runner.tidy(context)
    assert len(look(context, appeal_id).transitions) == len(appeal.transitions), "once is enough"


def test_what_came_in_beside_a_purge_goes_with_the_next_one(context, tmp_path):
    appeal_id = refused(context, tmp_path, 8)
    runner.tidy(context)
    with context.db.write() as session:
        session.get_one(Appeal, appeal_id).contact = "sealed"
        session.add(Message(appeal_id=appeal_id, side=Side.SUPPORTER, sealed="sealed"))
    runner.tidy(context)
    with context.db.read() as session:
        assert session.query(Message).all() == []
    assert look(context, appeal_id).contact is None


def test_a_refused_video_is_not_tried_again_for_it_may_be_gone(rita, desk):
    made = cast.appeal(desk, Status.RECEIVED)
    with desk.db.write() as session:
        appeal = session.get_one(Appeal, made.id)
        appeal.needs_person, appeal.reason = True, "no_sound"
    answer = rita.send(f"/staff/appeals/{made.id}/retry", attempt=made.attempt)
    assert answer.status_code == 403 and "she has to send another video" in answer.text
    assert cast.fresh(desk, made).needs_person


def test_before_its_days_are_over_nothing_goes(context, tmp_path):
    appeal_id = refused(context, tmp_path, 6.9)
    runner.tidy(context)
    assert kinds(context, appeal_id) == {Kind.ORIGINAL} and originals(context)


@pytest.mark.parametrize(("days", "gone"), [(29.9, False), (30.1, True)])
def test_a_rejected_appeal_goes_after_its_days_and_she_still_reads_why(stranger, desk, days, gone):
    made = cast.appeal(desk, Status.REJECTED, code="1234567890123456")
    age(desk, made.id, days)
    runner.tidy(desk)
    after = cast.fresh(desk, made)
    assert (after.files == []) is gone and (after.tracks == []) is gone
    assert bool([*(desk.settings.data_dir / "media").iterdir()]) is not gone
    page = stranger.post("/status", data={"code": cast.CODE}).text
    assert "The campaign will not publish this video." in page and "not an appeal" in page and SAID not in page


def test_what_waits_for_us_and_not_for_her_never_goes(context):
    appeal_id = receive(context)
    with context.db.write() as session:
        appeal = session.get_one(Appeal, appeal_id)
        appeal.needs_person, appeal.reason = True, "tool_failed"
    age(context, appeal_id, 999)
    runner.tidy(context)
    assert kinds(context, appeal_id) == {Kind.ORIGINAL} and originals(context)


@pytest.mark.parametrize("status", [status for status in Status if status != Status.REJECTED])
def test_nothing_that_goes_on_is_ever_too_old(desk, status):
    made = cast.appeal(desk, status)
    age(desk, made.id, 999)
    before = cast.fresh(desk, made).files
    runner.tidy(desk)
    assert len(cast.fresh(desk, made).files) == len(before) > 0


def test_a_storage_that_fails_meanwhile_is_tidied_up_later(context, tmp_path, monkeypatch):
    refused(context, tmp_path, 8)

    def fails(folder: str) -> None:
        raise OSError("the storage is away")

    with monkeypatch.context() as patch:
        patch.setattr(context.storage, "purge", fails)
        with pytest.raises(OSError, match="away"):
            runner.tidy(context)
    assert originals(context)
    runner.tidy(context)
    assert originals(context) == []


def test_every_rule_that_a_campaign_can_set_is_known():
    from pipeline.campaign import ORIGINAL_UNTIL

    assert {*retention.ORIGINAL_GOES, "withdrawn"} == {*ORIGINAL_UNTIL}


# times


def test_nothing_in_the_storage_is_dated_finer_than_the_hour(context):
    work(context, receive(context), "media")
    paths = [context.storage.root, *context.storage.root.rglob("*")]
    assert len(paths) > 4
    assert [path for path in paths if path.stat().st_mtime % 3600] == []


def test_the_log_of_a_worker_is_dated_to_the_hour():
    from celery.utils.log import ColorFormatter

    import worker

    logger, handler = logging.Logger("x"), logging.StreamHandler()
    handler.setFormatter(ColorFormatter("%(asctime)s %(message)s"))
    logger.addHandler(handler)
    worker.after_setup_logger.send(sender=None, logger=logger)
    line = handler.format(logging.LogRecord("x", logging.INFO, "", 0, "appeal 1", None, None))
    assert line.endswith(":00 appeal 1")
