"""Taking an appeal back: whatever a worker or a reviewer does with it at this moment, it is gone when this returns."""

from __future__ import annotations

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from pipeline import workflow
from pipeline.context import Context
from pipeline.crew import Piece
from pipeline.models import Appeal, Approval, Status
from pipeline.publishing import Tag
from pipeline.supporter import Message
from pipeline.teamwork import Draft, Hold, Note
from pipeline.uploads import Expired, Unknown
from pipeline.writer import Locked


def withdraw(context: Context, appeal_id: int) -> None:
    """Withdraw this appeal and delete all that was made of it.

    OSError when the storage cannot delete now; runner.tidy finishes that.
    """
    appeal = _moved(context, appeal_id)
    forget_upload(context, appeal)
    context.storage.purge(appeal.folder)
    context.scratch.forget(appeal_id)
    context.db.scrub()


def _moved(context: Context, appeal_id: int) -> Appeal:
    with context.db.write() as session:
        appeal = session.get_one(Appeal, appeal_id, with_for_update=True)
        if appeal.status != Status.WITHDRAWN:
            workflow.advance(session, appeal_id, appeal.status, appeal.attempt, Status.WITHDRAWN, by=workflow.SUPPORTER)
            forget(session, appeal)
        return appeal


def forget_upload(context: Context, appeal: Appeal) -> None:
    """Delete the tus upload that still holds the bytes where whoever took it in was killed before it said so.

    Uploads lie in the DATA_DIR of the web process, which is where supporters take back. Elsewhere it is Unknown; then,
    and while somebody holds it (Locked), its id stays with the appeal for the next tidying, until it has expired.
    """
    if appeal.upload is None:
        return
    try:
        context.uploads.delete(appeal.upload)
    except (Unknown, Locked):
        return
    except Expired:
        pass
    with context.db.write() as session:
        session.execute(update(Appeal).where(Appeal.id == appeal.id).values(upload=None))


def forget(session: Session, appeal: Appeal) -> None:
    """Nothing stays in the records but the ledger, what was agreed to, and her key, which shows that it is gone."""
    session.execute(delete(Approval).where(Approval.appeal_id == appeal.id))
    for record in (Message, Note, Draft, Hold, Piece, Tag):
        session.execute(delete(record).where(record.appeal_id == appeal.id))
    appeal.files.clear()
    session.flush()  # files point to revisions: they go first
    appeal.tracks.clear()
    appeal.shown_name = appeal.shown_country = ""
    appeal.fingerprint = appeal.contact = appeal.media = appeal.submitted_revision_id = appeal.detail = appeal.focus = (
        None
    )
