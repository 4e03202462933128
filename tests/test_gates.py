"""All roles at random, old forms and old pages too: nobody ever downloads a clip that was not approved as it should be.

What ought to be is reckoned here from what people did and what was rendered, by other means than pipeline/approval.py.
"""

from __future__ import annotations

import io
import secrets
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, NamedTuple

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from pipeline import workflow
from pipeline.base import now
from pipeline.models import Appeal, File, Kind, Layer, Screening, Status
from pipeline.publishing import FeedToken
from tests import cast
from tests.typist import rows, save
from web import feed
from web.screening import QUESTIONS

EXAMPLES, STEPS = 6, 16  # of each story
TEAM, REVIEWERS, PUBLISHERS = ("tanya", "rita", "ada"), ("rita", "ada"), ("rita", "sveta", "ada")
KINDS = (Kind.FINISHED, Kind.SOFTSUB, Kind.SRT, Kind.VTT)
RENDITIONS = ("x", "youtube")  # presets, which are called as their networks
WORDS = ("Дорогие белорусы!", "Я обращаюсь к вам.", "Мы ждём вас дома.")

teams, reviewers = st.sampled_from(TEAM), st.sampled_from(REVIEWERS)


class Story(NamedTuple):
    """How it most likely goes; the rules disturb it."""

    writers: tuple[str, ...]  # one after the other
    approver: str
    alone: str = ""  # why, without a second person
    careless: bool = False  # nobody screens it
    day: int | None = None  # how many days from now it may be shown at the earliest


STORIES = (
    Story(("tanya",), "rita"),
    Story(("rita", "tanya"), "rita"),
    Story(("rita",), "rita", alone="I am sure."),
    Story(("ada",), "ada", alone="Everybody sleeps."),
    Story(("ada",), "rita", careless=True),
    Story(("tanya",), "ada", day=1),
)
now_and_then = st.sampled_from([0] * 9 + [1])
reasons = st.sampled_from(["", "Everybody sleeps."])  # why an admin approves alone


@dataclass(frozen=True)
class Clip:
    """What a worker rendered: its bytes as a hash, and whose words may be in it."""

    sha256: str
    authors: frozenset[str]
    network: str = ""  # for which alone it was made


@dataclass(frozen=True)
class Yes:
    """An approval that was taken in: what its form showed, and by whom it was sent."""

    by: str
    sha256: str
    consent: int
    alone: bool


@dataclass
class World:
    """The application with everybody signed in, and how often what happened in all runs."""

    app: Flask
    stranger: FlaskClient
    people: dict[str, cast.Person]
    token: str  # of a program that reads the feed
    counts: Counter[str] = field(default_factory=Counter)


class Gates(RuleBasedStateMachine):
    """One appeal among people who press whatever they can, in any order."""

    world: World
    story: Story

    @initialize(steps=st.sampled_from([7, 4, 0]), start=st.sampled_from([Status.PREPARED, Status.DRAFTED]))
    def begin(self, steps: int, start: Status) -> None:
        """An appeal that nobody has screened, and that came a piece of its way."""
        self.desk = self.world.app.extensions["desk"]
        self.code = str(secrets.randbelow(10**16)).zfill(16)
        self.made = cast.appeal(self.desk, start, code=self.code)
        with self.desk.db.write() as session:
            session.get_one(Appeal, self.made.id).screening = Screening.OPEN
        self.clips: dict[bytes, Clip] = {}  # by the bytes of each of its files
        self.consent, self.screened, self.day = self.now().consents[-1].id, 0, None
        self.networks: frozenset[str] = frozenset(cast.NETWORKS)
        self.given: Yes | None = None
        self.old: list[dict[str, Any]] = []  # what pages showed
        if self.story.day:
            self.changes_her_mind(self.story.day, "x", 0)
        self.go_on(self.story.approver, steps, self.story.careless)

    def now(self) -> Appeal:
        """The appeal as the records have it."""
        return cast.fresh(self.desk, self.made)

    def shown(self) -> dict[str, Any]:
        """What every page of it shows now, hidden in its forms; pages are kept open for ever."""
        there = self.now()
        finished, clean = there.file(Kind.FINISHED), there.file(Kind.CLEAN)
        page = {"attempt": there.attempt, "status": there.status.value, "screening": there.screening.value}
        page |= {"consent": there.consents[-1].id, "sha256": finished.sha256 if finished else ""}
        self.old.append(page | {"clean": clean.sha256 if clean else ""})
        return self.old[-1]

    def page(self, age: int) -> dict[str, Any]:
        """A page as somebody has it before them: 0 is fresh, others are old ones."""
        return self.old[-age % len(self.old)] if age and self.old else self.shown()

    def send(self, name: str, what: str, **fields: object) -> bool:
        """Whether a form was taken."""
        answer = self.world.people[name].send(f"/staff/appeals/{self.made.id}/{what}", **fields)
        assert answer.status_code in {302, 400, 403, 404, 409, 410, 422}, answer.text
        self.world.counts[f"{what.rpartition('/')[2]} {answer.status_code}"] += 1
        return answer.status_code == 302

    # people

    @rule(person=teams, age=st.integers(0, 3))
    def screens(self, person: str, age: int) -> None:
        """Somebody lets it pass."""
        page = self.page(age)
        if self.send(person, "screen/pass", seen=[*QUESTIONS], **{**page, "sha256": page["clean"]}):
            self.screened = page["consent"]

    @rule(person=teams, text=st.sampled_from(WORDS), behind=st.integers(0, 1), submit=st.booleans())
    def edits(self, person: str, text: str, behind: int, submit: bool) -> None:
        """Somebody saves the subtitles, perhaps upon an old version."""
        track = self.now().track(Layer.RUSSIAN)
        base = max((track.latest.number if track else 0) - behind, 0)
        answer = save(self.world.people[person], self.made, rows(text, WORDS[2]), base=base, submit=submit)
        assert answer.status_code in {200, 201, 404, 409, 410, 422}, answer.text
        self.world.counts[f"save {answer.status_code}"] += 1

    @rule(person=teams, version=st.integers(1, 3))
    def restores(self, person: str, version: int) -> None:
        """Somebody makes an old version the newest."""
        track = self.now().track(Layer.RUSSIAN)
        self.send(person, "restore", version=version, base=track.latest.number if track else 0)

    @rule(person=teams, age=st.integers(0, 3), sure=st.booleans(), alone=reasons)
    def approves(self, person: str, age: int, sure: bool, alone: str) -> None:
        """Somebody says yes, to a page of now or of before; having watched, or being sure without."""
        page, how = self.page(age), {"sure": "yes"} if sure else {"watched": "whole"}
        if self.send(person, "approve", alone=alone, **page, **how):
            self.given = Yes(person, page["sha256"], page["consent"], alone=bool(alone) and person == "ada")

    @rule(person=teams, what=st.sampled_from(["return", "reopen", "take"]), age=st.integers(0, 3))
    def takes_back(self, person: str, what: str, age: int) -> None:
        """Somebody returns it, opens it again, or edits it."""
        if self.send(person, what, words="Because.", **self.page(age)):
            self.given = None

    @rule(day=st.sampled_from([None, 1]), network=st.sampled_from(["x", "youtube"]), gone=now_and_then)
    def changes_her_mind(self, day: int | None, network: str, gone: int) -> None:
        """The supporter decides anew; now and then she takes all of it back."""
        if gone:
            self.world.stranger.post("/withdraw", data={"code": self.code, "sure": "yes"})
        else:
            chosen = {"consent": "yes", "naming": "none", f"network-{network}": "yes", "save": "yes"}
            chosen |= {"not_before": (now().date() + timedelta(days=day)).isoformat()} if day else {}
            seen = cast.seen(self.world.stranger)
            answer = self.world.stranger.post("/choices", data={"code": self.code, "seen": seen, **chosen})
            assert answer.status_code == 200, answer.text
        there = self.now()
        if gone or there.consents[-1].id != self.consent:
            self.given, self.consent, self.day = None, there.consents[-1].id, there.consents[-1].not_before
            self.networks = frozenset() if gone else frozenset({network})
            self.world.counts["her mind"] += 1

    @rule(person=reviewers, network=st.sampled_from(["x", "youtube"]), other=st.booleans())
    def decides_about_what_was(self, person: str, network: str, other: bool) -> None:
        """Between a page and its click she decides anew and somebody screens that; or another clip comes."""
        old = self.shown()
        if other:
            self.another_clip_comes()
        else:
            self.changes_her_mind(None, network, 0)
            self.screens("rita", 0)
        if self.send(person, "approve", watched="whole", **old):
            self.given = Yes(person, old["sha256"], old["consent"], alone=False)

    # machines

    @rule()
    def works(self) -> None:
        """A worker does the next step."""
        with self.desk.db.write() as session:
            there = session.get_one(Appeal, self.made.id)
            if there.status in {Status.PREPARED, Status.TRANSCRIBED}:
                screening = there.screening
                cast.step(self.desk, session, there)
                there.screening = screening  # for the cast it has passed by then
            elif there.status == Status.SUBMITTED:
                self.renders(session, there, Status.IN_REVIEW, Kind.FINISHED)
            elif there.status == Status.APPROVED:
                self.renders(session, there, None, *KINDS[1:])
                self.renders(session, there, Status.RELEASED, *RENDITIONS)
            self.world.counts["work"] += 1

    def renders(self, session: Any, there: Appeal, onward: Status | None, *names: str) -> None:
        """Files of the submitted revision, no two with the same bytes."""
        revision = there.submitted_revision_id
        track = there.track(Layer.RUSSIAN)
        assert track is not None
        upto = next(each.number for each in track.revisions if each.id == revision)
        authors = frozenset(each.made_by for each in track.revisions if each.number <= upto) & frozenset(TEAM)
        for name in names:
            kind, preset = (Kind.RENDITION, name) if name in RENDITIONS else (Kind(name), "")
            content = secrets.token_bytes(64)
            file = there.file(kind, preset)
            if file is None:
                file = File(kind=kind, preset=preset)
                there.files.append(file)
            path = self.desk.scratch.incoming / secrets.token_hex(8)
            path.write_bytes(content)
            stored = self.desk.storage.put(path, there.folder, f"{kind}.mp4")
            file.key, file.sha256, file.size, file.revision_id = stored.key, stored.sha256, stored.size, revision
            clip = there.file(Kind.FINISHED)
            assert clip is not None
            self.clips[content] = Clip(clip.sha256, authors, preset)
            file.crc32 = None
        session.flush()
        if onward:
            workflow.advance(session, there.id, there.status, there.attempt, onward, by=workflow.WORKER)

    @precondition(lambda self: self.given)
    @rule()
    def another_clip_comes(self) -> None:
        """Behind everybody's back the finished clip is made anew from the same words."""
        with self.desk.db.write() as session:
            there = session.get_one(Appeal, self.made.id)
            if there.file(Kind.FINISHED):
                self.renders(session, there, None, Kind.FINISHED)
                self.world.counts["another clip"] += 1

    # the straight way, so that much is reached; and what must hold

    @rule(person=reviewers, steps=st.integers(1, 5), careless=st.booleans())
    def go_on(self, person: str, steps: int, careless: bool) -> None:
        """What should come next is done by this reviewer, or by the machine. Careless: nobody screens it."""
        for _ in range(steps):
            there = self.now()
            if there.status in workflow.QUEUES:
                self.works()
            elif there.screening != Screening.PASSED and not careless:
                self.screens(person, 0)
            elif there.status == Status.DRAFTED:
                for number, name in enumerate(self.story.writers, 1):
                    self.edits(name, WORDS[number % 2], 0, submit=number == len(self.story.writers))
            elif there.status == Status.IN_REVIEW:
                self.approves(person, 0, sure=False, alone=self.story.alone)

    @rule(person=st.sampled_from(["tanya", ""]), kind=st.sampled_from(KINDS))
    def others_get_nothing(self, person: str, kind: Kind) -> None:
        """Translators and strangers have no way to the files."""
        client = self.world.people[person] if person else self.world.stranger
        assert client.get(f"/social/clips/{self.made.id}/{kind}").status_code in {302, 404}

    @invariant()
    def what_leaves_was_approved(self) -> None:
        """By somebody whose words are not in it, as these bytes, under the choices of now, screened, not too early."""
        clip = f"/social/clips/{self.made.id}"
        ways = [f"{clip}/{name}" for name in (*KINDS, *RENDITIONS)] + [f"{clip}/shown/{name}" for name in RENDITIONS]
        ways += [f"{clip}/shown/finished", f"{clip}/kit.zip", f"/social/kits.zip?clip={self.made.id}"]
        for number, way in enumerate(ways if self.given else ways[:1] + ways[-2:]):
            answer = self.world.people[PUBLISHERS[number % len(PUBLISHERS)]].get(way)
            self.leaves(way, answer)
        token = {"Authorization": f"Bearer {self.world.token}"}
        way = f"/feed/clips/{self.made.id}/kit.zip"
        self.leaves(way, self.world.stranger.get(way, headers=token))

    def leaves(self, way: str, answer: Any) -> None:
        """Every file in what left, if anything did."""
        assert answer.status_code in {200, 404, 409}, f"{way}: {answer.status_code}"
        if answer.status_code == 200 and "zip" in way:
            with zipfile.ZipFile(io.BytesIO(answer.data)) as kit:
                inside = [kit.read(name) for name in kit.namelist()]
            found = [content for content in inside if content in self.clips]
            assert found, "a kit without its clip"
            self.world.counts["kits"] += 1
        else:
            found = [answer.data] if answer.status_code == 200 else []
        for content in found:
            self.may_leave(content)

    def may_leave(self, content: bytes) -> None:
        """Reckoned from what people did."""
        clip, yes = self.clips[content], self.given
        self.world.counts["downloads"] += 1
        assert yes is not None, "nobody's approval is in force"
        assert yes.by not in clip.authors or yes.alone, "approved by who wrote it"
        assert yes.sha256 == clip.sha256, "other bytes than those that were approved"
        assert yes.consent == self.consent, "she decided anew since"
        assert self.screened == self.consent, "nobody screened it under her choices of now"
        assert self.day is None or self.day <= date.today(), "before its day"
        assert not clip.network or clip.network in self.networks, "on a network that she does not allow"
        self.world.counts["downloads alone"] += yes.by in clip.authors


@pytest.fixture
def world(app: Flask, monkeypatch: pytest.MonkeyPatch) -> World:
    """Everybody at their browsers."""
    people = {name: cast.enter(app, name) for name in cast.ROLES}
    for person in people.values():
        token = person.token()
        monkeypatch.setattr(person, "token", lambda token=token: token)
    monkeypatch.setattr(feed, "AT_ONCE", 10**6)
    with app.extensions["desk"].db.write() as session:
        row = FeedToken(name="bot", hash=feed.token_hash("secret"), scopes=["feed", "kit"], by="ada")
        row.expires_at = now() + timedelta(days=1)
        session.add(row)
    return World(app, app.test_client(), people, "secret")


def test_nobody_ever_downloads_what_was_not_approved_as_it_should_be(world):
    how = settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],  # to see a short way to a fault: Phase.shrink too, which takes minutes
        suppress_health_check=[*HealthCheck],
    )
    for story in STORIES:
        told = {"world": world, "story": story}
        run_state_machine_as_test(lambda told=told: type("Told", (Gates,), told)(), settings=how)
    done = world.counts
    for what in (
        "downloads",
        "downloads alone",
        "kits",
        "approve 302",
        "approve 403",
        "approve 409",
        "another clip",
        "her mind",
    ):
        assert done[what], f"it never came to this: {what}"
