"""A bad line: a proxy before a server that lets the bodies of PATCH requests through to a point, and then breaks."""

from __future__ import annotations

import re
import socket
import struct
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum


class How(Enum):
    """What happens to a line."""

    CUT = "both ends are told that it is over"
    RESET = "both ends get a reset"
    LOST = "the client gives up, the server hears nothing more and is not told"
    STALL = "nobody is told anything, and nothing comes"
    MUTE = "everything goes up, and the answer is lost"


@dataclass(frozen=True)
class Trouble:
    """Where in a body it happens: after so many bytes, from its end when negative."""

    after: int
    how: How


class Proxy:
    """Each PATCH meets the next trouble of the list, later ones none. `rate`: bytes a second on their way up."""

    def __init__(self, port: int, *troubles: Trouble, rate: float = 0) -> None:
        self.server, self.troubles, self.rate = ("127.0.0.1", port), list(troubles), rate
        self.met = 0
        self.open: list[socket.socket] = []

    def __enter__(self) -> Proxy:
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listening.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        for one in (self.listening, *self.open):
            _shut(one)
            one.close()

    def _accept(self) -> None:
        with suppress(OSError):  # until it is closed
            while True:
                client, _ = self.listening.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection(self.server)
        except OSError:  # it is just starting again
            client.close()
            return
        self.open += [client, server]
        line = _Line(self, client, server)
        threading.Thread(target=line.down, daemon=True).start()
        with suppress(OSError):
            line.up()


class _Line:
    """One connection through the proxy."""

    def __init__(self, proxy: Proxy, client: socket.socket, server: socket.socket) -> None:
        self.proxy, self.client, self.server = proxy, client, server
        self.mute = False
        self.step = max(1, int(proxy.rate / 20)) if proxy.rate else 65536  # twenty pieces a second on a slow line

    def up(self) -> None:
        """Request after request."""
        held = b""
        while True:
            while b"\r\n\r\n" not in held:
                piece = self.client.recv(65536)
                if not piece:
                    self.server.shutdown(socket.SHUT_WR)
                    return
                held += piece
            head, _, held = held.partition(b"\r\n\r\n")
            self.server.sendall(head + b"\r\n\r\n")
            found = re.search(rb"(?i)content-length: *(\d+)", head)
            length = int(found[1]) if found else 0
            if re.search(rb"(?i)transfer-encoding: *chunked", head):
                length = 1 << 60  # to the end of the connection
            trouble = None
            if head.startswith(b"PATCH") and self.proxy.troubles:
                trouble = self.proxy.troubles.pop(0)
            if not self._body(held[:length], length, trouble):
                return
            held = held[length:]

    def _body(self, begun: bytes, length: int, trouble: Trouble | None) -> bool:
        """Whether the line still stands afterwards."""
        stop = length
        if trouble and trouble.how == How.MUTE:
            self.mute = True
        elif trouble:
            stop = min(length, trouble.after + length * (trouble.after < 0))
        sent = 0
        while sent < stop:
            piece = begun[sent : min(stop, sent + self.step)] or self.client.recv(min(self.step, stop - sent))
            if not piece:
                self.server.shutdown(socket.SHUT_WR)
                return False
            if self.proxy.rate:
                time.sleep(len(piece) / self.proxy.rate)
            self.server.sendall(piece)
            sent += len(piece)
        if trouble is None or trouble.how == How.MUTE:
            return True
        self.proxy.met += 1
        self._break(trouble.how)
        return False

    def _break(self, how: How) -> None:
        if how == How.CUT:
            _shut(self.client)
            _shut(self.server)
        elif how == How.RESET:
            for one in (self.client, self.server):
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                one.close()
        elif how == How.LOST:
            _shut(self.client)

    def down(self) -> None:
        """The answers."""
        with suppress(OSError):
            while piece := self.server.recv(65536):
                if self.mute:
                    self.proxy.met += 1
                    break
                self.client.sendall(piece)
        _shut(self.client)


def _shut(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
