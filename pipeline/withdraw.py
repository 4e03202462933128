"""Taking an appeal back: whatever a worker or a reviewer does with it at this moment, it is gone when this returns."""

from __future__ import annotations

from contextlib import suppress

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from pipeline import workflow
from pipeline.context import Context
from pipeline.models import Appeal, Approval, File, Kind, Status


def withdraw(context: Context, appeal_id: int) -> None:
    """Withdraw this appeal and every other one of the very same video, and delete all that was made of them.

    The same video: her line broke before the code came, she sent it again, and has the code of one of the two only.
    OSError when the storage cannot delete now; runner.tidy finishes that.
    """
    with context.db.read() as session:
        twins = session.scalars(_twins(appeal_id)).all()
    for each in {appeal_id, *twins}:
        _withdraw(context, each)
    context.db.scrub()


def _twins(appeal_id: int) -> Select[int]:
    mine = select(File.sha256).where(File.appeal_id == appeal_id, File.kind == Kind.ORIGINAL).scalar_subquery()
    return select(File.appeal_id).where(File.kind == Kind.ORIGINAL, File.sha256 == mine)


def _withdraw(context: Context, appeal_id: int) -> None:
    appeal = None
    while appeal is None:  # somebody moved it at this moment: look again
        with suppress(workflow.Stale):
            appeal = _moved(context, appeal_id)
    context.storage.purge(appeal.folder)
    context.scratch.forget(appeal_id)


def _moved(context: Context, appeal_id: int) -> Appeal:
    with context.db.write() as session:
        appeal = session.get_one(Appeal, appeal_id)
        if appeal.status != Status.WITHDRAWN:
            workflow.advance(session, appeal_id, appeal.status, appeal.attempt, Status.WITHDRAWN, by=workflow.SUPPORTER)
            _forget(session, appeal)
        return appeal


def _forget(session: Session, appeal: Appeal) -> None:
    """Nothing stays but the ledger and the words of the consent."""
    session.execute(delete(Approval).where(Approval.appeal_id == appeal.id))
    appeal.files.clear()
    session.flush()  # files point to revisions: they go first
    appeal.tracks.clear()
    appeal.shown_name, appeal.media, appeal.submitted_revision_id, appeal.detail = "", None, None, None
