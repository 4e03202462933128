"""A request's body, read as it comes over the line. A dead line, or one far too slow, does not hold a thread for ever.

`stream.read` waits until as many bytes are there as were asked for, and loses them when the line breaks meanwhile.
Under gunicorn we read what has come, so nothing that came is lost, and we look up while nothing comes.
"""

from __future__ import annotations

import select
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from gunicorn.http.body import Body, ChunkedReader, LengthReader
from gunicorn.http.errors import ParseException
from werkzeug.exceptions import ClientDisconnected
from werkzeug.wrappers import Request

CHUNK = 64 * 1024
PATIENCE = 60.0  # seconds in which ENOUGH bytes must come
ENOUGH = 1024
QUIET = 2.0  # seconds without a byte, then a line may be dead, and who else wants the upload may have it
TICK = 0.5  # seconds from one look to the next while nothing comes
MOST = 150  # bodies at a time in one process; gunicorn has more threads than that, so that pages are always answered

_places = threading.BoundedSemaphore(MOST)


class Cut(Exception):
    """The body ended before its end."""


class Full(Exception):
    """As many bodies as we can read at a time are on their way."""


@contextmanager
def place() -> Iterator[None]:
    """One of the places for large bodies. Raises Full."""
    if not _places.acquire(blocking=False):
        raise Full
    try:
        yield
    finally:
        _places.release()


def pieces(request: Request, wanted: Callable[[], bool] = lambda: False) -> Iterator[bytes | memoryview]:
    """The body; each piece is good until the next is asked for. A quiet line ends when `wanted` says so. Raises Cut."""
    body = request.environ["wsgi.input"]
    if not isinstance(body, Body):  # a test client, or `flask run`
        yield from _blocks(request)
        return
    line: socket.socket = request.environ["gunicorn.socket"]
    body.failed = True  # until it came whole: the connection cannot be used again
    try:
        line.settimeout(PATIENCE)
        if isinstance(body.reader, LengthReader):
            yield from _counted(body.reader, line, wanted)
        else:
            yield from _chunked(body.reader)
    except (OSError, ParseException) as error:
        raise Cut from error
    finally:
        line.settimeout(None)
    body.failed = False


def _blocks(request: Request) -> Iterator[bytes]:
    request.max_content_length = sys.maxsize
    try:
        while block := request.stream.read(CHUNK):
            yield block
    except (ClientDisconnected, OSError) as error:
        raise Cut from error


class _Pace:
    """Whether a line brings enough."""

    def __init__(self) -> None:
        self.since, self.came, self.last = time.monotonic(), 0, time.monotonic()

    def heard(self, count: int) -> None:
        """So many bytes came. Raises Cut where that is far too slow."""
        self.last, self.came = time.monotonic(), self.came + count
        if self.came >= ENOUGH:
            self.since, self.came = self.last, 0
        self.silent()

    def silent(self) -> float:
        """Seconds without a byte. Raises Cut after too many."""
        now = time.monotonic()
        if now - self.since > PATIENCE:
            raise Cut
        return now - self.last


def _counted(reader: LengthReader, line: socket.socket, wanted: Callable[[], bool]) -> Iterator[bytes | memoryview]:
    """A body with a length: what came with the head of the request, then what comes."""
    head = reader.unreader.take_buffered()
    reader.unreader.unread(head[reader.length :])
    if head := head[: reader.length]:
        reader.length -= len(head)
        yield head
    pace, space, ready = _Pace(), memoryview(bytearray(CHUNK)), select.poll()
    ready.register(line, select.POLLIN)
    while reader.length:
        if not ready.poll(TICK * 1000):
            if pace.silent() > QUIET and wanted():
                raise Cut
            continue
        count = line.recv_into(space, min(CHUNK, reader.length))
        if not count:
            raise Cut
        reader.length -= count
        pace.heard(count)
        yield space[:count]


def _chunked(reader: ChunkedReader) -> Iterator[bytes]:
    """A body in chunks, which says itself where it ends."""
    pace = _Pace()
    for piece in reader.parser:
        pace.heard(len(piece))
        yield piece
    reader.parser = None
