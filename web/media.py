"""Files for those who may have them, with ranges, so that a player can seek."""

from __future__ import annotations

import hashlib
import io
import logging
import os
from typing import IO, BinaryIO, cast

from flask import Blueprint, Response, abort, make_response, request
from werkzeug.wsgi import wrap_file

from pipeline.models import Account, File, Kind, Role
from pipeline.storage import Storage
from web import errors
from web.appeal import find
from web.auth import team
from web.desk import desk

log = logging.getLogger(__name__)
pages = Blueprint("media", __name__)

#: What a browser is told, whatever the bytes are. The original came from outside: it is never shown, only saved.
TYPES = {
    Kind.ORIGINAL: "application/octet-stream",
    Kind.CLEAN: "video/mp4",
    Kind.FINISHED: "video/mp4",
    Kind.SOFTSUB: "video/mp4",
    Kind.RENDITION: "video/mp4",
    Kind.POSTER: "image/jpeg",
    Kind.COVER: "image/jpeg",
    Kind.PEAKS: "application/json",
    Kind.SRT: "application/x-subrip; charset=utf-8",
    Kind.VTT: "text/vtt; charset=utf-8",
}

SHOWN = frozenset({Kind.CLEAN, Kind.POSTER, Kind.FINISHED, Kind.PEAKS})


class Changed(OSError):
    """The bytes in the storage are not those of the row."""


@pages.get("/staff/appeals/<int:appeal_id>/media/<kind>")
@team
def staff(account: Account, appeal_id: int, kind: str) -> Response:
    """What the workbench shows; the original only to the admin."""
    allowed = SHOWN | {Kind.ORIGINAL} if account.role == Role.ADMIN else SHOWN
    with desk().db.read() as session:
        appeal = find(session, account, appeal_id)
        file = next((f for f in appeal.files if f.kind == kind and f.kind in allowed), None)
    if file is None:
        destroyed = kind == Kind.ORIGINAL and account.role == Role.ADMIN
        sentence = "The original is not kept any more: it was destroyed, as the campaign's rule says."
        return make_response(errors.page(404, sentence if destroyed else ""))
    return send_stored(file, save_as=f"appeal-{appeal_id}-original" if file.kind == Kind.ORIGINAL else "")


def send_stored(file: File, *, save_as: str = "") -> Response:
    """The bytes of a stored file, or the range that was asked for; save_as makes it a download of this name."""
    return sent(opened(file, hashed=bool(save_as)), file.size, file.sha256, TYPES[file.kind], save_as)


def opened(file: File, *, hashed: bool) -> BinaryIO:
    """A stored file, to read. 404 when it is not there, 500 when it is not the one that was stored."""
    try:
        return checked(desk().storage, file, hashed=hashed)
    except FileNotFoundError:
        abort(404)
    except Changed:
        abort(500)


def checked(storage: Storage, file: File, *, hashed: bool) -> BinaryIO:
    """The same outside of a request. Raises FileNotFoundError and Changed, and both are in the log.

    What leaves the house is hashed first (15 ms for 20 MB), so that it is only the bytes of the row.
    """
    try:
        reader = storage.open(file.key)
    except FileNotFoundError:
        log.error("%s of appeal %d is missing from the storage", file.kind, file.appeal_id)
        raise
    try:
        if reader.seek(0, os.SEEK_END) != file.size:
            raise Changed(f"{file.kind} of appeal {file.appeal_id} has another size than when it was stored")
        reader.seek(0)
        if hashed and _sha256(reader) != file.sha256:
            raise Changed(f"{file.kind} of appeal {file.appeal_id} is not the file that was stored")
        reader.seek(0)
    except BaseException as error:
        reader.close()
        if isinstance(error, Changed):
            log.error("%s", error)
        raise
    return reader


def sent(reader: BinaryIO | io.RawIOBase, size: int, etag: str, content_type: str, save_as: str = "") -> Response:
    """An answer with these bytes, or the range of them that was asked for. It closes the reader."""
    try:
        response = Response(wrap_file(request.environ, cast(IO[bytes], reader), 1 << 16), content_type=content_type)
        response.direct_passthrough = True
        response.content_length = size
        response.set_etag(etag)
        if save_as:
            response.headers.set("Content-Disposition", "attachment", filename=save_as)
        response.make_conditional(request, accept_ranges=True, complete_length=size)
    except BaseException:
        reader.close()
        raise
    return response


def _sha256(reader: BinaryIO) -> str:
    digest = hashlib.sha256()
    while chunk := reader.read(1 << 20):
        digest.update(chunk)
    return digest.hexdigest()
