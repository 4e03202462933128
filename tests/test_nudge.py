"""The word to the team about what waits too long: when it goes, what it says, and what it must never say."""

from __future__ import annotations

import importlib
import json
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from sqlalchemy import update

from pipeline.base import now
from pipeline.context import Context
from pipeline.models import Appeal, Screening, Status
from pipeline.nudge import nudge
from pipeline.teamwork import Nudge
from tests import cast


class Mailbox:
    """A server that takes what is sent to it; or refuses it, while it is full."""

    def __init__(self) -> None:
        self.letters: list[bytes] = []
        self.full = False
        box = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                box.letters.append(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(507 if box.full else 200)
                self.end_headers()

            def log_message(self, *_: object) -> None: ...

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        return f"json://tanya:secret@127.0.0.1:{self.server.server_port}/"


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    box = Mailbox()
    yield box
    box.server.shutdown()
    box.server.server_close()


def told(desk: Context, mailbox: Mailbox, **settings: object) -> Context:
    """The context of a worker that knows where to tell."""
    return replace(desk, settings=replace(desk.settings, **{"notify": mailbox.address, **settings}))


def since(desk: Context, **ago: float) -> None:
    with desk.db.write() as session:
        session.execute(update(Appeal).values(since=now() - timedelta(**ago)))


def test_what_waits_longer_than_the_hours_is_counted_by_kind_and_nothing_else_is_said(desk, mailbox):
    made = [cast.appeal(desk, there) for there in (Status.DRAFTED, Status.DRAFTED, Status.IN_REVIEW, Status.PREPARED)]
    stuck = cast.appeal(desk, Status.TRANSCRIBED)
    for status in (Status.RELEASED, Status.REJECTED, Status.WITHDRAWN):
        cast.appeal(desk, status)
    with desk.db.write() as session:
        passed = update(Appeal).where(Appeal.id == stuck.id)
        session.execute(passed.values(needs_person=True, screening=Screening.PASSED))
    since(desk, hours=25)
    cast.appeal(desk)  # since now
    nudge(told(desk, mailbox))
    [letter] = mailbox.letters
    said = json.loads(letter)
    assert said["title"] == "Something waits for the team"
    assert said["message"].split("\n") == ["To screen: 1", "To correct: 2", "To review: 1", "Needs a person: 1"]
    hers = (made[0].folder, "Hanna", "http", desk.campaign.name, cast.RUSSIAN[0].text)
    assert not [each for each in hers if each.encode() in letter]


def test_the_same_counts_are_told_once_a_day_and_others_at_once(desk, mailbox):
    cast.appeal(desk)
    since(desk, hours=25)
    worker = told(desk, mailbox)
    for _ in range(2):
        nudge(worker)
    assert len(mailbox.letters) == 1
    cast.appeal(desk)
    since(desk, hours=25)
    nudge(worker)
    assert len(mailbox.letters) == 2
    with desk.db.write() as session:
        session.execute(update(Nudge).values(at=now() - timedelta(hours=24, minutes=1)))
    nudge(worker)
    assert len(mailbox.letters) == 3


@pytest.mark.parametrize("setting", [{"notify": ""}, {"offline": True}, {"notify_hours": 26}])
def test_without_an_address_or_offline_or_before_its_hours_nothing_goes_out(desk, mailbox, setting):
    cast.appeal(desk)
    since(desk, hours=25)
    nudge(told(desk, mailbox, **setting))
    assert mailbox.letters == []


@pytest.mark.parametrize("address", ["json://tanya:secret@127.0.0.1:1/", "nonsense", "mailto://tanya:secret"])
def test_a_failing_delivery_hurts_nobody_and_names_no_password(desk, mailbox, caplog, address):
    cast.appeal(desk)
    since(desk, hours=25)
    nudge(told(desk, mailbox, notify=address))
    assert "NOTIFY failed" in caplog.text and "secret" not in caplog.text


def test_what_could_not_be_delivered_is_told_at_the_next_hour(desk, mailbox):
    cast.appeal(desk)
    since(desk, hours=25)
    mailbox.full = True
    nudge(told(desk, mailbox))
    mailbox.full = False
    nudge(told(desk, mailbox))
    nudge(told(desk, mailbox))
    assert len(mailbox.letters) == 2


@pytest.mark.parametrize(
    ("environ", "there"),
    [({}, False), ({"NOTIFY": "json://x"}, True), ({"NOTIFY": "json://x", "OFFLINE": "1"}, False)],
)
def test_the_schedule_has_it_only_where_it_is_set(tmp_path, monkeypatch, environ, there):
    for name in ("NOTIFY", "OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"DATA_DIR": str(tmp_path), **environ}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delitem(sys.modules, "worker", raising=False)
    worker = importlib.import_module("worker")
    assert ("nudge" in worker.app.conf.beat_schedule) is there
    monkeypatch.delitem(sys.modules, "worker")
