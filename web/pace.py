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

SITE = 8  # lines with a /64 each that one site (a /48) is worth; it could name itself as 65 536 places
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
            wait = 0.0
            for name, worth in _buckets(who).items():
                full = max(moment, self._full.get(name, moment))
                wait = max(wait, full - moment - (self.at_once * worth - 1) * self.every / worth)
            if wait > patience:
                raise TooSoon(wait)
            for name, worth in _buckets(who).items():
                self._full[name] = max(moment, self._full.get(name, moment)) + self.every / worth
            return wait

    def give_back(self, who: str) -> None:
        """That one did not count."""
        with self._lock:
            for name, worth in _buckets(who).items():
                if name in self._full:
                    self._full[name] -= self.every / worth

    def _forget(self, moment: float) -> None:
        """Drop the full buckets now and then: a flood of names must not fill the memory for ever."""
        if len(self._full) >= self._enough:
            self._full = {who: full for who, full in self._full.items() if full > moment}
            self._enough = 2 * len(self._full) + SMALLEST


def _buckets(who: str) -> dict[str, int]:
    """The place itself and, where its name tells one, its site, with how many places that is worth."""
    site, slash, _line = who.partition("/")
    return {who: 1, site: SITE} if slash else {who: 1}


class Places:
    """Names for the places that requests come from. Their key is made anew each day (UTC) and is written nowhere.

    proxies: how many stand before us and tell whom they speak for.
    """

    def __init__(self, proxies: int) -> None:
        self.proxies = proxies
        self._today: tuple[date, bytes] = (date.min, b"")

    def name(self, address: str | None) -> str:
        """The name of the place with this address, of IPv6 as `site/line`; "" where nobody knows how many are there.

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
        if found.version == 4:
            return self._hidden(found.packed)
        # one line gets at least a /64 of IPv6 addresses, a site up to a /48 (RFC 6177)
        return f"{self._hidden(found.packed[:6])}/{self._hidden(found.packed[:8])}"

    def _hidden(self, part: bytes) -> str:
        return hmac.digest(self._key(), part, "sha256").hex()

    def _key(self) -> bytes:
        today = now().date()
        if self._today[0] != today:
            self._today = (today, secrets.token_bytes(32))
        return self._today[1]
