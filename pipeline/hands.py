"""The finished clip, made in pieces by as many workers as are free.

The worker that holds the step leads: it writes down which pieces are missing, rings for others, and makes pieces
itself until all are there. A worker that finds the step held by somebody else lends a hand. Of a worker that is killed
the others take over the piece, of the leader the next try finds what was made.
"""

from __future__ import annotations

import hashlib
import logging
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import delete, select

from pipeline import crew, pieces, render, workflow
from pipeline.alive import kept_alive
from pipeline.base import now
from pipeline.context import Context
from pipeline.crew import Piece
from pipeline.cues import Cue
from pipeline.errors import LostLease, PipelineError
from pipeline.models import Appeal, Kind, Status
from pipeline.pieces import Stretch, Unfit
from pipeline.probe import MediaInfo
from pipeline.workflow import Claim

log = logging.getLogger(__name__)

AT_ONCE = 4  # pieces that one worker makes at a time, where it has the cores: each takes a decoder and an encoder
WORTH_A_RING = 4  # pieces for each worker that is called: a small edit is made before another one has begun
CALLED = 4  # workers at most
LOOKS = 4  # at what is there: before, after, and after that for what was not as it was stored
LOOK_AGAIN = 0.3  # s, while others make the last pieces


@dataclass(frozen=True)
class Hands:
    """One worker's share in one clip.

    clean: the proxy, whose SHA-256 is known to be this. stop: set when the step is lost. tell: hears how many are left.
    """

    context: Context
    appeal_id: int
    folder: str
    clean: Path
    sha256: str
    work: Path
    stop: threading.Event
    tell: Callable[[int], None] = lambda left: None

    @property
    def lease(self) -> timedelta:
        """How long a piece is held without a sign of life."""
        return timedelta(seconds=self.context.settings.lease_seconds)


def finish(hands: Hands, claim: Claim, cues: Sequence[Cue], info: MediaInfo) -> Path:
    """The finished clip, in pieces where that can be. Raises PipelineError, LostLease."""
    box, look, out = hands.context.box, hands.context.campaign.look, hands.work / "finished.mp4"
    with render.our_own_work():
        film = pieces.film_of(box, hands.clean, hands.work)
    plan = pieces.plan(film, cues, info, look, hands.sha256) if film else []
    if film and plan:
        try:
            parts = _all_made(hands, claim, plan)
            return pieces.join(box, hands.clean, film, parts, info, out, hands.stop)
        except Unfit as error:
            log.warning("appeal %d: rendered in one pass, for %s", hands.appeal_id, error)
            _drop_all(hands)
    return render.burn_in(box, hands.clean, cues, info, out, hands.stop, look=look)


def _all_made(hands: Hands, claim: Claim, plan: Sequence[Stretch]) -> list[tuple[Stretch, Path]]:
    """Have every piece made; gives them with the files that hold them."""
    plans = {stretch.address: stretch.to_json() for stretch in plan}
    for _ in range(LOOKS):
        with hands.context.db.write() as session:
            workflow.renew(session, claim, hands.lease)  # LostLease: it is not for us to say what is wanted
            rows = crew.lay_out(session, hands.appeal_id, plans)
        if paths := _fetched(hands, rows):
            if len({row.plan for row in rows}) > 1:
                raise Unfit("a decoder must know other things of one piece than of another")
            return list(zip(plan, paths, strict=True))
        _call_others(hands, sum(row.key is None for row in rows))
        _make_all(hands)
    raise PipelineError("file_changed", "the storage does not give back the pieces as they were stored", retry=True)


def _fetched(hands: Hands, rows: Sequence[Piece]) -> list[Path]:
    """The files of all pieces; none where one is not made. What is not as it was stored is to be made again."""
    paths = []
    for row in rows:
        try:
            path = hands.context.storage.fetch(row.key, hands.work) if row.key else None
        except FileNotFoundError:
            path = None
        if path and _sha256(path) == row.sha256:
            paths.append(path)
        elif row.key:
            _drop(hands.context, row)
    return paths if len(paths) == len(rows) else []


def _call_others(hands: Hands, count: int) -> None:
    for _ in range(min(count // WORTH_A_RING, CALLED)):
        hands.context.doorbell.ring(hands.appeal_id, Status.SUBMITTED)


def _make_all(hands: Hands) -> None:
    """Make what is open, and wait for what others make."""
    while left := _left(hands):
        _make_open(hands, left)
        hands.tell(_left(hands))
        if _left(hands) and hands.stop.wait(LOOK_AGAIN):
            raise LostLease


def _left(hands: Hands) -> int:
    with hands.context.db.read() as session:
        return crew.missing(session, hands.appeal_id)


def lend_a_hand(context: Context, appeal_id: int) -> None:
    """Make open pieces of a clip whose step another worker holds, if there are any. What fails is left to that one."""
    with context.db.read() as session:
        appeal = session.get(Appeal, appeal_id)
        clean = appeal.file(Kind.CLEAN) if appeal and crew.missing(session, appeal_id) else None
        if appeal is None or clean is None:
            return
    try:
        with context.scratch.work(f"{appeal_id}-hand") as folder:
            path = context.storage.fetch(clean.key, folder)
            if _sha256(path) == clean.sha256:
                hands = Hands(context, appeal_id, appeal.folder, path, clean.sha256, folder, threading.Event())
                _make_open(hands, _left(hands))
    except (LostLease, PipelineError, Unfit, OSError) as error:
        log.warning("appeal %d: lent no hand: %r", appeal_id, error)


def _make_open(hands: Hands, left: int) -> None:
    """Make pieces until none is open, several at a time: that fills the cores better than many threads for one."""
    cores = len(os.sched_getaffinity(0))
    at_once = max(min(cores, AT_ONCE, left), 1)
    over = threading.Event()

    def make() -> None:
        while not over.is_set() and (piece := _taken(hands)):
            try:
                _make(hands, piece, cores // at_once)
            except BaseException:
                over.set()
                raise
            hands.tell(_left(hands))

    with ThreadPoolExecutor(at_once) as threads:
        try:
            for each in [threads.submit(make) for _ in range(at_once)]:
                each.result()
        finally:
            over.set()


def _taken(hands: Hands) -> Piece | None:
    if hands.stop.is_set():
        raise LostLease
    with hands.context.db.write() as session:
        return crew.take(session, hands.appeal_id, hands.lease)


def _make(hands: Hands, piece: Piece, threads: int) -> None:
    """Make and store one piece. Whoever comes late, after all was taken back, leaves nothing behind."""
    context, look = hands.context, hands.context.campaign.look

    def renew() -> None:
        with context.db.write() as session:
            crew.renew(session, piece, hands.lease)

    try:
        stretch = Stretch.from_json(piece.plan)
        if pieces.address(stretch, look, hands.sha256) != piece.address:
            raise Unfit("another logo is set here, or another version runs")
        with (
            kept_alive(renew, hands.lease, f"a piece of appeal {hands.appeal_id}") as stop,
            context.scratch.work(f"{hands.appeal_id}-{piece.holder}") as folder,
        ):
            made = folder / "piece.mp4"
            extradata = pieces.make(context.box, hands.clean, stretch, look, made, stop, threads)
            _store(hands, piece, made, extradata)
    except BaseException:
        with context.db.write() as session:
            crew.give_back(session, piece)
        raise


def _store(hands: Hands, piece: Piece, path: Path, extradata: str) -> None:
    storage = hands.context.storage
    # with its holder in the name: two that made the same bytes have two files, and one of them can go
    stored = storage.put(path, hands.folder, f"piece-{piece.address[:16]}-{piece.holder}.mp4")
    with hands.context.db.write() as session:
        wanted = crew.made(session, piece, stored, extradata)
    if not wanted:
        storage.delete(stored.key)
        raise LostLease


def _drop(context: Context, piece: Piece) -> None:
    """The file goes first: a row without its file is found out, a file without its row is not."""
    if piece.key:
        context.storage.delete(piece.key)
    with context.db.write() as session:
        session.execute(delete(Piece).where(Piece.id == piece.id, Piece.key == piece.key))


def _drop_all(hands: Hands) -> None:
    with hands.context.db.read() as session:
        found = session.scalars(select(Piece).where(Piece.appeal_id == hands.appeal_id)).all()
    for piece in found:
        _drop(hands.context, piece)


def drop_old(context: Context) -> None:
    """Drop the pieces that were not used for long, and the oldest where all take too much room; none in use."""
    settings, sofar = context.settings, 0
    oldest, room = now() - timedelta(days=settings.pieces_days), settings.pieces_megabytes * 1_000_000
    busy = Appeal.status == Status.SUBMITTED
    with context.db.read() as session:
        newest_first = (Piece.used_at.desc(), Piece.id.desc())
        found = session.execute(select(Piece, busy).join(Appeal, Appeal.id == Piece.appeal_id).order_by(*newest_first))
        rows = found.all()
    for piece, in_use in rows:
        sofar += piece.size
        if not in_use and (piece.used_at <= oldest or sofar > room):
            _drop(context, piece)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
