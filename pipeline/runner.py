"""One step from claim to advance, and the sweep that finds what was lost on the way."""

from __future__ import annotations

import errno
import logging
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from pipeline import hands, render, retention, workflow
from pipeline.alive import kept_alive
from pipeline.context import Context
from pipeline.crew import Piece
from pipeline.errors import LostLease, PipelineError
from pipeline.models import Appeal, File, Kind, Status, Track
from pipeline.steps import STEPS, Job, Result
from pipeline.storage import Stored
from pipeline.workflow import Claim, Stale

log = logging.getLogger(__name__)

LEFTOVERS_AFTER = 24 * 3600  # s; what a killed process left in the scratch folders
UNCLAIMED_AFTER = 2 * 3600  # s; before that, a stored upload without a row may still get one; dated to the hour


def run(context: Context, appeal_id: int, queue: str) -> None:
    """Do the next step of this appeal, if it is this queue's and nobody else's. Never raises for a bad clip."""
    lease = timedelta(seconds=context.settings.lease_seconds)
    with context.db.write() as session:
        claim = workflow.claim(session, appeal_id, queue, lease)
        appeal = whole(session, appeal_id) if claim else None
    if claim is None or appeal is None:
        if queue == workflow.QUEUES[Status.SUBMITTED]:
            hands.lend_a_hand(context, appeal_id)
        return
    work, new = STEPS[claim.status]
    log.info("appeal %d: %s, try %d", appeal_id, claim.status, claim.tries)

    def renew() -> None:
        with context.db.write() as session:
            workflow.renew(session, claim, lease)

    try:
        with kept_alive(renew, lease, f"appeal {appeal_id}") as stop:
            _clear_dead_tries(context, appeal)
            with context.scratch.work(f"{appeal_id}-{claim.attempt}") as folder:
                job = Job(context, claim, appeal, folder, stop)
                _finish(job, work(job), new)
    except (LostLease, Stale):
        log.warning("appeal %d: somebody else has it now, attempt %d is thrown away", appeal_id, claim.attempt)
        return
    except Exception as error:  # whatever happens, the appeal says so
        _fail(context, claim, error)
        return
    except BaseException:
        with context.db.write() as session:
            workflow.give_back(session, claim)
        raise
    context.doorbell.ring(appeal_id, new)


def whole(session: Session, appeal_id: int) -> Appeal:
    """The appeal with all that a step reads, usable after the session."""
    parts = (Appeal.files, Appeal.consents, Appeal.approvals, Appeal.transitions)
    options = [*map(selectinload, parts), selectinload(Appeal.tracks).selectinload(Track.revisions)]
    return session.get_one(Appeal, appeal_id, options=options)


def _clear_dead_tries(context: Context, appeal: Appeal) -> None:
    """Remove what a killed worker left: its scratch folder, and files that it stored and that no row knows."""
    context.scratch.forget(appeal.id)
    with context.db.read() as session:
        pieces = session.scalars(select(Piece.key).where(Piece.appeal_id == appeal.id)).all()
    known = {file.key for file in appeal.files} | {*pieces}
    for key in context.storage.keys(appeal.folder):
        if key not in known:
            context.storage.delete(key)


def _finish(job: Job, result: Result, new: Status) -> None:
    """Store the files, then write rows and status in one transaction. A late attempt leaves nothing behind."""
    storage, attempt = job.context.storage, job.claim.attempt
    # renditions of before go also where none is made any more: they hold what another approval chose
    renewed = {Kind.RENDITION} if new == Status.RELEASED else set()
    going = {Kind.ORIGINAL} if retention.ORIGINAL_GOES.get(job.context.campaign.retention.original) == new else set()
    wanted = {(kind, ""): path for kind, path in result.files.items()}
    wanted |= {(Kind.RENDITION, preset): path for preset, path in result.renditions.items()}
    stored = {
        path: storage.put(path, job.appeal.folder, "-".join(filter(None, which)) + f"-{attempt}{path.suffix}")
        for path, which in {path: which for which, path in wanted.items()}.items()
    }
    made = {which: stored[path] for which, path in wanted.items()}
    try:
        with job.context.db.write() as session:
            gone = _write(session, job.claim, result, made, new, {*(kind for kind, _preset in made), *going, *renewed})
    except Stale:
        for each in stored.values():
            storage.delete(each.key)
        raise  # after any other fault the rows may be there or not: the next try clears what has none
    for key in gone:  # whoever is killed before this leaves it to the next try, or to tidy
        storage.delete(key)


def _write(
    session: Session,
    claim: Claim,
    result: Result,
    made: dict[tuple[Kind, str], Stored],
    new: Status,
    going: set[Kind],
) -> list[str]:
    """Everything that the step changes in the records; gives the keys of files that have no row any more.

    going: of which kinds the files so far are replaced or not needed any more.
    """
    workflow.advance(session, claim.appeal_id, claim.status, claim.attempt, new, by=workflow.WORKER, reason=result.note)
    appeal = whole(session, claim.appeal_id)
    gone = [file for file in appeal.files if file.kind in going]
    for file in gone:
        appeal.files.remove(file)
    session.flush()  # an appeal has one file of a kind: the old rows go first
    appeal.files += [
        File(
            kind=kind,
            preset=preset,
            key=it.key,
            sha256=it.sha256,
            size=it.size,
            crc32=it.crc32,
            revision_id=result.revision_id,
        )
        for (kind, preset), it in made.items()
    ]
    if result.media:
        appeal.media = result.media.to_dict()
    if result.focus:
        appeal.focus = dict(result.focus)
    if result.draft:
        track = appeal.start_track(result.draft.layer, result.draft.language)
        track.add(result.draft.cues, result.draft.made_by)
    return [file.key for file in gone]


def _fail(context: Context, claim: Claim, error: Exception) -> None:
    if not isinstance(error, PipelineError):
        log.error("appeal %d: %s failed", claim.appeal_id, claim.status, exc_info=error)
        full = isinstance(error, OSError) and error.errno == errno.ENOSPC
        error = PipelineError("disk_full" if full else "unexpected", repr(error), retry=True)
    log.warning("appeal %d: %s: %s %s", claim.appeal_id, claim.status, error.reason, error.detail)
    with context.db.write() as session:
        workflow.fail(session, claim, error)


def complaint(context: Context) -> str:
    """Why no worker may start here, in one sentence, or nothing."""
    loose = "" if context.settings.allow_unsandboxed else context.box.check()
    with context.scratch.work("check") as folder:
        fonts = render.fonts_ready(context.box, folder)
    return loose or fonts or context.doorbell.complaint()


def sweep(context: Context) -> None:
    """Ring again for what lost its message or its worker, and clear what killed processes left behind."""
    with context.db.write() as session:
        workflow.give_up_lost(session)
        due = workflow.due(session)
    for queue in sorted({*workflow.QUEUES.values()}):
        mine = [(appeal_id, status) for appeal_id, status in due if workflow.QUEUES[status] == queue]
        # A queue that holds a message for each of them has lost none: ringing again would only pile them up.
        if context.doorbell.waiting(queue) < len(mine):
            for appeal_id, status in mine:
                context.doorbell.ring(appeal_id, status)
    context.scratch.sweep(LEFTOVERS_AFTER)


def tidy(context: Context) -> None:
    """Delete what has had its time, finish purges that a fault cut short, and name folders that no appeal knows.

    Those are only named: a wrong DATABASE_URL, or an old backup, must never delete what supporters sent.
    """
    retention.forget_old(context)
    retention.finish_purges(context)
    hands.drop_old(context)
    context.uploads.sweep()
    with context.db.read() as session:
        known = set(session.scalars(select(Appeal.folder)))
    unknown = [folder for folder in context.storage.folders(UNCLAIMED_AFTER) if folder not in known]
    if unknown:
        log.error("%d folders in the storage belong to no appeal, such as %s", len(unknown), unknown[0])
