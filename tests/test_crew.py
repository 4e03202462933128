"""Several workers on one clip, real ones: each piece is made once, and whoever is killed or late does no harm."""

from __future__ import annotations

import errno
import os
import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from pipeline import crew, hands, pieces, runner, workflow
from pipeline.base import now
from pipeline.crew import Piece
from pipeline.cues import Cue
from pipeline.models import Layer, Status
from pipeline.withdraw import withdraw
from tests.appeals import look, receive, submit, work
from tests.media import ffmpeg


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    """Ten seconds, small, with a key frame each two seconds."""
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    picture = ["-f", "lavfi", "-i", "testsrc2=size=160x284:rate=10:duration=10"]
    sound = ["-f", "lavfi", "-i", "sine=duration=10"]
    ffmpeg(*picture, *sound, "-pix_fmt", "yuv420p", "-force_key_frames", "expr:gte(t,n_forced*2)", path)
    return path


@pytest.fixture
def appeal_id(context, clip):
    """Submitted, with a cue in each piece of its clip."""
    appeal_id = receive(context, clip)
    work(context, appeal_id, "media")
    with context.db.write() as session:
        appeal = runner.whole(session, appeal_id)
        appeal.start_track(Layer.RUSSIAN, "ru").add([Cue(at, at + 900, "Нет") for at in (1000, 5000, 9000)], "test")
        workflow.advance(session, appeal_id, Status.PREPARED, appeal.attempt, Status.TRANSCRIBED, by="test")
        appeal = runner.whole(session, appeal_id)
        workflow.advance(session, appeal_id, Status.TRANSCRIBED, appeal.attempt + 1, Status.DRAFTED, by="test")
    submit(context, appeal_id)
    return appeal_id


def rows(context) -> list[Piece]:
    with context.db.read() as session:
        return list(session.scalars(select(Piece).order_by(Piece.id)))


def stored(context) -> set[str]:
    return {path.name for path in (context.settings.data_dir / "media").glob("*/piece-*")}


def laid_out(context, appeal_id, monkeypatch) -> None:
    """The leader writes down what is missing, and is killed."""
    with monkeypatch.context() as patch:
        patch.setattr(hands, "_make_all", lambda _hands: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            work(context, appeal_id, "media")


def correct(context, appeal_id: int, text: str) -> None:
    """The second cue is changed after the clip was returned, and it is submitted again."""
    with context.db.write() as session:
        appeal = runner.whole(session, appeal_id)
        workflow.advance(session, appeal_id, Status.IN_REVIEW, appeal.attempt, Status.DRAFTED, by="rita")
        track = appeal.track(Layer.RUSSIAN)
        cues = track.latest.cues
        track.add([cues[0], Cue(cues[1].start, cues[1].end, text), cues[2]], "tanya")
    submit(context, appeal_id)


def test_after_an_edit_only_the_piece_that_shows_it_is_made_again(context, appeal_id):
    assert work(context, appeal_id, "media").status == Status.IN_REVIEW
    before, files = {row.address: row.sha256 for row in rows(context)}, stored(context)
    correct(context, appeal_id, "Иначе")
    assert work(context, appeal_id, "media").status == Status.IN_REVIEW
    after = {row.address: row.sha256 for row in rows(context)}
    assert len(before) == 3 and len(after) == 4 and before.items() < after.items()
    assert files < stored(context)


def test_another_worker_lends_a_hand_and_the_leader_joins_what_both_made(context, appeal_id, monkeypatch):
    took: dict[str, set[str]] = {"leader": set(), "helper": set()}
    both, make = threading.Barrier(2), hands._make

    def make_and_note(share, piece, threads):
        who = "helper" if share.work.name.startswith(f"{appeal_id}-hand") else "leader"
        if not took[who]:
            both.wait(60)  # each holds a piece at this moment
        took[who].add(piece.address)
        make(share, piece, threads)

    monkeypatch.setattr(hands.os, "sched_getaffinity", lambda _: {0})
    monkeypatch.setattr(hands, "_make", make_and_note)
    helpers: list[threading.Thread] = []

    def call(_appeal_id, _status):
        helper = threading.Thread(target=runner.run, args=(context, appeal_id, "media"))
        helper.start()
        helpers.append(helper)

    monkeypatch.setattr(hands, "WORTH_A_RING", 3)
    monkeypatch.setattr(context.doorbell, "ring", call)
    runner.run(context, appeal_id, "media")
    for helper in helpers:
        helper.join()
    assert look(context, appeal_id).status == Status.IN_REVIEW
    assert took["leader"] and took["helper"] and not took["leader"] & took["helper"]
    assert len(took["leader"] | took["helper"]) == 3 == len(stored(context))


def test_a_piece_whose_maker_was_killed_is_made_by_the_leader(context, appeal_id, monkeypatch):
    laid_out(context, appeal_id, monkeypatch)
    with context.db.write() as session:
        assert crew.take(session, appeal_id, timedelta(seconds=0))  # its lease has ended when the leader looks
    assert work(context, appeal_id, "media").status == Status.IN_REVIEW
    assert len(stored(context)) == 3


def test_what_was_made_before_the_leader_was_killed_is_found_by_the_next_try(context, appeal_id, monkeypatch):
    laid_out(context, appeal_id, monkeypatch)
    hands.lend_a_hand(context, appeal_id)
    files = stored(context)
    assert len(files) == 3
    assert work(context, appeal_id, "media").status == Status.IN_REVIEW
    assert stored(context) == files


def test_a_piece_is_taken_once(context, appeal_id, monkeypatch):
    laid_out(context, appeal_id, monkeypatch)
    taken = []
    for _ in range(4):
        with context.db.write() as session:
            taken.append(crew.take(session, appeal_id, timedelta(seconds=60)))
    assert len({piece.id for piece in taken if piece}) == 3 and taken[3] is None


def test_a_clip_withdrawn_while_a_piece_is_made_leaves_nothing(context, appeal_id, monkeypatch):
    laid_out(context, appeal_id, monkeypatch)
    make = pieces.make

    def she_takes_it_back(*rest):
        made = make(*rest)
        withdraw(context, appeal_id)
        rest[4].parent.mkdir(exist_ok=True)  # on another machine its folder would be there still
        rest[4].write_bytes(b"late")
        return made

    monkeypatch.setattr(hands.os, "sched_getaffinity", lambda _: {0})
    monkeypatch.setattr(pieces, "make", she_takes_it_back)
    hands.lend_a_hand(context, appeal_id)
    assert rows(context) == []
    assert list((context.settings.data_dir / "media").iterdir()) == []


def test_a_helper_that_cannot_leaves_the_piece_and_the_leader_says_why(context, appeal_id, monkeypatch):
    laid_out(context, appeal_id, monkeypatch)
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    monkeypatch.setattr(type(context.storage), "put", lambda *_: (_ for _ in ()).throw(full))
    hands.lend_a_hand(context, appeal_id)
    assert {(row.key, row.lease_until) for row in rows(context)} == {(None, None)}
    appeal = work(context, appeal_id, "media")
    assert (appeal.status, appeal.reason) == (Status.SUBMITTED, "disk_full")


def test_a_piece_that_is_not_as_it_was_stored_is_made_again(context, appeal_id):
    work(context, appeal_id, "media")
    correct(context, appeal_id, "Иначе")
    gone, broken, _ = rows(context)
    context.storage.delete(gone.key)
    (context.settings.data_dir / "media" / broken.key).write_bytes(b"no video")
    assert work(context, appeal_id, "media").status == Status.IN_REVIEW
    assert gone.key.rpartition("/")[2] not in stored(context) and len(rows(context)) == len(stored(context))


def test_what_does_not_join_is_rendered_in_one_pass(context, appeal_id, monkeypatch, caplog):
    monkeypatch.setattr(pieces, "join", lambda *_: (_ for _ in ()).throw(pieces.Unfit("a test says so")))
    assert work(context, appeal_id, "media").status == Status.IN_REVIEW
    assert "rendered in one pass" in caplog.text
    assert rows(context) == [] and stored(context) == set()


def test_a_worker_with_another_logo_makes_nothing(context, appeal_id, monkeypatch):
    laid_out(context, appeal_id, monkeypatch)
    other = replace(context, campaign=replace(context.campaign, look=replace(context.campaign.look, image=b"a logo")))
    hands.lend_a_hand(other, appeal_id)
    assert {(row.key, row.lease_until) for row in rows(context)} == {(None, None)}


def test_pieces_go_by_age_and_by_room_the_oldest_first_and_none_in_use(context, appeal_id):
    work(context, appeal_id, "media")
    oldest, middle, newest = rows(context)
    small = replace(context.settings, pieces_megabytes=0)

    def used(piece, days):
        with context.db.write() as session:
            session.get_one(Piece, piece.id).used_at = now() - timedelta(days=days)

    used(oldest, 15), used(middle, 13)
    runner.tidy(context)
    assert [row.id for row in rows(context)] == [middle.id, newest.id] and len(stored(context)) == 2
    object.__setattr__(context, "settings", replace(context.settings, pieces_megabytes=1, pieces_days=14))
    with context.db.write() as session:
        session.get_one(Piece, newest.id).size = 999_999
    runner.tidy(context)
    assert [row.id for row in rows(context)] == [newest.id]
    object.__setattr__(context, "settings", small)
    correct(context, appeal_id, "Иначе")  # it waits for its worker now
    runner.tidy(context)
    assert [row.id for row in rows(context)] == [newest.id]
