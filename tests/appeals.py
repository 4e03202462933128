"""Real appeals for tests: received as the form does it, brought along by the real steps."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline import approval, runner, workflow
from pipeline.base import now
from pipeline.config import Settings
from pipeline.context import Context
from pipeline.db import migrate
from pipeline.models import Account, Appeal, Consent, File, Kind, Layer, Role, Screening, Status
from tests.cast import AGREED

DATA = Path(__file__).parent / "data"
BELARUSIAN = DATA / "be-portrait.mp4"


def open_context(tmp_path: Path, **environ: str) -> Context:
    """A context with a database of its own, the phrasebook as model, and no Redis unless told."""
    given = {"DATA_DIR": str(tmp_path), "WHISPER_MODEL": "phrasebook", "REDIS_URL": "redis://127.0.0.1:1/0"}
    context = Context.open(Settings.from_env(given | environ))
    migrate(context.settings.database_url)
    return context


@pytest.fixture(params=["sqlite", "postgresql"])
def context(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Context]:
    """A context on each of the two databases that we support."""
    url = {"DATABASE_URL": request.getfixturevalue("cluster").new_database()} if request.param != "sqlite" else {}
    made = open_context(tmp_path / "data", **url)
    yield made
    made.db.close()


def receive(context: Context, clip: Path = BELARUSIAN, language: str = "be") -> int:
    """An appeal as it is right after the upload; gives its number."""
    upload = context.scratch.incoming / secrets.token_hex(4)
    shutil.copyfile(clip, upload)
    folder = secrets.token_hex(16)
    stored = context.storage.put(upload, folder, "original")
    with context.db.write() as session:
        appeal = Appeal(folder=folder, language=language)
        appeal.files.append(File(kind=Kind.ORIGINAL, key=stored.key, sha256=stored.sha256, size=stored.size))
        appeal.consents.append(Consent(version="1", language="en", answers=AGREED))
        session.add(appeal)
        session.flush()
        return appeal.id


def work(context: Context, appeal_id: int, *queues: str) -> Appeal:
    """Do the next steps on these queues, here and now."""
    for queue in queues:
        runner.run(context, appeal_id, queue)
    return look(context, appeal_id)


def look(context: Context, appeal_id: int) -> Appeal:
    """The appeal with all its parts, as it is now."""
    with context.db.read() as session:
        return runner.whole(session, appeal_id)


def drafted(context: Context, clip: Path = BELARUSIAN, language: str = "be") -> int:
    """An appeal with a Russian draft."""
    appeal_id = receive(context, clip, language)
    assert work(context, appeal_id, "media", "speech", "text").status == Status.DRAFTED
    return appeal_id


def submit(context: Context, appeal_id: int) -> None:
    """A translator says that the latest Russian revision is ready."""
    with context.db.write() as session:
        appeal = runner.whole(session, appeal_id)
        track = appeal.track(Layer.RUSSIAN)
        assert track is not None
        appeal.submitted_revision_id = track.latest.id
        workflow.advance(session, appeal_id, Status.DRAFTED, appeal.attempt, Status.SUBMITTED, by="tanya")


def released(context: Context) -> int:
    """An appeal that went the whole way."""
    appeal_id = drafted(context)
    submit(context, appeal_id)
    work(context, appeal_id, "media")
    approve(context, appeal_id)
    assert work(context, appeal_id, "media").status == Status.RELEASED
    return appeal_id


def approve(context: Context, appeal_id: int, by: str = "rita") -> None:
    """A reviewer approves the finished clip as it is now."""
    with context.db.write() as session:
        account = Account(name=by, role=Role.REVIEWER, password_hash="", locked_until=now())
        session.add(account)
        session.flush()
        appeal = runner.whole(session, appeal_id)
        appeal.screening = Screening.PASSED
        finished = appeal.file(Kind.FINISHED)
        assert finished is not None
        seen = (appeal.attempt, account, finished.sha256, appeal.consents[-1].id)
        approval.approve(session, appeal, *seen, two_people=True)
