"""What breaks in the middle: a child, a whole worker, Redis. Each time the clip is done, and done once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import redis

from pipeline.context import Context
from pipeline.models import Kind, State, Status
from tests.appeals import BELARUSIAN, drafted, look, open_context, receive, submit
from tests.media import ffmpeg
from tests.services import redis_server, until

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def redis_url() -> Iterator[str]:
    """A Redis of this test's own: it will be flushed."""
    with redis_server() as url:
        yield url


@pytest.fixture
def context(tmp_path: Path, redis_url: str) -> Iterator[Context]:
    # Short leases, so that a lost worker is noticed within the test; long enough for a busy machine's heartbeat.
    made = open_context(tmp_path / "data", REDIS_URL=redis_url, LEASE_SECONDS="8", SWEEP_SECONDS="2")
    yield made
    made.db.close()


@contextmanager
def worker(context: Context) -> Iterator[subprocess.Popen[bytes]]:
    """A real Celery worker for all queues, with the scheduler in it; killed with all its children at the end."""
    settings = context.settings
    environ = os.environ | {
        "DATA_DIR": str(settings.data_dir),
        "REDIS_URL": settings.redis_url,
        "WHISPER_MODEL": "phrasebook",
        "LEASE_SECONDS": str(settings.lease_seconds),
        "SWEEP_SECONDS": str(settings.sweep_seconds),
        "REMAP_SIGTERM": "SIGQUIT",  # as ops/supervise.py and docker-compose.yml set it
        "ALLOW_UNSANDBOXED": "1",  # used only where the machine has no bubblewrap
    }
    argv = [sys.executable, "-m", "celery", "-A", "worker", "worker", "-B", "-c", "1", "-Q", "media,speech,text"]
    with (settings.data_dir / "worker.log").open("ab") as log:
        process = subprocess.Popen(
            [*argv, "-l", "info"], cwd=ROOT, env=environ, stdout=log, stderr=log, start_new_session=True
        )
    try:
        yield process
    finally:
        kill_group(process)


def kill_group(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def processes() -> dict[int, tuple[int, str]]:
    """Every living process: its parent and its command line."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            if fields[0] != "Z":
                found[int(entry.name)] = (int(fields[1]), (entry / "cmdline").read_text().replace("\0", " "))
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


def rendering(context: Context) -> list[int]:
    """Processes that encode something of this test now; the box around one names it too, even before it is closed."""
    marks = (str(context.settings.data_dir), "libx264")
    lines = ((pid, line) for pid, (_, line) in processes().items() if line.startswith("ffmpeg "))
    return [pid for pid, line in lines if all(mark in line for mark in marks)]


def child_that_works(process: subprocess.Popen[bytes], context: Context) -> int:
    """The pool child above the running ffmpeg."""
    table, pid = processes(), rendering(context)[0]
    while True:
        parent = table[pid][0]
        if parent == process.pid:
            return pid
        pid = parent


@pytest.fixture
def submitted(context: Context) -> int:
    appeal_id = drafted(context)
    submit(context, appeal_id)
    return appeal_id


def assert_done_once(context: Context, appeal_id: int) -> None:
    appeal = look(context, appeal_id)
    media = context.settings.data_dir / "media"
    assert (appeal.status, appeal.state) == (Status.IN_REVIEW, State.WAITING)
    assert len([t for t in appeal.transitions if t.new == Status.IN_REVIEW]) == 1
    assert len(list(media.glob("*/finished-*"))) == 1
    finished = appeal.file(Kind.FINISHED)
    assert finished and (media / finished.key).stat().st_size == finished.size
    assert rendering(context) == []


def in_review(context: Context, appeal_id: int) -> bool:
    return look(context, appeal_id).status == Status.IN_REVIEW


def test_a_killed_child_is_replaced_and_the_clip_is_done_once(context, submitted):
    with worker(context) as process:
        until(lambda: rendering(context), "a render")
        os.kill(child_that_works(process, context), signal.SIGKILL)
        until(lambda: not rendering(context), "the end of the orphan", 20)
        until(lambda: in_review(context, submitted), "a finished clip")
        assert_done_once(context, submitted)


def test_a_killed_worker_is_replaced_by_the_next_and_the_clip_is_done_once(context, submitted):
    with worker(context) as process:
        until(lambda: rendering(context), "a render")
        kill_group(process)
        until(lambda: not rendering(context), "the end of the orphan", 20)
    assert look(context, submitted).status == Status.SUBMITTED
    with worker(context):
        until(lambda: in_review(context, submitted), "a finished clip")
        assert_done_once(context, submitted)


def test_a_redis_flushed_in_the_middle_loses_nothing(context, submitted, redis_url):
    before = look(context, submitted).attempt
    with worker(context):
        until(lambda: rendering(context), "a render")
        waiting = receive(context)
        redis.Redis.from_url(redis_url).flushall()
        until(lambda: in_review(context, submitted), "a finished clip")
        until(lambda: look(context, waiting).status == Status.DRAFTED, "a draft of the one that waited")
        assert_done_once(context, submitted)
        assert look(context, submitted).attempt == before + 2  # one claim and one move: it was never run twice


def test_a_worker_told_to_stop_gives_its_work_back_and_the_next_one_does_it(context, tmp_path):
    longer = tmp_path / "longer.mp4"  # than a worker that is told to stop may still work
    ffmpeg("-stream_loop", "5", "-i", BELARUSIAN, "-c", "copy", longer)
    submitted = drafted(context, longer)
    submit(context, submitted)
    with worker(context) as process:
        until(lambda: rendering(context), "a render")
        process.terminate()
        process.wait(60)
        until(lambda: not rendering(context), "the end of the render", 20)
    stopped = look(context, submitted)
    assert (stopped.status, stopped.state, stopped.tries) == (Status.SUBMITTED, State.WAITING, 0)
    with worker(context):
        until(lambda: in_review(context, submitted), "a finished clip", 120)
        assert_done_once(context, submitted)


def test_the_same_message_ten_times_is_one_clip(context, submitted):
    before = look(context, submitted).attempt
    for _ in range(10):
        context.doorbell.ring(submitted, Status.SUBMITTED)
    with worker(context):
        until(lambda: in_review(context, submitted), "a finished clip")
        until(lambda: context.doorbell.waiting("media") == 0, "an empty queue")
        assert_done_once(context, submitted)
    assert look(context, submitted).attempt == before + 2


def test_a_redis_that_evicts_is_refused_at_the_start(context, redis_url):
    redis.Redis.from_url(redis_url).config_set("maxmemory-policy", "allkeys-lru")
    with worker(context) as process:
        assert process.wait(60) != 0
    assert "noeviction" in (context.settings.data_dir / "worker.log").read_text()
