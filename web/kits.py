"""What leaves the house of a released clip: its files one by one, and kits of one clip or of many.

Each download is asked for at kit.files, hashed before it leaves, and asked for again while it runs: a clip that is
taken back meanwhile, or a person or program shut out, ends the connection before the last byte. Who took what is
written down for the day of a recall.
"""

from __future__ import annotations

import hashlib
import io
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from flask import Blueprint, Response, abort, flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import Select, select, update
from sqlalchemy.exc import IntegrityError

from pipeline import kit
from pipeline.approval import approval_in_force
from pipeline.base import now
from pipeline.kit import Kit
from pipeline.models import Account, Appeal, File, Kind, Status
from pipeline.publishing import Download
from pipeline.zipped import Zip
from web import errors
from web.auth import publishers
from web.desk import desk
from web.media import TYPES, checked, opened, sent

log = logging.getLogger(__name__)
pages = Blueprint("kits", __name__)

STEP = 4_000_000  # bytes that may leave before it is asked again
MOST = 50  # clips in one download
SHOWN = frozenset({Kind.FINISHED, Kind.POSTER, Kind.COVER, Kind.RENDITION})  # in a page, without being saved


class TakenBack(OSError):
    """A clip may not be shown any more, or not to this person: the rest of it does not leave."""


@dataclass(frozen=True)
class Taker:
    """Who downloads: somebody of the team, or a program with a token. may: finds a row for as long as they may."""

    by: str
    account_id: int | None
    may: Select[int]

    @classmethod
    def of(cls, account: Account) -> Taker:
        same = (Account.id == account.id, Account.active, Account.epoch == account.epoch, Account.role == account.role)
        return cls(account.name, account.id, select(Account.id).where(*same))


class Guarded(io.RawIOBase):
    """Bytes that are let go only while `open_still` says so: asked every few MB, and before the last byte."""

    def __init__(self, inner: BinaryIO | Zip, size: int, open_still: Callable[[], bool]) -> None:
        self._inner, self._size, self._open_still = inner, size, open_still
        self._left = 0  # bytes that may leave before it is asked again

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._inner.tell()

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._inner.seek(offset, whence)

    def readinto(self, buffer: Any) -> int:
        data = self._inner.read(len(buffer)) or b""
        last = self._inner.tell() >= self._size
        if (last or self._left < len(data)) and not self._open_still():
            log.warning("a download was ended: its clip, or who asked for it, was shut out meanwhile")
            raise TakenBack
        self._left = (STEP if self._left < len(data) else self._left) - len(data)
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._inner.close()
        super().close()


@pages.get("/social/clips/<int:appeal_id>/<kind>")
@publishers
def file(account: Account, appeal_id: int, kind: str) -> Response:
    """A file of a released clip, to save: a kind, or the name of a preset. Nothing else leaves by this way."""
    with desk().db.read() as session:
        appeal = session.get(Appeal, appeal_id)
        approval = approval_in_force(appeal) if appeal else None
        there = kit.files(appeal).get(kind) if appeal else None
        if appeal is None or approval is None or there is None:
            abort(404)
        name = kit.own_name(appeal, approval, kind)
    taker = Taker.of(account)
    reader = Guarded(opened(there, hashed=True), there.size, _open_still([approval.id], taker))
    response = sent(reader, there.size, there.sha256, TYPES[there.kind], name)
    write_down(response, taker, {appeal_id: (name, there.sha256)})
    return response


@pages.get("/social/clips/<int:appeal_id>/shown/<kind>")
@publishers
def shown(account: Account, appeal_id: int, kind: str) -> Response:
    """A picture or a video of a released clip, for our own pages. Where there is no cover, the poster is."""
    with desk().db.read() as session:
        appeal = session.get(Appeal, appeal_id)
        files = kit.files(appeal) if appeal else {}
        approval = approval_in_force(appeal) if appeal else None
    there = files.get(kind) or (files.get(Kind.POSTER) if kind == Kind.COVER else None)
    if there is None or approval is None or there.kind not in SHOWN:
        abort(404)
    reader = Guarded(opened(there, hashed=False), there.size, _open_still([approval.id], Taker.of(account)))
    return sent(reader, there.size, there.sha256, TYPES[there.kind])


@pages.get("/social/clips/<int:appeal_id>/kit.zip")
@publishers
def one(account: Account, appeal_id: int) -> ResponseReturnValue:
    """The kit of one clip."""
    return send_kits([appeal_id], Taker.of(account))


@pages.get("/social/kits.zip")
@publishers
def many(account: Account) -> ResponseReturnValue:
    """The kits of the clips that were ticked, a folder each."""
    chosen = sorted({number for number in request.args.getlist("clip", type=int) if 0 < number < 2**31})
    if not chosen:
        flash(_("Tick the clips that you want first."))
        return redirect(url_for("social.gallery"))
    if len(chosen) > MOST:
        return errors.page(413, _("At most %(most)s clips can be downloaded at a time.", most=MOST))
    return send_kits(chosen, Taker.of(account), folders=True)


def send_kits(numbers: Sequence[int], taker: Taker, *, folders: bool = False) -> Response:
    """One ZIP with the kits of these clips. 404 where one clip alone has none, 409 where some of many have none."""
    with desk().db.read() as session:
        appeals = session.scalars(select(Appeal).where(Appeal.id.in_(numbers)).order_by(Appeal.id))
        kits = [made for appeal in appeals if (made := kit.pack(appeal, desk().campaign))]
    missing = sorted(set(numbers) - {each.appeal_id for each in kits})
    if missing:
        told = ", ".join(map(str, missing))
        sentence = _("These clips may not be downloaded now: %(numbers)s. Please choose again.", numbers=told)
        return make_response(errors.page(409, sentence) if folders else errors.page(404))
    for each in {file for made in kits for file in made.stored}:
        opened(each, hashed=False).close()  # what is missing is said before the first byte
    return _zipped(kits, taker, folders)


def _zipped(kits: Sequence[Kit], taker: Taker, folders: bool) -> Response:
    day = max(each.day for each in kits)
    name = f"appeals_{len(kits)}-clips_{day}.zip" if folders else f"{kits[0].stem}.zip"
    open_still = _open_still([each.approval_id for each in kits], taker)
    storage = desk().storage

    def open_file(file: File) -> BinaryIO:
        if not open_still():
            raise TakenBack
        return checked(storage, file, hashed=True)

    members = [member for each in kits for member in each.members(open_file, f"{each.stem}/" if folders else "")]
    made = Zip(members, day)
    etag = hashlib.sha256("\n".join(f"{each.name} {each.size} {each.crc32}" for each in members).encode())
    etag.update(b"".join(each.sums for each in kits))
    response = sent(Guarded(made, made.size, open_still), made.size, etag.hexdigest(), "application/zip", name)
    # the same kit in another ZIP is another file that somebody has
    taken = {each.appeal_id: (name, etag.hexdigest() if folders else _sha256(each.sums)) for each in kits}
    write_down(response, taker, taken)
    return response


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _open_still(approvals: Sequence[int], taker: Taker) -> Callable[[], bool]:
    db = desk().db  # the bytes leave after the request has ended

    def ask() -> bool:
        with db.read() as session:
            return session.scalar(taker.may) is not None and kit.all_open(session, approvals)

    return ask


def write_down(response: Response, taker: Taker, taken: dict[int, tuple[str, str]]) -> None:
    """Who takes which file, by clip: name and SHA-256. Nothing, where no byte leaves."""
    if request.method != "GET" or response.status_code not in {200, 206}:
        return
    for appeal_id, (name, sha256) in taken.items():
        try:
            _write_down(taker, appeal_id, name, sha256)
        except IntegrityError:  # another part of it was asked for in the same moment, and has written it
            log.info("a download of appeal %d is written down already", appeal_id)


def _write_down(taker: Taker, appeal_id: int, name: str, sha256: str) -> None:
    same = (Download.appeal_id == appeal_id, Download.by == taker.by, Download.sha256 == sha256)
    with desk().db.write() as session:
        appeal = session.get_one(Appeal, appeal_id, with_for_update=True)
        # taken back since it was asked for: whoever has it must hear of that too
        fresh = {"name": name, "at": now(), "recalled": appeal.status != Status.RELEASED, "known": False}
        if session.scalar(select(Download.id).where(*same)):
            session.execute(update(Download).where(*same).values(**fresh))
        else:
            session.add(Download(appeal_id=appeal_id, account_id=taker.account_id, by=taker.by, sha256=sha256, **fresh))
