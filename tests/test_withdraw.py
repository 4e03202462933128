"""Taken back means gone: files, what attempts left in scratch, and the words in the database."""

from __future__ import annotations

from pipeline.models import Appeal, Status
from pipeline.withdraw import withdraw
from tests.appeals import DATA, look, receive, work


def files(context) -> list[str]:
    return [path.name for folder in ("media", "work") for path in (context.settings.data_dir / folder).rglob("*")]


def test_nothing_of_a_withdrawn_appeal_is_left_but_the_ledger_and_the_consent(context):
    appeal_id = receive(context)
    work(context, appeal_id, "media", "speech")
    with context.db.write() as session:
        session.get_one(Appeal, appeal_id).shown_name = "Hanna"
    with context.scratch.work(f"{appeal_id}-7") as dead:
        (dead / "clean.mp4").write_text("half")
        withdraw(context, appeal_id)
        assert files(context) == []
    appeal = look(context, appeal_id)
    assert (appeal.status, appeal.shown_name, appeal.media) == (Status.WITHDRAWN, "", None)
    assert appeal.files == appeal.tracks == appeal.approvals == []
    assert appeal.transitions[-1].by == "supporter"
    assert appeal.consents


def test_nobody_elses_video_goes(context):
    first, another = receive(context), receive(context, DATA / "ru-portrait.mp4", "ru")
    work(context, first, "media")
    withdraw(context, first)
    assert [look(context, n).status for n in (first, another)] == [Status.WITHDRAWN, Status.RECEIVED]
    assert len(files(context)) == 2  # the folder and the original of the other one


def test_taking_back_twice_is_once(context):
    appeal_id = receive(context)
    withdraw(context, appeal_id)
    withdraw(context, appeal_id)
    assert len(look(context, appeal_id).transitions) == 1
