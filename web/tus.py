"""Resumable uploads by the protocol tus 1.0 (https://tus.io/protocols/resumable-upload): what a bad line needs.

Core, creation, creation-with-upload, checksum, expiration, termination. Nothing can be read back: there is no GET.
Nothing of what a client tells about its file is kept. Refusals are sentences; those that a supporter may meet are in
her language, the others are for whoever writes a client.
"""

from __future__ import annotations

import base64
import binascii
import errno
import logging
import re
from typing import NamedTuple, NoReturn

from flask import Blueprint, Response, abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.http import http_date

from pipeline.runner import LEFTOVERS_AFTER
from pipeline.uploads import Expired, Unknown
from pipeline.writer import Locked, Mismatch, NoRoom, TooLong, Writer
from web import line
from web.desk import desk
from web.guard import guard

log = logging.getLogger(__name__)
pages = Blueprint("tus", __name__)

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,checksum,expiration,termination"
ALGORITHMS = {"sha1": 20, "sha256": 32, "md5": 16}  # bytes of their digests
BODY = "application/offset+octet-stream"
AGAIN_SECONDS = 5  # for Retry-After

NUMBER = re.compile("[0-9]{1,20}")
KEY = re.compile("[!-+.-~-]+")  # ASCII but space and comma


def _refuse(code: int, sentence: str, **headers: object) -> NoReturn:
    given = {name.replace("_", "-"): str(value) for name, value in headers.items()}
    abort(Response(f"{sentence}\n", code, given, mimetype="text/plain"))


@pages.before_app_request
def _sweep_now_and_then() -> None:
    """Here, not in a worker: that may be on another machine. Where nobody visits, somebody asks for our health."""
    if desk().uploads.sweep_now_and_then():
        desk().scratch.sweep(LEFTOVERS_AFTER)


@pages.before_request
def _same_version() -> None:
    if request.method != "OPTIONS" and request.headers.get("Tus-Resumable") != VERSION:
        _refuse(412, f"Tus-Resumable must be {VERSION}.", Tus_Version=VERSION)


@pages.after_request
def _say_version(response: Response) -> Response:
    response.headers["Tus-Resumable"] = VERSION
    return response


@pages.route("/files/", methods=["OPTIONS"], provide_automatic_options=False)
@pages.route("/files/<upload_id>", methods=["OPTIONS"], provide_automatic_options=False)
def options(upload_id: str = "") -> ResponseReturnValue:
    """What this server can do."""
    told = {
        "Tus-Version": VERSION,
        "Tus-Extension": EXTENSIONS,
        "Tus-Max-Size": str(desk().campaign.limits.max_bytes),
        "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
    }
    return "", 204, told


@pages.post("/files/")
def create() -> ResponseReturnValue:
    """Begin an upload; its first piece may come along."""
    length, checksum = _length(), _checksum()
    _need_metadata_in_form()
    brings = request.mimetype == BODY
    if not brings and request.content_length:
        _refuse(415, f"A body must be {BODY}.")
    upload_id = desk().uploads.create(length)
    if brings:
        try:
            _receive(upload_id, 0, checksum)
        except BaseException:
            desk().uploads.delete(upload_id)  # nobody knows its address
            raise
    location = url_for("tus.head", upload_id=upload_id)
    return "", 201, {"Location": location, **_progress(upload_id)}


@pages.route("/files/<upload_id>", methods=["HEAD"], provide_automatic_options=False)
def head(upload_id: str) -> ResponseReturnValue:
    """How far it is."""
    length = desk().uploads.progress(upload_id).length
    return "", 200, {"Upload-Length": str(length), **_progress(upload_id)}


@pages.route("/files/<upload_id>", methods=["PATCH"], provide_automatic_options=False)
def patch(upload_id: str) -> ResponseReturnValue:
    """The next piece. 204 is said when it is safe on the disk."""
    if request.mimetype != BODY:
        _refuse(415, f"A body must be {BODY}.")
    _receive(upload_id, _number("Upload-Offset"), _checksum())
    return "", 204, _progress(upload_id)


@pages.route("/files/<upload_id>", methods=["DELETE"], provide_automatic_options=False)
def delete(upload_id: str) -> ResponseReturnValue:
    """Forget it."""
    desk().uploads.delete(upload_id)
    return "", 204


@pages.post("/files/<upload_id>")
def overridden(upload_id: str) -> ResponseReturnValue:
    """For networks that let no PATCH and no DELETE through. Nowhere else does X-HTTP-Method-Override mean anything."""
    views = {"PATCH": patch, "DELETE": delete}
    view = views.get(request.headers.get("X-HTTP-Method-Override", ""))
    return view(upload_id) if view else _refuse(405, "Use PATCH.", Allow="HEAD, PATCH, DELETE, OPTIONS")


def _progress(upload_id: str) -> dict[str, str]:
    progress = desk().uploads.progress(upload_id)
    return {"Upload-Offset": str(progress.offset), "Upload-Expires": http_date(progress.expires)}


def _receive(upload_id: str, offset: int, checksum: Checksum | None) -> None:
    """Write the body to the upload. What came before a cut is kept, unless it has a checksum."""
    with line.place(guard().place()), desk().uploads.write(upload_id) as upload:
        if offset != upload.offset:
            _refuse(409, f"The upload is at {upload.offset}.", Upload_Offset=upload.offset)
        if offset + (request.content_length or 0) > upload.length:
            raise TooLong
        upload.need_room()
        try:
            _append(upload, checksum)
        finally:
            upload.save()


def _append(upload: Writer, checksum: Checksum | None) -> None:
    if upload.offset == upload.length:  # a repeated last piece of nothing
        return
    pieces = line.pieces(request, upload.wanted)
    if checksum:
        upload.append_checked(pieces, checksum.algorithm, checksum.digest)
    else:
        for piece in pieces:
            upload.append(piece)


class Checksum(NamedTuple):
    """What a body must have."""

    algorithm: str
    digest: bytes


def _checksum() -> Checksum | None:
    given = request.headers.get("Upload-Checksum")
    if given is None:
        return None
    algorithm, _space, text = given.partition(" ")
    digest = _decoded(text)
    if algorithm not in ALGORITHMS or digest is None or len(digest) != ALGORITHMS[algorithm]:
        _refuse(400, f"Upload-Checksum must be one of {', '.join(ALGORITHMS)}, a space, and the digest in base64.")
    return Checksum(algorithm, digest)


def _length() -> int:
    if "Upload-Defer-Length" in request.headers:
        _refuse(400, "Upload-Length must be told at once.")
    length, most = _number("Upload-Length"), desk().campaign.limits.max_bytes
    if length == 0:
        _refuse(400, _("The file is empty. Please wait until your phone has saved the video, then choose it again."))
    if length > most:
        raise TooLong
    return length


def _number(name: str) -> int:
    given = request.headers.get(name, "")
    if not NUMBER.fullmatch(given):
        _refuse(400, f"{name} must be a number of bytes.")
    return int(given)


def _need_metadata_in_form() -> None:
    """It is read to be refused where it is broken, and then forgotten."""
    given = request.headers.get("Upload-Metadata")
    if not given:
        return
    pairs = [pair.strip(" ").partition(" ") for pair in given.split(",")]
    keys = [key for key, _space, _value in pairs]
    right = all(KEY.fullmatch(key) and _decoded(value) is not None for key, _space, value in pairs)
    if not right or len(set(keys)) < len(keys):
        _refuse(400, "Upload-Metadata must be pairs of a key, used once, and a value in base64.")


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


#: What goes wrong on the way, as she is told it. A client tries again by itself after 409, 423 and 5xx.
REFUSALS = {
    Unknown: (404, _l("This upload is not here. Please send the video again from the beginning.")),
    Expired: (410, _l("This upload took too long and was deleted. Please send the video again from the beginning.")),
    TooLong: (413, _l("The video is too large. Please send a shorter one.")),
    Locked: (423, _l("This video is just being sent, perhaps from another window. Please wait a moment.")),
    Mismatch: (460, _l("A part of the video was damaged on its way. Please send the video again.")),
    line.Cut: (503, _l("The line broke off. What came is kept: please go on.")),
    line.Full: (503, _l("Very many people are sending videos just now. Please try again in a few minutes.")),
    NoRoom: (507, _l("We have no room for another video at the moment. Please come back later.")),
}


def _refused(error: Exception) -> Response:
    code, sentence = REFUSALS[type(error)]
    later = {"Retry-After": str(AGAIN_SECONDS)} if code in {423, 503} else {}
    return Response(f"{sentence}\n", code, later, mimetype="text/plain")


for _kind in REFUSALS:
    pages.register_error_handler(_kind, _refused)


@pages.errorhandler(OSError)
def _disk(error: OSError) -> Response:
    log.error("an upload could not be written: %s", error.strerror)
    return _refused(NoRoom() if error.errno in {errno.ENOSPC, errno.EDQUOT} else line.Cut())
