"""Somebody at the editor: what its script sends, and what it gets."""

from __future__ import annotations

from typing import Any

from werkzeug.test import TestResponse

from pipeline.context import Context
from pipeline.cues import Cue
from pipeline.models import Appeal, Layer, Revision
from tests import cast

RIGHT = ["Дорогие белорусы!", "Мы ждём вас дома."]
TIMES = [(400, 3000), (3200, 5200)]

Rows = list[dict[str, Any]]


def ask(person: cast.Person, method: str, made: Appeal, what: str, **body: object) -> TestResponse:
    """One request of the editor's script."""
    headers = {"X-CSRFToken": person.token()}
    return person.open(f"/staff/appeals/{made.id}/{what}", method=method, json=body, headers=headers)


def bench(person: cast.Person, made: Appeal, tab: str = "") -> dict[str, Any]:
    """The state, as the page gets it."""
    answer = person.get(f"/staff/appeals/{made.id}/bench.json?tab={tab}")
    assert answer.status_code == 200, answer.text
    state: dict[str, Any] = answer.json
    return state


def rows(*texts: str, times: list[tuple[int, int]] = TIMES, **more: object) -> Rows:
    """Rows with these texts, as the editor sends them."""
    plain = {"doubts": [], "origin": "", "checked": False, "language": "", **more}
    timed = zip(texts, times, strict=False)
    return [{"id": str(i), "start": a, "end": b, "text": text, **plain} for i, (text, (a, b)) in enumerate(timed)]


def as_they_are(state: dict[str, Any]) -> Rows:
    """The rows of a state, as they are sent when nobody changed anything."""
    names = ("start", "end", "text", "doubts", "origin", "language")
    return [{"id": str(i), "checked": False, **{n: row[n] for n in names}} for i, row in enumerate(state["rows"])]


#: Every request of the editor's script, with a body that is right.
ASKED: list[tuple[str, str, dict[str, Any]]] = [
    ("DELETE", "draft", {}),
    ("PUT", "draft", {"tab": "a", "base": 1, "rows": rows(*RIGHT)}),
    ("POST", "revisions", {"tab": "a", "base": 1, "rows": rows(*RIGHT), "submit": False}),
    ("POST", "hold", {"tab": "a", "take": False}),
    ("DELETE", "hold", {"tab": "a"}),
    ("POST", "check", {"rows": rows(*RIGHT)}),
]


def save(person: cast.Person, made: Appeal, typed: Rows | None = None, base: int = 1, **more: object) -> TestResponse:
    """Save these rows as a new revision."""
    body = {"tab": person.name, "base": base, "rows": rows(*RIGHT) if typed is None else typed, "submit": False, **more}
    return ask(person, "POST", made, "revisions", **body)


def versions(desk: Context, made: Appeal) -> list[Revision]:
    """Every version of the Russian track."""
    track = cast.fresh(desk, made).track(Layer.RUSSIAN)
    return list(track.revisions) if track else []


def russian(desk: Context, made: Appeal) -> list[Cue]:
    """The newest one."""
    return versions(desk, made)[-1].cues


def draft_of(desk: Context, *cues: Cue, **fields: object) -> Appeal:
    """An appeal whose newest draft, version 2, has these cues."""
    made = cast.appeal(desk, **fields)
    with desk.db.write() as session:
        session.get_one(Appeal, made.id).track(Layer.RUSSIAN).add(cues, "phrasebook + apertium")
    return made
