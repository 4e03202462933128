"""The records. Every appeal is waiting, running under a lease, done, or asking for a person: Appeal.state."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pipeline import consent
from pipeline.base import Base, now, this_hour
from pipeline.cues import Cue, from_json, to_json
from pipeline.supporter import Receipt


class Status(StrEnum):
    """Where an appeal stands; design.md section 2 has the table."""

    RECEIVED = "received"
    PREPARED = "prepared"
    TRANSCRIBED = "transcribed"
    DRAFTED = "drafted"
    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    RELEASED = "released"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Role(StrEnum):
    """What an account is for; web/auth.py says what each may do."""

    TRANSLATOR = "translator"
    REVIEWER = "reviewer"
    SOCIAL = "social"
    ADMIN = "admin"


class State(StrEnum):
    """What an appeal is doing at its status."""

    WAITING = "waiting"
    RUNNING = "running"
    NEEDS_PERSON = "needs_person"
    DONE = "done"


class Kind(StrEnum):
    """What a stored file is; design.md section 5 has the words."""

    ORIGINAL = "original"
    CLEAN = "clean"
    AUDIO = "audio"
    PEAKS = "peaks"
    POSTER = "poster"
    FINISHED = "finished"
    SOFTSUB = "softsub"
    SRT = "srt"
    VTT = "vtt"
    RENDITION = "rendition"  # one for each preset
    COVER = "cover"  # the poster with its first cue


class Screening(StrEnum):
    """Whether volunteers may see a clip: somebody looked first at who is in it and what she agreed to."""

    OPEN = "open"
    ASKED = "asked"  # the supporter was asked something
    PASSED = "passed"


class Layer(StrEnum):
    """The two tracks of an appeal: what was said, and what will be read."""

    TRANSCRIPT = "transcript"
    RUSSIAN = "russian"


#: What may be declared besides the campaign's languages: one that the form does not offer, several in one video
#: (BCP 47 "mul"), and "I don't know" ("und").
ANOTHER_LANGUAGE, SEVERAL_LANGUAGES, UNKNOWN_LANGUAGE = "other", "mul", "und"


class Account(Base):
    """Someone of the team, under a pseudonym."""

    __tablename__ = "accounts"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    role: Mapped[Role]
    password_hash: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)
    epoch: Mapped[int] = mapped_column(default=0)  # raised to end every session of this account
    wrong_passwords: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    languages: Mapped[list[str]] = mapped_column(default=list)  # BCP 47: which this person understands
    page_language: Mapped[str] = mapped_column(default="")  # of the pages; empty: as the browser asks
    credited: Mapped[bool] = mapped_column(default=False)  # whether the pseudonym may be named beside a clip
    gallery_seen: Mapped[datetime | None]  # when this person looked at the gallery last
    gallery_before: Mapped[datetime | None]  # and when the visit before ended: what came since is new to her


class Appeal(Base):
    """One video appeal. Only workflow.py writes status, attempt, tries, lease_until and needs_person."""

    __tablename__ = "appeals"
    id: Mapped[int] = mapped_column(primary_key=True)
    folder: Mapped[str] = mapped_column(unique=True)  # random: where its files lie
    fingerprint: Mapped[str | None] = mapped_column(unique=True)  # of the original's bytes, keyed; NULL when purged
    language: Mapped[str]  # BCP 47, as the supporter declared it, or ANOTHER_LANGUAGE
    shown_name: Mapped[str] = mapped_column(default="")  # empty: no name is shown
    shown_country: Mapped[str] = mapped_column(default="")  # the same
    contact: Mapped[str | None]  # sealed (seal.py): where the team may write to her
    upload: Mapped[str | None]  # the tus upload that may still hold the original's bytes; NULL when they are gone
    status: Mapped[Status] = mapped_column(default=Status.RECEIVED, index=True)
    since: Mapped[datetime] = mapped_column(default=now)  # at this status
    attempt: Mapped[int] = mapped_column(default=0)  # grows with every try and every move, never falls: the fence
    tries: Mapped[int] = mapped_column(default=0)  # at this status
    lease_until: Mapped[datetime | None]
    not_before: Mapped[datetime | None]  # no try before this
    needs_person: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str | None]  # a key of errors.REASONS
    detail: Mapped[str | None]  # the tool's last words, for staff
    progress: Mapped[int | None]  # percent of the step that runs, where it can tell
    media: Mapped[dict[str, Any] | None]  # probe.MediaInfo
    screening: Mapped[Screening] = mapped_column(default=Screening.OPEN)
    urgent: Mapped[bool] = mapped_column(default=False)
    focus: Mapped[dict[str, Any] | None]  # where in the picture she is: {"x": 0.5, "y": 0.4}, shares of the frame
    submitted_revision_id: Mapped[int | None]  # the one to render; a foreign key would close a circle of tables

    files: Mapped[list[File]] = relationship(order_by="File.id", cascade="all, delete-orphan")
    tracks: Mapped[list[Track]] = relationship(cascade="all, delete-orphan")
    consents: Mapped[list[Consent]] = relationship(order_by="Consent.id")
    approvals: Mapped[list[Approval]] = relationship(order_by="Approval.id")
    transitions: Mapped[list[Transition]] = relationship(order_by="Transition.id")
    keys: Mapped[list[Receipt]] = relationship(viewonly=True)

    @property
    def state(self) -> State:
        """Waiting, running, asking for a person, or done: nothing else is possible."""
        if self.status in {Status.RELEASED, Status.REJECTED, Status.WITHDRAWN}:
            return State.DONE
        if self.needs_person:
            return State.NEEDS_PERSON
        if self.lease_until and self.lease_until > now():
            return State.RUNNING
        return State.WAITING

    @property
    def purged(self) -> bool:
        """Whether nothing of its video is kept any more: it was taken back, or had its days."""
        return self.status == Status.WITHDRAWN or not self.files

    def file(self, kind: Kind, preset: str = "") -> File | None:
        """The stored file of this kind, if there is one."""
        return next((f for f in self.files if f.kind == kind and (f.preset or "") == preset), None)

    def track(self, layer: Layer) -> Track | None:
        """The track of this layer, if there is one."""
        return next((t for t in self.tracks if t.layer == layer), None)

    def start_track(self, layer: Layer, language: str) -> Track:
        """The track of this layer, made if it is missing, in this language from now on."""
        track = self.track(layer)
        if track is None:
            track = Track(layer=layer)
            self.tracks.append(track)
        track.language = language
        return track


class File(Base):
    """A stored file. Steps and downloads take it only while its bytes are those of the hash.

    Presets that ask for the same picture have a row each and share the key.
    """

    __tablename__ = "files"
    __table_args__ = (UniqueConstraint("appeal_id", "kind", "preset"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    appeal_id: Mapped[int] = mapped_column(ForeignKey("appeals.id"))
    kind: Mapped[Kind]
    preset: Mapped[str] = mapped_column(default="")  # of a rendition: a name of presets.toml
    key: Mapped[str]
    sha256: Mapped[str]
    size: Mapped[int]  # bytes
    crc32: Mapped[int | None] = mapped_column(BigInteger)  # of what goes into a kit: a ZIP says it before the bytes
    revision_id: Mapped[int | None] = mapped_column(ForeignKey("revisions.id"))  # what was burned in or written out


class Consent(Base):
    """What the supporter decided, with the very words she saw. A change is a new row."""

    __tablename__ = "consents"
    id: Mapped[int] = mapped_column(primary_key=True)
    appeal_id: Mapped[int] = mapped_column(ForeignKey("appeals.id"), index=True)
    version: Mapped[str]
    language: Mapped[str]  # of the page on which she decided
    answers: Mapped[list[dict[str, Any]]]  # what consent.to_rows gives
    at: Mapped[datetime] = mapped_column(default=this_hour)

    def answer(self, choice: str) -> Any:
        """What she said to this choice; None where she was not asked."""
        return consent.answers(self.answers).get(choice)

    @property
    def not_before(self) -> date | None:
        """The first day on which the clip may be shown."""
        return date.fromisoformat(day) if (day := self.answer("not_before")) else None


class Track(Base):
    """All cues of an appeal in one language."""

    __tablename__ = "tracks"
    __table_args__ = (UniqueConstraint("appeal_id", "layer"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    appeal_id: Mapped[int] = mapped_column(ForeignKey("appeals.id"))
    layer: Mapped[Layer]
    language: Mapped[str]

    revisions: Mapped[list[Revision]] = relationship(
        order_by="Revision.number", cascade="all, delete-orphan", back_populates="track"
    )

    @property
    def latest(self) -> Revision:
        """The newest saved state; a track has at least one."""
        return self.revisions[-1]

    def add(self, cues: Iterable[Cue], made_by: str, author_id: int | None = None) -> Revision:
        """Append a revision; two that are written at once meet in the unique number, and one of them fails."""
        number = self.latest.number + 1 if self.revisions else 1
        revision = Revision(number=number, rows=to_json(cues), made_by=made_by, author_id=author_id)
        self.revisions.append(revision)
        return revision


class Revision(Base):
    """A saved state of a track. Never changed: a correction is a new revision."""

    __tablename__ = "revisions"
    __table_args__ = (UniqueConstraint("track_id", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    track_id: Mapped[int] = mapped_column(ForeignKey("tracks.id"))
    number: Mapped[int]
    rows: Mapped[list[dict[str, Any]]]  # what cues.to_json gives
    author_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"), index=True)  # None: a machine
    made_by: Mapped[str]  # model and engine, or the author's pseudonym
    source: Mapped[str] = mapped_column(default="")  # "version 3" that was restored, "file" that was imported
    at: Mapped[datetime] = mapped_column(default=now)

    track: Mapped[Track] = relationship(back_populates="revisions")

    @property
    def cues(self) -> list[Cue]:
        """The cues of this revision."""
        return from_json(self.rows)


class Approval(Base):
    """A reviewer's yes to exactly these bytes, this text and this consent; it ends when one of them changes."""

    __tablename__ = "approvals"
    id: Mapped[int] = mapped_column(primary_key=True)
    appeal_id: Mapped[int] = mapped_column(ForeignKey("appeals.id"), index=True)
    finished_sha256: Mapped[str]
    revision_id: Mapped[int] = mapped_column(ForeignKey("revisions.id"))
    consent_id: Mapped[int] = mapped_column(ForeignKey("consents.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    at: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None]
    watched: Mapped[bool] = mapped_column(default=True)  # whether all of the clip had been played before
    alone: Mapped[str] = mapped_column(default="")  # why an admin approved own words (break-glass)
    delivery: Mapped[dict[str, Any] | None]  # framing, card and cuts that the reviewer chose: delivery.Choices

    by: Mapped[Account] = relationship()
    revision: Mapped[Revision] = relationship()


class Transition(Base):
    """The ledger: who moved which appeal from where to where, and why."""

    __tablename__ = "transitions"
    id: Mapped[int] = mapped_column(primary_key=True)
    appeal_id: Mapped[int] = mapped_column(ForeignKey("appeals.id"), index=True)
    old: Mapped[Status]
    new: Mapped[Status]
    by: Mapped[str]  # a pseudonym, "worker" or "supporter"
    reason: Mapped[str] = mapped_column(default="")  # in the words of whoever moved it
    at: Mapped[datetime] = mapped_column(default=now)
