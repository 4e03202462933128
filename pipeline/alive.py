"""Leases that are kept while work goes on."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from pipeline.errors import LostLease

log = logging.getLogger(__name__)


@contextmanager
def kept_alive(renew: Callable[[], None], lease: timedelta, what: str) -> Iterator[threading.Event]:
    """Renew the lease in the background. The event is set when renew() raises LostLease, and tools stop at it."""
    stop, done = threading.Event(), threading.Event()

    def beat() -> None:
        while not done.wait(lease.total_seconds() / 4):
            try:
                renew()
            except LostLease:
                stop.set()
                return
            except Exception:  # a locked database is no reason to stop: the lease has three beats to spare
                log.warning("%s: no heartbeat", what, exc_info=True)

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield stop
    finally:
        done.set()
        thread.join()
