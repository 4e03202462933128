"""The receipt code: the supporter's only key to her appeal. It is stored only as a hash."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import threading
import unicodedata

DIGITS = 16
SCRYPT = {"n": 2**14, "r": 8, "p": 1, "dklen": 32}  # 16 MB and some 50 ms a try

WAIT_SECONDS = 4.0  # for one of the two places below

_two = threading.BoundedSemaphore(2)  # at a time: many at once would take the memory and the cores of everybody else


class Busy(Exception):
    """Very many codes are asked for just now."""


def make(secret: str, form_token: str, sha256: str) -> str:
    """The code for a form (its token is from a CSPRNG) and a video: the same again when they are sent twice."""
    digest = hmac.digest(secret.encode(), json.dumps(["receipt", form_token, sha256]).encode(), "sha256")
    digits = str(int.from_bytes(digest) % 10**DIGITS).zfill(DIGITS)
    return " ".join(digits[i : i + 4] for i in range(0, DIGITS, 4))


def read(text: str) -> str | None:
    """The sixteen digits in what somebody typed, whatever stands around them; None when they are not there."""
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", text[:200]))
    return digits if re.fullmatch(f"[0-9]{{{DIGITS}}}", digits) else None


def fingerprint(secret: str, sha256: str) -> str:
    """By what the very same video is known again; without our key it says nothing about the video."""
    return hmac.digest(secret.encode(), f"fingerprint {sha256}".encode(), "sha256").hex()


def hashed(secret: str, code: str) -> str:
    """What the database holds of a code. The salt is our key: a stolen database cannot be searched. Raises Busy."""
    salt = hmac.digest(secret.encode(), b"receipt salt", "sha256")
    if not _two.acquire(timeout=WAIT_SECONDS):
        raise Busy
    try:
        return hashlib.scrypt((read(code) or "").encode(), salt=salt, **SCRYPT).hex()
    finally:
        _two.release()
