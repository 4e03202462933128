"""A reviewer's yes, bound to the bytes, the text and the consent that she saw; and what it opens.

It ends when one of them changes: workflow.advance ends it, and approval_in_force looks again each time.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from pipeline import learned
from pipeline.base import now
from pipeline.models import Account, Appeal, Approval, File, Kind, Revision, Screening, Status
from pipeline.workflow import NotAllowed, Stale, advance, lock

ALONE = "Approved without a second person"


def authors(revision: Revision) -> set[int]:
    """Accounts whose words may be in this revision: everybody who saved one up to it.

    Also from before a redo: an old version can be opened and saved again under another name.
    """
    return {each.author_id for each in revision.track.revisions if each.author_id and each.number <= revision.number}


def approve(
    session: Session,
    appeal: Appeal,
    attempt: int,
    account: Account,
    sha256: str,
    consent_id: int,
    *,
    two_people: bool,
    watched: bool = True,
    alone: str = "",
    delivery: Mapping[str, Any] | None = None,
) -> None:
    """A reviewer's yes to the clip with this SHA-256, under the consent that the page showed. Stale, NotAllowed.

    watched: whether all of it was played before. alone: why an admin approves own words (break-glass), which the ledger
    tells; the caller sees to it that it is an admin. delivery: what delivery.Choices.to_dict gives.
    """
    lock(session, appeal)  # her choices must not change meanwhile
    revision = _as_shown(session, appeal, sha256, consent_id)
    own_words = two_people and account.id in authors(revision)
    if own_words and not alone:
        raise NotAllowed("You wrote these subtitles yourself: somebody else has to approve them.")
    if not appeal.consents:
        raise NotAllowed("There is no consent of the supporter.")
    if appeal.screening != Screening.PASSED:
        raise NotAllowed("Nobody has screened this clip under her present choices yet.")
    reason = f"{ALONE}: {alone}" if own_words else ""
    advance(session, appeal.id, Status.IN_REVIEW, attempt, Status.APPROVED, by=account.name, reason=reason)
    session.add(
        Approval(
            appeal_id=appeal.id,
            finished_sha256=sha256,
            revision_id=revision.id,
            consent_id=consent_id,
            by_id=account.id,
            watched=watched,
            alone=alone if own_words else "",
            delivery=dict(delivery) if delivery else None,
        )
    )
    learned.learn(session, appeal, revision)


def _as_shown(session: Session, appeal: Appeal, sha256: str, consent_id: int) -> Revision:
    """The text of the clip, while that and the consent are those of the page. Stale when one of them changed."""
    finished = appeal.file(Kind.FINISHED)
    if finished is None or finished.sha256 != sha256 or finished.revision_id != appeal.submitted_revision_id:
        raise Stale
    if appeal.consents and appeal.consents[-1].id != consent_id:
        raise Stale
    return session.get_one(Revision, finished.revision_id)


def approval_in_force(appeal: Appeal) -> Approval | None:
    """The approval that still fits the bytes, the text and the consent of this appeal; None when there is none."""
    finished = appeal.file(Kind.FINISHED)
    for approval in reversed(appeal.approvals):
        pinned = (approval.finished_sha256, approval.revision_id, approval.consent_id)
        if finished and appeal.consents and approval.ended_at is None:
            present = (finished.sha256, finished.revision_id, appeal.consents[-1].id)
            return approval if pinned == present else None
    return None


def too_early(appeal: Appeal) -> date | None:
    """The first day on which it may be shown, when that is still to come."""
    day = appeal.consents[-1].not_before if appeal.consents else None
    return day if day and day > now().date() else None


def downloadable(appeal: Appeal) -> dict[Kind, File]:
    """What the social team may have: the files of a released appeal made from its approved revision."""
    approval = approval_in_force(appeal)
    if appeal.status != Status.RELEASED or approval is None or too_early(appeal):
        return {}
    kinds = {Kind.FINISHED, Kind.SOFTSUB, Kind.SRT, Kind.VTT}
    return {f.kind: f for f in appeal.files if f.kind in kinds and f.revision_id == approval.revision_id}
