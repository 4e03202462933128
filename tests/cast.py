"""The cast: who acts in the tests, and appeals at any status with real rows and files, made without workers."""

from __future__ import annotations

import re
import secrets
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from pipeline import approval, cues, workflow
from pipeline.base import Base, now
from pipeline.consent import Choices, Naming, to_rows
from pipeline.context import Context
from pipeline.models import (
    Account,
    Appeal,
    Consent,
    File,
    Kind,
    Layer,
    Revision,
    Role,
    Screening,
    Status,
    Track,
    Transition,
)
from pipeline.posts import Post, Reach
from pipeline.supporter import Receipt
from web import accounts, decide, receipt

PASSWORD = "no means no, always"
ROLES = {"tanya": Role.TRANSLATOR, "rita": Role.REVIEWER, "sveta": Role.SOCIAL, "ada": Role.ADMIN}
CODE = "1234 5678 9012 3456"
CLIP = Path(__file__).parent / "data" / "be-portrait.mp4"

SAID = [cues.Cue(400, 3000, "Дарагія беларусы, я звяртаюся да вас."), cues.Cue(3200, 5200, "Мы чакаем вас дома.")]
RUSSIAN = [
    cues.Cue(400, 3000, "Дорогие белорусы, я обращаюсь к вам.", ("low_probability",)),
    cues.Cue(3200, 5200, "Мы ждём вас дома."),
]

NETWORKS = ("facebook", "instagram", "telegram", "tiktok", "x", "youtube")
CHOICES = Choices(publish=True, networks=NETWORKS, naming=Naming.TYPED, name="Hanna")
WORDINGS = dict.fromkeys(("publish", "networks", "name", "country", "not_before", "contact"), "I agree.")
AGREED = to_rows(CHOICES, WORDINGS)

#: The way of an appeal to its release; the others branch off.
WAY = [
    Status.RECEIVED,
    Status.PREPARED,
    Status.TRANSCRIBED,
    Status.DRAFTED,
    Status.SUBMITTED,
    Status.IN_REVIEW,
    Status.APPROVED,
    Status.RELEASED,
]


class Person(FlaskClient):
    """A browser with somebody before it. Forms are sent with the token of the page, as a browser does."""

    name: str

    def open(self, *args: object, **kwargs: object) -> TestResponse:
        """Read every answer to its end, as a browser does, so that its file is closed."""
        return super().open(*args, **{"buffered": True, **kwargs})

    def send(self, url: str, **fields: object) -> TestResponse:
        """Post a form of the team's pages."""
        return self.post(url, data={"csrf_token": self.token(), **fields})

    def token(self) -> str:
        """A forgery token of this session."""
        page = self.get("/staff/sign-in").text
        found = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert found
        return found[1]


@cache
def password_hash() -> str:
    return accounts.hash_password(PASSWORD)


def account(desk: Context, name: str) -> Account:
    """The account of one of the cast, made when it is first needed."""
    with desk.db.write() as session:
        found = session.query(Account).filter_by(name=name).one_or_none()
        if found is None:
            found = Account(name=name, role=ROLES[name], password_hash=password_hash())
            session.add(found)
    return found


def seen(client: FlaskClient, path: str = "/") -> str:
    """What a page says of the words that it shows; the form brings it back."""
    with client.application.test_request_context(path, environ_base=client.environ_base):
        return decide.shown()


def enter(app: Flask, name: str) -> Person:
    """Sign one of the cast in."""
    account(app.extensions["desk"], name)
    person = app.test_client()
    assert isinstance(person, Person)
    person.name = name
    answer = person.send("/staff/sign-in", name=name, password=PASSWORD)
    assert answer.status_code == 302, answer.text
    return person


def appeal(desk: Context, status: Status = Status.DRAFTED, **fields: object) -> Appeal:
    """An appeal at this status, with what it has there: files, tracks, an approval by rita."""
    folder = secrets.token_hex(16)
    key = receipt.hashed(desk.settings.secret_key, str(fields.pop("code", secrets.randbelow(10**16))).zfill(16))
    made = Appeal(
        folder=folder,
        **{"language": "be", "shown_name": "Hanna", **fields},
        consents=[Consent(version="1", language="en", answers=AGREED)],
        transitions=[Transition(old=Status.RECEIVED, new=Status.RECEIVED, by=workflow.SUPPORTER)],
    )
    with desk.db.write() as session:
        session.add(made)
        session.flush()
        session.add(Receipt(hash=key, appeal_id=made.id))
        _file(desk, made, Kind.ORIGINAL, "original")
        way = WAY[: WAY.index(status) + 1] if status in WAY else WAY[:4]
        for here in way[1:]:
            _step(desk, session, made, here)
        if status not in WAY:
            _move(session, made, status, "rita", "not an appeal")
        _ = made.consents
    return made


def posted(desk: Context, made: Appeal, *counts: tuple[date, int], **fields: object) -> Post:
    """A post of this clip in the log, by sveta, with its views on some days."""
    entry = {"network": "telegram", "preset": "telegram", "by": "sveta", "posted_at": now() - timedelta(days=30)}
    with desk.db.write() as session:
        number = session.query(Post).count() + 1
        post = Post(appeal_id=made.id, **{"url": f"https://t.me/channel/{number}", **entry, **fields})
        for day, views in counts or [(now().date(), 1200)]:
            post.reaches.append(Reach(day=day, views=views, by="sveta"))
        session.add(post)
    return post


def onward(desk: Context, made: Appeal, *way: Status) -> Appeal:
    """Take a draft, as it was saved last, on to each of these statuses."""
    with desk.db.write() as session:
        there = session.get_one(Appeal, made.id)
        for here in way:
            _step(desk, session, there, here)
        _ = there.consents
    return there


def step(desk: Context, session: Session, made: Appeal) -> None:
    """The next step of the machine."""
    _step(desk, session, made, WAY[WAY.index(made.status) + 1])


def _step(desk: Context, session: Session, made: Appeal, status: Status) -> None:
    """Do what worker or person does to bring an appeal to this status."""
    if status == Status.PREPARED:
        made.media = {"duration_ms": 6000, "width": 1080, "height": 1920}
        _file(desk, made, Kind.CLEAN, "clean.mp4")
        _file(desk, made, Kind.POSTER, "poster.jpg")
        _file(desk, made, Kind.PEAKS, "peaks.json")
    if status == Status.TRANSCRIBED:
        _track(made, Layer.TRANSCRIPT, "be", SAID)
    if status == Status.DRAFTED:
        _track(made, Layer.RUSSIAN, "ru", RUSSIAN)
        made.screening = Screening.PASSED
    session.flush()
    if status == Status.SUBMITTED:
        made.submitted_revision_id = made.track(Layer.RUSSIAN).latest.id
    if status == Status.IN_REVIEW:
        _file(desk, made, Kind.FINISHED, "finished.mp4")
    session.flush()
    if status == Status.APPROVED:
        rita = _rita(session)
        sha256 = made.file(Kind.FINISHED).sha256
        approval.approve(session, made, made.attempt, rita, sha256, made.consents[-1].id, two_people=True)
        session.refresh(made)
        return
    if status == Status.RELEASED:
        for kind, name in ((Kind.SOFTSUB, "soft.mp4"), (Kind.SRT, "russian.srt"), (Kind.VTT, "russian.vtt")):
            _file(desk, made, kind, name)
    _move(session, made, status, "worker")


def _rita(session: Session) -> Account:
    found = session.query(Account).filter_by(name="rita").one_or_none()
    if found is None:
        found = Account(name="rita", role=Role.REVIEWER, password_hash=password_hash())
        session.add(found)
        session.flush()
    return found


def _move(session: Session, made: Appeal, status: Status, by: str, reason: str = "") -> None:
    session.flush()
    workflow.advance(session, made.id, made.status, made.attempt, status, by=by, reason=reason)
    session.refresh(made)


def _track(made: Appeal, layer: Layer, language: str, text: list[cues.Cue]) -> None:
    first = Revision(number=1, rows=cues.to_json(text), made_by="phrasebook")
    made.tracks.append(Track(layer=layer, language=language, revisions=[first]))


def _file(desk: Context, made: Appeal, kind: Kind, name: str) -> None:
    """A real file: the sample clip for videos, its own name for the rest."""
    path = desk.scratch.incoming / secrets.token_hex(8)
    path.write_bytes(CLIP.read_bytes() if name.endswith("mp4") or kind == Kind.ORIGINAL else name.encode())
    stored = desk.storage.put(path, made.folder, name)
    there = made.file(kind)
    if there is None:
        there = File(kind=kind)
        made.files.append(there)
    there.key, there.sha256, there.size = stored.key, stored.sha256, stored.size
    there.revision_id = made.submitted_revision_id if kind not in {Kind.ORIGINAL, Kind.CLEAN} else None


def fresh(desk: Context, made: Appeal) -> Appeal:
    """The appeal as the database has it now."""
    with desk.db.read() as session:
        found = session.get_one(Appeal, made.id)
        _ = found.files, [t.revisions for t in found.tracks], found.transitions, found.approvals, found.consents
        return found


def everything_stored(desk: Context) -> str:
    """All values of all rows, to look for what must not be there."""
    with desk.db.read() as session:
        rows = [row for table in Base.metadata.sorted_tables for row in session.execute(table.select())]
    return "\n".join(str(value) for row in rows for value in row)
