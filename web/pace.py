"""How often somebody may: buckets that fill again, and names for places that nobody can read and that last a day."""

from __future__ import annotations

import hmac
import ipaddress
import secrets
import threading
import time
from dataclasses import dataclass
from datetime import date

from pipeline.base import now

SMALLEST = 1000  # so many names are kept before the first look for those that may be forgotten


@dataclass
class TooSoon(Exception):
    """Not yet: in so many seconds."""

    seconds: float


class Pace:
    """For each name `at_once` times at once, then once in `every` seconds. In memory only; threads may share it."""

    def __init__(self, at_once: int, every: float) -> None:
        self.at_once, self.every = at_once, every
        self._full: dict[str, float] = {}  # when the bucket of this name will be full again
        self._lock, self._enough = threading.Lock(), SMALLEST

    def take(self, who: str, patience: float = 0.0) -> float:
        """Once more: the seconds to wait before it. Raises TooSoon, and counts nothing, where patience is shorter."""
        with self._lock:
            moment = time.monotonic()
            self._forget(moment)
            full = max(moment, self._full.get(who, moment))
            wait = max(0.0, full - moment - (self.at_once - 1) * self.every)
            if wait > patience:
                raise TooSoon(wait)
            self._full[who] = full + self.every
            return wait

    def give_back(self, who: str) -> None:
        """That one did not count."""
        with self._lock:
            if who in self._full:
                self._full[who] -= self.every

    def _forget(self, moment: float) -> None:
        """Drop the full buckets now and then: a flood of names must not fill the memory for ever."""
        if len(self._full) >= self._enough:
            self._full = {who: full for who, full in self._full.items() if full > moment}
            self._enough = 2 * len(self._full) + SMALLEST


class Places:
    """Names for the places that requests come from. Their key is made anew each day (UTC) and is written nowhere.

    proxies: how many stand before us and tell whom they speak for.
    """

    def __init__(self, proxies: int) -> None:
        self.proxies = proxies
        self._today: tuple[date, bytes] = (date.min, b"")

    def name(self, address: str | None) -> str:
        """The name of the place with this address; "" where nobody knows how many people are behind it.

        That is so on this machine's own address (an onion service, a proxy that PROXIES does not count), and on every
        private one where no proxy is counted: then it is the proxy's.
        """
        try:
            found = ipaddress.ip_address(address or "")
        except ValueError:
            return ""
        found = getattr(found, "ipv4_mapped", None) or found
        if found.is_loopback or (not self.proxies and found.is_private):
            return ""
        # one line gets a whole /64 of IPv6 addresses (RFC 6177): they are one place
        part = found.packed[:8] if found.version == 6 else found.packed
        return hmac.digest(self._key(), part, "sha256").hex()

    def _key(self) -> bytes:
        today = now().date()
        if self._today[0] != today:
            self._today = (today, secrets.token_bytes(32))
        return self._today[1]
