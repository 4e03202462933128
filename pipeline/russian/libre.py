"""A LibreTranslate server, or one that speaks like it. Texts go to the address in campaign.toml and nowhere else."""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pipeline.russian.answer import Made, Room

if TYPE_CHECKING:
    import requests

AT_ONCE = 20  # texts in a request: servers limit their number (--batch-limit) and the characters
CONNECT_SECONDS, READ_SECONDS = 5, 60  # a model on a CPU takes a second or two for a sentence
MAX_BYTES = 1_000_000  # of one answer


def ask(url: str, api_key: str, texts: Sequence[str], language: str, room: Room) -> list[Made]:
    """Translate at `url`. Raises requests.RequestException when nobody answers, ValueError when that is no answer."""
    import requests

    made: list[str] = []
    with requests.Session() as session:
        session.trust_env = False  # no proxy and no password from elsewhere
        for start in range(0, len(texts), AT_ONCE):
            part = list(texts[start : start + AT_ONCE])
            body = {"q": part, "source": language or "auto", "target": "ru", "format": "text"}
            made += _post(session, url, body | ({"api_key": api_key} if api_key else {}), room)
    return [Made(_plain(answer, text)) for answer, text in zip(made, texts, strict=True)]


def _post(session: requests.Session, url: str, body: dict[str, Any], room: Room) -> list[str]:
    timeout = (min(CONNECT_SECONDS, room.seconds), min(READ_SECONDS, room.seconds))
    with session.post(url, json=body, timeout=timeout, stream=True, allow_redirects=False) as response:
        if response.status_code != 200:
            raise ValueError(f"the server answers {response.status_code}")
        content = bytearray()
        # what is there, and not so many bytes: for those it would wait, each byte resetting the time that it waits
        while piece := response.raw.read1(1 << 16, decode_content=True):
            content += piece
            if len(content) > MAX_BYTES:
                raise ValueError("the answer is too long")
            if not room.seconds:
                raise TimeoutError("the answer does not end")
    answer = json.loads(content)
    texts = answer.get("translatedText") if isinstance(answer, dict) else None
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise ValueError("the answer has no list of texts")
    if len(texts) != len(body["q"]):
        raise ValueError(f"{len(texts)} answers for {len(body['q'])} texts")
    return texts


def _plain(answer: str, text: str) -> str:
    """Some servers escape for HTML although they were asked for plain text."""
    return html.unescape(answer) if html.unescape(text) == text else answer
