"""When files go by themselves, by the rules of the campaign: originals, refused videos, rejected appeals."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import or_, select

from pipeline import workflow
from pipeline.base import now
from pipeline.context import Context
from pipeline.errors import SUPPORTER_REASONS
from pipeline.models import Appeal, File, Kind, Status
from pipeline.supporter import Message
from pipeline.withdraw import forget, forget_upload

#: With which move an original goes; under any other rule it stays until its supporter takes it back.
ORIGINAL_GOES = {"prepared": Status.PREPARED, "released": Status.RELEASED}


def forget_old(context: Context) -> None:
    """Delete what was refused or rejected long enough ago. The ledger says so; status pages say what they said."""
    rule = context.campaign.retention
    refused = (Appeal.status == Status.RECEIVED, Appeal.needs_person, Appeal.reason.in_(SUPPORTER_REASONS))
    _forget(context, rule.refused_days, *refused)
    _forget(context, rule.rejected_days, Appeal.status == Status.REJECTED)


def _forget(context: Context, days: int, *which: Any) -> None:
    messages = select(Message.id).where(Message.appeal_id == Appeal.id).exists()
    something = or_(Appeal.files.any(), Appeal.contact.is_not(None), messages)
    old = (Appeal.since <= now() - timedelta(days=days), something, *which)
    with context.db.read() as session:
        found = session.scalars(select(Appeal.id).where(*old)).all()
    for appeal_id in found:
        with context.db.write() as session:
            appeal = session.scalar(select(Appeal).where(Appeal.id == appeal_id, *old).with_for_update())
            if appeal is None:  # somebody moved it at this moment
                continue
            if appeal.files:
                said = f"The files were deleted, as they are after {days} days."
                workflow.note(session, appeal, workflow.WORKER, said)
            forget(session, appeal)
        forget_upload(context, appeal)
        context.storage.purge(appeal.folder)
        context.scratch.forget(appeal_id)
        context.db.scrub()


def finish_purges(context: Context) -> None:
    """Delete the bytes that a fault left behind after their records went, in the database's own files too."""
    context.db.scrub()
    with context.db.read() as session:
        purged = select(Appeal).where(~Appeal.files.any() | (Appeal.status == Status.WITHDRAWN))
        found = session.scalars(purged).all()
    for appeal in found:
        forget_upload(context, appeal)
    gone = {appeal.folder for appeal in found}
    for folder in list(context.storage.folders(older_than=0)):
        if folder in gone:
            context.storage.purge(folder)
    _finish_originals(context)


def _finish_originals(context: Context) -> None:
    found = list(context.storage.named(Kind.ORIGINAL))
    with context.db.read() as session:
        # an original whose appeal is not known, as with a wrong DATABASE_URL, is nobody's to delete
        folders = set(session.scalars(select(Appeal.folder)))
        known = set(session.scalars(select(File.key).where(File.kind == Kind.ORIGINAL)))
    for key in found:
        if key.partition("/")[0] in folders and key not in known:
            context.storage.delete(key)
