"""Notes at moments of the clip: a reviewer writes what should change, a translator ticks off what is changed."""

from __future__ import annotations

import re
from collections.abc import Sequence

from flask import Blueprint, abort, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from pipeline import workflow
from pipeline.models import Account, Appeal, Role
from pipeline.teamwork import Note
from web import given, wire
from web.appeal import find
from web.auth import role
from web.desk import desk

pages = Blueprint("notes", __name__)
ticks = Blueprint("ticks", __name__)  # what the editor's script sends
wire.init(ticks)
reviewers = role(Role.REVIEWER, Role.ADMIN)

LONGEST = 500  # characters of a note
MOST = 200  # notes beside one clip
MOMENT = re.compile(r"(?:(\d{1,3}):)?(\d{1,5})(?:[.,](\d{1,3}))?", re.ASCII)


def of(session: Session, appeal: Appeal) -> Sequence[Note]:
    """All notes, in the order of the clip."""
    return session.scalars(select(Note).where(Note.appeal_id == appeal.id).order_by(Note.at_ms, Note.id)).all()


def moment(text: str) -> int | None:
    """Milliseconds in `1:02.5`, `62,5` or `62`; None when it is no time."""
    found = MOMENT.fullmatch(text.strip())
    if found is None or (found[1] and int(found[2]) > 59):
        return None
    return (int(found[1] or 0) * 60 + int(found[2])) * 1000 + int((found[3] or "").ljust(3, "0"))


@pages.post("/staff/appeals/<int:appeal_id>/notes")
@reviewers
def add(account: Account, appeal_id: int) -> ResponseReturnValue:
    """A note at the moment that the form names."""
    at, text = moment(request.form.get("at", "")), given.line(request.form, "text")[:LONGEST]
    with desk().db.write() as session:
        appeal = find(session, account, appeal_id, to_change=True)
        if appeal.purged or appeal.status in workflow.FINAL:
            raise workflow.NotAllowed(_("This appeal has ended."))
        there = of(session, appeal)
        if not text or at is None or at > (appeal.media or {}).get("duration_ms", 0):
            flash(_("A note needs words, and a time within the clip, such as 0:12: it was not kept."))
        elif len(there) >= MOST:
            flash(_("There are very many notes already: this one was not kept."))
        elif (at, text, account.name) not in {(each.at_ms, each.text, each.by) for each in there}:
            session.add(Note(appeal_id=appeal_id, at_ms=at, text=text, by=account.name))
    return redirect(url_for("review.page", appeal_id=appeal_id, _anchor="notes"))


@pages.post("/staff/appeals/<int:appeal_id>/notes/<int:note_id>/drop")
@reviewers
def drop(account: Account, appeal_id: int, note_id: int) -> ResponseReturnValue:
    """Take an own note back."""
    with desk().db.write() as session:
        appeal = find(session, account, appeal_id, to_change=True)
        if (note := _note(session, appeal, note_id)) is not None:
            if note.by != account.name:
                raise workflow.NotAllowed(_("Somebody else wrote this note."))
            session.delete(note)
    return redirect(url_for("review.page", appeal_id=appeal_id, _anchor="notes"))


@ticks.post("/staff/appeals/<int:appeal_id>/notes/<int:note_id>/done")
@wire.team
def done(account: Account, appeal_id: int, note_id: int) -> ResponseReturnValue:
    """Somebody says that it is changed, or that it is not after all."""
    ticked = wire.body("done")["done"]
    if not isinstance(ticked, bool):
        abort(400)
    with desk().db.write() as session:
        note = _note(session, wire.present(session, account, appeal_id, to_change=True), note_id)
        if note is None:
            abort(404)
        note.done_by = account.name if ticked else ""
    return jsonify(id=note_id, done=ticked)


def _note(session: Session, appeal: Appeal, note_id: int) -> Note | None:
    found = session.get(Note, note_id)
    return found if found and found.appeal_id == appeal.id else None
