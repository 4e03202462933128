"""gunicorn's worker with threads, which does not wait for ever for a request that never comes whole.

Bodies of videos are read by line.py. Heads and small bodies gunicorn itself would await without an end; each of them
would hold a thread.
"""

from __future__ import annotations

import socket
from typing import Any

from gunicorn.http.errors import NoMoreData
from gunicorn.workers.gthread import _DEFER, DEFAULT_WORKER_DATA_TIMEOUT, TConn, ThreadWorker

from web import line


class Hurried:
    """The line of one request, for who only reads from it."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock, self.patience = sock, line.Patience()

    def recv(self, size: int) -> bytes:
        """What comes. Raises NoMoreData, an OSError, where that is far too slow."""
        try:
            self.sock.settimeout(self.patience.left())
            came = self.sock.recv(size)
            self.patience.heard(len(came))
        except (TimeoutError, line.Cut):
            raise NoMoreData from None
        finally:
            self.sock.settimeout(None)
        return came


class Worker(ThreadWorker):  # type: ignore[misc]
    """For `gunicorn --worker-class`."""

    def handle(self, conn: TConn) -> Any:
        """One request."""
        if not conn.initialized and not conn.wait_for_data(DEFAULT_WORKER_DATA_TIMEOUT):
            return _DEFER
        conn.init()
        conn.parser.unreader.sock = Hurried(conn.sock)
        return super().handle(conn)
