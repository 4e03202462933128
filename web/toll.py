"""Proof of work: a small price for one more video, a high one for ten thousand. No account, no riddle, no tracker."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import threading
import time

BITS = 18  # 262 144 hashes on average: some seconds of a cheap phone
PROOF = re.compile(r"(([0-9a-f]{1,8})-[0-9a-f]{32}-[0-9a-f]{32}):[0-9]{1,20}")


class Toll:
    """Challenges, each good for this hour and the next, and for one use.

    They are signed with the key of the installation, so that each process knows those of the others; which were used,
    each process knows by itself: with n of them a proof may count n times.
    """

    def __init__(self, secret: str) -> None:
        self._key = hmac.digest(secret.encode(), b"proof of work", "sha256")
        self._used: dict[str, int] = {}  # with their hours
        self._lock = threading.Lock()

    def challenge(self) -> str:
        """A new one; whoever finds an N so that the SHA-256 of `challenge:N` begins with BITS zero bits has paid."""
        return self._signed(f"{_hour():x}-{secrets.token_hex(16)}")

    def paid(self, proof: str) -> bool:
        """Whether this is `challenge:N` with a challenge of ours that was not used before."""
        found = PROOF.fullmatch(proof)
        if not found or not _begins(hashlib.sha256(proof.encode()).digest()):
            return False
        challenge, hour = found[1], int(found[2], 16)
        signed = self._signed(challenge.rpartition("-")[0])
        if not hmac.compare_digest(signed, challenge) or hour not in {_hour(), _hour() - 1}:
            return False
        with self._lock:
            fresh = challenge not in self._used
            self._used = {used: at for used, at in self._used.items() if at >= _hour() - 1} | {challenge: hour}
        return fresh

    def _signed(self, text: str) -> str:
        return f"{text}-{hmac.digest(self._key, text.encode(), 'sha256').hex()[:32]}"


def _hour() -> int:
    return int(time.time() // 3600)


def _begins(digest: bytes) -> bool:
    return int.from_bytes(digest) >> (8 * len(digest) - BITS) == 0
