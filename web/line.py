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
START, PATIENCE = 20.0, 60.0  # seconds that a line may be silent at first, and at most
BOUGHT = 10 / 1024  # seconds more for each byte: a line that brings less than 1 kB in 10 s is given up in the end
QUIET = 2.0  # seconds without a byte, then a line may be dead, and who else wants the upload may have it
TICK = 0.5  # seconds from one look to the next while nothing comes
MOST = 120  # bodies at a time in one process; gunicorn has more threads than that, so that pages are always answered
FORMS = 80  # of them plain forms, which are long: the others always have a share
OF_ONE = 20  # of them from one place that has a name

_on_their_way: list[tuple[str, bool]] = []  # who, and whether it is a plain form
_lock = threading.Lock()


class Cut(Exception):
    """The body ended before its end."""


class Full(Exception):
    """As many bodies as we can read at a time are on their way."""


@contextmanager
def place(who: str, form: bool = False) -> Iterator[None]:
    """One of the places for large bodies; who: where it comes from, as guard.place. Raises Full."""
    mine = (who, form)
    with _lock:
        forms = sum(is_form for _who, is_form in _on_their_way)
        same = sum(other == who for other, _form in _on_their_way) if who else 0
        if len(_on_their_way) >= MOST or (form and forms >= FORMS) or same >= OF_ONE:
            raise Full
        _on_their_way.append(mine)
    try:
        yield
    finally:
        with _lock:
            _on_their_way.remove(mine)


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


class Patience:
    """Whether a line brings enough."""

    def __init__(self) -> None:
        self.last = time.monotonic()
        self.until = self.last + min(START, PATIENCE)

    def heard(self, count: int) -> None:
        """So many bytes came. Raises Cut where that is far too slow."""
        self.left()
        self.last = time.monotonic()
        self.until = min(self.until + count * BOUGHT, self.last + PATIENCE)

    def silent(self) -> float:
        """Seconds without a byte. Raises Cut after too many."""
        self.left()
        return time.monotonic() - self.last

    def left(self) -> float:
        """Seconds until it is given up. Raises Cut then."""
        left = self.until - time.monotonic()
        if left <= 0:
            raise Cut
        return left


def _counted(reader: LengthReader, line: socket.socket, wanted: Callable[[], bool]) -> Iterator[bytes | memoryview]:
    """A body with a length: what came with the head of the request, then what comes."""
    head = reader.unreader.take_buffered()
    reader.unreader.unread(head[reader.length :])
    if head := head[: reader.length]:
        reader.length -= len(head)
        yield head
    patience, space, ready = Patience(), memoryview(bytearray(CHUNK)), select.poll()
    ready.register(line, select.POLLIN)
    while reader.length:
        if not ready.poll(TICK * 1000):
            if patience.silent() > QUIET and wanted():
                raise Cut
            continue
        count = line.recv_into(space, min(CHUNK, reader.length))
        if not count:
            raise Cut
        reader.length -= count
        patience.heard(count)
        yield space[:count]


def _chunked(reader: ChunkedReader) -> Iterator[bytes]:
    """A body in chunks, which says itself where it ends."""
    patience = Patience()
    for piece in reader.parser:
        patience.heard(len(piece))
        yield piece
    reader.parser = None
