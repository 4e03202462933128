"""A form with a file, read from the line straight into its place.

Werkzeug answers a body that was cut off with an empty form, and keeps large files in a temporary folder of its own.
Here the file goes where it is wanted at once, what was typed survives a cut, and a cut is told from an end.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.sansio.multipart import Data, Epilogue, Event, Field, File, MultipartDecoder, NeedData
from werkzeug.wrappers import Request

from web import line
from web.guard import guard

log = logging.getLogger(__name__)

HEAD = 12  # bytes of the file by which its kind is told
FORM_BYTES = 640_000  # of all fields together
FIELD_BYTES = 80_000  # more than any field of ours can hold: 20 000 letters, whatever they are
MAX_PARTS = 50


@dataclass
class Upload:
    """What came: fields by name, the first file at `path`, how many files there were, and whether the form ended."""

    path: Path
    fields: dict[str, str] = field(default_factory=dict)
    files: int = 0
    size: int = 0  # bytes of the first file, also those that were not kept
    sha256: str = ""
    head: bytes = b""  # its first bytes
    whole: bool = False


@contextmanager
def receive(request: Request, folder: Path, *, keep_bytes: int, read_bytes: int) -> Iterator[Upload]:
    """Read the form; at most keep_bytes of its file are written. Afterwards nothing is left in the folder.

    The body is read to its end even when it cannot be used: a browser shows no answer before it has sent everything.
    Beyond read_bytes it is not a form that came from our page: RequestEntityTooLarge. Raises line.Full where too many
    send at once, OSError when the file cannot be written.
    """
    if (request.content_length or 0) > read_bytes:
        raise RequestEntityTooLarge
    upload = Upload(folder / secrets.token_hex(16))
    boundary = request.mimetype_params.get("boundary", "").encode("ascii", "ignore")
    try:
        with line.place(guard().place(), form=True), upload.path.open("wb") as file:
            body = _body(request, read_bytes)
            upload.whole = bool(boundary) and _read(body, boundary, upload, file, keep_bytes)
        yield upload
    finally:
        upload.path.unlink(missing_ok=True)


def _body(request: Request, most: int) -> Iterator[bytes]:
    """What comes; ends at the end, and also when the line breaks: the decoder knows which it was."""
    with suppress(line.Cut):
        for piece in line.pieces(request):
            most -= len(piece)
            if most < 0:
                raise RequestEntityTooLarge
            yield bytes(piece)


def _read(body: Iterator[bytes], boundary: bytes, upload: Upload, file: BinaryIO, keep_bytes: int) -> bool:
    """Whether the form came to its end."""
    decoder = MultipartDecoder(boundary, max_form_memory_size=FORM_BYTES, max_parts=MAX_PARTS)
    part: Event | None = None
    is_video = False  # the first file with a name; no name: nothing was chosen
    digest = hashlib.sha256()
    typed: dict[str, bytearray] = {}  # decoded at the end: a letter may come in two pieces
    try:
        for event in _events(decoder, body):
            if isinstance(event, Epilogue):
                upload.sha256 = digest.hexdigest()
                return True
            if isinstance(event, Field | File):
                part = event
                named = isinstance(event, File) and bool(event.filename)
                upload.files += named
                is_video = named and upload.files == 1
            elif isinstance(event, Data) and isinstance(part, Field) and part.name:
                letters = typed.setdefault(part.name, bytearray())
                letters += event.data[: FIELD_BYTES - len(letters)]
            elif isinstance(event, Data) and is_video:
                file.write(event.data[: max(0, keep_bytes - upload.size)])
                digest.update(event.data)
                upload.head = upload.head or bytes(event.data[:HEAD])
                upload.size += len(event.data)
    except ValueError:  # not a form, or one that does not end
        log.info("a form was cut off or is none")
    finally:
        # Werkzeug leaves a CR at the end where a piece ends within the last boundary
        upload.fields = {name: letters.decode("utf-8", "replace").rstrip("\r") for name, letters in typed.items()}
    return False


def _events(decoder: MultipartDecoder, body: Iterator[bytes]) -> Iterator[Event]:
    while True:
        decoder.receive_data(next(body, None))
        while not isinstance(event := decoder.next_event(), NeedData):
            yield event
            if isinstance(event, Epilogue):
                return
