"""From the approval to the shelf: renditions for the networks that she allowed, and why one is missing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update

from pipeline import delivery, kit, presets, workflow
from pipeline.campaign import Campaign
from pipeline.consent import to_rows
from pipeline.cues import Cue
from pipeline.delivery import Choices, missing, offers
from pipeline.framing import Framing
from pipeline.models import Appeal, Consent, Kind, Status
from pipeline.presets import PRESETS
from tests import appeals, cast
from tests.media import ffmpeg, streams

FACEBOOK, X = PRESETS["facebook"], PRESETS["x"]


def allows(context, appeal_id: int, *networks: str) -> None:
    """She chose so from the beginning."""
    with context.db.write() as session:
        rows = to_rows(replace(cast.CHOICES, networks=networks), cast.WORDINGS)
        session.execute(update(Consent).where(Consent.appeal_id == appeal_id).values(answers=rows))


@pytest.fixture
def approved(context, tmp_path):
    """Makes an appeal with a small clip of four seconds without words, allowed on these networks, and approves it."""

    def make(*networks: str) -> int:
        clip = tmp_path / "clip.mp4"
        picture, sound = "testsrc2=size=270x480:rate=25:duration=4", "sine=frequency=30:duration=4"
        ffmpeg("-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound, "-pix_fmt", "yuv420p", clip)
        appeal_id = appeals.drafted(context, clip)
        allows(context, appeal_id, *networks)
        appeals.submit(context, appeal_id)
        assert appeals.work(context, appeal_id, "media").status == Status.IN_REVIEW
        appeals.approve(context, appeal_id)
        return appeal_id

    return make


def stored(context, appeal: Appeal) -> dict[str, str]:
    """The key of each rendition."""
    return {file.preset: file.key for file in appeal.files if file.kind == Kind.RENDITION}


@pytest.mark.parametrize("context", ["sqlite"], indirect=True)
def test_what_she_allowed_is_made_and_nothing_else(context, approved):
    appeal_id = approved("tiktok", "telegram")
    released = appeals.work(context, appeal_id, "media")
    assert released.status == Status.RELEASED
    keys = stored(context, released)
    assert {*keys} == {"tiktok", "telegram"} and len({*keys.values()}) == 1, "the same bytes are kept once"
    path = context.storage.fetch(keys["tiktok"], context.scratch.incoming)
    video, _audio = streams(path)
    assert (video["width"], video["height"]) == (1080, 1920)
    card = context.campaign.card.seconds
    assert abs(float(video["duration"]) - 4 - card) < 0.1, "and the card of the campaign follows"
    assert released.file(Kind.COVER) and all(file.crc32 is not None for file in released.files if file.preset)


@pytest.mark.parametrize("context", ["sqlite"], indirect=True)
def test_a_rendition_that_cannot_be_made_leaves_the_clip_where_it_was_with_its_reason(context, approved, monkeypatch):
    appeal_id = approved("telegram")
    before = {*context.storage.root.rglob("*")}
    monkeypatch.setitem(presets.PRESETS, "telegram", replace(PRESETS["telegram"], max_bytes=1000))
    after = appeals.work(context, appeal_id, "media")
    assert (after.status, after.reason) == (Status.APPROVED, "tool_failed")
    assert stored(context, after) == {} and not after.file(Kind.SRT)
    assert {*context.storage.root.rglob("*")} == before, "nothing half stays"


@pytest.mark.parametrize("context", ["sqlite"], indirect=True)
def test_renditions_of_an_earlier_approval_go_where_none_is_made_any_more(context, approved, monkeypatch):
    appeal_id = approved("telegram")
    assert stored(context, appeals.work(context, appeal_id, "media"))
    with context.db.write() as session:
        answers = to_rows(replace(cast.CHOICES, networks=("telegram",)), cast.WORDINGS)
        again = Consent(version="2", language="en", answers=answers)
        workflow.change_consent(session, session.get_one(Appeal, appeal_id), again)
    monkeypatch.setitem(presets.PRESETS, "telegram", replace(PRESETS["telegram"], max_ms=1000))
    appeals.approve(context, appeal_id, by="ruth")
    after = appeals.work(context, appeal_id, "media")
    assert after.status == Status.RELEASED and stored(context, after) == {}
    assert kit.renditions(after) == {} and kit.files(after)


# what fits which network


def seen(length_ms: int, *networks: str) -> Appeal:
    answers = to_rows(replace(cast.CHOICES, networks=networks), cast.WORDINGS)
    consent = Consent(version="1", language="en", answers=answers)
    return Appeal(media={"duration_ms": length_ms}, consents=[consent])


def said(appeal: Appeal, choices: Choices) -> dict[str, str]:
    return {name: str(each) for name, each in missing(appeal, choices).items()}


def test_a_network_that_she_did_not_allow_is_not_missing():
    assert missing(seen(1000), Choices()) == {}
    assert [each.network for each in delivery.allowed(seen(1000, "x"))] == ["x"]


def test_too_long_and_too_short_are_said_with_both_lengths():
    assert said(seen(100_000, "facebook"), Choices()) == {
        "facebook": "Facebook Reels takes at most 1:30; this clip has 1:40, and the reviewer chose no cut."
    }
    assert said(seen(2000, "facebook"), Choices()) == {
        "facebook": "Facebook Reels takes no clip shorter than 0:03; this one has 0:02."
    }
    assert said(seen(100_000, "facebook"), Choices(cuts={"facebook": 80_000})) == {}
    assert said(seen(90_000, "facebook"), Choices()) == {}, "to the millisecond it is taken"


@pytest.mark.parametrize(
    ("cues", "end"),
    [
        ([Cue(0, 60_000, "Нет."), Cue(60_000, 89_000, "значит"), Cue(89_000, 95_000, "нет.")], 60_300),  # a sentence
        ([Cue(0, 60_000, "Нет"), Cue(60_000, 80_000, "значит"), Cue(80_000, 95_000, "нет.")], 80_300),  # else a cue
        ([Cue(0, 89_900, "Нет.")], 90_000),  # never beyond the limit
        ([Cue(0, 50_000, "«Нет!»"), Cue(50_000, 80_000, " ")], 50_300),  # a cue without words says nothing
        ([Cue(0, 99_000, "Нет.")], 90_000),  # nothing ends before it
        ([], 90_000),
    ],
)
def test_a_cut_is_offered_where_she_has_finished_speaking(cues, end):
    assert offers([FACEBOOK, X], cues, 100_000) == {"facebook": end}


def test_choices_come_back_as_they_were_kept():
    chosen = Choices(Framing.FACE, False, {"x": 5500})
    assert Choices.from_dict(chosen.to_dict()) == chosen
    assert Choices.from_dict(None) == Choices(), "an approval of before"


def test_a_campaign_without_a_card_has_none(tmp_path):
    before, table = (Path(__file__).parent.parent / "campaign.toml").read_text("utf-8").split("\n[card]\n")
    path = tmp_path / "campaign.toml"
    path.write_text(before + table[table.index("\n[texts]") :], "utf-8")
    assert Campaign.load(path).card is None
