"""What the editor is told about an appeal: one JSON value with everything that its page needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from flask import url_for
from flask_wtf.csrf import generate_csrf
from sqlalchemy.orm import Session

from pipeline import look, workflow
from pipeline.checks import Finding, beside
from pipeline.cues import Cue, Offer
from pipeline.models import Account, Appeal, Kind, Revision, Role, Status
from pipeline.reading import borders
from pipeline.teamwork import HOLD_ENDS, PROMISED, Draft, Hold
from web import ledger, memory, proof, typed
from web import notes as noted
from web.appeal import latest, spoken_cues, versions
from web.desk import desk
from web.words import DOUBTS, STATUSES, doubt_words, made_by, offer_words

#: Doubts that go when another Russian text is taken; the others are about what was heard.
ABOUT_RUSSIAN = ("unknown_word", "untranslated", "no_engine", "no_answer", "bad_answer")


def state(session: Session, account: Account, appeal: Appeal, tab: str = "") -> dict[str, Any]:
    """Everything, as the database has it now."""
    revision = latest(appeal)
    cues = revision.cues if revision else []
    return {
        "appeal": appeal.id,
        "me": account.name,
        "status": appeal.status.value,
        "status_word": str(STATUSES[appeal.status]),
        "may_edit": appeal.status == Status.DRAFTED,
        "may_review": account.role in {Role.REVIEWER, Role.ADMIN},
        "token": generate_csrf(),
        "language": appeal.language if appeal.language in desk().campaign.languages else "",
        "revision": revision.number if revision else 0,
        "made_by": made_by(revision) if revision else "",
        "rows": rows(appeal, cues, memory.offers_for(appeal)),
        **_draft(session, account, appeal),
        "findings": findings(appeal, cues, [str(place) for place in range(len(cues))]),
        "notes": notes(session, appeal),
        "returned": returned(appeal),
        "hold": hold(session, account, appeal, tab),
        **_clip(appeal),
        "about_russian": list(ABOUT_RUSSIAN),
        "borders": borders.words(),
        "doubts": {code: str(doubt_words(code)) for code in DOUBTS},
        "limits": {"cues": typed.MAX_CUES, "text": typed.MAX_TEXT},
    }


def rows(appeal: Appeal, cues: Sequence[Cue], remember: memory.Remember | None = None) -> list[dict[str, Any]]:
    """Cues as rows: with what was said beside each, and what else could stand there."""
    heard = beside(cues, spoken_cues(appeal))
    remembered = remember(heard) if remember else [()] * len(cues)
    return [
        {
            "start": cue.start,
            "end": cue.end,
            "text": cue.text,
            "spoken": spoken,
            "doubts": list(cue.doubts),
            "origin": cue.origin,
            "language": cue.language,
            "offers": [asdict(offer) | {"label": str(offer_words(offer))} for offer in _choices(cue, offers)],
        }
        for cue, spoken, offers in zip(cues, heard, remembered, strict=True)
    ]


def _choices(cue: Cue, remembered: Sequence[Offer]) -> list[Offer]:
    """Where the memory knew the sentence, not what it knows of similar ones."""
    known = cue.origin == "memory"
    return [*(offer for offer in remembered if offer.score == 100 or not known), *cue.offers]


def _draft(session: Session, account: Account, appeal: Appeal) -> dict[str, Any]:
    """What this person typed and has not saved yet, and the revision that it was made from."""
    draft = session.get(Draft, (appeal.id, account.id))
    if draft is None:
        return {"draft": None, "draft_base": None}
    newest = latest(appeal)
    old = draft.base != (newest.number if newest else 0)
    return {
        "draft": {"tab": draft.tab, "base": draft.base, "at": draft.at.isoformat(), "rows": draft.rows},
        "draft_base": based_on(appeal, draft.base) if old else None,
    }


def version(appeal: Appeal, number: int) -> Revision | None:
    """The revision of this number."""
    return next((revision for revision in versions(appeal) if revision.number == number), None)


def based_on(appeal: Appeal, number: int) -> list[dict[str, Any]] | None:
    """The rows of the revision that somebody changed; None where there never was one of this number."""
    revision = version(appeal, number)
    return rows(appeal, revision.cues) if revision else [] if number == 0 else None


def findings(appeal: Appeal, cues: Sequence[Cue], ids: Sequence[str]) -> list[dict[str, Any]]:
    """What the checks say about these cues, which are called so; doubts have words of their own."""
    return [
        {
            "cue": finding.cue,
            "id": ids[finding.cue],
            "check": finding.check,
            "severity": finding.severity,
            "sentence": proof.sentence(finding),
            "fix": _fix(finding),
        }
        for finding in proof.read(appeal, cues)
    ]


def _fix(finding: Finding) -> list[dict[str, Any]] | None:
    if finding.fix is None:
        return None
    return [{"start": cue.start, "end": cue.end, "text": cue.text} for cue in finding.fix]


def notes(session: Session, appeal: Appeal) -> list[dict[str, Any]]:
    """What reviewers want changed, in the order of the clip."""
    return [
        {"id": note.id, "at_ms": note.at_ms, "text": note.text, "by": note.by, "done": bool(note.done_by)}
        for note in noted.of(session, appeal)
    ]


def returned(appeal: Appeal) -> Mapping[str, str] | None:
    """Who sent the draft back last, and why."""
    if appeal.status != Status.DRAFTED:
        return None
    moves = (each for each in reversed(appeal.transitions) if each.new == Status.DRAFTED != each.old)
    last = next(moves, None)
    return {"by": last.by, "reason": ledger.words(last.reason)} if last and last.by != workflow.WORKER else None


def hold(session: Session, account: Account, appeal: Appeal, tab: str) -> dict[str, Any]:
    """Who corrects it now, and whether that is this tab."""
    held = session.get(Hold, appeal.id)
    if held is None or held.seen + HOLD_ENDS <= workflow.clock(session):
        return {"by": "", "mine": False, "since": None}
    mine = held.account_id == account.id and held.tab in {tab, PROMISED}
    return {"by": session.get_one(Account, held.account_id).name, "mine": mine, "since": held.since.isoformat()}


def _clip(appeal: Appeal) -> dict[str, Any]:
    media = appeal.media or {}
    width, height = media.get("width", 16), media.get("height", 9)
    urls = {
        name: url_for("media.staff", appeal_id=appeal.id, kind=kind.value) if appeal.file(kind) else None
        for name, kind in (("video", Kind.CLEAN), ("poster", Kind.POSTER), ("peaks", Kind.PEAKS))
    }
    speech = [{"start": cue.start, "end": cue.end} for cue in spoken_cues(appeal)]
    size = {"duration_ms": media.get("duration_ms", 0), "width": width, "height": height}
    return {
        "clip": size | urls | {"speech": speech},
        "frame": asdict(proof.frame(appeal)),
        "style": _style(width, height),
    }


def _style(width: int, height: int) -> dict[str, Any]:
    """The look of the captions in shares of the frame: the font of its height, the margins of the side they lie on."""
    chosen = desk().campaign.look
    style = look.style_for(width, height, chosen)
    area = style.area
    return {
        "kind": chosen.style,
        "font": style.font / height,
        "left": area.left / width,
        "right": 1 - area.right / width,
        "top": area.top / height,
        "bottom": 1 - area.bottom / height,
    }
